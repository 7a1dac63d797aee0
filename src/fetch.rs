//! Step 3: from the plan's requests to one outcome each. Edge: this is where the network and files are read.
//!
//! A [`Source`] answers every request, in order, with a [`Fetched`] secret or a [`Failure`]; it never stops at the first
//! failure, so that one report can name them all. Whether an absent secret is an error is decided later, per variable.

use std::{
    fmt,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use crate::{
    log::Log,
    plan::{Login, Request},
    secret::SecretValue,
};

pub mod agent;
mod attempts;
pub mod aws;
pub mod cache;
mod failure;
pub mod file;
mod in_order;
mod particulars;
mod queue;
mod retry;
mod runtime;
mod trouble;
mod turnstile;
mod waiting;

pub use failure::{Failure, FailureKind, Lasting, Subject};
pub use in_order::InOrder;
pub use particulars::{Description, Moment, Particulars, Rotation};

/// A place that secrets come from.
pub trait Source {
    /// Answers all requests before `limits.deadline`: as many outcomes as requests, in their order.
    fn fetch(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome>;

    /// Whom that login was taken for in a fetch before this; none if it does not know, or is not told before the deadline.
    fn caller(&self, _login: &Login, _limits: &Limits) -> Option<Caller> {
        None
    }

    /// What it tells of secrets beside their values, after a fetch with these outcomes: one for each request.
    fn survey(&self, requests: &[Request], _outcomes: &[Outcome], _limits: &Limits, _log: &Log) -> Vec<Particulars> {
        vec![Particulars::NotAsked; requests.len()]
    }
}

/// Whom AWS took the asker for. Displayed, it is a note for a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// A user's, or an assumed role's.
    pub arn: String,
    /// The account in which names without an ARN are looked for.
    pub account: String,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asked as {} (account {})", self.arn, self.account)
    }
}

/// What came of one request.
pub type Outcome = Result<Fetched, Failure>;

/// One version of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// `SecretString` or `SecretBinary`.
    pub payload: Payload,
    /// The version id, where the source has one.
    pub version_id: Option<String>,
    /// The staging labels of that version, as the source lists them.
    pub stages: Vec<String>,
    /// The region that answered; none for sources without regions.
    pub region: Option<String>,
    /// The name of the source that answered.
    pub source: &'static str,
}

/// The two shapes of a secret in Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// `SecretString`: UTF-8.
    Text(SecretValue),
    /// `SecretBinary`: any bytes, already decoded from base64.
    Binary(SecretValue),
}

/// The bounds of one fetch.
#[derive(Clone, Debug)]
pub struct Limits {
    /// When everything must have ended, counted from the start of the process.
    pub deadline: Instant,
    /// The duration that the deadline was given as, for messages.
    pub budget: Duration,
    /// How long one attempt (connect, TLS, request and answer) may take.
    pub attempt_timeout: Duration,
    /// How many requests may be under way at once.
    pub concurrency: NonZeroUsize,
    /// Attempts for each request; without it only the deadline ends the retries.
    pub max_attempts: Option<NonZeroUsize>,
    /// How the requests are sent.
    pub batching: Batching,
    /// When a place that is out of order is given up.
    pub patience: Patience,
}

/// When a place that is out of order (see [`FailureKind::is_outage`]) is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// At the deadline: nothing else can be asked.
    Deadline,
    /// After silence, or a second attempt: another region or source is next.
    Brief,
}

impl Limits {
    /// The limits for the first of `places` that can be asked one after the other: the time that is left is shared out
    /// equally, and two attempts fit into a share, so that the last place is always asked in time.
    fn first_of(&self, places: usize) -> Self {
        if places < 2 {
            return self.clone();
        }
        let share = self.deadline.saturating_duration_since(Instant::now()) / u32::try_from(places).unwrap_or(u32::MAX);
        Self { patience: Patience::Brief, attempt_timeout: self.attempt_timeout.min(share / 2), ..self.clone() }
    }
}

/// How requests are sent to Secrets Manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batching {
    /// `GetSecretValue` for each request.
    Single,
    /// `BatchGetSecretValue`, 20 ids a call, for what it can do; single calls for the rest.
    Batch,
}
