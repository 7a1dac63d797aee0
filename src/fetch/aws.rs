//! The source `aws`: AWS Secrets Manager through the SDK, and the only module that names its crates.
//! Edge: it asks credential sources and the service.
//! The steps are in [`AwsSource`]; credentials, HTTP, calls, batches and the meaning of failures have files of their own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_secretsmanager::config::{Builder, IdentityCache, StalledStreamProtectionConfig};
use aws_types::region::Region;

use super::{
    Batching, Caller, Limits, Outcome, Particulars, Source,
    attempts::{self, Failed, Rules},
    queue, runtime,
    trouble::{Asked, Place},
    turnstile::Turnstile,
};
use crate::{
    log::Log,
    plan::{Login, Operation, Request},
};

mod aside;
mod batch;
mod calls;
mod credentials;
mod endpoints;
mod errors;
mod http;
mod identity;
mod logins;
mod regions;
mod survey;

use batch::Job;
pub use http::HttpPolicy;
use logins::{Access, Door};
use regions::{Home, Regions};
use survey::Surveyor;

/// How long DNS, TCP and TLS may take together; the SDK's own default.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// What the user set for this source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsOptions {
    /// `[fetch].regions`: for requests without a region of their own, replicas in order of preference.
    pub regions: Vec<String>,
    /// Where plain http may go.
    pub allow_http: HttpPolicy,
}

/// AWS Secrets Manager.
#[derive(Clone, Debug)]
pub struct AwsSource {
    options: AwsOptions,
    /// What the last fetch asked with.
    used: Arc<Mutex<Vec<Arc<Access>>>>,
}

impl AwsSource {
    /// A source with these options; everything else comes from the environment and the profiles when it is asked.
    #[must_use]
    pub fn new(options: AwsOptions) -> Self {
        Self { options, used: Arc::default() }
    }
}

impl Source for AwsSource {
    fn fetch(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        if aside::is_needed(requests) {
            aside::fetch(self, requests, limits, log)
        } else {
            self.fetch_here(requests, limits, log)
        }
    }

    fn caller(&self, login: &Login, limits: &Limits) -> Option<Caller> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let access = used.iter().find(|access| access.login == *login)?;
        // The connections of the first client ended with its runtime.
        let http = http::client(self.options.allow_http, limits.deadline);
        runtime::run(identity::of(&access.settings, access.credentials.clone(), http, limits.deadline)).ok().flatten()
    }

    fn survey(&self, requests: &[Request], outcomes: &[Outcome], limits: &Limits, log: &Log) -> Vec<Particulars> {
        let mut told = vec![Particulars::NotAsked; requests.len()];
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let http = http::client(self.options.allow_http, limits.deadline);
        let questions = survey::questions(requests, outcomes, &self.options.regions, &used, &http);
        if questions.is_empty() {
            return told;
        }
        let answers = runtime::run(Surveyor::new(limits, log).all(questions));
        for (indices, particulars) in answers.unwrap_or_default() {
            for index in indices {
                told[index] = particulars.clone();
            }
        }
        told
    }
}

impl AwsSource {
    fn fetch_here(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        runtime::fetch(requests.len(), limits, log, self.answer(requests, limits, log))
    }

