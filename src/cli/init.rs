//! `secenv init`.

use std::path::PathBuf;

use clap::Args;

use super::{Fetching, Messages, Sources};

/// Write a first manifest, from an env file or from what AWS has.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Init {
    /// What it is made from.
    #[command(flatten)]
    pub from: From,

    /// Which container of the task definition, if it has several
    #[arg(long, value_name = "NAME", help_heading = "Made from", requires = "from_task_definition")]
    pub container: Option<String>,

    /// Write the manifest there; `-` prints it [default: ./secenv.toml]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Also write secrets.json beside it (mode 600), with the values of the secrets for --target local
    #[arg(long, help_heading = "Output", conflicts_with_all = ["from_secret", "from_cloudformation"])]
    pub local: bool,

    /// Replace files that are there and are different
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// For a secret: from where.
    #[command(flatten)]
    pub sources: Sources,
    /// For a secret: within which limits.
    #[command(flatten)]
    pub fetching: Fetching,
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

/// What the manifest is made from; one of them.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Made from")]
#[group(id = "from", multiple = false)]
pub struct From {
    /// An env file; of several a later one wins over an earlier one [default: ./.env.example and ./.env]
    #[arg(long, value_name = "FILE")]
    pub from_env_file: Vec<PathBuf>,

    /// The keys of this secret, which is read for their names
    #[arg(long, value_name = "ID")]
    pub from_secret: Option<String>,

    /// The secrets and environment of a container in this ECS task definition (JSON)
    #[arg(long, value_name = "FILE")]
    pub from_task_definition: Option<PathBuf>,

    /// The {{resolve:secretsmanager:…}} references in this CloudFormation template
    #[arg(long, value_name = "FILE")]
    pub from_cloudformation: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
A value of an env file or a task definition stays as it is, unless it looks like a secret by its name (PASSWORD, \
TOKEN, KEY, DSN …) or by itself (a URL with a password, a private key …): then the manifest gets a reference to the \
secret that you will store it in, and not the value. A manifest that is there already is not changed.

Examples:
  secenv init
  secenv init --local
  secenv init --from-env-file deploy/prod.env -o deploy/secenv.toml
  secenv init --from-secret prod/myapp/settings --region eu-west-1
  secenv init --from-task-definition task.json --container web
  secenv init --from-cloudformation template.yaml -o -";
