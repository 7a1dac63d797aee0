//! The same command bare and under secenv, started in the same way, so that what the two children see can be compared.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::ffi::{CString, OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::unistd::execve;

/// What secenv sets in the child, because it wants something to do; comparisons leave it out.
pub(crate) const MARK: &[u8] = b"SECENV_MARK=x";

/// The binary under test.
pub(crate) fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_secenv"))
}

/// The user that may do everything.
pub(crate) const ROOT: u32 = 0;

/// Who runs the tests.
pub(crate) fn user() -> u32 {
    fs::metadata("/proc/self").unwrap().uid()
}

/// Makes the command run as a user other than root, and gives that user: the present one, or nobody.
pub(crate) fn as_user(command: &mut Command) -> u32 {
    const NOBODY: u32 = 65_534;
    command.current_dir("/");
    if user() != ROOT {
        return user();
    }
    command.uid(NOBODY).gid(NOBODY);
    NOBODY
}

/// A copy of the binary in a directory, both open to every user, as the build directory may not be.
pub(crate) fn copy_for_everyone(directory: &Path) -> PathBuf {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    let copy = directory.join("secenv");
    install(&fs::read(binary()).unwrap(), &copy, 0o755);
    copy
}

/// Writes a file that can be executed at once.
///
/// Another process does it: a descriptor that is open for writing here, and in whatever another test is just forking,
/// would make an exec of the file fail with ETXTBSY.
pub(crate) fn install(content: &[u8], file: &Path, mode: u32) {
    let mut install = Command::new("install");
    install.args(["-D", "-m", &format!("{mode:o}"), "/dev/stdin"]).arg(file).stdin(Stdio::piped());
    let mut install = install.spawn().unwrap();
    install.stdin.take().unwrap().write_all(content).unwrap();
    assert!(install.wait().unwrap().success());
}

/// The arguments of secenv before the command: the one place that knows how `run` is called.
pub(crate) fn run_arguments() -> Vec<OsString> {
    ["run", "--no-manifest", "--env", "SECENV_MARK=x", "--"].map(Into::into).to_vec()
}

/// The same for exec mode, as PID 1 too.
pub(crate) fn exec_arguments() -> Vec<OsString> {
    ["run", "--no-manifest", "--env", "SECENV_MARK=x", "--exec", "--"].map(Into::into).to_vec()
}

/// The same for supervise mode, with further flags.
pub(crate) fn supervise_arguments(flags: &[&str]) -> Vec<OsString> {
    let arguments = ["run", "--no-manifest", "--env", "SECENV_MARK=x", "--supervise"].iter();
    arguments.chain(flags).chain(&["--"]).map(Into::into).collect()
}

/// The arguments that make it fetch first, see [`super::fetching`].
pub(crate) fn fetch_arguments() -> Vec<OsString> {
    ["run", "--no-manifest", "--env", "HELD=secretsmanager://held", "--"].map(Into::into).to_vec()
}

/// A command, started directly.
pub(crate) fn bare<S: AsRef<OsStr>>(command: &[S]) -> Command {
    let (program, arguments) = command.split_first().unwrap();
    let mut bare = Command::new(program);
    bare.args(arguments);
    bare
}

/// The same command, started by secenv.
pub(crate) fn wrapped<S: AsRef<OsStr>>(command: &[S]) -> Command {
    let mut wrapped = Command::new(binary());
    wrapped.args(run_arguments()).args(command);
    wrapped
}

/// The same command, supervised.
pub(crate) fn supervised<S: AsRef<OsStr>>(flags: &[&str], command: &[S]) -> Command {
    let mut supervised = Command::new(binary());
    supervised.args(supervise_arguments(flags)).args(command);
    supervised
}

/// The same command, started by a secenv that fetches first.
pub(crate) fn fetching<S: AsRef<OsStr>>(command: &[S]) -> Command {
    let mut fetching = Command::new(binary());
    fetching.args(fetch_arguments()).args(command);
    fetching
}

/// What both runs came to.
pub(crate) struct Both {
    pub(crate) bare: Output,
    pub(crate) wrapped: Output,
}

impl Both {
    /// Runs a command in both ways, each set up in the same way, and checks that secenv itself said nothing.
    pub(crate) fn run<S: AsRef<OsStr>>(command: &[S], set_up: impl Fn(&mut Command)) -> Self {
        let run = |mut command: Command| {
            set_up(&mut command);
            command.output().unwrap()
        };
        let both = Self { bare: run(bare(command)), wrapped: run(wrapped(command)) };
        assert_eq!(lossy(&both.bare.stderr), lossy(&both.wrapped.stderr), "stderr");
        both
    }

    /// Checks that status and stdout are the same, and gives that stdout.
    pub(crate) fn same(self) -> Vec<u8> {
        assert_eq!(lossy(&self.bare.stdout), lossy(&self.wrapped.stdout), "stdout");
        assert_eq!(self.bare.stdout, self.wrapped.stdout, "stdout");
        assert_eq!(self.bare.status, self.wrapped.status, "status");
        self.bare.stdout
    }
}

/// Runs something in the new process just before it executes the command.
pub(crate) fn before_exec(command: &mut Command, set_up: impl Fn() -> nix::Result<()> + Send + Sync + 'static) {
    // SAFETY: each set-up in these tests only makes system calls, which are async-signal-safe.
    unsafe { command.pre_exec(move || set_up().map_err(io::Error::from)) };
}

/// Gives the command exactly these environment entries, which std's `Command` would put in order.
pub(crate) fn raw_environment(command: &mut Command, entries: &[&[u8]]) {
    let program = CString::new(command.get_program().as_bytes()).unwrap();
    let argv: Vec<CString> = [command.get_program()]
        .into_iter()
        .chain(command.get_args())
        .map(|argument| CString::new(argument.as_bytes()).unwrap())
        .collect();
    let entries: Vec<CString> = entries.iter().map(|entry| CString::new(*entry).unwrap()).collect();
    before_exec(command, move || execve(&program, &argv, &entries).map(|never| match never {}));
}

/// NUL-terminated environment entries without secenv's own.
pub(crate) fn without_mark(environ: &[u8]) -> Vec<Vec<u8>> {
    let entries = environ.strip_suffix(b"\0").unwrap_or(environ).split(|byte| *byte == 0);
    entries.filter(|entry| *entry != MARK).map(<[u8]>::to_vec).collect()
}

/// For messages of assertions.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