    async fn answer(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        let http = http::client(self.options.allow_http, limits.deadline);
        let door = Door { options: self.options.clone(), http, limits: limits.clone(), log: *log };
        let entered = Arc::new(door).enter(requests).await;
        let mut answers: Vec<Option<Answer>> = vec![None; requests.len()];
        // The places of each that is asked: what names the region that the settings give is the same as what names none.
        let (mut places, mut ready): (Vec<Vec<usize>>, Vec<Ready>) = Default::default();
        for (at, (request, entered)) in requests.iter().zip(entered).enumerate() {
            match entered {
                Err(failure) => answers[at] = Some(Err(Failed { failure, attempts: 1 })),
                Ok((home, access)) => {
                    let next = Ready { request: request.clone(), home, access };
                    if let Some(same) = ready.iter().position(|known| known.is(&next)) {
                        places[same].push(at);
                    } else {
                        places.push(vec![at]);
                        ready.push(next);
                    }
                }
            }
        }
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) =
            ready.iter().map(|ready| Arc::clone(&ready.access)).collect();
        let session = Session {
            requests: ready,
            regions: Regions::new(self.options.regions.clone()),
            turnstile: Turnstile::default(),
            limits: limits.clone(),
            log: *log,
        };
        for (places, answer) in places.into_iter().zip(Arc::new(session).answers().await) {
            for at in &places[1..] {
                answers[*at] = Some(answer.clone());
            }
            answers[places[0]] = Some(answer);
        }
        attempts::agreed(answers.into_iter().flatten().collect())
    }
}

/// A region for credential services, if no request needs the SDK's chain. STS is best asked where the process lives:
/// there its VPC endpoint is; an ARN's region may be anywhere.
fn own_region(requests: &[&Request], replicas: &[String]) -> Option<Region> {
    if let Some(first) = replicas.first() {
        return Some(Region::new(first.clone()));
    }
    if requests.iter().any(|request| request.region.is_none()) {
        return None;
    }
    let chosen = |request: &&&Request| request.id.region().is_none();
    let environment = || ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| std::env::var(name).ok());
    let region = requests.iter().find(chosen).and_then(|request| request.region.clone());
    region
        .or_else(|| environment().filter(|text| !text.is_empty()))
        .or_else(|| requests.first().and_then(|request| request.region.clone()))
        .map(Region::new)
}

