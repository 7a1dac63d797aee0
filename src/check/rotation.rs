//! What becomes of a secret's rotation. Pure: the time comes in as a number.

use crate::{
    error::{At, Exit, Problem},
    fetch::{Description, FailureKind, Moment, Particulars, Rotation},
    manifest::Place,
    plan::Request,
};

/// A rotation function ends within 15 minutes (the limit of Lambda), and is tried again a few times.
const LONG: i64 = 60 * 60;

/// What becomes of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationState {
    /// Nobody was asked.
    NotAsked,
    /// It was not told; a reason for people.
    Unknown(String),
    /// It is not rotated by itself.
    Off,
    /// All is well; when it was rotated last, and when it will be next.
    On {
        /// RFC 3339.
        last: Option<String>,
        /// RFC 3339.
        next: Option<String>,
    },
    /// There is a pending version, and there has not been one for long.
    UnderWay,
    /// There is a pending version, and nothing has happened for an hour: the rotation has failed.
    Stuck {
        /// The pending version.
        version: String,
        /// When anything was changed last: RFC 3339.
        since: Option<String>,
    },
}

impl RotationState {
    /// Of what a source tells, at that many seconds after the epoch.
    pub(super) fn of(particulars: &Particulars, now: i64) -> Self {
        match particulars {
            Particulars::NotAsked | Particulars::Others(_) => Self::NotAsked,
            Particulars::Untold(failure) if failure.kind == FailureKind::AccessDenied => {
                Self::Unknown("secretsmanager:DescribeSecret is denied".into())
            }
            Particulars::Untold(failure) => Self::Unknown(failure.message.clone()),
            Particulars::Secret(secret) => Self::of_secret(secret, now),
        }
    }

    fn of_secret(secret: &Description, now: i64) -> Self {
        let has = |stages: &[String], stage: &str| stages.iter().any(|one| one == stage);
        let is_pending = |stages: &[String]| has(stages, "AWSPENDING") && !has(stages, "AWSCURRENT");
        let text = |moment: &Option<Moment>| moment.as_ref().map(|moment| moment.text.clone());
        match secret.versions.iter().find(|(_, stages)| is_pending(stages)) {
            Some(_) if secret.changed.as_ref().is_some_and(|changed| now - changed.seconds < LONG) => Self::UnderWay,
            Some((version, _)) => Self::Stuck { version: version.clone(), since: text(&secret.changed) },
            None if secret.rotation == Rotation::On => {
                Self::On { last: text(&secret.rotated), next: text(&secret.next_rotation) }
            }
            None => Self::Off,
        }
    }

    /// What somebody should look at.
    pub(super) fn warning(
        &self,
        request: &Request,
        region: Option<&str>,
        users: &[(String, Place)],
    ) -> Option<Problem> {
        let Self::Stuck { version, since } = self else { return None };
        let id = request.id.as_str();
        let region = region.map(|region| format!(" --region {region}")).unwrap_or_default();
        let since = since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
        let mut at: Vec<At> = users.iter().map(|(_, place)| At::Named(place.clone())).collect();
        at.dedup();
        Some(Problem {
            variables: users.iter().map(|(name, _)| name.clone()).collect(),
            at,
            notes: vec![format!("the version {version} is AWSPENDING and not AWSCURRENT")],
            help: Some(format!(
                "look at the log of its rotation function, then rotate again: `aws secretsmanager rotate-secret \
                 --secret-id '{id}'{region}`; to give it up: `aws secretsmanager update-secret-version-stage \
                 --secret-id '{id}'{region} --version-stage AWSPENDING --remove-from-version-id {version}`"
            )),
            ..Problem::new(
                "rotation-stuck",
                Exit::ForGood,
                format!("the rotation of secret {id} has been stuck{since}"),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(stages: &[&[&str]], changed: Option<i64>) -> Particulars {
        let moment = |seconds| Moment { seconds, text: format!("t{seconds}") };
        let version = |(index, stages): (usize, &&[&str])| {
            (format!("v{index}"), stages.iter().map(|&stage| stage.to_owned()).collect())
        };
        Particulars::Secret(Description {
            versions: stages.iter().enumerate().map(version).collect(),
            rotation: Rotation::On,
            changed: changed.map(moment),
            ..Description::default()
        })
    }

    #[test]
    fn a_rotation_is_stuck_when_its_version_has_been_pending_for_an_hour() {
        let now = 1_000_000;
        let pending: &[&[&str]] = &[&["AWSCURRENT"], &["AWSPENDING"]];
        let of = |stages: &[&[&str]], changed| RotationState::of(&secret(stages, changed), now);
        let stuck =
            |since: Option<&str>| RotationState::Stuck { version: "v1".into(), since: since.map(str::to_owned) };
        assert_eq!(of(pending, Some(now - LONG + 1)), RotationState::UnderWay);
        assert_eq!(of(pending, Some(now - LONG)), stuck(Some("t996400")));
        assert_eq!(of(pending, None), stuck(None));
        let settled = RotationState::On { last: None, next: None };
        assert_eq!(of(&[&["AWSCURRENT", "AWSPENDING"], &["AWSPREVIOUS"]], Some(0)), settled);
    }
}
