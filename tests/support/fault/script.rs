//! What the server does instead of answering truly, to which requests, and how often.
//!
//! Steps stand in a queue: a request plays the first step that matches it and is not used up.

use std::time::Duration;

use super::refusal::Refusal;

/// One thing that may happen to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The true answer: keeps a place in the queue.
    Answer,
    /// 400 `ThrottlingException`.
    Throttle,
    /// 500 `InternalServiceError`.
    Internal,
    /// 503 with a page of HTML, as a load balancer sends it.
    Html503,
    /// 400 `AccessDeniedException` with this text.
    AccessDenied(String),
    /// 400 `AccessDeniedException`: KMS refuses.
    KmsDenied,
    /// 400 `DecryptionFailure`.
    DecryptionFailure,
    /// 400 `InvalidRequestException`: scheduled for deletion.
    MarkedForDeletion,
    /// 400 `ExpiredTokenException`.
    ExpiredToken,
    /// 400 `UnrecognizedClientException`.
    UnrecognizedClient,
    /// Any other error.
    Refuse(Refusal),
    /// 503 with `Retry-After`, in seconds.
    RetryAfter(u32),
    /// 403: the signature is not of the time that the service's `Date` says, which is New Year of 2026.
    WrongClock,
    /// The true answer, so much later.
    Delay(Duration),
    /// No answer at all; the connection stays open. Such a request does not count as under way.
    Silence,
    /// RST before the first byte of the answer.
    Reset,
    /// RST in the middle of the secret value.
    ResetMidBody,
    /// The body ends in the middle of the secret value, short of its content-length.
    CutBody,
    /// 200, and JSON that breaks right after the secret value.
    MalformedJson,
    /// 200, and a `SecretString` that is a number: the secret's own digits where it is one, else 12345.
    WrongType,
    /// The true answer, its body one byte a second.
    Drip,
}

impl Action {
    /// To the next request.
    pub fn once(self) -> Step {
        self.times(1)
    }

    /// To the next `count` requests.
    pub fn times(self, count: usize) -> Step {
        Step { action: self, left: Some(count), operation: None, id: None, region: None }
    }

    /// To every request from now on.
    pub fn forever(self) -> Step {
        Step { action: self, left: None, operation: None, id: None, region: None }
    }

    /// The plain error answer that this is, if it is one: in a batch it can be one secret's own.
    pub fn refusal(&self) -> Option<Refusal> {
        Some(match self {
            Self::Throttle => Refusal::throttled(),
            Self::Internal => Refusal::internal(),
            Self::AccessDenied(text) => Refusal::access_denied(text),
            Self::KmsDenied => Refusal::kms_denied(),
            Self::DecryptionFailure => Refusal::decryption_failure(),
            Self::MarkedForDeletion => Refusal::marked_for_deletion(),
            Self::ExpiredToken => Refusal::expired_token(),
            Self::UnrecognizedClient => Refusal::unrecognized_client(),
            Self::Refuse(refusal) => refusal.clone(),
            _ => return None,
        })
    }
}

/// An action with its audience.
#[derive(Clone, Debug)]
pub struct Step {
    pub action: Action,
    left: Option<usize>,
    operation: Option<String>,
    id: Option<String>,
    region: Option<String>,
}

impl Step {
    /// Only to requests of this operation (`GetSecretValue`, `BatchGetSecretValue`, …).
    #[must_use]
    pub fn operation(mut self, name: &str) -> Self {
        self.operation = Some(name.to_owned());
        self
    }

    /// Only to requests signed for this region.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Only to requests for this secret (its name, or the id as it is asked for). In a batch a plain error then becomes
    /// that secret's element of `Errors`; anything else befalls the whole batch.
    #[must_use]
    pub fn secret(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }
}

/// The queue.
#[derive(Debug, Default)]
pub struct Script(Vec<Step>);

/// What a request is matched by: each id as asked for, and the name of the secret it means.
pub struct Audience<'a> {
    pub operation: &'a str,
    pub region: &'a str,
    pub ids: &'a [(String, String)],
}

/// What a request gets: the action, and in a batch the place of the one id that it is for.
#[derive(Debug)]
pub struct Cue {
    pub action: Action,
    pub only: Option<usize>,
}

impl Script {
    pub fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// The cues of one request: all steps for single ids of a batch, or else the first step for the whole request.
    pub fn next(&mut self, audience: &Audience<'_>) -> Vec<Cue> {
        let mut cues: Vec<Cue> = Vec::new();
        for step in &mut self.0 {
            if step.left == Some(0) || step.operation.as_ref().is_some_and(|name| name != audience.operation) {
                continue;
            }
            if step.region.as_ref().is_some_and(|region| region != audience.region) {
                continue;
            }
            let place = match &step.id {
                None => None,
                Some(id) => match audience.ids.iter().position(|(asked, name)| asked == id || name == id) {
                    Some(place) => Some(place),
                    None => continue,
                },
            };
            let batch = audience.operation == super::BATCH;
            let only = place.filter(|_| batch && (step.action == Action::Answer || step.action.refusal().is_some()));
            let taken = match only {
                Some(place) => cues.iter().any(|cue| cue.only == Some(place)),
                None => !cues.is_empty(),
            };
            if taken {
                continue;
            }
            step.left = step.left.map(|left| left - 1);
            cues.push(Cue { action: step.action.clone(), only });
            if only.is_none() {
                break;
            }
        }
        cues
    }
}
