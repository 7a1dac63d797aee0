//! The file that each contestant reads: a manifest, a configuration or a script.
//! Pure: texts.
//! Apart from the contestants' command lines, because most of what differs between them is here.

use std::fmt::Write;

use super::Contestant;
use crate::arena::{Arena, KEY};

impl Contestant {
    /// Its name and its text.
    pub(crate) fn file(self, secrets: usize) -> Option<(&'static str, String)> {
        let variables = || (0..secrets).map(Arena::variable);
        let lines = |head: &str, line: fn(&str, &str) -> String| -> String {
            variables().fold(head.to_owned(), |text, (name, id, _)| text + &line(&name, &id) + "\n")
        };
        match self {
            Self::Floor | Self::SecenvBatch | Self::FnoxDaemon | Self::Chamber => None,
            Self::Secenv => Some(("secenv.toml", lines("[env]\n", manifest))),
            Self::SecenvCached => Some(("cached.toml", lines("[cache]\nttl = \"24h\"\n[env]\n", manifest))),
            Self::SecenvFile => {
                let members: Vec<_> = variables().map(|(_, id, value)| format!("  \"{id}\": \"{value}\"")).collect();
                Some(("secrets.json", format!("{{\n{}\n}}\n", members.join(",\n"))))
            }
            Self::Secretspec => Some(("secretspec.toml", lines(&(SPEC.to_owned() + "[profiles.default]\n"), spec))),
            Self::SecretspecCached => Some(("cached.spec.toml", lines(&(SPEC.to_owned() + SPEC_CACHE), spec))),
            Self::Fnox => Some(("fnox.toml", lines(FNOX, fnox))),
            Self::Teller => Some(("teller.yml", teller(secrets))),
            Self::Boto3 => Some(("boto.py", boto(variables()))),
            Self::AwsCli => Some(("cli.sh", lines("set -eu\naws=$1\nshift\n", cli) + "exec \"$@\"\n")),
        }
    }
}

fn manifest(name: &str, id: &str) -> String {
    format!("{name} = \"{id}\"")
}

const SPEC: &str = "[project]\nname = \"bench\"\nrevision = \"1.0\"\n\n";
/// The quickest of its stores: a file.
const SPEC_CACHE: &str = "[providers]
local = \"dotenv://cache.env\"
cached = { uri = \"awssm://us-east-1\", cache = { provider = \"local\", max_age = \"8h\" } }

[profiles.default.defaults]
providers = [\"cached\"]

[profiles.default]
";

fn spec(name: &str, id: &str) -> String {
    format!("{name} = {{ description = \"{name}\", ref = {{ item = \"{id}\" }} }}")
}

/// The daemon is off unless its variable says otherwise; what a run that was broken off has left ends by itself.
const FNOX: &str = "root = true

[daemon]
idle_timeout = \"5m\"

[providers.sm]
type = \"aws-sm\"
region = \"us-east-1\"

[secrets]
";

fn fnox(name: &str, id: &str) -> String {
    format!("{name} = {{ provider = \"sm\", value = \"{id}\" }}")
}

/// It takes its values out of JSON documents, one for each here.
fn teller(secrets: usize) -> String {
    let mut text = "providers:\n  aws:\n    kind: aws_secretsmanager\n    maps:\n".to_owned();
    for n in 0..secrets {
        let (id, (name, ..)) = (Arena::document(n), Arena::variable(n));
        let _ = writeln!(text, "      - id: {name}\n        path: {id}\n        keys:\n          {KEY}: {name}");
    }
    text
}

fn cli(name: &str, id: &str) -> String {
    format!(
        "{name}=$(\"$aws\" secretsmanager get-secret-value --secret-id {id} --query SecretString --output text)\n\
         export {name}"
    )
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
