//! `secenv check`: manifest → plan → fetch → environment, and in the place of a child what the source tells beside.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::{Output, Resolution, Start, fetching, run::check_size};
use crate::{
    check::{self, Checked, Findings},
    cli, environment,
    error::Error,
    fetch::Source,
    report::check::{self as report, Check},
};

/// Says whether a run would start its command, and what is wrong.
///
/// # Errors
/// The mistakes of the inputs; with `--json` they are the output.
pub fn check(args: cli::Check, start: &Start<'_>) -> Result<Output, Error> {
    let resolution = match Resolution::decide(args.resolve, start) {
        Ok(resolution) => resolution,
        Err(error) if args.json => {
            let bytes = report::machine(Err(&error)).into();
            return Ok(Output { bytes, exit: Some(error.exit()) });
        }
        Err(error) => return Err(error),
    };
    let Resolution { plan, settings } = &resolution;
    let before = Instant::now();
    let fetched = resolution.fetch(start);
    let took = (!plan.requests.is_empty()).then(|| before.elapsed());
    let outcomes = fetched.outcomes.as_slice();
    let caller = fetched.sources.caller(&settings.limits);
    let particulars = fetched.sources.survey(&plan.requests, outcomes, &settings.limits, &start.log);
    let inherited = start.environ.entries();
    let (environment, failures) = environment::examine(plan, outcomes, inherited);
    let lints = environment::lint(plan, outcomes, inherited);
    let findings = Findings {
        plan,
        outcomes,
        particulars: &particulars,
        failures: fetching::with_caller(failures, plan, || caller.clone()),
        lints: &lints,
        now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs().cast_signed()),
    };
    let checked = check::check(findings, check_size(&environment, &args.as_run.command).err());
    let shown = Check { checked: &checked, caller: caller.as_ref(), took };
    let text = if args.json { report::machine(Ok(&shown)) } else { report::human(&shown, start.stdout.colour()) };
    let Checked { problems, .. } = &checked;
    Ok(Output { bytes: text.into(), exit: problems.as_ref().map(Error::exit) })
}
