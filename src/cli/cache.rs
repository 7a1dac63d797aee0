//! `secenv cache`.

use clap::Subcommand;

/// `secenv cache`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Cache {
    /// Print where it is, how many values it holds and how old they are; exits 125 where there can be none.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove all values, and the key that they are sealed with.
    Clear,
}
