//! The source `aws`: AWS Secrets Manager through the SDK, and the only module that names its crates.
//! Edge: it asks credential sources and the service.
//! The steps are in [`AwsSource`]; credentials, HTTP, calls, batches and the meaning of failures have files of their own.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use aws_sdk_secretsmanager::{
    Client,
    config::{Builder, IdentityCache, StalledStreamProtectionConfig},
};
use aws_types::{region::Region, service_config::ServiceConfigKey};

use super::{
    Batching, Caller, Failure, Limits, Outcome, Particulars, Source,
    attempts::{self, Failed, Rules},
    queue, runtime,
    trouble::{Asked, Place},
    turnstile::Turnstile,
};
use crate::{
    log::Log,
    plan::{Operation, Request},
};

mod batch;
mod calls;
mod credentials;
mod errors;
mod http;
mod identity;
mod regions;
mod survey;

use batch::Job;
pub use http::HttpPolicy;
use regions::{Home, Regions};
use survey::Surveyor;

/// How long DNS, TCP and TLS may take together; the SDK's own default.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// What the user set for this source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsOptions {
    /// `--profile` or `[aws].profile`: beats credentials in the environment, unlike `AWS_PROFILE`.
    pub profile: Option<String>,
    /// `[aws].role_arn`: a role to assume with the credentials found.
    pub role_arn: Option<String>,
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
    used: OnceLock<(SdkConfig, Credentials)>,
}

impl AwsSource {
    /// A source with these options; everything else comes from the environment and the profile when it is asked.
    #[must_use]
    pub fn new(options: AwsOptions) -> Self {
        Self { options, used: OnceLock::new() }
    }
}

impl Source for AwsSource {
    fn fetch(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        runtime::fetch(requests.len(), limits, log, self.answer(requests, limits, log))
    }

    fn caller(&self, limits: &Limits) -> Option<Caller> {
        let (settings, credentials) = self.used.get()?;
        // The connections of the first client ended with its runtime.
        let http = http::client(self.options.allow_http, NonZeroUsize::MIN);
        runtime::run(identity::of(settings, credentials.clone(), http, limits.deadline)).ok().flatten()
    }

    fn survey(&self, requests: &[Request], outcomes: &[Outcome], limits: &Limits, log: &Log) -> Vec<Particulars> {
        let mut told = vec![Particulars::NotAsked; requests.len()];
        let fallback = self.used.get().and_then(|(settings, _)| settings.region()).map(ToString::to_string);
        let questions = survey::questions(requests, outcomes, &self.options.regions, fallback.as_deref());
        if let (Some((settings, credentials)), Some(count)) = (self.used.get(), NonZeroUsize::new(questions.len())) {
            let http = http::client(self.options.allow_http, limits.concurrency.min(count));
            let clients = Clients::new(template(settings).credentials_provider(credentials.clone()).http_client(http));
            let answers = runtime::run(Surveyor::new(clients, limits, log).all(questions));
            for (indices, particulars) in answers.unwrap_or_default() {
                for index in indices {
                    told[index] = particulars.clone();
                }
            }
        }
        told
    }
}

impl AwsSource {
    async fn answer(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        let Some(count) = NonZeroUsize::new(requests.len()) else { return Vec::new() };
        let http = http::client(self.options.allow_http, limits.concurrency.min(count));
        let settings = credentials::settings(&self.options, own_region(requests, &self.options.regions), &http);
        let (settings, seen) = http::watched(limits.deadline, Box::pin(settings)).await;
        let no_region = errors::no_region(self.options.profile.as_deref(), &seen);
        // Only instance metadata, asked for the region, can take so long.
        let Some(settings) = settings else { return vec![Err(no_region); requests.len()] };

        let fallback = settings.region().map(Region::as_ref);
        let home = |request: &Request| match (&request.region, fallback) {
            (Some(region), _) => Some(Home::In(region.clone())),
            (None, _) if !self.options.regions.is_empty() => Some(Home::Replicated),
            (None, region) => region.map(|region| Home::In(region.to_owned())),
        };
        let homes: Vec<Option<Home>> = requests.iter().map(home).collect();
        if homes.iter().all(Option::is_none) {
            return vec![Err(no_region); requests.len()];
        }
        match credentials::load(&self.options, &settings, limits, log).await {
            Err(failure) => {
                homes.iter().map(|home| Err(home.as_ref().map_or(&no_region, |_| &failure).clone())).collect()
            }
            Ok(credentials) => {
                let _ = self.used.set((settings.clone(), credentials.clone()));
                let session = Session {
                    clients: Clients::new(template(&settings).credentials_provider(credentials)),
                    requests: requests.iter().cloned().zip(homes).collect(),
                    regions: Regions::new(self.options.regions.clone()),
                    turnstile: Turnstile::default(),
                    limits: limits.clone(),
                    log: *log,
                };
                attempts::agreed(Arc::new(session).results(no_region).await)
            }
        }
    }
}

/// A region for credential services, if no request needs the SDK's chain. STS is best asked where the process lives:
/// there its VPC endpoint is; an ARN's region may be anywhere.
fn own_region(requests: &[Request], replicas: &[String]) -> Option<Region> {
    if let Some(first) = replicas.first() {
        return Some(Region::new(first.clone()));
    }
    if requests.iter().any(|request| request.region.is_none()) {
        return None;
    }
    let chosen = |request: &&Request| request.id.region().is_none();
    let environment = || ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| std::env::var(name).ok());
    let region = requests.iter().find(chosen).and_then(|request| request.region.clone());
    region
        .or_else(|| environment().filter(|text| !text.is_empty()))
        .or_else(|| requests.first().and_then(|request| request.region.clone()))
        .map(Region::new)
}

