//! The steps that every command which resolves a manifest begins with. Edge.

use super::{
    Settings, Start, fetching,
    inputs::{self, Without},
    settings, variables,
};
use crate::{
    cli,
    environment::{self, Environment},
    error::Error,
    fetch::{InOrder, Outcome, Source},
    log::Log,
    plan::Plan,
    report::harmless,
    secret::SecretValue,
};

/// What is decided before anything is fetched.
pub(super) struct Resolution {
    pub(super) plan: Plan,
    pub(super) settings: Settings,
}

impl Resolution {
    /// Reads what there is to read, and makes the plan.
    ///
    /// # Errors
    /// All mistakes of the inputs.
    pub(super) fn decide(mut args: cli::Resolve, start: &Start<'_>) -> Result<Self, Error> {
        variables::fill(&mut args, start.environ)?;
        let deadline = settings::deadline_of_inputs(&args.fetching, start);
        let manifest = inputs::manifest(&args.inputs.chosen, Without::of(&args.inputs), start, deadline);
        let overrides = inputs::overrides(&args.inputs, deadline);
        let sound = manifest.as_ref().ok().and_then(Option::as_ref);
        let inherited = inputs::inherited(&args.inputs, sound, start);
        let others = Error::both(inputs::stages(&args.inputs), Settings::new(&args, sound, start));
        let ((manifest, overrides), (inherited, (stages, settings))) =
            Error::both(Error::both(manifest, overrides), Error::both(inherited, others))?;
        let inputs = inputs::together(&args.inputs, manifest, inherited, overrides, stages, &settings)?;
        Ok(Self { plan: Plan::new(inputs, start.environ.entries())?, settings })
    }

    /// Asks the sources for the plan's requests.
    pub(super) fn fetch(&self, start: &Start<'_>) -> Fetched<'_> {
        let sources = fetching::sources(&self.settings);
        let outcomes = fetching::fetch(&sources, &self.plan, &self.settings.limits, start.log);
        log(&self.plan, &outcomes, start.log);
        Fetched { of: self, sources, outcomes }
    }
}

/// What came of it.
pub(super) struct Fetched<'r> {
    of: &'r Resolution,
    pub(super) sources: InOrder,
    pub(super) outcomes: Vec<Outcome>,
}

impl Fetched<'_> {
    /// The environment of the child.
    ///
    /// # Errors
    /// All entries that did not resolve.
    pub(super) fn environment(self, start: &Start<'_>) -> Result<Environment, Error> {
        let Self { of: Resolution { plan, settings }, sources, outcomes } = self;
        environment::build(plan, &outcomes, start.environ.entries()).map_err(|failures| {
            fetching::with_caller(failures, plan, |login| sources.caller(login, &settings.limits)).into()
        })
    }

    /// The bytes of the plan's only variable.
    ///
    /// # Errors
    /// Why there are none.
    pub(super) fn bytes(self) -> Result<SecretValue, Error> {
        let Self { of: Resolution { plan, settings }, sources, outcomes } = self;
        environment::bytes(plan, &outcomes).map_err(|failures| {
            fetching::with_caller(failures, plan, |login| sources.caller(login, &settings.limits)).into()
        })
    }
}

fn log(plan: &Plan, outcomes: &[Outcome], log: Log) {
    for (request, outcome) in plan.requests.iter().zip(outcomes) {
        let Ok(fetched) = outcome else { continue };
        log.info(|| {
            let version = fetched.version_id.as_deref().unwrap_or("without an id");
            let region = fetched.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
            let stages = fetched.stages.join(", ");
            harmless(&format!("secret {}: version {version} [{stages}] from {}{region}", request.id, fetched.source))
        });
    }
}
