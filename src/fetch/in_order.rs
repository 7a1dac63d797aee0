//! Several sources: what the first cannot answer because it is not there is asked of the next.
//! Pure but for what it says at `-v`: the sources do the asking.
//! Separate so that the rule is seen in one place: absence, denial and throttling are answers, and stay.

use super::{Caller, Failure, Limits, Outcome, Particulars, Source, Subject};
use crate::{
    log::Log,
    plan::{Login, Request},
};

/// Sources in order of preference, each with its name.
pub struct InOrder(pub Vec<(&'static str, Box<dyn Source>)>);

impl Source for InOrder {
    fn fetch(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; requests.len()];
        for (place, (name, source)) in self.0.iter().enumerate() {
            let open: Vec<usize> =
                (0..requests.len()).filter(|at| outcomes[*at].as_ref().is_none_or(is_open)).collect();
            if open.is_empty() {
                break;
            }
            if let Some(Some(Err(failure))) = open.first().map(|at| &outcomes[*at]) {
                log.info(|| format!("{}; asking {name} now", failure.message));
            }
            let asked: Vec<Request> = open.iter().map(|at| requests[*at].clone()).collect();
            let answers = source.fetch(&asked, &limits.first_of(self.0.len() - place), log);
            for (at, answer) in open.into_iter().zip(answers) {
                let before = outcomes[at].take().and_then(Result::err);
                outcomes[at] = Some(answer.map_err(|failure| noted(failure, before)));
            }
        }
        outcomes.into_iter().flatten().collect()
    }

    fn caller(&self, login: &Login, limits: &Limits) -> Option<Caller> {
        self.0.iter().find_map(|(_, source)| source.caller(login, limits))
    }

    fn survey(&self, requests: &[Request], outcomes: &[Outcome], limits: &Limits, log: &Log) -> Vec<Particulars> {
        let mut told = vec![Particulars::NotAsked; requests.len()];
        for (_, source) in &self.0 {
            for (told, more) in told.iter_mut().zip(source.survey(requests, outcomes, limits, log)) {
                if *told == Particulars::NotAsked {
                    *told = more;
                }
            }
        }
        told
    }
}

fn is_open(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|failure| failure.subject == Subject::Source && failure.kind.is_outage())
}

fn noted(mut failure: Failure, before: Option<Failure>) -> Failure {
    failure.notes.extend(before.map(|before| format!("asked first: {}", before.message)));
    failure
}

#[cfg(test)]
mod tests {
    use std::{
        num::NonZeroUsize,
        time::{Duration, Instant},
    };

    use super::*;
    use crate::{
        fetch::{Batching, FailureKind, Fetched, Patience, Payload},
        log::Level,
        manifest::reference::{SecretId, Version},
        secret::SecretValue,
    };

    /// Answers each request by its id with a failure of that kind, or the source's name.
    struct Double(&'static str, fn(&str) -> Option<(FailureKind, Subject)>);

    impl Source for Double {
        fn fetch(&self, requests: &[Request], limits: &Limits, _log: &Log) -> Vec<Outcome> {
            let patience = if self.0 == "last" { Patience::Deadline } else { Patience::Brief };
            assert_eq!(limits.patience, patience);
            let answer = |request: &Request| match self.1(request.id.as_str()) {
                None => Ok(Fetched {
                    payload: Payload::Text(SecretValue::from(self.0.to_owned())),
                    version_id: None,
                    stages: Vec::new(),
                    region: None,
                    source: self.0,
                }),
                Some((kind, subject)) => {
                    Err(Failure { kind, subject, message: self.0.to_owned(), notes: Vec::new(), help: None })
                }
            };
            requests.iter().map(answer).collect()
        }
    }

    #[test]
    fn only_a_source_that_is_not_there_is_passed_over() {
        let first = Double("first", |id| match id {
            "ok" => None,
            "gone" | "both" => Some((FailureKind::Unreachable, Subject::Source)),
            "token" => Some((FailureKind::NoCredentials, Subject::Source)),
            "fault" => Some((FailureKind::ServiceFault, Subject::Secret)),
            _ => Some((FailureKind::NotFound, Subject::Secret)),
        });
        let last = Double("last", |id| (id == "both").then_some((FailureKind::AccessDenied, Subject::Secret)));
        let sources = InOrder(vec![("first", Box::new(first)), ("last", Box::new(last))]);
        let requests = ["ok", "gone", "token", "fault", "absent", "both"].map(|id| Request {
            id: SecretId::parse(id).expect("an id"),
            version: Version::default(),
            region: None,
            login: Login::default(),
        });
        let limits = Limits {
            deadline: Instant::now() + Duration::from_mins(1),
            budget: Duration::from_mins(1),
            attempt_timeout: Duration::from_secs(20),
            concurrency: NonZeroUsize::MIN,
            max_attempts: None,
            batching: Batching::Single,
            patience: Patience::Deadline,
        };
        let outcomes = sources.fetch(&requests, &limits, &Log::new(Level::Quiet, |_| ()));
        let by: Vec<_> = outcomes
            .iter()
            .map(|outcome| {
                outcome
                    .as_ref()
                    .map_or_else(|failure| (failure.kind.as_str(), &*failure.message), |fetched| ("ok", fetched.source))
            })
            .collect();
        let expected = [
            ("ok", "first"),
            ("ok", "last"),
            ("no-credentials", "first"),
            ("service-fault", "first"),
            ("not-found", "first"),
            ("access-denied", "last"),
        ];
        assert_eq!(by, expected);
        assert_eq!(outcomes[5].as_ref().expect_err("denied").notes, ["asked first: first"]);
    }
}
