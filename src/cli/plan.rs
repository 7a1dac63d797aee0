//! `secenv plan`.

use clap::Args;

use super::{AsRun, Messages, Resolve};

/// Show what `run` would do, without fetching anything, or every mistake of the manifest.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, override_usage = "secenv plan [OPTIONS] [-- CMD [ARGS]...]")]
pub struct Plan {
    /// Print one JSON document, with the mistakes too if there are any
    #[arg(long)]
    pub json: bool,

    /// Reckon what it does to the quota of Secrets Manager when so many tasks start at once
    #[arg(long, value_name = "N")]
    pub tasks: Option<u32>,

    /// What is planned.
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
Nothing is fetched: no network, no credentials, no value, literals and defaults included. Any command line of `run` \
will do, with `plan` in its place; the command is not started.

It is the lint of a manifest, for CI and as a pre-commit hook (entry: secenv plan, pass_filenames: false): every \
mistake in one report, and exit code 125.

Which keys an [[env_from]] gives is known offline only where it lists them in `keys`; otherwise the table has PREFIX*.

--json prints one document for a good manifest and a bad one: exit_code and problems as --error-format json has them, \
and for a good one variables, env_from, child, sources, calls and fleet. A field may be added, none changes.

Examples:
  secenv plan
  secenv plan --target prod --tasks 10000
  secenv plan --json | jq -r '.variables[].secret.id // empty' | sort -u";
