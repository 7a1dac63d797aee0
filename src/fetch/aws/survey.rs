//! `DescribeSecret`, and `ListSecrets` for names that do not exist: what `check` wants to know beside the values.
//! Edge: it calls the service, after a fetch, with the credentials of that fetch.
//! Separate because it needs permissions that no run needs, and does without them.

use std::{num::NonZeroUsize, sync::Arc, time::Instant};

use aws_sdk_secretsmanager::{
    Client,
    operation::describe_secret::DescribeSecretOutput,
    types::{Filter, FilterNameStringType},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{DateTime, date_time::Format};

use super::{calls::trouble, errors::of_connection, http::watched, logins::Access};
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
    access: Arc<Access>,
}

/// What the question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// The secret, or those that are there if it is not.
    It,
    /// Those that are there, since it is not.
    Others,
}

/// What there is to ask after a fetch, each secret once, as who asked before; a request that names no region was asked for
/// in the first of the `replicas`, else where its login is at home. Of a source that failed as a whole nothing is asked.
pub(super) fn questions(
    requests: &[Request],
    outcomes: &[Outcome],
    replicas: &[String],
    used: &[Arc<Access>],
    http: &SharedHttpClient,
) -> Vec<Question> {
    let mut fresh: Vec<Arc<Access>> = Vec::new();
    for access in used {
        if fresh.iter().all(|other| other.login != access.login) {
            fresh.push(Arc::new(access.over(http.clone())));
        }
    }
    let mut questions: Vec<Question> = Vec::new();
    for (index, (request, outcome)) in requests.iter().zip(outcomes).enumerate() {
        let Some(access) = fresh.iter().find(|access| access.login == request.login) else { continue };
        let home = || {
            let fallback = access.settings.region().map(ToString::to_string);
            request.region.clone().or_else(|| replicas.first().cloned()).or(fallback)
        };
        let (region, about) = match outcome {
            Ok(fetched) => (fetched.region.clone(), About::It),
            Err(failure) if failure.subject == Subject::Source => continue,
            Err(failure) if failure.kind == FailureKind::NotFound && request.version.is_current() => {
                (home(), About::Others)
            }
            Err(_) => (home(), About::It),
        };
        let Some(region) = region else { continue };
        let is_asked = |one: &&mut Question| {
            one.about == about
                && one.region == region
                && one.request.id == request.id
                && one.request.login == request.login
        };
        match questions.iter_mut().find(is_asked) {
            Some(question) => question.indices.push(index),
            None => questions.push(Question {
                indices: vec![index],
                request: request.clone(),
                region,
                about,
                access: Arc::clone(access),
            }),
        }
    }
    questions
}

/// What all questions share.
pub(super) struct Surveyor {
    turnstile: Turnstile,
    limits: Limits,
    log: Log,
}

impl Surveyor {
    pub(super) fn new(limits: &Limits, log: &Log) -> Self {
        let limits = Limits { max_attempts: Some(ATTEMPTS), ..limits.clone() };
        Self { turnstile: Turnstile::default(), limits, log: *log }
    }

    /// An answer for each question.
    pub(super) async fn all(self, questions: Vec<Question>) -> Vec<(Vec<usize>, Particulars)> {
        let concurrency = self.limits.concurrency;
        let surveyor = Arc::new(self);
        queue::all(questions, concurrency, |question| Arc::clone(&surveyor).one(question)).await
    }

    async fn one(
        self: Arc<Self>,
        Question { indices, request, region, about, access }: Question,
    ) -> (Vec<usize>, Particulars) {
        let client = access.client(&region);
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