/// The clients' common part: no retries, no cache, no timeouts of the SDK's, since all three are done here.
fn template(settings: &SdkConfig) -> Builder {
    let mut builder = Builder::from(settings);
    if let Some(url) = endpoint(settings) {
        builder = builder.endpoint_url(url);
    }
    builder
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// The configured endpoint, in the SDK's order of precedence. The SDK (aws-runtime 1.10) looks for `secrets-manager` in a
/// profile's `services` section, where the documented key is `secrets_manager`.
fn endpoint(settings: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("secrets_manager")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    settings.service_config()?.load_config(key)
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

/// All that the calls of one fetch share.
struct Session {
    clients: Clients,
    requests: Vec<(Request, Option<Home>)>,
    regions: Regions,
    turnstile: Turnstile,
    limits: Limits,
    log: Log,
}

/// What a job came to for one request.
enum Step {
    Done(Result<super::Fetched, Failed>),
    /// The batch had nothing for it, and why.
    Singly(String),
}

impl Session {
    async fn results(self: Arc<Self>, no_region: Failure) -> Vec<Result<super::Fetched, Failed>> {
        let mut results: Vec<Option<Result<super::Fetched, Failed>>> = vec![None; self.requests.len()];
        let regional: Vec<_> = (self.requests.iter().enumerate())
            .filter_map(|(index, (request, home))| Some((index, request, self.regions.of(home.as_ref()?))))
            .collect();
        let mut jobs = batch::jobs(&regional, self.limits.batching);
        while !jobs.is_empty() {
            let session = Arc::clone(&self);
            let work = move |job| Arc::clone(&session).work(job);
            let mut singly = Vec::new();
            let mut reason = None;
            for (index, step) in queue::all(jobs, self.limits.concurrency, work).await.into_iter().flatten() {
                match step {
                    Step::Done(result) => results[index] = Some(result),
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
        let missing = || Err(Failed { failure: no_region.clone(), attempts: 1 });
        results.into_iter().map(|result| result.unwrap_or_else(missing)).collect()
    }

    async fn work(self: Arc<Self>, job: Job) -> Vec<(usize, Step)> {
        match job {
            Job::Single(index) => {
                vec![(index, Step::Done(self.get(index).await))]
            }
            Job::Batch(indices) => {
                let ids: Vec<_> = indices.iter().map(|index| self.requests[*index].0.id.as_str().to_owned()).collect();
                let region = self.region(indices[0]);
                let limits = self.limits.first_of(self.regions.left_to_ask(region));
                let batch = batch::get(&self.clients.of(region), &ids, region, &limits).await;
                let why = batch.missing.unwrap_or_default();
                let step =
                    |secret: Option<_>| secret.map_or(Step::Singly(why.clone()), |secret| Step::Done(Ok(secret)));
                indices.into_iter().zip(batch.secrets.into_iter().map(step)).collect()
            }
        }
    }

    /// Where a request goes now; all requests in jobs have a home.
    fn region(&self, index: usize) -> &str {
        self.requests[index].1.as_ref().map_or("", |home| self.regions.of(home))
    }

    /// One secret, from the region it is at home in, or from the first of its replicas that is in order.
    async fn get(&self, index: usize) -> Result<super::Fetched, Failed> {
        let (request, home) = &self.requests[index];
        if home == &Some(Home::Replicated) {
            let ask = |region, limits: Limits| async move { self.ask(request, region, &limits).await };
            return self.regions.first_in_order(request, &self.limits, &self.log, ask).await;
        }
        self.ask(request, self.region(index), &self.limits).await
    }

    async fn ask(&self, request: &Request, region: &str, limits: &Limits) -> Result<super::Fetched, Failed> {
        let asked = Asked { request, place: Place::Region(region) };
        let rules = Rules { limits, log: &self.log, turnstile: &self.turnstile };
        calls::get(&self.clients.of(region), asked, region, rules).await
    }
}

/// A client for each region that is asked, made when it is: a replica's is rarely needed.
struct Clients {
    template: Builder,
    made: Mutex<HashMap<String, Client>>,
}

impl Clients {
    fn new(template: Builder) -> Self {
        Self { template, made: Mutex::default() }
    }

    fn of(&self, region: &str) -> Client {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let client = || Client::from_conf(self.template.clone().region(Region::new(region.to_owned())).build());
        made.entry(region.to_owned()).or_insert_with(client).clone()
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
        };
        let arn = || request("arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", Some("eu-west-1"));
        let region = |requests: &[Request]| own_region(requests, &[]).map(|region| region.to_string());
        assert_eq!(region(&[arn(), request("x", Some("us-west-2"))]), Some("us-west-2".to_owned()));
        assert_eq!(region(&[arn(), request("x", None)]), None);
        let replicas = ["us-west-2".to_owned(), "us-east-1".to_owned()];
        assert_eq!(own_region(&[arn(), request("x", None)], &replicas), Some(Region::new("us-west-2")));
    }
}
