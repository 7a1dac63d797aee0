//! The child's status comes back unchanged; 126 and 127 are secenv's, and say why.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::support::both::{
    Both, MARK, as_user, bare, before_exec, copy_for_everyone, install, lossy, run_arguments, wrapped,
};

#[test]
fn every_exit_code_comes_back() {
    for code in 0..=255 {
        let status = wrapped(&["sh", "-c", &format!("exit {code}")]).status().unwrap();
        assert_eq!(status.code(), Some(code));
    }
}

#[test]
fn death_by_its_own_signal_comes_back() {
    for signal in [Signal::SIGTERM, Signal::SIGKILL, Signal::SIGSEGV, Signal::SIGABRT, Signal::SIGPIPE] {
        let script = format!("kill -{} $$", &signal.as_str()[3..]);
        let no_core = |command: &mut Command| before_exec(command, || setrlimit(Resource::RLIMIT_CORE, 0, 0));
        let both = Both::run(&["sh", "-c", &script], no_core);
        assert_eq!(both.wrapped.status.signal(), Some(signal as i32));
        both.same();
    }
}

#[test]
fn death_by_a_signal_from_outside_comes_back() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGKILL] {
        for start in [bare, wrapped] {
            let mut child = start(&["sh", "-c", "echo ready; exec cat"]);
            let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            assert_eq!(line, "ready\n");
            kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
            assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
        }
    }
}

/// A directory of files that can and can't be executed.
fn programs() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode: u32| install(text.as_bytes(), &directory.path().join(name), mode);
    write("a/tool", "echo a\n", 0o644);
    write("b/tool", "#!/bin/sh\necho b \"$@\"\n", 0o755);
    write("c/tool", "#!/bin/sh\necho c \"$@\"\n", 0o755);
    write("here", "#!/bin/sh\necho here\n", 0o755);
    write("plain", "echo plain \"$0\" \"$#\" \"$@\"\n", 0o755);
    write("denied", "#!/bin/sh\n", 0o644);
    write("lost", "#!/no/such/interpreter -x\n", 0o755);
    write("windows", "#!/bin/sh\r\necho hi\r\n", 0o755);
    write("foreign", "\x7fELF\0\0\0\0", 0o755);
    write("binary", "\0\0\0\0", 0o755);
    directory
}

fn run<'a>(start: fn(&[&'a str]) -> Command, command: &[&'a str], directory: &Path, path: Option<&str>) -> Output {
    let mut command = start(command);
    command.current_dir(directory);
    match path {
        Some(path) => command.env("PATH", path),
        None => command.env_remove("PATH"),
    };
    // With something to do before it, std executes by execvp(3); by posix_spawn(3) it would not run scripts without `#!`.
    before_exec(&mut command, || Ok(()));
    command.output().unwrap()
}

/// Checks the exit code and that stderr has the text; nothing may be on stdout.
fn refused(command: &str, directory: &Path, path: &str, code: i32, texts: &[&str]) {
    let output = run(wrapped, &[command, "argument"], directory, Some(path));
    let stderr = lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{command}: {stderr}");
    assert_eq!(lossy(&output.stdout), "");
    for text in texts {
        assert!(stderr.contains(text), "{text:?} is not in {stderr:?}");
    }
}

#[test]
fn what_is_not_there_is_127() {
    let directory = programs();
    let directory = directory.path();
    refused("no-such", directory, "/x:/y", 127, &["cannot run no-such: not on the PATH: /x:/y", "install no-such"]);
    refused("./no-such", directory, "/x", 127, &["cannot run ./no-such: no such file or directory (ENOENT)"]);
    refused("", directory, "/x", 127, &["the name of a command can't be empty"]);
    refused("here", directory, "/x", 127, &["write ./here"]);
    refused(
        "echo hello",
        directory,
        "/bin",
        127,
        &["the name has a space in it: write echo and its arguments without quotes"],
    );
}

#[test]
fn what_can_not_be_executed_is_126() {
    let directory = programs();
    let directory = directory.path();
    let denied = ["cannot run ./denied: permission denied: the file is not executable (EACCES)", "chmod +x ./denied"];
    refused("./denied", directory, "/x", 126, &denied);
    refused("./a", directory, "/x", 126, &["cannot run ./a: is a directory"]);
    refused("./denied/x", directory, "/x", 126, &["not a directory (ENOTDIR)"]);
    refused("./lost", directory, "/x", 126, &["its interpreter /no/such/interpreter is missing (ENOENT)"]);
    refused("lost", directory, "", 126, &["cannot run lost: its interpreter /no/such/interpreter is missing"]);
    refused("./windows", directory, "/x", 126, &["./windows has Windows line ends"]);
    refused("./foreign", directory, "/x", 126, &["exec format error: not a program for this machine (ENOEXEC)"]);
    refused("./binary", directory, "/x", 126, &["exec format error"]);
    let tool = format!("{}/a", directory.display());
    refused("tool", directory, &tool, 126, &[&format!("cannot run {tool}/tool: permission denied")]);
}

