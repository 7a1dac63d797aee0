//! Who takes part, what each is called with, and the file that each reads: a manifest or a script.
//! Pure: texts and argument lists.
//! Each peer is written as its own documentation has it; where it can fetch in batches, it does.

use std::{ffi::OsString, fmt::Write};

use crate::{arena::Arena, install::Tools};

/// One way to start a command with K secrets in its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    /// `env NAME=VALUE… CMD`: sets variables and executes, and fetches nothing.
    Floor,
    /// With the file source, which asks no server.
    SecenvFile,
    /// Behind a cache that is warm after the check: it asks no server either.
    SecenvCached,
    Secenv,
    SecenvBatch,
    Secretspec,
    Boto3,
    AwsCli,
}

impl Contestant {
    pub(crate) const ALL: [Self; 8] = [
        Self::Floor,
        Self::SecenvFile,
        Self::SecenvCached,
        Self::Secenv,
        Self::SecenvBatch,
        Self::Secretspec,
        Self::Boto3,
        Self::AwsCli,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor (`env`)",
            Self::SecenvFile => "secenv, file source",
            Self::SecenvCached => "secenv, warm cache",
            Self::Secenv => "secenv",
            Self::SecenvBatch => "secenv --batch",
            Self::Secretspec => "secretspec",
            Self::Boto3 => "boto3 script",
            Self::AwsCli => "AWS CLI script",
        }
    }

    /// Whether it is somebody else's way to do the same.
    pub(crate) fn is_peer(self) -> bool {
        matches!(self, Self::Secretspec | Self::Boto3 | Self::AwsCli)
    }

    /// The variable that names the file of certificate authorities: the Rust SDK knows no `AWS_CA_BUNDLE`.
    pub(crate) fn bundle_variable(self) -> &'static str {
        if self == Self::Secretspec { "SSL_CERT_FILE" } else { "AWS_CA_BUNDLE" }
    }

    /// The program and its arguments, up to the command that it starts.
    pub(crate) fn command(self, secrets: usize, tools: &Tools) -> Result<Vec<OsString>, String> {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let secenv = |rest: &[&str]| {
            let mut command = vec![tools.secenv.clone().into_os_string()];
            command.extend(words(rest));
            command
        };
        Ok(match self {
            Self::Floor => {
                let mut command = words(&["/usr/bin/env"]);
                command
                    .extend((0..secrets).map(Arena::variable).map(|(name, _, value)| format!("{name}={value}").into()));
                command
            }
            Self::SecenvFile => secenv(&["run", "--source", "file:secrets.json", "--"]),
            Self::SecenvCached => secenv(&["run", "-m", "cached.toml", "--"]),
            Self::Secenv => secenv(&["run", "--"]),
            Self::SecenvBatch => secenv(&["run", "--batch", "--"]),
            Self::Secretspec => {
                let mut command = vec![tools.secretspec.clone()?.into_os_string()];
                command.extend(words(&["run", "--provider", "awssm://us-east-1", "--"]));
                command
            }
            Self::Boto3 => vec![tools.python.clone()?.join("bin/python").into(), "boto.py".into()],
            Self::AwsCli => vec!["/bin/sh".into(), "cli.sh".into(), tools.python.clone()?.join("bin/aws").into()],
        })
    }

    /// The file that it reads, and its name.
    pub(crate) fn file(self, secrets: usize) -> Option<(&'static str, String)> {
        let variables = || (0..secrets).map(Arena::variable);
        let lines = |line: fn(String, String) -> String| -> String {
            variables().map(|(name, id, _)| line(name, id) + "\n").collect()
        };
        let manifest = || "[env]\n".to_owned() + &lines(|name, id| format!("{name} = \"{id}\""));
        match self {
            Self::Floor | Self::SecenvBatch => None,
            Self::SecenvFile => {
                let members: Vec<_> = variables().map(|(_, id, value)| format!("  \"{id}\": \"{value}\"")).collect();
                Some(("secrets.json", format!("{{\n{}\n}}\n", members.join(",\n"))))
            }
            Self::SecenvCached => Some(("cached.toml", "[cache]\nttl = \"24h\"\n".to_owned() + &manifest())),
            Self::Secenv => Some(("secenv.toml", manifest())),
            Self::Secretspec => {
                let head = "[project]\nname = \"bench\"\nrevision = \"1.0\"\n\n[profiles.default]\n".to_owned();
                let line = |name, id| format!("{name} = {{ description = \"{name}\", ref = {{ item = \"{id}\" }} }}");
                Some(("secretspec.toml", head + &lines(line)))
            }
            Self::Boto3 => Some(("boto.py", boto(variables()))),
            Self::AwsCli => {
                let head = "set -eu\naws=$1\nshift\n".to_owned();
                let line = |name, id| {
                    format!(
                        "{name}=$(\"$aws\" secretsmanager get-secret-value --secret-id {id} \
                         --query SecretString --output text)\nexport {name}"
                    )
                };
                Some(("cli.sh", head + &lines(line) + "exec \"$@\"\n"))
            }
        }
    }
}

/// One call for one secret, batches of 20 for more.
fn boto(variables: impl Iterator<Item = (String, String, String)>) -> String {
    let mut text = "import os, sys, boto3\nids = {\n".to_owned();
    for (name, id, _) in variables {
        let _ = writeln!(text, "    \"{id}\": \"{name}\",");
    }
    text + "}
client = boto3.client(\"secretsmanager\")
todo = list(ids)
if len(todo) == 1:
    answers = [client.get_secret_value(SecretId=todo[0])]
else:
    answers = []
    for start in range(0, len(todo), 20):
        answers += client.batch_get_secret_value(SecretIdList=todo[start:start + 20])[\"SecretValues\"]
for answer in answers:
    os.environ[ids[answer[\"Name\"]]] = answer[\"SecretString\"]
os.execvp(sys.argv[1], sys.argv[1:])
"
}
