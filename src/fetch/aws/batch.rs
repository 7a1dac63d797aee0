//! Many secrets by `BatchGetSecretValue`, 20 ids a call; what it cannot give is left to single calls.
//! Edge: it calls the service, once a page and without retries.
//! Separate because it is opt-in: another permission, and a hundredth of the quota.

use std::time::Instant;

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};

use super::{calls::fetched, http::watched};
use crate::{
    fetch::{Batching, Fetched, Limits},
    plan::{Login, Request},
};

mod matching;

use matching::{Entry, assign};

/// Ids of one call (API reference of BatchGetSecretValue).
const IDS: usize = 20;
/// Pages to follow: more than there can be ids is a service that does not stop.
const PAGES: usize = IDS + 1;

/// What is sent as one call: indices of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// `GetSecretValue`.
    Single(usize),
    /// `BatchGetSecretValue`, all in one region and as one caller.
    Batch(Vec<usize>),
}

/// Distributes requests, each with its region, over calls. Only requests for the current version can be batched, and a
/// batch of one would only need a permission more.
pub(super) fn jobs(requests: &[(usize, &Request, &str)], batching: Batching) -> Vec<Job> {
    let current = |request: &Request| request.version.id.is_none() && request.version.stage.is_none();
    let (together, single): (Vec<_>, Vec<_>) =
        requests.iter().partition(|(_, request, _)| batching == Batching::Batch && current(request));
    let mut clients: Vec<((&str, &Login), Vec<usize>)> = Vec::new();
    for (index, request, region) in together {
        match clients.iter_mut().find(|(known, _)| *known == (region, &request.login)) {
            Some((_, indices)) => indices.push(index),
            None => clients.push(((region, &request.login), vec![index])),
        }
    }
    let batches = clients.iter().flat_map(|(_, indices)| indices.chunks(IDS)).map(|chunk| match chunk {
        [index] => Job::Single(*index),
        chunk => Job::Batch(chunk.to_vec()),
    });
    batches.chain(single.into_iter().map(|(index, _, _)| Job::Single(index))).collect()
}

/// What a batch gave for each id, in the ids' order, and why some are missing.
#[derive(Debug)]
pub(super) struct Batch {
    /// The secret, or none where a single call has to find out.
    pub(super) secrets: Vec<Option<Fetched>>,
    /// A reason for people, value-free; none if nothing is missing.
    pub(super) missing: Option<String>,
}

/// Gets the secrets of `ids`. A page that fails, for whatever reason, ends the batch: single calls retry, and tell why.
pub(super) async fn get(client: &Client, ids: &[String], region: &str, limits: &Limits) -> Batch {
    let mut entries = Vec::new();
    let mut missing = None;
    let mut token = None;
    for _ in 0..PAGES {
        let call = client.batch_get_secret_value().set_secret_id_list(Some(ids.to_vec())).set_next_token(token);
        let end = limits.deadline.min(Instant::now() + limits.attempt_timeout);
        let page = match watched(end, call.send()).await {
            (Some(Ok(page)), _) => page,
            (Some(Err(error)), _) => {
                missing = Some(format!("the batch call failed: {}", error.code().unwrap_or("no usable answer")));
                break;
            }
            (None, _) => {
                missing = Some("the batch call got no answer in time".to_owned());
                break;
            }
        };
        for error in page.errors.unwrap_or_default() {
            missing.get_or_insert_with(|| format!("the batch says {}", error.error_code().unwrap_or("no reason")));
        }
        entries.extend(page.secret_values.unwrap_or_default().into_iter().map(|value| Entry {
            name: value.name,
            arn: value.arn,
            secret: fetched(
                value.secret_string,
                value.secret_binary,
                (value.version_id, value.version_stages.unwrap_or_default()),
                region,
            ),
        }));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    let secrets = assign(ids, &entries);
    if secrets.iter().any(Option::is_none) {
        missing.get_or_insert_with(|| "not in the batch's answer".to_owned());
    } else {
        missing = None;
    }
    Batch { secrets, missing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::reference::{SecretId, Version};

    #[test]
    fn calls() {
        let request = |stage: Option<&str>| Request {
            id: SecretId::parse("x").expect("an id"),
            version: Version { stage: stage.map(str::to_owned), id: None },
            region: None,
            login: Login::default(),
        };
        let (current, staged) = (request(None), request(Some("AWSPREVIOUS")));
        let mut requests: Vec<_> = (0..23).map(|index| (index, &current, "us-east-1")).collect();
        requests.extend([(23, &staged, "us-east-1"), (24, &current, "eu-west-1"), (25, &current, "us-east-1")]);
        let rest = Job::Batch(vec![20, 21, 22, 25]);
        let expected = [Job::Batch((0..20).collect()), rest, Job::Single(24), Job::Single(23)];
        assert_eq!(jobs(&requests, Batching::Batch), expected);
        assert_eq!(jobs(&requests, Batching::Single), (0..26).map(Job::Single).collect::<Vec<_>>());
    }
}
