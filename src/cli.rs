//! The command line: types and help. It knows nothing else of the crate.
#![expect(clippy::doc_markdown, reason = "the doc comments are help texts for a terminal")]

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod as_run;
mod cache;
mod messages;
mod plan;
mod resolve;
mod run;

pub use as_run::AsRun;
pub use cache::Cache;
pub use messages::{ErrorFormat, Messages};
pub use plan::Plan;
pub use resolve::{Fetching, Inputs, Resolve, Sources};
pub use run::{Run, Supervising};

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
    Run(Box<Run>),
    /// Show what `run` would do, without fetching anything, or every mistake of the manifest.
    Plan(Box<Plan>),
    /// Look at the cache of fetched values, or empty it.
    #[command(subcommand)]
    Cache(Cache),
    /// Print the JSON Schema of the manifest, for editors.
    Schema,
    /// Copy this binary to PATH, or into the directory PATH, with mode 0755, for containers that share a volume.
    Install {
        /// The file to be, or a directory that is there
        path: PathBuf,
    },
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_word_run_can_be_replaced() {
        let cli = Cli::command();
        let flags = |name: &str| {
            let command = cli.find_subcommand(name).expect(name);
            command.get_arguments().filter_map(|flag| Some((flag.get_long()?, flag.get_short()))).collect::<Vec<_>>()
        };
        let lacks = |other: &str| {
            let theirs = flags(other);
            flags("run").into_iter().filter(|flag| !theirs.contains(flag)).collect::<Vec<_>>()
        };
        assert_eq!(lacks("plan"), []);
    }
}
