//! `secenv check`.

use clap::Args;

use super::{AsRun, Messages, Resolve};

/// Do all that `run` does but start the command, and say what is wrong, without a value.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, override_usage = "secenv check [OPTIONS] [-- CMD [ARGS]...]")]
pub struct Check {
    /// Print one JSON document, with the problems too if there are any
    #[arg(long)]
    pub json: bool,

    /// What is checked.
    #[command(flatten)]
    pub resolve: Resolve,
    /// What only `run` reads.
    #[command(flatten)]
    pub as_run: AsRun,
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

const AFTER_HELP: &str = "\
Everything that `run` does before it starts the command: each secret is fetched, each key looked up, each template \
rendered, each size checked. No value is shown. Files with a path are not written. Any command line of `run` will do, \
with `check` in its place; the command is not started.

What the manifest's [cache] holds is neither used nor changed.

Beside that it asks who it is (GetCallerIdentity), and, where it may, for rotation and deletion (DescribeSecret) and \
for the names that come nearest to one that does not exist (ListSecrets). No run needs these two permissions; without \
them a check says less.

A problem is what a run would fail of. A warning is not, and leaves the exit code alone: a rotation that is stuck (a \
version that has been AWSPENDING for an hour), a value of a variable with a line end at its end, a carriage return or \
a byte order mark.

--json prints one document, for a good manifest and a bad one: exit_code and problems as --error-format json has \
them; if there is no mistake in the manifest callers, took_ms, secrets and warnings too. A field may be added, none \
changes.

Exit codes:
  0      a run would start its command
  125    it would fail for good: at least one problem is such
  124    it would fail for now: throttled, unreachable, 5xx, unreadable answer, deadline

Examples:
  secenv check
  secenv check --target prod -m /etc/myapp/secenv.toml
  secenv check --json | jq -r '.secrets[] | select(.state != \"ok\") | .id'";
