//! What `check` found → a line for each secret, problems and warnings. Pure and value-free.
//!
//! A problem is what a run would fail of; a warning leaves a run well, and is worth somebody's time all the same.

use crate::{
    environment::{EntryFailure, Lint, Reason},
    error::{Error, Problem},
    fetch::{Fetched, Outcome, Particulars},
    manifest::Place,
    plan::{Plan, Request, Value},
};

mod hints;
mod lint;
mod rotation;

pub use rotation::RotationState;

/// All that was found out.
pub struct Findings<'f> {
    /// What was asked for.
    pub plan: &'f Plan,
    /// What came of it.
    pub outcomes: &'f [Outcome],
    /// What the source tells beside; one for each request.
    pub particulars: &'f [Particulars],
    /// Why variables have no value.
    pub failures: Vec<EntryFailure>,
    /// Values that look wrong.
    pub lints: &'f [Lint],
    /// The time, in seconds since the epoch.
    pub now: i64,
}

/// One secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'f> {
    /// What was asked for.
    pub request: &'f Request,
    /// `ok`, or the kind of its first problem.
    pub state: &'static str,
    /// The secret, if there is one.
    pub fetched: Option<&'f Fetched>,
    /// The variables that are made of it, and the prefixes of those whose keys become variables.
    pub variables: Vec<String>,
    /// What becomes of its rotation.
    pub rotation: RotationState,
    /// The date of its deletion, if it is marked for that.
    pub deleted: Option<&'f str>,
}

/// The outcome of a check.
pub struct Checked<'f> {
    /// A line for each secret version, in the order of the plan.
    pub lines: Vec<Line<'f>>,
    /// What a run would fail of.
    pub problems: Option<Error>,
    /// What else should be looked at; their exit codes mean nothing.
    pub warnings: Vec<Problem>,
}

/// Puts it together; `of_child` are problems of what would be done for the child: sizes and files.
#[must_use]
pub fn check(findings: Findings<'_>, of_child: Vec<Error>) -> Checked<'_> {
    let Findings { plan, outcomes, particulars, mut failures, lints, now } = findings;
    hints::add(&mut failures, plan, particulars);
    let states: Vec<_> = (0..plan.requests.len()).map(|request| state(plan, request, outcomes, &failures)).collect();
    let mut warnings = Vec::new();
    let mut lines = Vec::new();
    for (index, request) in plan.requests.iter().enumerate() {
        let rotation = RotationState::of(&particulars[index], now);
        let region = outcomes[index].as_ref().ok().and_then(|fetched| fetched.region.as_deref());
        let places = users(plan, index);
        warnings.extend(rotation.warning(request, region.or(request.region.as_deref()), &places));
        lines.push(Line {
            request,
            state: states[index],
            fetched: outcomes[index].as_ref().ok(),
            variables: places.into_iter().map(|(name, _)| name).collect(),
            rotation,
            deleted: match &particulars[index] {
                Particulars::Secret(secret) => secret.deleted.as_ref().map(|moment| moment.text.as_str()),
                _ => None,
            },
        });
    }
    warnings.extend(lint::warnings(lints));
    let of_entries = (!failures.is_empty()).then(|| Error::from(failures));
    let problems = of_entries.into_iter().chain(of_child);
    let problems: Vec<Problem> = problems.flat_map(|error| error.problems().to_vec()).collect();
    Checked { lines, problems: (!problems.is_empty()).then(|| problems.into_iter().collect()), warnings }
}

/// The kind of the first problem that a request has.
fn state(plan: &Plan, request: usize, outcomes: &[Outcome], failures: &[EntryFailure]) -> &'static str {
    let places = users(plan, request);
    let is_its = |failure: &&EntryFailure| match &failure.reason {
        Reason::Fetch { request: other, .. } => *other == request,
        Reason::Template(_) | Reason::Input(_) => false,
        _ => failure.at.iter().any(|at| places.iter().any(|(_, place)| place == at)),
    };
    match (failures.iter().find(is_its), &outcomes[request]) {
        (Some(failure), _) => {
            let told = Error::from(vec![failure.clone()]);
            told.problems().first().map_or("ok", |problem| problem.kind)
        }
        // What `optional` and `default` cover, and what another secret's failure tells for it too.
        (None, Err(failure)) if failure.kind.is_absence() => "absent",
        (None, Err(failure)) => failure.kind.as_str(),
        (None, Ok(_)) => "ok",
    }
}

/// Who uses a request, and where that is written.
fn users(plan: &Plan, request: usize) -> Vec<(String, Place)> {
    let uses = |value: &Value| matches!(value, Value::Secret { request: used, .. } if *used == request);
    let bindings = plan.bindings.iter().filter(|binding| uses(&binding.value));
    let bindings = bindings.map(|binding| (binding.name.clone(), binding.at.clone()));
    let expansions = plan.expansions.iter().filter(|expansion| expansion.request == request);
    let names = expansions.flat_map(|expansion| {
        let names = expansion.keys.names(&expansion.naming);
        let names = names.unwrap_or_else(|| vec![format!("{}*", expansion.naming.prefix)]);
        names.into_iter().map(|name| (name, expansion.at.clone()))
    });
    bindings.chain(names).collect()
}
