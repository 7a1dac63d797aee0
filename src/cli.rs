//! The command line: types and help. It knows nothing else of the crate.
#![expect(clippy::doc_markdown, reason = "the doc comments are help texts for a terminal")]

use clap::{Parser, Subcommand};

mod as_run;
mod cache;
mod check;
pub mod completions;
mod export;
mod get;
mod init;
mod install;
pub mod man;
mod messages;
mod plan;
mod policy;
mod resolve;
mod run;
mod schema;

pub use as_run::AsRun;
pub use cache::Cache;
pub use check::Check;
pub use completions::Completions;
pub use export::{Export, ExportFormat};
pub use get::Get;
pub use init::{From, Init};
pub use install::Install;
pub use man::Man;
pub use messages::{ErrorFormat, Messages, asked_format};
pub use plan::Plan;
pub use policy::{Policy, Scope};
pub use resolve::{Chosen, Fetching, Inputs, Resolve, Sources};
pub use run::{Run, Supervising};
pub use schema::Schema;

/// Starts a command with its secrets from AWS Secrets Manager in the environment.
#[derive(Debug, Parser)]
#[command(name = "secenv", version, long_version = LONG_VERSION, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
///
/// Only the one that is called is built, which is most of what a start without a network would take.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Resolve the manifest, then become CMD, or run it as a child, with the variables set.
    Run(Box<Run>),
    /// Write a first manifest, from an env file or from what AWS has.
    Init(Box<Init>),
    /// Show what `run` would do, without fetching anything, or every mistake of the manifest.
    Plan(Box<Plan>),
    /// Do all that `run` does but start the command, and say what is wrong, without a value.
    Check(Box<Check>),
    /// Print one value, or write it to a file.
    Get(Box<Get>),
    /// Write all variables in the format of another tool.
    Export(Box<Export>),
    /// Print the least-privilege IAM policy for the manifest.
    Policy(Box<Policy>),
    /// Look at the cache of fetched values, or empty it.
    #[command(subcommand)]
    Cache(Cache),
    /// Print the JSON Schema of the manifest, for editors.
    Schema(Schema),
    /// Print a script with which a shell completes the command line.
    Completions(Completions),
    /// Print or write the man pages.
    Man(Man),
    /// Copy this binary to PATH, for images that share a volume.
    Install(Install),
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

    /// What is told of a command among the others is told again by its own help, where the doc of its type wins.
    #[test]
    fn a_command_is_told_of_in_one_way() {
        let listed = Cli::command();
        let mut built = listed.clone();
        built.build();
        for command in listed.get_subcommands() {
            let own = built.find_subcommand(command.get_name()).expect("it is built");
            assert_eq!(command.get_about().map(ToString::to_string), own.get_about().map(ToString::to_string));
        }
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
        assert_eq!(lacks("check"), []);
        assert_eq!(lacks("export"), []);
    }
}
