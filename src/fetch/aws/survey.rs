//! `DescribeSecret`, and `ListSecrets` for names that do not exist: what `check` wants to know beside the values.
//! Edge: it calls the service, after a fetch, with the credentials of that fetch.
//! Separate because it needs permissions that no run needs, and does without them.

use std::{num::NonZeroUsize, sync::Arc, time::Instant};

use aws_sdk_secretsmanager::{
    Client,
    operation::describe_secret::DescribeSecretOutput,
    types::{Filter, FilterNameStringType},
};
use aws_smithy_types::{DateTime, date_time::Format};

use super::{Clients, calls::trouble, errors::of_connection, http::watched};
use crate::{
    fetch::{
        Description, FailureKind, Limits, Moment, Outcome, Particulars, Rotation, Subject,
        attempts::{Rules, until_answered},
        queue,
        trouble::{Asked, Place, Trouble},
        turnstile::Turnstile,
    },
    log::Log,
    plan::Request,
};

/// Nobody waits long for what is only good to know.
const ATTEMPTS: NonZeroUsize = NonZeroUsize::new(3).expect("it is not zero");
/// Of 100 names each.
const PAGES: usize = 20;

/// A question about one secret.
pub(super) struct Question {
    /// The places of its requests.
    indices: Vec<usize>,
    request: Request,
    /// Where it was asked for.
    region: String,
    about: About,
}

/// What the question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// The secret, or those that are there if it is not.
    It,
    /// Those that are there, since it is not.
    Others,
}

/// What there is to ask after a fetch, each secret once; a request that names no region was asked for in the first of the
/// `replicas`, else in the `fallback`. Of a source that failed as a whole nothing is asked.
pub(super) fn questions(
    requests: &[Request],
    outcomes: &[Outcome],
    replicas: &[String],
    fallback: Option<&str>,
) -> Vec<Question> {
    let home = |request: &Request| {
        let region = request.region.as_deref().or_else(|| replicas.first().map(String::as_str)).or(fallback);
        region.map(str::to_owned)
    };
    let mut questions: Vec<Question> = Vec::new();
    for (index, (request, outcome)) in requests.iter().zip(outcomes).enumerate() {
        let (region, about) = match outcome {
            Ok(fetched) => (fetched.region.clone(), About::It),
            Err(failure) if failure.subject == Subject::Source => continue,
            Err(failure) if failure.kind == FailureKind::NotFound && request.version.is_current() => {
                (home(request), About::Others)
            }
            Err(_) => (home(request), About::It),
        };
        let Some(region) = region else { continue };
        let is_asked = |one: &&mut Question| (&one.request.id, &one.region, one.about) == (&request.id, &region, about);
        match questions.iter_mut().find(is_asked) {
            Some(question) => question.indices.push(index),
            None => questions.push(Question { indices: vec![index], request: request.clone(), region, about }),
        }
    }
    questions
}

/// What all questions share.
pub(super) struct Surveyor {
    clients: Clients,
    turnstile: Turnstile,
    limits: Limits,
    log: Log,
}

impl Surveyor {
    pub(super) fn new(clients: Clients, limits: &Limits, log: &Log) -> Self {
        let limits = Limits { max_attempts: Some(ATTEMPTS), ..limits.clone() };
        Self { clients, turnstile: Turnstile::default(), limits, log: *log }
    }

    /// An answer for each question.
    pub(super) async fn all(self, questions: Vec<Question>) -> Vec<(Vec<usize>, Particulars)> {
        let concurrency = self.limits.concurrency;
        let surveyor = Arc::new(self);
        queue::all(questions, concurrency, |question| Arc::clone(&surveyor).one(question)).await
    }

    async fn one(self: Arc<Self>, Question { indices, request, region, about }: Question) -> (Vec<usize>, Particulars) {
        let client = self.clients.of(&region);
        let particulars = match about {
            About::It => self.describe(&client, &request, &region).await,
            About::Others => None,
        };
        let particulars = match particulars {
            Some(particulars) => particulars,
            None => Particulars::Others(self.names(&client, request.id.resource()).await),
        };
        (indices, particulars)
    }

    /// None if there is no such secret.
    async fn describe(&self, client: &Client, request: &Request, region: &str) -> Option<Particulars> {
        let asked = Asked { request, place: Place::Region(region) };
        let once = async |end: Instant| {
            let call = client.describe_secret().secret_id(request.id.as_str());
            match watched(end, call.send()).await {
                (Some(Ok(described)), _) => Ok(described),
                (Some(Err(error)), seen) => Err::<_, Trouble>(trouble(&error, &seen, asked).0),
                (None, seen) => Err(of_connection(&seen)),
            }
        };
        let rules = Rules { limits: &self.limits, log: &self.log, turnstile: &self.turnstile };
        match until_answered(asked, rules, once).await {
            Ok(described) => Some(Particulars::Secret(description(described))),
            Err(failed) if failed.failure.kind == FailureKind::NotFound => None,
            Err(failed) => Some(Particulars::Untold(failed.failure)),
        }
    }

    /// Names that begin as this one does up to its first slash, or any if there are none.
    async fn names(&self, client: &Client, name: &str) -> Vec<String> {
        let folder = name.split_once('/').map(|(folder, _)| format!("{folder}/"));
        let near = match folder {
            Some(folder) => self.list(client, Some(folder)).await,
            None => Vec::new(),
        };
        if near.is_empty() { self.list(client, None).await } else { near }
    }

    /// As far as they are told: without the permission there are none.
    async fn list(&self, client: &Client, prefix: Option<String>) -> Vec<String> {
        let filter =
            prefix.map(|prefix| vec![Filter::builder().key(FilterNameStringType::Name).values(prefix).build()]);
        let mut names = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            let call = client.list_secrets().set_filters(filter.clone()).max_results(100).set_next_token(token.take());
            let end = self.limits.deadline.min(Instant::now() + self.limits.attempt_timeout);
            let (Some(Ok(page)), _) = watched(end, call.send()).await else { break };
            names.extend(page.secret_list.unwrap_or_default().into_iter().filter_map(|secret| secret.name));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        names
    }
}

fn description(described: DescribeSecretOutput) -> Description {
    let mut versions: Vec<_> = described.version_ids_to_stages.unwrap_or_default().into_iter().collect();
    versions.sort();
    Description {
        versions,
        rotation: if described.rotation_enabled == Some(true) { Rotation::On } else { Rotation::Off },
        rotated: described.last_rotated_date.map(moment),
        next_rotation: described.next_rotation_date.map(moment),
        changed: described.last_changed_date.map(moment),
        deleted: described.deleted_date.map(moment),
    }
}

fn moment(date: DateTime) -> Moment {
    // Whole seconds: nobody rotates by the millisecond.
    let date = DateTime::from_secs(date.secs());
    Moment { seconds: date.secs(), text: date.fmt(Format::DateTime).unwrap_or_default() }
}
