//! The command line: types and help. It knows nothing else of the crate.

use std::{ffi::OsString, num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Starts a command with its secrets from AWS Secrets Manager in the environment.
#[derive(Debug, Parser)]
#[command(name = "secenv", version, long_version = LONG_VERSION, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Resolve the manifest, then become CMD, or run it as a child, with the variables set.
    #[command(after_help = AFTER_RUN_HELP, override_usage = "secenv run [OPTIONS] -- CMD [ARGS]...")]
    Run(Box<Run>),
    /// Print the JSON Schema of the manifest, for editors.
    Schema,
    /// Copy this binary to PATH, or into the directory PATH, with mode 0755, for containers that share a volume.
    Install {
        /// The file to be, or a directory that is there
        path: PathBuf,
    },
}

/// `secenv run`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a flag is a bool to clap; the steps turn them into enums")]
#[expect(clippy::doc_markdown, reason = "the doc comments are help texts for a terminal")]
pub struct Run {
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

    /// Set a variable of the child: a secretsmanager:// or {{resolve:secretsmanager:…}} reference, else a literal
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub env: Vec<String>,

    /// Read such variables from a dotenv file
    #[arg(long = "env-file", value_name = "FILE")]
    pub env_files: Vec<PathBuf>,

    /// Resolve inherited variables whose value is a reference, or a secret's ARN as in an ECS valueFrom
    #[arg(long)]
    pub from_env: bool,

    /// Take this version for every entry that names none, or for one secret
    #[arg(long = "version-stage", value_name = "[ID=]STAGE")]
    pub version_stages: Vec<String>,

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

    /// Give up after this time; it bounds everything before CMD starts [default: 30s] [env: SECENV_DEADLINE]
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<String>,

    /// Requests under way at once [default: 32] [env: SECENV_CONCURRENCY]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<NonZeroUsize>,

    /// Use BatchGetSecretValue, 20 ids a call; it needs that permission too [env: SECENV_BATCH]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub batch: Option<bool>,

    /// Have the agent ask Secrets Manager instead of answering from its cache
    #[arg(long)]
    pub refresh: bool,

    /// Let requests go over plain http to other hosts than loopback and the credential addresses
    #[arg(long)]
    pub allow_http: bool,

    /// Stay as the parent of CMD: pass signals on, reap orphans, end as CMD ends [default as PID 1]
    #[arg(long, conflicts_with = "exec")]
    pub supervise: bool,

    /// Become CMD [default elsewhere]; SECENV_MODE=exec, supervise or auto does the same
    #[arg(long)]
    pub exec: bool,

    /// Pass signals on to the process group of CMD, not to CMD alone; this supervises
    #[arg(long, conflicts_with = "exec")]
    pub signal_group: bool,

    /// Send KILL so long after a TERM was passed on, not counting the time CMD is stopped; this supervises
    #[arg(long, value_name = "TIME", conflicts_with = "exec")]
    pub kill_after: Option<String>,

    /// Take over and reap orphans of CMD even if not PID 1; this supervises
    #[arg(long, conflicts_with = "exec")]
    pub subreaper: bool,

    /// How errors are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ErrorFormat::Human)]
    pub error_format: ErrorFormat,

    /// Say on stderr what was fetched (-v), and each attempt (-vv); SECENV_LOG=info or debug does the same
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// The command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true)]
    pub command: Vec<OsString>,
}

/// How errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorFormat {
    /// Text for people.
    Human,
    /// One line of JSON.
    Json,
}

/// What `build.rs` found out, after the version.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit: ",
    env!("BUILT_COMMIT"),
    "\nfeatures: ",
    env!("BUILT_FEATURES"),
    "\ntarget: ",
    env!("BUILT_TARGET")
);

const AFTER_HELP: &str = "\
Examples:
  secenv run -- ./server --port 8080
  secenv run --target prod -m /etc/app/secenv.toml -- ./server
  secenv run --env 'TOKEN=secretsmanager://prod/api#token' -- ./job";

const AFTER_RUN_HELP: &str = "\
Which value a variable gets, low to high: inherited, [env], --env-file, --env. A later file or
flag wins over an earlier one; keep = true lets a non-empty inherited value win over [env].

secenv becomes the command: same process, nothing left in memory. As PID 1, unless the command is an init itself
(init, tini, dumb-init, catatonit, systemd), or when asked to, it stays as the parent in some kB of memory that
hold no secret. It then passes every signal on but KILL, STOP, CHLD and those of faults, stops and continues with
the command, reaps orphans as PID 1, and ends when the command ends. A systemd unit that supervises wants
KillMode=mixed, as by default systemd signals every process of the unit; one of Type=notify, where systemd learns
that the command is the main process, wants the default.

Exit codes:
  the command's own        the command ran; death by signal n is that too, as PID 1 it is 128+n
  127, 126                 it was not found, it is not executable
  125                      failed for good: usage, manifest, not found, denied, no credentials
  124                      failed for now: throttled, unreachable, 5xx, unreadable answer, deadline

Examples:
  secenv run -- ./server --port 8080
  secenv run --version-stage prod/api=AWSPREVIOUS -- ./server
  secenv run --no-manifest --env 'TOKEN=secretsmanager://prod/api#token' -- ./job
  secenv run --source file:secrets.json -- npm start";
