//! Why a request got no secret: value-free, so that it can be printed.

/// A failed request, in words for the person who has to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong, as a stable token.
    pub kind: FailureKind,
    /// What it is about: equal failures of the source are reported once, not once a secret.
    pub subject: Subject,
    /// One line, lower case, that names the secret, the region and the host as far as they matter.
    pub message: String,
    /// Further facts, one line each: the service's own text, the number of attempts.
    pub notes: Vec<String>,
    /// The exact action to take.
    pub help: Option<String>,
}

impl Failure {
    /// Whether the service's own text tells who asked.
    #[must_use]
    pub fn names_caller(&self) -> bool {
        self.notes.iter().any(|note| note.starts_with(CALLER))
    }
}

/// How a note begins that names the caller.
pub(super) const CALLER: &str = "the caller: ";

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One secret.
    Secret,
    /// The source as a whole: no credentials, no region, an unreadable file.
    Source,
}

/// Whether another start could succeed with nothing changed by a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasting {
    /// Exit 124: the outside was not able to answer just now.
    ForNow,
    /// Exit 125: somebody has to change something.
    ForGood,
}

/// The kinds of failure, each with a token that stays the same across versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// No secret of that id.
    NotFound,
    /// The secret has no such version, or no version with that staging label.
    VersionNotFound,
    /// The secret is scheduled for deletion.
    PendingDeletion,
    /// The caller may not read the secret.
    AccessDenied,
    /// KMS could not or may not decrypt the secret.
    Kms,
    /// The service refused the request for another reason that a retry does not cure.
    Refused,
    /// No region from any source.
    NoRegion,
    /// No credentials from any source, or a credential source that is set up wrongly.
    NoCredentials,
    /// Credentials that are no longer, or not yet, valid.
    ExpiredCredentials,
    /// The server's certificate was not accepted.
    Certificate,
    /// A plain http endpoint where that is not allowed, or an unusable proxy, CA bundle or endpoint.
    Endpoint,
    /// The source's file cannot be read, or is not what it should be.
    SourceFile,
    /// A cache was asked for, and there can be none here.
    Cache,
    /// Too many requests.
    Throttled,
    /// No connection: DNS, refused, reset, TLS broken off.
    Unreachable,
    /// The service answered with a fault of its own (5xx).
    ServiceFault,
    /// An answer that cannot be read.
    UnreadableAnswer,
    /// A credential source that did not answer in time, or with a fault of its own.
    CredentialsUnavailable,
    /// No answer before the deadline.
    Deadline,
}

impl FailureKind {
    /// The stable token, for machines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::VersionNotFound => "version-not-found",
            Self::PendingDeletion => "pending-deletion",
            Self::AccessDenied => "access-denied",
            Self::Kms => "kms",
            Self::Refused => "refused",
            Self::NoRegion => "no-region",
            Self::NoCredentials => "no-credentials",
            Self::ExpiredCredentials => "expired-credentials",
            Self::Certificate => "certificate",
            Self::Endpoint => "endpoint",
            Self::SourceFile => "source-file",
            Self::Cache => "cache",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
            Self::ServiceFault => "service-fault",
            Self::UnreadableAnswer => "unreadable-answer",
            Self::CredentialsUnavailable => "credentials-unavailable",
            Self::Deadline => "deadline",
        }
    }

    /// Whether a retry with nothing changed may succeed (SPEC section 6, exit 124 and 125).
    #[must_use]
    pub fn lasting(self) -> Lasting {
        match self {
            Self::Throttled
            | Self::Unreachable
            | Self::ServiceFault
            | Self::UnreadableAnswer
            | Self::CredentialsUnavailable
            | Self::Deadline => Lasting::ForNow,
            _ => Lasting::ForGood,
        }
    }

    /// Whether the place that was asked is out of order: 5xx, no connection, silence. Another region or source may not be.
    #[must_use]
    pub fn is_outage(self) -> bool {
        matches!(self, Self::Unreachable | Self::ServiceFault | Self::Deadline)
    }

    /// Whether `optional` and `default` cover it: the secret or version does not exist. Nothing else is absence.
    #[must_use]
    pub fn is_absence(self) -> bool {
        matches!(self, Self::NotFound | Self::VersionNotFound)
    }
}
