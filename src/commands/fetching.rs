//! The sources of one run: made from the settings, asked for the plan's requests, and asked who asked if that failed.
//! Edge, as the sources are.

use super::Settings;
use crate::{
    environment::{EntryFailure, Reason},
    fetch::{
        Caller, FailureKind, InOrder, Limits, Outcome, Source,
        agent::{AgentOptions, AgentSource},
        aws::AwsSource,
        cache::CachedSource,
        file::FileSource,
    },
    log::Log,
    manifest::SourceName,
    plan::{Login, Plan},
};

/// The sources, in the order in which they are asked.
pub(super) fn sources(settings: &Settings) -> InOrder {
    let source = |name: &SourceName| -> (&'static str, Box<dyn Source>) {
        let source: Box<dyn Source> = match name {
            SourceName::Aws => aws(settings),
            SourceName::Agent(port) => {
                Box::new(AgentSource::new(AgentOptions { port: *port, refresh: settings.refresh }))
            }
            SourceName::File(path) => Box::new(FileSource::new(path.clone())),
        };
        (name.word(), source)
    };
    InOrder(settings.sources.iter().map(source).collect())
}

/// AWS Secrets Manager, behind the cache if there is one: only this source has one here, as an agent has its own.
fn aws(settings: &Settings) -> Box<dyn Source> {
    let options = &settings.aws;
    let source = AwsSource::new(options.clone());
    match settings.cache {
        None => Box::new(source),
        Some(cache) => Box::new(CachedSource::new(cache, options.regions.clone(), source)),
    }
}

/// An outcome for each request; no source is touched where there is none.
pub(super) fn fetch(sources: &InOrder, plan: &Plan, limits: &Limits, log: Log) -> Vec<Outcome> {
    if plan.requests.is_empty() { Vec::new() } else { sources.fetch(&plan.requests, limits, &log) }
}

/// Adds who asked to the failures that may be one of identity, and do not say it: what is denied, and a bare name that is
/// not found, which is looked for in the caller's account.
pub(super) fn with_caller(
    mut failures: Vec<EntryFailure>,
    plan: &Plan,
    caller: impl Fn(&Login) -> Option<Caller>,
) -> Vec<EntryFailure> {
    // Each login is asked about once.
    let mut callers: Vec<(&Login, Option<Caller>)> = Vec::new();
    for entry in &mut failures {
        let Reason::Fetch { request, failure, .. } = &mut entry.reason else { continue };
        let Some(request) = plan.requests.get(*request) else { continue };
        let wanted = match failure.kind {
            FailureKind::AccessDenied | FailureKind::Kms => !failure.names_caller(),
            FailureKind::NotFound => !request.id.is_arn(),
            _ => false,
        };
        if !wanted {
            continue;
        }
        if callers.iter().all(|(login, _)| **login != request.login) {
            callers.push((&request.login, caller(&request.login)));
        }
        let caller = callers.iter().find(|(login, _)| **login == request.login).and_then(|(_, caller)| caller.as_ref());
        failure.notes.extend(caller.map(Caller::to_string));
    }
    failures
}
