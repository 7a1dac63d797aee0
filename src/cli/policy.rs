//! `secenv policy`.

use clap::Args;

use super::{Messages, Resolve};

/// Print the least-privilege IAM policy for the manifest.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Policy {
    /// What has to be permitted.
    #[command(flatten)]
    pub resolve: Resolve,
    /// What the manifest does not say.
    #[command(flatten)]
    pub scope: Scope,
    /// What secenv says.
    #[command(flatten)]
    pub messages: Messages,
}

/// What the manifest does not say.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Policy")]
pub struct Scope {
    /// Account of the secrets that are named, not by ARN [default: that of the role_arn]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,

    /// Key that the secrets are encrypted with, by ARN or id, or none: the key that AWS manages needs no permission
    #[arg(long = "kms-key", value_name = "KEY")]
    pub kms_keys: Vec<String>,

    /// Permit what `secenv check` asks for, too: DescribeSecret, and ListSecrets for the nearest names
    #[arg(long)]
    pub check: bool,
}

const AFTER_HELP: &str = "\
The policy is made from the manifest and the flags alone: nothing is asked, and no region is taken from the \
environment. It belongs to the identity that reads the secrets: with [aws] role_arn that role, with an agent the \
agent's role. What is not known is a * in it, and a line on stderr says how to narrow it.

Examples:
  secenv policy --account 111122223333 --region us-east-1 --kms-key none
  secenv policy --target prod --account 111122223333 >policy.json
  secenv policy --check --kms-key 1234abcd-12ab-34cd-56ef-1234567890ab";
