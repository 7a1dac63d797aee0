//! What a failed attempt means, in words for the person who has to mend it (SPEC section 8).
//! Pure: from a code, a text and a status to a [`Trouble`], whichever source the answer came through.
//! Separate because AWS's SDK models five of the codes and says "unhandled error" of all others.

use std::{fmt, time::Duration};

use super::{Failure, FailureKind, Lasting, Limits, Subject};
use crate::plan::Request;

mod denied;
mod service;

pub(super) use service::{Answer, of_answer, unreadable};

/// What was asked for: failures name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The secret and version.
    pub(super) request: &'a Request,
    /// Where.
    pub(super) place: Place<'a>,
}

/// Where a secret was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// In that region.
    Region(&'a str),
    /// In the region of a local agent, which only the agent knows.
    Agent,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Region(region) => region,
            Self::Agent => "the agent's region",
        })
    }
}

impl Asked<'_> {
    /// `secret prod/db in us-east-1`.
    fn secret(&self) -> String {
        format!("secret {} in {}", self.request.id.as_str(), self.place)
    }

    /// Whether the id is an ARN: only a name can be meant for another account or region by mistake.
    fn is_arn(&self) -> bool {
        self.request.id.is_arn()
    }

    /// `--secret-id ID --region REGION`, as far as they are known, ready to be pasted into a shell.
    fn arguments(&self) -> String {
        let id = self.request.id.as_str();
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-:".contains(c);
        // No id has a quote in it.
        let id = if id.chars().all(plain) { id.to_owned() } else { format!("'{id}'") };
        match self.place {
            Place::Region(region) => format!("--secret-id {id} --region {region}"),
            Place::Agent => format!("--secret-id {id}"),
        }
    }
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What to report. If it may pass, the message still lacks its last words, see [`Trouble::last_words`].
    pub(super) failure: Failure,
    /// How long the service wants to be left alone.
    pub(super) wish: Option<Duration>,
}

/// What ended the attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The deadline, or the next attempt would have come after it.
    Deadline,
    /// `AWS_MAX_ATTEMPTS`.
    Attempts,
}

impl Trouble {
    /// A trouble without notes and help.
    pub(super) fn new(kind: FailureKind, subject: Subject, message: String) -> Self {
        Self { failure: Failure { kind, subject, message, notes: Vec::new(), help: None }, wish: None }
    }

    /// Adds a fact.
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.failure.notes.push(note.into());
        self
    }

    /// Sets the action to take.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.failure.help = Some(help.into());
        self
    }

    /// Whether another attempt may succeed.
    pub(super) fn may_pass(&self) -> bool {
        self.failure.kind.lasting() == Lasting::ForNow
    }

    /// The failure to report when no further attempt is made.
    ///
    /// The number of attempts is said for a secret; of a source it differs from secret to secret, and equal failures of
    /// a source are to be reported once.
    pub(super) fn last_words(mut self, end: End, attempts: usize, limits: &Limits) -> Failure {
        if self.may_pass() {
            let plural = if attempts == 1 { "" } else { "s" };
            let said = match (end, self.failure.subject) {
                (End::Deadline, Subject::Source) => format!("at the deadline of {:?}", limits.budget),
                (End::Deadline, Subject::Secret) => {
                    format!("at the deadline of {:?} ({attempts} attempt{plural})", limits.budget)
                }
                (End::Attempts, _) => format!("after {attempts} attempt{plural}"),
            };
            self.failure.message = format!("{} {said}", self.failure.message);
            if let (End::Attempts, FailureKind::Deadline) = (end, self.failure.kind) {
                self.failure.kind = FailureKind::Unreachable;
            }
        }
        self.failure
    }
}

/// A request that the deadline left without any attempt.
pub(super) fn never_asked(asked: Asked<'_>, limits: &Limits) -> Failure {
    let message = format!("{} was not asked for before the deadline of {:?}", asked.secret(), limits.budget);
    Trouble::new(FailureKind::Deadline, Subject::Secret, message).help("give it more time with `--deadline`").failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::reference::{SecretId, Version};

    #[test]
    fn last_words_name_the_end() {
        use {
            End::{Attempts, Deadline},
            FailureKind::{NotFound, Throttled, Unreachable},
            Subject::{Secret, Source},
        };
        let limits = Limits {
            deadline: std::time::Instant::now(),
            budget: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(10),
            concurrency: std::num::NonZeroUsize::MIN,
            max_attempts: None,
            batching: crate::fetch::Batching::Single,
            patience: crate::fetch::Patience::Deadline,
        };
        let said = |kind, subject, end, attempts| {
            Trouble::new(kind, subject, "X was still Y".to_owned()).last_words(end, attempts, &limits).message
        };
        assert_eq!(said(Throttled, Secret, Deadline, 7), "X was still Y at the deadline of 30s (7 attempts)");
        assert_eq!(said(Throttled, Secret, Attempts, 1), "X was still Y after 1 attempt");
        assert_eq!(said(Unreachable, Source, Deadline, 7), "X was still Y at the deadline of 30s");
        assert_eq!(said(NotFound, Secret, Deadline, 7), "X was still Y");
    }

    #[test]
    fn ids_are_quoted_for_the_shell() {
        let request = |id| Request {
            id: SecretId::parse(id).expect("an id"),
            version: Version::default(),
            region: None,
            login: crate::plan::Login::default(),
        };
        let arguments = |id| Asked { request: &request(id), place: Place::Region("eu-west-1") }.arguments();
        assert_eq!(arguments("prod/db"), "--secret-id prod/db --region eu-west-1");
        assert_eq!(arguments("rds!cluster-1"), "--secret-id 'rds!cluster-1' --region eu-west-1");
    }
}
