//! The built binary, started in a directory and an environment of the test's own.
//!
//! Nothing of the developer's AWS set-up reaches it: only PATH and HOME, which is the directory, and what the test adds.
//! [`bare`] starts another program the same way, to compare with.

use std::{
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        process::CommandExt,
    },
    path::Path,
    process::Command,
    time::Duration,
};

use tempfile::TempDir;

use super::{
    fault::Fault,
    moto::Moto,
    running::{Output, Running},
};

/// The bound on one run.
const LIMIT: Duration = Duration::from_mins(1);

/// The access key id that [`Start::aws`] sets.
pub const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// A start of the built binary.
pub fn secenv() -> Start {
    Start::new(env!("CARGO_BIN_EXE_secenv"), true)
}

/// A start of another program in the same surroundings.
pub fn bare(program: impl AsRef<OsStr>) -> Start {
    Start::new(program, false)
}

/// A server that takes the place of AWS.
pub trait Endpoint {
    /// For `AWS_ENDPOINT_URL`.
    fn url(&self) -> String;
    /// The certificate authority as PEM, if it speaks TLS.
    fn authority(&self) -> Option<&str> {
        None
    }
}

impl Endpoint for Fault {
    fn url(&self) -> String {
        self.url()
    }

    fn authority(&self) -> Option<&str> {
        self.authority()
    }
}

impl Endpoint for Moto {
    fn url(&self) -> String {
        self.url()
    }
}

/// A command in the making. Its directory lives as long as the test keeps it, or the run that came of it.
#[derive(Debug)]
pub struct Start {
    command: Command,
    dir: TempDir,
    stdin: Option<Vec<u8>>,
    limit: Duration,
    wraps: bool,
}

impl Start {
    fn new(program: impl AsRef<OsStr>, wraps: bool) -> Self {
        let dir = TempDir::with_prefix("secenv-test-").expect("a temporary directory");
        let mut command = Command::new(program);
        command.env_clear().current_dir(dir.path()).env("HOME", dir.path());
        command.env("PATH", std::env::var_os("PATH").expect("PATH is set"));
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        Self { command, dir, stdin: None, limit: LIMIT, wraps }
    }

    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Writes `secenv.toml`.
    #[must_use]
    pub fn manifest(self, text: &str) -> Self {
        self.file("secenv.toml", text)
    }

    /// Writes a file into the directory, with the directories that its name asks for.
    #[must_use]
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().expect("inside the directory")).expect("a directory can be made");
        fs::write(path, content).expect("a file can be written");
        self
    }

    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Takes `server` for AWS, with good credentials, in us-east-1, and trusts its certificate authority.
    #[must_use]
    pub fn aws(self, server: &impl Endpoint) -> Self {
        let start = self
            .env("AWS_ENDPOINT_URL", server.url())
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .env("AWS_REGION", "us-east-1");
        let Some(authority) = server.authority() else { return start };
        let bundle = start.dir.path().join("authority.pem");
        start.file("authority.pem", authority).env("AWS_CA_BUNDLE", bundle)
    }

    /// What it reads on stdin; without this its stdin is at its end.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Another bound than 60 s.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Does something in the new process before it becomes the program: block a signal, close an fd.
    ///
    /// The closure runs between fork and exec: system calls only, no allocation, no lock.
    #[must_use]
    pub fn before_exec(mut self, act: impl FnMut() -> io::Result<()> + Send + Sync + 'static) -> Self {
        // SAFETY: the closures of the tests keep to system calls, as the text above asks.
        unsafe { self.command.pre_exec(act) };
        self
    }

    /// Runs in another directory than its own.
    #[must_use]
    pub fn current_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Its own directory, which it runs in and which is its HOME.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Runs it to its end; its directory is gone afterwards.
    #[track_caller]
    pub fn run(mut self) -> Output {
        self.again()
    }

    /// Runs it to its end and keeps it, for another run in the same directory.
    #[track_caller]
    pub fn again(&mut self) -> Output {
        Running::start(&mut self.command, self.stdin.clone(), self.limit).finish()
    }

    /// Starts it; keep the directory as long as it runs.
    #[track_caller]
    pub fn start(mut self) -> (Running, TempDir) {
        (Running::start(&mut self.command, self.stdin, self.limit), self.dir)
    }

    /// The environment that a child gets: adds `-- env -0` to the arguments (for [`bare`], whose program is `env`, only
    /// `-0`), runs it, which must be a silent success, and reads what it printed.
    #[track_caller]
    pub fn environment(self) -> Environment {
        let end: &[&str] = if self.wraps { &["--", "env", "-0"] } else { &["-0"] };
        Environment::parse(&self.args(end).run().succeeds().stdout)
    }
}

/// An environment block, in order, with duplicates and entries without `=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment(pub Vec<OsString>);

impl Environment {
    /// Reads what `env -0` prints.
    pub fn parse(block: &[u8]) -> Self {
        let entries = block.strip_suffix(b"\0").map(|block| block.split(|&byte| byte == 0));
        Self(entries.into_iter().flatten().map(|entry| OsString::from_vec(entry.to_vec())).collect())
    }

    /// The value of the first entry of that name.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.pairs().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The entries that have a `=`, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().filter_map(|entry| {
            let bytes = entry.as_bytes();
            // A name may begin with `=`, as the C library reads it.
            let equals = bytes.iter().skip(1).position(|&byte| byte == b'=')? + 1;
            Some((OsStr::from_bytes(&bytes[..equals]), OsStr::from_bytes(&bytes[equals + 1..])))
        })
    }
}
