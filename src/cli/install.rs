//! The arguments of `secenv install`.

use std::path::PathBuf;

use clap::Args;

use super::Messages;

/// Copy this binary to PATH, for images that share a volume.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Install {
    /// The file to be, or a directory that is there
    pub path: PathBuf,

    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

const AFTER_HELP: &str = "\
PATH is a file, or a directory that gets a file `secenv`; anyone may run it (mode 0755). What is
there is replaced in one step, so a secenv that runs goes on running. In an image that has
nothing else, this is how an init container fills a volume that the containers of a pod share.

Examples:
  secenv install /usr/local/bin/secenv
  secenv install /shared/";
