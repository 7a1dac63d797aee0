//! What only `run` reads.

use std::ffi::OsString;

use clap::Args;

/// The rest of a command line of `run`: it is taken, so that the word `run` can be replaced, and only a size may need it.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a flag is a bool to clap; nobody reads these")]
pub struct AsRun {
    /// The command and its arguments, which are not started
    #[arg(value_name = "CMD", last = true, hide = true)]
    pub command: Vec<OsString>,

    #[arg(long, hide = true)]
    supervise: bool,
    #[arg(long, hide = true)]
    exec: bool,
    #[arg(long, hide = true)]
    signal_group: bool,
    #[arg(long, hide = true, value_name = "TIME")]
    kill_after: Option<String>,
    #[arg(long, hide = true)]
    subreaper: bool,
}