/// The clients' common part: no retries, no cache, no timeouts of the SDK's, since all three are done here.
fn template(settings: &SdkConfig, endpoint: Option<String>) -> Builder {
    let mut builder = Builder::from(settings);
    builder.set_endpoint_url(endpoint);
    builder
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// The calls that a fetch begins with, each with the region as far as it is known without asking anybody: a request that
/// names none goes to the first of the replicas, else where the SDK's chain says.
#[must_use]
pub fn calls(requests: &[Request], replicas: &[String], batching: Batching) -> Vec<(Operation, Option<String>)> {
    let region = |request: &Request| request.region.clone().or_else(|| replicas.first().cloned());
    let regions: Vec<Option<String>> = requests.iter().map(region).collect();
    let regional: Vec<_> = (requests.iter().zip(&regions).enumerate())
        .map(|(index, (request, region))| (index, request, region.as_deref().unwrap_or_default()))
        .collect();
    let call = |job: Job| match job {
        Job::Single(index) => (Operation::GetSecretValue, regions[index].clone()),
        Job::Batch(indices) => (Operation::BatchGetSecretValue, regions[indices[0]].clone()),
    };
    batch::jobs(&regional, batching).into_iter().map(call).collect()
}

/// A request that can be asked: where, and as whom.
struct Ready {
    request: Request,
    home: Home,
    access: Arc<Access>,
}

impl Ready {
    /// Whether it is the same version of the same secret, of the same place, asked for as the same.
    fn is(&self, other: &Self) -> bool {
        self.request.id == other.request.id
            && self.request.version == other.request.version
            && self.home == other.home
            && Arc::ptr_eq(&self.access, &other.access)
    }
}

/// All that the calls of one fetch share.
struct Session {
    requests: Vec<Ready>,
    regions: Regions,
    turnstile: Turnstile,
    limits: Limits,
    log: Log,
}

type Answer = Result<super::Fetched, Failed>;

/// What a job came to for one request.
enum Step {
    Done(Answer),
    /// The batch had nothing for it, and why.
    Singly(String),
}

impl Session {
    /// An answer to each request, in their order.
    async fn answers(self: Arc<Self>) -> Vec<Answer> {
        let mut answers: Vec<(usize, Answer)> = Vec::with_capacity(self.requests.len());
        let regional: Vec<_> = (self.requests.iter().enumerate())
            .map(|(index, ready)| (index, &ready.request, self.regions.of(&ready.home)))
            .collect();
        let mut jobs = batch::jobs(&regional, self.limits.batching);
        while !jobs.is_empty() {
            let session = Arc::clone(&self);
            let work = move |job| Arc::clone(&session).work(job);
            let mut singly = Vec::new();
            let mut reason = None;
            for (index, step) in queue::all(jobs, self.limits.concurrency, work).await.into_iter().flatten() {
                match step {
                    Step::Done(answer) => answers.push((index, answer)),
                    Step::Singly(why) => {
                        singly.push(index);
                        reason.get_or_insert(why);
                    }
                }
            }
            if let Some(why) = reason {
                self.log.info(|| format!("batch: {} fetched by single calls ({why})", count(singly.len())));
            }
            singly.sort_unstable();
            jobs = singly.into_iter().map(Job::Single).collect();
        }
        answers.sort_unstable_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    async fn work(self: Arc<Self>, job: Job) -> Vec<(usize, Step)> {
        match job {
            Job::Single(index) => {
                vec![(index, Step::Done(self.get(&self.requests[index]).await))]
            }
            Job::Batch(indices) => {
                let ids: Vec<_> =
                    indices.iter().map(|index| self.requests[*index].request.id.as_str().to_owned()).collect();
                let first = &self.requests[indices[0]];
                let region = self.regions.of(&first.home);
                let limits = self.limits.first_of(self.regions.left_to_ask(region));
                let batch = batch::get(&first.access.client(region), &ids, region, &limits).await;
                let why = batch.missing.unwrap_or_default();
                let step =
                    |secret: Option<_>| secret.map_or(Step::Singly(why.clone()), |secret| Step::Done(Ok(secret)));
                indices.into_iter().zip(batch.secrets.into_iter().map(step)).collect()
            }
        }
    }

    /// One secret, from the region it is at home in, or from the first of its replicas that is in order.
    async fn get(&self, ready: &Ready) -> Answer {
        if ready.home == Home::Replicated {
            let ask = |region, limits: Limits| async move { self.ask(ready, region, &limits).await };
            return self.regions.first_in_order(&ready.request, &self.limits, &self.log, ask).await;
        }
        self.ask(ready, self.regions.of(&ready.home), &self.limits).await
    }

    async fn ask(&self, ready: &Ready, region: &str, limits: &Limits) -> Answer {
        let asked = Asked { request: &ready.request, place: Place::Region(region) };
        let rules = Rules { limits, log: &self.log, turnstile: &self.turnstile };
        calls::get(&ready.access.client(region), asked, region, rules).await
    }
}

fn count(secrets: usize) -> String {
    if secrets == 1 { "1 secret is".to_owned() } else { format!("{secrets} secrets are") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::reference::{SecretId, Version};

    #[test]
    fn credential_services_are_asked_in_a_chosen_region_before_an_arns() {
        let request = |id, region: Option<&str>| Request {
            id: SecretId::parse(id).expect("an id"),
            version: Version::default(),
            region: region.map(str::to_owned),
            login: Login::default(),
        };
        let arn = || request("arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", Some("eu-west-1"));
        let region = |requests: &[Request]| {
            own_region(&requests.iter().collect::<Vec<_>>(), &[]).map(|region| region.to_string())
        };
        assert_eq!(region(&[arn(), request("x", Some("us-west-2"))]), Some("us-west-2".to_owned()));
        assert_eq!(region(&[arn(), request("x", None)]), None);
        let replicas = ["us-west-2".to_owned(), "us-east-1".to_owned()];
        assert_eq!(own_region(&[&arn(), &request("x", None)], &replicas), Some(Region::new("us-west-2")));
    }
}
