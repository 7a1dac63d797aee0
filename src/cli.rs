//! The command line: types and help. It knows nothing else of the crate.
#![expect(clippy::doc_markdown, reason = "the doc comments are help texts for a terminal")]

use clap::{Parser, Subcommand};

mod cache;
mod messages;
mod resolve;
mod run;

pub use cache::Cache;
pub use messages::{ErrorFormat, Messages};
pub use resolve::{Fetching, Inputs, Resolve, Sources};
pub use run::{Run, Supervising};

/// Starts a command with its secrets from AWS Secrets Manager in the environment.
#[derive(Debug, Parser)]
#[command(name = "secenv", version, max_term_width = 100, after_help = AFTER_HELP)]
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
    /// Look at the cache of fetched values, or empty it.
    #[command(subcommand)]
    Cache(Cache),
    /// Print the JSON Schema of the manifest, for editors.
    Schema,
}

const AFTER_HELP: &str = "\
Examples:
  secenv run -- ./server --port 8080
  secenv run --target prod -m /etc/app/secenv.toml -- ./server
  secenv run --env 'TOKEN=secretsmanager://prod/api#token' -- ./job";
