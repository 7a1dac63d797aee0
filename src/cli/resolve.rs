//! The flags of every command that resolves a manifest, so that `run` in a command line can be replaced by another.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Args;

/// What is resolved, from where, and within which limits.
#[derive(Args, Clone, Debug)]
pub struct Resolve {
    /// What is resolved.
    #[command(flatten)]
    pub inputs: Inputs,
    /// From where.
    #[command(flatten)]
    pub sources: Sources,
    /// Within which limits.
    #[command(flatten)]
    pub fetching: Fetching,
}

/// Which manifest, and what is chosen in it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Input")]
pub struct Chosen {
    /// The manifest; `-` reads it from stdin [default: ./secenv.toml] [env: SECENV_MANIFEST]
    #[arg(short, long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,

    /// Read no manifest
    #[arg(long, conflicts_with = "manifest")]
    pub no_manifest: bool,

    /// Merge [target.NAME] over the base [env: SECENV_TARGET]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,

    /// Set ${NAME} of the manifest; SECENV_VAR_NAME does the same
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
}

/// The manifest, and what stands over it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Input")]
pub struct Inputs {
    /// The manifest.
    #[command(flatten)]
    pub chosen: Chosen,

    /// Set a variable of the child: a secretsmanager:// or {{resolve:secretsmanager:…}} reference, else a literal
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub env: Vec<String>,

    /// Read such variables from a dotenv file
    #[arg(long = "env-file", value_name = "FILE")]
    pub env_files: Vec<PathBuf>,

    /// Resolve inherited variables whose value is a reference, or a secret's ARN as in an ECS valueFrom
    #[arg(long)]
    pub from_env: bool,

    /// Take this version for every entry that names none, or for one secret, by its name or ARN
    #[arg(long = "version-stage", value_name = "[ID=]STAGE")]
    pub version_stages: Vec<String>,
}

/// The source, and what an AWS client is made from.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Source")]
pub struct Sources {
    /// Where secrets come from: aws, agent or agent:PORT, agent,aws, or file:PATH for a JSON file [env: SECENV_SOURCE]
    #[arg(long)]
    pub source: Option<String>,

    /// Region of the secrets that name none (an ARN or an entry does)
    #[arg(long)]
    pub region: Option<String>,

    /// Regions to ask for those instead, the next one if one is out of order: us-east-1,us-west-2 [env: SECENV_REGIONS]
    #[arg(long, value_name = "REGIONS", conflicts_with = "region")]
    pub regions: Option<String>,

    /// Profile of the AWS configuration; it beats credentials in the environment
    #[arg(long)]
    pub profile: Option<String>,
}

/// How it is fetched.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Fetching")]
pub struct Fetching {
    /// Give up after this time; it bounds everything before CMD starts [default: 30s] [env: SECENV_DEADLINE]
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<String>,

    /// Requests under way at once [default: 32] [env: SECENV_CONCURRENCY]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<NonZeroUsize>,

    /// Use BatchGetSecretValue, 20 ids a call; it needs that permission too [env: SECENV_BATCH]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub batch: Option<bool>,

    /// Ask Secrets Manager whatever is cached, here or by the agent, and cache the answers
    #[arg(long)]
    pub refresh: bool,

    /// Leave the manifest's cache alone: nothing is read from it, nothing written [env: SECENV_NO_CACHE]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub no_cache: Option<bool>,

    /// Let requests go over plain http to other hosts than loopback and the credential addresses
    #[arg(long)]
    pub allow_http: bool,
}
