//! What a failure without an answer of the service means: no region, no connection (SPEC section 8).
//! Pure: from how far a connection got to a [`Trouble`].
//! Separate from [`crate::fetch::trouble`], which reads the answers there are.

use super::http::{Ending, Phase, Seen};
use crate::fetch::{Failure, FailureKind, Subject, trouble::Trouble};

mod transport;

pub(super) use transport::of_connection;

/// A request without a region, when the SDK's chain, which was `seen` to ask instance metadata last, has none either.
pub(super) fn no_region(profile: Option<&str>, seen: &Seen) -> Failure {
    let failing = match seen.ending {
        Ending::Answered(status) => status >= 500,
        Ending::TimedOut | Ending::Pending | Ending::Broken(_) => seen.phase == Phase::Request,
        _ => false,
    };
    if failing {
        let host = seen.host.as_deref().unwrap_or_default();
        let message = format!("the region was not given by instance metadata ({host})");
        return Trouble::new(FailureKind::CredentialsUnavailable, Subject::Source, message)
            .help("try again, or set AWS_REGION, which needs no instance metadata")
            .failure;
    }
    let profile = profile.map_or_else(|| "the profile".to_owned(), |name| format!("profile {name}"));
    Trouble::new(FailureKind::NoRegion, Subject::Source, "no AWS region is configured".to_owned())
        .note(format!("tried: the manifest, --region, AWS_REGION, AWS_DEFAULT_REGION, {profile}, instance metadata"))
        .help("pass `--region REGION`, set AWS_REGION, or write `region = \"REGION\"` under [aws]")
        .failure
}

/// A region that can be none, and the setting that it is from.
pub(super) fn odd_region(region: &str, setting: &str) -> Failure {
    Trouble::new(FailureKind::NoRegion, Subject::Source, format!("`{region}` is no region"))
        .note(format!("it is from {setting}"))
        .help("write one such as us-east-1, without blanks")
        .failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_region_is_for_good_unless_instance_metadata_fails() {
        let kind =
            |phase, ending| no_region(None, &Seen { host: Some("169.254.169.254".to_owned()), phase, ending }).kind;
        assert_eq!(kind(Phase::Request, Ending::NotAsked), FailureKind::NoRegion);
        assert_eq!(kind(Phase::Connect, Ending::TimedOut), FailureKind::NoRegion);
        assert_eq!(kind(Phase::Request, Ending::Answered(404)), FailureKind::NoRegion);
        assert_eq!(kind(Phase::Request, Ending::Answered(503)), FailureKind::CredentialsUnavailable);
        assert_eq!(kind(Phase::Request, Ending::Pending), FailureKind::CredentialsUnavailable);
    }
}
