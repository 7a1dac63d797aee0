//! Flags and `SECENV_*` variables over `[fetch]` and `[aws]`: the settings of one run. Pure.

use std::{
    num::NonZeroUsize,
    path::Path,
    time::{Duration, Instant},
};

use super::Start;
use crate::{
    cli,
    error::Error,
    fetch::{
        Batching, Limits, Patience,
        agent::Refresh,
        aws::{AwsOptions, HttpPolicy},
        cache::{CacheOptions, Lifetimes},
    },
    manifest::{Login, Manifest, SourceName, check_regions, parse_duration, reference::is_region},
};

const DEADLINE: Duration = Duration::from_secs(30);
const TTL: Duration = Duration::from_mins(15);
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(32).expect("it is not zero");

/// What holds for one run.
pub(super) struct Settings {
    /// In order of preference; not empty.
    pub(super) sources: Vec<SourceName>,
    pub(super) region: Option<String>,
    pub(super) login: Login,
    pub(super) aws: AwsOptions,
    pub(super) refresh: Refresh,
    /// For the source `aws`; none is none.
    pub(super) cache: Option<CacheOptions>,
    pub(super) limits: Limits,
}

impl Settings {
    pub(super) fn new(args: &cli::Resolve, manifest: Option<&Manifest>, start: &Start<'_>) -> Result<Self, Error> {
        let fetch = manifest.map(|manifest| manifest.fetch.clone()).unwrap_or_default();
        let aws = manifest.map(|manifest| manifest.aws.clone()).unwrap_or_default();
        let ((deadline, regions), (sources, max_attempts)) = Error::both(
            Error::both(deadline(&args.fetching, fetch.deadline, start), regions(&args.sources, fetch.regions)),
            Error::both(sources(&args.sources, manifest), max_attempts(start)),
        )?;
        let batch = args.fetching.batch.or(fetch.batch).unwrap_or(false);
        Ok(Self {
            sources,
            region: if regions.is_empty() { args.sources.region.clone().or(aws.region) } else { None },
            login: Login { profile: args.sources.profile.clone(), role_arn: None }.or(&aws.login),
            aws: AwsOptions {
                regions,
                allow_http: if args.fetching.allow_http { HttpPolicy::Anywhere } else { HttpPolicy::LoopbackOnly },
            },
            refresh: refresh(&args.fetching),
            cache: cache(&args.fetching, manifest),
            limits: Limits {
                deadline: deadline.at,
                budget: deadline.budget,
                attempt_timeout: (deadline.budget / 3).max(Duration::from_secs(1)),
                concurrency: args.fetching.concurrency.or(fetch.concurrency).unwrap_or(CONCURRENCY),
                max_attempts,
                batching: if batch { Batching::Batch } else { Batching::Single },
                patience: Patience::Deadline,
            },
        })
    }
}

fn refresh(args: &cli::Fetching) -> Refresh {
    if args.refresh { Refresh::Now } else { Refresh::AsCached }
}

/// `[cache]`, unless `--no-cache` says otherwise.
fn cache(args: &cli::Fetching, manifest: Option<&Manifest>) -> Option<CacheOptions> {
    let cache = manifest?.cache.filter(|_| args.no_cache != Some(true))?;
    let lifetimes = Lifetimes { ttl: cache.ttl.unwrap_or(TTL), max_stale: cache.max_stale.unwrap_or_default() };
    Some(CacheOptions { lifetimes, refresh: refresh(args) })
}

/// A moment, and how long after the start it is.
pub(super) struct Deadline {
    pub(super) at: Instant,
    pub(super) budget: Duration,
}

/// The flag or variable, else the manifest's, else the default.
pub(super) fn deadline(args: &cli::Fetching, manifest: Option<Duration>, start: &Start<'_>) -> Result<Deadline, Error> {
    let budget = match &args.deadline {
        Some(text) => parse_duration(text).map_err(|message| {
            Error::usage(format!("--deadline or SECENV_DEADLINE: {message}"), "write 30s or 1m30s")
        })?,
        None => manifest.unwrap_or(DEADLINE),
    };
    Ok(Deadline { at: start.at + budget, budget })
}

/// Until when the inputs are read, before `[fetch]` is known; a flag that is no duration is told with their mistakes.
pub(super) fn deadline_of_inputs(args: &cli::Fetching, start: &Start<'_>) -> Instant {
    deadline(args, None, start).map_or(start.at + DEADLINE, |deadline| deadline.at)
}

fn sources(args: &cli::Sources, manifest: Option<&Manifest>) -> Result<Vec<SourceName>, Error> {
    let sources = match &args.source {
        Some(text) => listed(text)
            .map(|name| SourceName::parse(name, Path::new("")))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|(message, help)| Error::usage(format!("--source or SECENV_SOURCE: {message}"), help))?,
        None => manifest.map(|manifest| manifest.sources.clone()).unwrap_or_default(),
    };
    match sources.as_slice() {
        [] => Ok(vec![SourceName::Aws]),
        [before @ .., _] if before.iter().all(|source| matches!(source, SourceName::Agent(_))) => Ok(sources),
        _ => Err(Error::usage(
            "only an agent can have another source after it: whether it is there is known at once",
            "write one source, or source = [\"agent\", \"aws\"]",
        )),
    }
}

/// `agent,aws` is two sources; the path of `file:PATH` may have commas.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (name, after) = match text.split_once(',') {
            Some((name, after)) if !text.starts_with("file:") => (name, Some(after)),
            _ => (text, None),
        };
        rest = after;
        Some(name)
    })
}

/// `--region` over `--regions` or `SECENV_REGIONS` over `[fetch]`; they take the place of `[aws] region`.
fn regions(args: &cli::Sources, manifest: Vec<String>) -> Result<Vec<String>, Error> {
    if let Some(region) = &args.region {
        let odd = || Error::usage(format!("--region: `{region}` is no region"), "write one such as us-east-1");
        return if is_region(region) { Ok(Vec::new()) } else { Err(odd()) };
    }
    let Some(text) = &args.regions else { return Ok(manifest) };
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if let Err(message) = check_regions(&names) {
        return Err(Error::usage(
            format!("--regions or SECENV_REGIONS: {message}"),
            "write the regions with commas between them: us-east-1,us-west-2",
        ));
    }
    Ok(names)
}

fn max_attempts(start: &Start<'_>) -> Result<Option<NonZeroUsize>, Error> {
    let Some(text) = start.environ.get(b"AWS_MAX_ATTEMPTS").filter(|text| !text.is_empty()) else { return Ok(None) };
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.map(Some).ok_or_else(|| {
        Error::usage(
            "AWS_MAX_ATTEMPTS is not a whole number of at least 1",
            "mend it, or unset it to retry until the deadline",
        )
    })
}
