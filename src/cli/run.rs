//! `secenv run`.

use std::ffi::OsString;

use clap::Args;

use super::{Messages, Resolve};

/// Resolve the manifest, then become CMD, or run it as a child, with the variables set.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, override_usage = "secenv run [OPTIONS] -- CMD [ARGS]...")]
pub struct Run {
    /// The command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, value_hint = clap::ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,

    /// What the command gets.
    #[command(flatten)]
    pub resolve: Resolve,
    /// Whether secenv stays.
    #[command(flatten)]
    pub supervising: Supervising,
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

/// Whether secenv stays as the parent of the command, and what it does as such.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Command")]
#[expect(clippy::struct_excessive_bools, reason = "a flag is a bool to clap; the steps turn them into enums")]
pub struct Supervising {
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
}

const AFTER_HELP: &str = "\
Which value a variable gets, low to high: inherited, [[env_from]], [env], --env-file, --env. A later file or \
flag wins over an earlier one; keep = true lets a non-empty inherited value win over [env].

secenv becomes the command: same process, nothing left in memory. As PID 1, unless the command is an init itself \
(init, tini, dumb-init, catatonit, systemd), or when asked to, it stays as the parent in some kB of memory that \
hold no secret. It then passes every signal on but KILL, STOP, CHLD and those of faults, stops and continues with \
the command, reaps orphans as PID 1, and ends when the command ends. A systemd unit that supervises wants \
KillMode=mixed, as by default systemd signals every process of the unit; one of Type=notify, where systemd learns \
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