/// To another user a directory of the PATH may be closed: execvp(3) then ends with EACCES, whatever the command is.
#[test]
fn a_closed_directory_is_126_and_says_that_nothing_is_known() {
    let closed = tempfile::tempdir().unwrap();
    let copy = copy_for_everyone(closed.path());
    let inner = closed.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o000)).unwrap();
    let path = format!("/x:{}", inner.display());
    let mut command = Command::new(copy);
    command.args(run_arguments()).arg("typo").env("PATH", path);
    as_user(&mut command);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(126));
    assert!(lossy(&output.stderr).contains("so whether it is there is not known"), "{}", lossy(&output.stderr));
}

/// env(1) executes by execvp(3) too, and tells 126 from 127.
#[test]
fn codes_are_those_of_env() {
    let directory = programs();
    let cases = [
        ("no-such", "/x"),
        ("./no-such", "/x"),
        ("./denied", "/x"),
        ("./a", "/x"),
        ("./denied/x", "/x"),
        ("tool", "a"),
    ];
    for (command, path) in cases {
        let wrapped = run(wrapped, &[command], directory.path(), Some(path)).status;
        assert_eq!(run(bare, &["/usr/bin/env", command], directory.path(), Some(path)).status, wrapped, "{command}");
    }
}

/// The same output and status from a bare run, which std starts by execvp(3).
fn same(command: &[&str], directory: &Path, path: Option<&str>, stdout: &str) {
    let (bare, wrapped) = (run(bare, command, directory, path), run(wrapped, command, directory, path));
    assert_eq!(lossy(&wrapped.stderr), "");
    assert_eq!(lossy(&wrapped.stdout), stdout);
    assert_eq!(bare, wrapped);
}

#[test]
fn the_path_is_searched_as_execvp_does() {
    let directory = programs();
    let directory = directory.path();
    let path = |elements: &[&str]| {
        elements.iter().map(|name| format!("{}/{name}", directory.display())).collect::<Vec<_>>().join(":")
    };
    // What can't be executed is passed over, what is first wins.
    same(&["tool", "x"], directory, Some(&path(&["a", "nowhere", "b", "c"])), "b x\n");
    same(&["tool", "x"], directory, Some(&path(&["c", "b"])), "c x\n");
    // A file where a directory should be.
    same(&["tool"], directory, Some(&path(&["denied", "b"])), "b\n");
    // An empty element is the current directory.
    same(&["here"], directory, Some(""), "here\n");
    same(&["here"], directory, Some("/x::/y"), "here\n");
    same(&["here"], directory, Some("/x:"), "here\n");
    same(&["tool"], directory, Some("b"), "b\n");
    // Without PATH there is the standard one.
    same(&["basename", "/x/y"], directory, None, "y\n");
}

#[test]
fn a_script_without_interpreter_runs_in_sh() {
    let directory = programs();
    same(&["./plain", "x", "", "y z"], directory.path(), Some("/bin"), "plain ./plain 3 x  y z\n");
    let path = format!("/x:{}", directory.path().display());
    same(&["plain"], directory.path(), Some(&path), &format!("plain {}/plain 0\n", directory.path().display()));
}

/// The biggest string that the kernel takes is taken, as in a bare run.
#[test]
fn a_variable_of_32_pages_fits() {
    let value = "x".repeat(131_072 - "FITS=".len() - 1);
    Both::run(&["sh", "-c", "echo ${#FITS}"], |command| {
        command.env("FITS", &value);
    })
    .same();
}

/// With a stack of 1 MiB the kernel takes 256 KiB of strings and pointers; secenv leaves the last page of that free.
#[test]
fn all_together_have_to_leave_a_page_free() {
    const LIMIT: usize = 256 << 10;
    let run = |left: usize| {
        let mut command = wrapped(&["/bin/true"]);
        // What the child has: the command, three variables, and a pointer for each of the four.
        let rest = LIMIT - left - "/bin/true\0A=\0B=\0\0".len() - MARK.len() - 4 * size_of::<usize>() - 130_000;
        command.env_clear().env("A", "x".repeat(rest)).env("B", "x".repeat(130_000));
        before_exec(&mut command, || setrlimit(Resource::RLIMIT_STACK, 1 << 20, 1 << 20));
        command.output().unwrap()
    };
    assert_eq!(lossy(&run(4096).stderr), "");
    let refused = run(4095);
    assert_eq!(refused.status.code(), Some(125));
    assert!(lossy(&refused.stderr).contains("the biggest is the variable B"), "{}", lossy(&refused.stderr));
}
