//! `secenv check`: manifest → plan → fetch → environment, and in the place of a child what the source tells beside.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::{Output, Resolution, Start, fetching, placed::placed, run::check_size};
use crate::{
    check::{self, Checked, Findings},
    child::files,
    cli, environment,
    error::Error,
    fetch::{Caller, Source},
    plan::{Login, Plan},
    report::check::{self as report, Check},
};

/// Says whether a run would start its command, and what is wrong.
///
/// # Errors
/// The mistakes of the inputs; with `--json` they are the output.
pub fn check(args: cli::Check, start: &Start<'_>) -> Result<Output, Error> {
    let mut resolution = match Resolution::decide(args.resolve, start) {
        Ok(resolution) => resolution,
        Err(error) if args.json => {
            let bytes = report::machine(Err(&error)).into();
            return Ok(Output { bytes, exit: Some(error.exit()) });
        }
        Err(error) => return Err(error),
    };
    // What is cached says nothing of what is there.
    resolution.settings.cache = None;
    let Resolution { plan, settings } = &resolution;
    let before = Instant::now();
    let fetched = resolution.fetch(start);
    let took = (!plan.requests.is_empty()).then(|| before.elapsed());
    let outcomes = fetched.outcomes.as_slice();
    let callers = callers(plan, |login| fetched.sources.caller(login, &settings.limits));
    let caller = |login: &Login| callers.iter().find(|(known, _)| known == login).map(|(_, caller)| caller.clone());
    let particulars = fetched.sources.survey(&plan.requests, outcomes, &settings.limits, &start.log);
    let inherited = start.environ.entries();
    let (environment, failures) = environment::examine(plan, outcomes, inherited);
    let lints = environment::lint(plan, outcomes, inherited);
    let findings = Findings {
        plan,
        outcomes,
        particulars: &particulars,
        failures: fetching::with_caller(failures, plan, caller),
        lints: &lints,
        now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs().cast_signed()),
    };
    let (size, files) = (check_size(&environment, &args.as_run.command), files::look(environment.files()));
    let of_child = size.err().into_iter().chain((!files.is_empty()).then(|| files.into()));
    let checked = check::check(findings, of_child.map(|error| placed(error, plan)).collect());
    let shown = Check { checked: &checked, callers: &callers, took };
    let text = if args.json { report::machine(Ok(&shown)) } else { report::human(&shown, start.stdout.colour()) };
    let Checked { problems, .. } = &checked;
    Ok(Output { bytes: text.into(), exit: problems.as_ref().map(Error::exit) })
}

/// Whom AWS took each login of the plan for, as far as it tells.
fn callers(plan: &Plan, ask: impl Fn(&Login) -> Option<Caller>) -> Vec<(Login, Caller)> {
    let mut logins: Vec<&Login> = Vec::new();
    for request in &plan.requests {
        if !logins.contains(&&request.login) {
            logins.push(&request.login);
        }
    }
    logins.into_iter().filter_map(|login| Some((login.clone(), ask(login)?))).collect()
}
