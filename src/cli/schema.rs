//! `secenv schema`.

use clap::Args;

use super::Messages;

/// Print the JSON Schema of the manifest, for editors.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Schema {
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

const AFTER_HELP: &str = "\
An editor that knows TOML reads it if the manifest's first line is #:schema ./secenv.schema.json.

Examples:
  secenv schema >secenv.schema.json";
