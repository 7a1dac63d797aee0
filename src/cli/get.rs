//! `secenv get`.

use std::path::PathBuf;

use clap::Args;

use super::{Chosen, Fetching, Messages, Sources};

/// Print one value, or write it to a file.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Get {
    /// The secret, and the key in it, in any form of a reference: `prod/db#password`, an ARN, …
    #[arg(value_name = "REF")]
    pub reference: String,

    /// Write the value to a file that only you can read, in place of one that is there
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Take the version with this staging label: AWSPREVIOUS, AWSPENDING
    #[arg(long, value_name = "STAGE")]
    pub version_stage: Option<String>,

    /// Where the settings are.
    #[command(flatten)]
    pub chosen: Chosen,
    /// From where.
    #[command(flatten)]
    pub sources: Sources,
    /// Within which limits.
    #[command(flatten)]
    pub fetching: Fetching,
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

const AFTER_HELP: &str = "\
The value goes to stdout byte for byte. Only on a terminal a line end follows, and a binary secret is refused there; \
-o - does without both. With -o FILE it goes to a file with mode 0600, written aside and renamed; a symlink, a directory and another user's file \
are refused.

A key's value is what a variable would get: a string its content, a number or boolean its JSON text, an object or \
array compact JSON. Without a key it is the whole secret.

If there is a ./secenv.toml, or one is named, its source, [aws], [fetch] and [vars] hold here too: ${name} in REF is \
replaced as in the manifest. --no-manifest does without.

Exit codes: 0; 125 if it failed for good (no such secret or key, denied, …); 124 if for now.

Examples:
  secenv get prod/db#password
  secenv get 'prod/db?version_stage=AWSPREVIOUS#password'
  secenv get --target prod '${env}/myapp/database#password'
  secenv get prod/certificate -o server.p12
  secenv get prod/api --source agent | jq -r .token";
