//! Who may not do what, and which policy says so, as far as AWS's text tells.
//! Pure: from the text of an `AccessDeniedException` to a [`Trouble`].
//! Separate because that text has a grammar of its own (IAM User Guide, "Troubleshoot access denied error messages").

use super::{Asked, Trouble};
use crate::fetch::{FailureKind, Subject, failure::CALLER};

/// Access to a secret, or to its key, was denied.
pub(super) fn of_text(text: &str, asked: Asked<'_>) -> Trouble {
    let lower = text.to_ascii_lowercase();
    // Not "kms" alone: the text repeats the secret's name.
    if lower.contains("access to kms") || lower.contains("perform: kms:") {
        return kms(asked);
    }
    let sure = asked.is_arn() || lower.contains("explicit deny") || lower.contains("resource-based policy");
    let identity = between(text, "User: ", " is not authorized");
    let action = between(text, "perform: ", " on ").unwrap_or("secretsmanager:GetSecretValue");
    let message = if sure {
        format!("access to {} is denied", asked.secret())
    } else {
        format!("{} is denied, or does not exist in {}", plain(asked), asked.place)
    };
    let mut trouble = Trouble::new(FailureKind::AccessDenied, Subject::Secret, message);
    if let Some(identity) = identity {
        trouble = trouble.note(format!("{CALLER}{identity}"));
    }
    let who = identity.unwrap_or("the caller");
    trouble.help(match Policy::of(&lower) {
        Some(Policy::Resource) => format!(
            "the secret's resource policy is in the way: `aws secretsmanager get-resource-policy {}`",
            asked.arguments()
        ),
        Some(Policy::Organization) => {
            format!("a policy of the organization denies {action}: ask its administrators (SCP or RCP)")
        }
        Some(Policy::Boundary) => format!("the permissions boundary of {who} must allow {action}"),
        Some(Policy::Session) => format!("the session policy of {who} must allow {action}"),
        Some(Policy::Endpoint) => format!("the policy of the VPC endpoint must allow {action} on this secret"),
        Some(Policy::Identity) | None => {
            format!(
                "allow {action} on it in a policy of {who}: `secenv policy` prints one; check region and account too"
            )
        }
    })
}

/// KMS will not, or may not, decrypt the secret for the caller.
pub(super) fn kms(asked: Asked<'_>) -> Trouble {
    let message = format!("{} cannot be decrypted: KMS does not let the caller use its key", asked.secret());
    Trouble::new(FailureKind::Kms, Subject::Secret, message).help(format!(
        "allow kms:Decrypt on the key to the caller, in IAM and in the key policy, and check that the key is enabled; the \
         key: `aws secretsmanager describe-secret {} --query KmsKeyId`",
        asked.arguments()
    ))
}

/// The kind of policy that denied, where the text says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Identity,
    Resource,
    Organization,
    Boundary,
    Session,
    Endpoint,
}

impl Policy {
    fn of(lower: &str) -> Option<Self> {
        [
            ("vpc endpoint policy", Self::Endpoint),
            ("service control policy", Self::Organization),
            ("resource control policy", Self::Organization),
            ("permissions boundary", Self::Boundary),
            ("session policy", Self::Session),
            ("resource-based policy", Self::Resource),
            ("resource policy", Self::Resource),
            ("identity-based policy", Self::Identity),
        ]
        .into_iter()
        .find_map(|(words, policy)| lower.contains(words).then_some(policy))
    }
}

fn plain(asked: Asked<'_>) -> String {
    format!("secret {}", asked.request.id.as_str())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found).filter(|found| !found.is_empty())
}
