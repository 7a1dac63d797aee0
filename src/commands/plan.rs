//! `secenv plan`: manifest → plan, and no further. It reads the inputs and touches nothing else.

use super::{Output, Resolution, Start};
use crate::{
    cli,
    error::Error,
    fetch::aws,
    manifest::SourceName,
    plan::{Load, Operation},
    report::plan::{self as report, Overview},
};

/// Says what `run` would do.
///
/// # Errors
/// The mistakes of the inputs; with `--json` they are the output.
pub fn plan(args: cli::Plan, start: &Start<'_>) -> Result<Output, Error> {
    let resolution = match Resolution::decide(args.resolve, start) {
        Ok(resolution) => resolution,
        Err(error) if args.json => {
            let bytes = report::machine(Err(&error)).into();
            return Ok(Output { bytes, exit: Some(error.exit()) });
        }
        Err(error) => return Err(error),
    };
    let load = load(&resolution);
    let fleet = args.tasks.map(|tasks| load.of_fleet(tasks));
    let Resolution { plan, settings } = &resolution;
    let overview = Overview {
        plan,
        sources: &settings.sources,
        replicas: &settings.aws.regions,
        load: &load,
        fleet: fleet.as_ref(),
        concurrency: settings.limits.concurrency,
        budget: settings.limits.budget,
    };
    let text = if args.json { report::machine(Ok(&overview)) } else { report::human(&overview, start.stdout.colour()) };
    Ok(text.into())
}

/// What the first source is asked: another one is asked only if that one is not there.
fn load(Resolution { plan, settings }: &Resolution) -> Load {
    let calls = match settings.sources.first() {
        Some(SourceName::Aws) => aws::calls(&plan.requests, &settings.aws.regions, settings.limits.batching),
        Some(SourceName::Agent(_)) => plan.requests.iter().map(|_| (Operation::Agent, None)).collect(),
        Some(SourceName::File(_)) | None => Vec::new(),
    };
    Load::new(calls, settings.limits.concurrency)
}
