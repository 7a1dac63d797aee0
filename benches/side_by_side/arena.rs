//! One case: a server with K secrets, and a directory with what each contestant needs to be pointed at it.
//! Edge: threads of this process, so that no contestant's CPU time has the server's in it, and files.
//! Apart from the contestants, which only say what they write and what they call.

use std::{ffi::OsString, fmt, fs, process::Command, time::Duration};

use tempfile::TempDir;

use crate::{
    contestant::Contestant,
    install::Tools,
    support::fault::{Certificate, Fault, Secret, secret},
};

/// How the contestants reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    Tls,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Tls => "TLS",
        })
    }
}

/// The prefix of all secrets: `bench/0`, `bench/1`, ….
const PREFIX: &str = "bench";
const VALUE: &str = "k7Rm-2vQx/9s+Tz=4 wJd";

/// A running server and its directory.
#[derive(Debug)]
pub(crate) struct Arena {
    server: Fault,
    dir: TempDir,
    /// In memory, for the cache.
    runtime: TempDir,
    pub(crate) secrets: usize,
}

impl Arena {
    pub(crate) fn open(transport: Transport, count: usize) -> Result<Self, String> {
        let secrets = Self::secrets(count);
        let server = match transport {
            Transport::Http => Fault::serve(&secrets),
            Transport::Tls => Fault::tls(&secrets, Certificate::Valid),
        };
        let dir = TempDir::with_prefix("secenv-bench-").map_err(|error| format!("no temporary directory: {error}"))?;
        let runtime = TempDir::with_prefix_in("secenv-bench-", "/dev/shm");
        let runtime = runtime.map_err(|error| format!("no temporary directory in memory: {error}"))?;
        let arena = Self { server, dir, runtime, secrets: count };
        if let Some(authority) = arena.server.authority() {
            arena.write("authority.pem", authority)?;
        }
        for contestant in Contestant::ALL {
            if let Some((name, text)) = contestant.file(count) {
                arena.write(name, &text)?;
            }
        }
        Ok(arena)
    }

    /// Every answer comes so much later.
    pub(crate) fn later(self, latency: Duration) -> Self {
        self.server.latency(latency);
        self
    }

    fn secrets(count: usize) -> Vec<Secret> {
        secret::numbered(PREFIX, VALUE, count)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        fs::write(self.dir.path().join(name), text).map_err(|error| format!("cannot write {name}: {error}"))
    }

    /// The name of variable `n` in the child, the id of its secret, and its value.
    pub(crate) fn variable(n: usize) -> (String, String, String) {
        (format!("BENCH_{n}"), format!("{PREFIX}/{n}"), format!("{VALUE}-{n}"))
    }

    /// Requests and connections seen so far.
    pub(crate) fn traffic(&self) -> (usize, usize) {
        let record = self.server.record();
        (record.seen.len(), record.connections)
    }

    /// A contestant in front of `child`, with nothing of the developer's set-up around it.
    pub(crate) fn command(&self, contestant: Contestant, tools: &Tools, child: &[&str]) -> Result<Command, String> {
        let mut words: Vec<OsString> = contestant.command(self.secrets, tools)?;
        words.extend(child.iter().map(OsString::from));
        let (program, arguments) = words.split_first().ok_or("a contestant without a program")?;
        let mut command = Command::new(program);
        let dir = self.dir.path();
        command.args(arguments).env_clear().current_dir(dir).env("HOME", dir).env("PATH", "/usr/bin:/bin");
        command.env("XDG_RUNTIME_DIR", self.runtime.path());
        command.env("AWS_ENDPOINT_URL", self.server.url()).env("AWS_REGION", "us-east-1");
        command.env("AWS_DEFAULT_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
        command.env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        if self.server.authority().is_some() {
            command.env(contestant.bundle_variable(), dir.join("authority.pem"));
        }
        Ok(command)
    }
}

impl Drop for Arena {
    /// The key of the cache would last for a day.
    fn drop(&mut self) {
        let mut clear = Command::new(env!("CARGO_BIN_EXE_secenv"));
        let _ = clear.args(["cache", "clear"]).env("XDG_RUNTIME_DIR", self.runtime.path()).output();
    }
}
