//! What secenv itself says, and how.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

/// How much is said, and in which form.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Messages")]
pub struct Messages {
    /// How errors are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ErrorFormat::Human)]
    pub error_format: ErrorFormat,

    /// Say on stderr what was fetched (-v), and each attempt (-vv); SECENV_LOG=info or debug does the same
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorFormat {
    /// Text for people.
    Human,
    /// One line of JSON.
    Json,
}

/// The format that a command line asks for which is not understood otherwise.
#[must_use]
pub fn asked_format(args: &[OsString]) -> ErrorFormat {
    let args = args.split(|arg| arg == "--").next().unwrap_or_default();
    let apart = args.windows(2).any(|pair| pair[0] == "--error-format" && pair[1] == "json");
    if apart || args.iter().any(|arg| arg == "--error-format=json") { ErrorFormat::Json } else { ErrorFormat::Human }
}
