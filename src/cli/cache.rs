//! `secenv cache`.

use clap::Subcommand;

use super::Messages;

/// Look at the cache of fetched values, or empty it.
#[derive(Debug, Subcommand)]
pub enum Cache {
    /// Print where it is, how many values it holds and how old they are; exits 125 where there can be none.
    #[command(after_help = "Examples:\n  secenv cache status\n  secenv cache status --json")]
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// What secenv says.
        #[command(flatten)]
        messages: Messages,
    },
    /// Remove all values, and the key that they are sealed with.
    #[command(after_help = "Examples:\n  secenv cache clear")]
    Clear {
        /// What secenv says.
        #[command(flatten)]
        messages: Messages,
    },
}
