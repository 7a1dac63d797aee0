//! One case: a server with K secrets, and a directory with what each contestant needs to be pointed at it.
//! Edge: threads of this process, so that no contestant's CPU time has the server's in it, and files.
//! Apart from the contestants, which only say what they write and what they call.

use std::{ffi::OsString, fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    LIMIT,
    case::{Case, Transport},
    contestant::{Contestant, SERVICE},
    install::Tools,
    launch::bounded,
    support::fault::{Certificate, Fault, Secret, secret},
};

/// The prefix of all secrets: `bench/0`, `bench/1`, ….
const PREFIX: &str = "bench";
/// The key of the value in the documents: `bench-json/0` is `{"value": …}`, and so on.
pub(crate) const KEY: &str = "value";
const VALUE: &str = "k7Rm-2vQx/9s+Tz=4 wJd";

/// A running server and its directory.
#[derive(Debug)]
pub(crate) struct Arena {
    server: Fault,
    dir: TempDir,
    /// In memory, for the cache.
    runtime: TempDir,
    pub(crate) case: Case,
}

impl Arena {
    pub(crate) fn open(case: Case) -> Result<Self, String> {
        let secrets = Self::secrets(case.secrets);
        let server = match case.transport {
            Transport::Http => Fault::serve(&secrets),
            Transport::Tls => Fault::tls(&secrets, Certificate::Valid),
        };
        server.latency(case.latency());
        let dir = TempDir::with_prefix("secenv-bench-").map_err(|error| format!("no temporary directory: {error}"))?;
        let runtime = TempDir::with_prefix_in("secenv-bench-", "/dev/shm");
        let runtime = runtime.map_err(|error| format!("no temporary directory in memory: {error}"))?;
        let arena = Self { server, dir, runtime, case };
        if let Some(authority) = arena.server.authority() {
            arena.write("authority.pem", authority)?;
        }
        for contestant in Contestant::ALL {
            if let Some((name, text)) = contestant.file(case.secrets) {
                arena.write(name, &text)?;
            }
        }
        Ok(arena)
    }

    /// Each value as text, as a JSON document of its own, and all of them in one document.
    fn secrets(count: usize) -> Vec<Secret> {
        let values = || (0..count).map(|n| (n, Self::variable(n).2));
        let documents = values().map(|(n, value)| json(&Self::document(n), &[format!("\"{KEY}\": \"{value}\"")]));
        let members: Vec<String> = values().map(|(n, value)| format!("\"bench_{n}\": \"{value}\"")).collect();
        let mut secrets = secret::numbered(PREFIX, VALUE, count);
        secrets.extend(documents);
        secrets.push(json(SERVICE, &members));
        secrets
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        fs::write(self.dir.path().join(name), text).map_err(|error| format!("cannot write {name}: {error}"))
    }

    /// The name of variable `n` in the child, the id of its secret, and its value.
    pub(crate) fn variable(n: usize) -> (String, String, String) {
        (format!("BENCH_{n}"), format!("{PREFIX}/{n}"), format!("{VALUE}-{n}"))
    }

    /// The id of the document that has value `n` alone.
    pub(crate) fn document(n: usize) -> String {
        format!("{PREFIX}-json/{n}")
    }

    /// Requests and connections seen so far.
    pub(crate) fn traffic(&self) -> (usize, usize) {
        let record = self.server.record();
        (record.seen.len(), record.connections)
    }

    /// A contestant in front of `child`, with nothing of the developer's set-up around it.
    pub(crate) fn command(&self, contestant: Contestant, tools: &Tools, child: &[&str]) -> Result<Command, String> {
        let mut words: Vec<OsString> = contestant.command(self.case.secrets, tools)?;
        words.extend(child.iter().map(OsString::from));
        self.dressed(contestant, &words)
    }

    /// Ends what a contestant has left running.
    pub(crate) fn end(&self, contestant: Contestant, tools: &Tools) {
        if let Some(words) = contestant.end(tools)
            && let Ok(mut command) = self.dressed(contestant, &words)
        {
            let _ = bounded(&mut command, LIMIT);
        }
    }

    fn dressed(&self, contestant: Contestant, words: &[OsString]) -> Result<Command, String> {
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
        command.envs(contestant.switch());
        Ok(command)
    }
}

fn json(name: &str, members: &[String]) -> Secret {
    Secret::text(name, &format!("{{{}}}", members.join(", ")))
}

impl Drop for Arena {
    /// The key of the cache would last for a day.
    fn drop(&mut self) {
        let mut clear = Command::new(env!("CARGO_BIN_EXE_secenv"));
        let _ = clear.args(["cache", "clear"]).env("XDG_RUNTIME_DIR", self.runtime.path()).output();
    }
}
