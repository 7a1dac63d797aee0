//! Who takes part, and what each is called with.
//! Pure: names and argument lists.
//! Each peer is called as its own documentation has it; where it can fetch in batches, it does.

use std::ffi::OsString;

use crate::{arena::Arena, case::Case, install::Tools};

mod files;

/// The secret that holds all K values, for a peer that reads one JSON document.
pub(crate) const SERVICE: &str = "bench-service";

/// One way to start a command with K secrets in its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    /// `env NAME=VALUE… CMD`: sets variables and executes, and fetches nothing.
    Floor,
    Secenv,
    SecenvBatch,
    Secretspec,
    Fnox,
    Teller,
    Chamber,
    Boto3,
    AwsCli,
    /// With the file source, which asks no server.
    SecenvFile,
    /// Behind a cache that is warm after the check, as the next two: they ask no server either.
    SecenvCached,
    SecretspecCached,
    FnoxDaemon,
}

/// Whose figures a contestant's are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum League {
    /// Nobody's: everybody is compared with it.
    Floor,
    /// Those that ask the server.
    Cold,
    /// Those that have the values on the machine.
    Cached,
}

impl Contestant {
    pub(crate) const ALL: [Self; 13] = [
        Self::Floor,
        Self::Secenv,
        Self::SecenvBatch,
        Self::Secretspec,
        Self::Fnox,
        Self::Teller,
        Self::Chamber,
        Self::Boto3,
        Self::AwsCli,
        Self::SecenvFile,
        Self::SecenvCached,
        Self::SecretspecCached,
        Self::FnoxDaemon,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor (`env`)",
            Self::Secenv => "secenv",
            Self::SecenvBatch => "secenv --batch",
            Self::Secretspec => "secretspec",
            Self::Fnox => "fnox",
            Self::Teller => "teller",
            Self::Chamber => "chamber",
            Self::Boto3 => "boto3 script",
            Self::AwsCli => "AWS CLI script",
            Self::SecenvFile => "secenv, file source",
            Self::SecenvCached => "secenv, warm cache",
            Self::SecretspecCached => "secretspec, warm cache",
            Self::FnoxDaemon => "fnox, warm daemon",
        }
    }

    /// Whether it is somebody else's way to do the same.
    pub(crate) fn is_peer(self) -> bool {
        !matches!(self, Self::Floor | Self::Secenv | Self::SecenvBatch | Self::SecenvFile | Self::SecenvCached)
    }

    /// Whether it waits for the command as its parent; the others become the command.
    pub(crate) fn stays(self) -> bool {
        matches!(self, Self::Secretspec | Self::Fnox | Self::Teller | Self::SecretspecCached | Self::FnoxDaemon)
    }

    pub(crate) fn league(self) -> League {
        match self {
            Self::Floor => League::Floor,
            Self::SecenvFile | Self::SecenvCached | Self::SecretspecCached | Self::FnoxDaemon => League::Cached,
            _ => League::Cold,
        }
    }

    /// Why it does not run in a case: what the others take together would not be a tenth of its time there.
    pub(crate) fn left_out(self, case: Case) -> Option<&'static str> {
        let long = self == Self::AwsCli && case.later > 0 && case.secrets > 10;
        long.then_some("left out: K starts of Python, as in the case without latency")
    }

    /// The variable that names the file of certificate authorities: neither the Rust SDK nor Go knows `AWS_CA_BUNDLE`.
    pub(crate) fn bundle_variable(self) -> &'static str {
        let python = matches!(self, Self::Boto3 | Self::AwsCli);
        if python || !self.is_peer() { "AWS_CA_BUNDLE" } else { "SSL_CERT_FILE" }
    }

    /// The switch that it is called with where an argument would not do.
    pub(crate) fn switch(self) -> Option<(&'static str, &'static str)> {
        (self == Self::FnoxDaemon).then_some(("FNOX_DAEMON", "on"))
    }

    /// The program and its arguments, up to the command that it starts.
    pub(crate) fn command(self, secrets: usize, tools: &Tools) -> Result<Vec<OsString>, String> {
        let own = || OsString::from(&tools.secenv);
        let python = || tools.python.as_ref();
        let (program, arguments): (OsString, &[&str]) = match self {
            Self::Floor => {
                let pairs = (0..secrets).map(Arena::variable).map(|(name, _, value)| format!("{name}={value}").into());
                return Ok([OsString::from("/usr/bin/env")].into_iter().chain(pairs).collect());
            }
            Self::Secenv => (own(), &["run", "--"]),
            Self::SecenvBatch => (own(), &["run", "--batch", "--"]),
            Self::SecenvFile => (own(), &["run", "--source", "file:secrets.json", "--"]),
            Self::SecenvCached => (own(), &["run", "-m", "cached.toml", "--"]),
            Self::Secretspec => (tools.secretspec.clone()?.into(), &["run", "--provider", "awssm://us-east-1", "--"]),
            Self::SecretspecCached => (tools.secretspec.clone()?.into(), &["--file", "cached.spec.toml", "run", "--"]),
            Self::Fnox | Self::FnoxDaemon => (tools.fnox.clone()?.into(), &["exec", "--"]),
            Self::Teller => (tools.teller.clone()?.into(), &["--config", "teller.yml", "run", "--"]),
            Self::Chamber => (tools.chamber.clone()?.into(), &["-b", "secretsmanager", "exec", SERVICE, "--"]),
            Self::Boto3 => (python()?.join("bin/python").into(), &["boto.py"]),
            Self::AwsCli => {
                return Ok(vec!["/bin/sh".into(), "cli.sh".into(), python()?.join("bin/aws").into()]);
            }
        };
        Ok([program].into_iter().chain(arguments.iter().map(OsString::from)).collect())
    }

    /// What ends that which it has left running.
    pub(crate) fn end(self, tools: &Tools) -> Option<Vec<OsString>> {
        let fnox = tools.fnox.as_ref().ok().filter(|_| self == Self::FnoxDaemon)?;
        Some(vec![fnox.into(), "daemon".into(), "stop".into()])
    }
}
