//! A check as a table, problems and warnings.

use std::fmt::Write;

use super::Check;
use crate::{
    check::{Line, RotationState},
    error::Error,
    report::{Colour, as_whom, block, harmless, table::Table},
};

/// Who asked, a line for each secret, what is wrong, and a last line that counts it.
#[must_use]
pub fn human(check: &Check<'_>, colour: Colour) -> String {
    let mut out = String::new();
    for (login, caller) in check.callers {
        let login = as_whom(login).map(|login| format!(", {login}")).unwrap_or_default();
        let _ = writeln!(out, "{}{}", harmless(&caller.to_string()), harmless(&login));
    }
    if let Some(took) = check.took {
        let _ = writeln!(out, "took {} ms, credentials and connections included", took.as_millis());
    }
    if !out.is_empty() {
        out.push('\n');
    }
    if !check.checked.lines.is_empty() {
        let mut table = Table::new(["SECRET", "STATE", "VERSION", "STAGES", "REGION", "LOGIN", "ROTATION", "FOR"]);
        for line in &check.checked.lines {
            table.row(row(line));
        }
        out.push_str(&table.render(colour));
        out.push('\n');
    }
    let problems = check.checked.problems.as_ref().map(Error::problems).unwrap_or_default();
    for problem in problems {
        out.push_str(&block(problem, "error", colour));
        out.push_str("\n\n");
    }
    for warning in &check.checked.warnings {
        out.push_str(&block(warning, "warning", colour));
        out.push_str("\n\n");
    }
    let count = |count: usize, what: &str| match count {
        0 => format!("no {what}"),
        1 => format!("one {what}"),
        count => format!("{count} {what}s"),
    };
    let (of_problems, of_warnings) = (count(problems.len(), "problem"), count(check.checked.warnings.len(), "warning"));
    let exit = check.checked.problems.as_ref().map_or(0, |error| error.exit().code());
    let _ = writeln!(out, "secenv: {of_problems}, {of_warnings} (exit {exit})");
    out
}

fn row(line: &Line<'_>) -> [String; 8] {
    let wanted = &line.request.version;
    let asked = match (&wanted.stage, &wanted.id) {
        (Some(stage), None) => format!(" ({stage})"),
        (_, Some(id)) => format!(" ({id})"),
        (None, None) => String::new(),
    };
    let fetched = line.fetched;
    let region = fetched.and_then(|fetched| fetched.region.clone()).or_else(|| line.request.region.clone());
    [
        format!("{}{asked}", line.request.id),
        match line.deleted {
            Some(date) => format!("{} ({date})", line.state),
            None => line.state.to_owned(),
        },
        fetched.and_then(|fetched| fetched.version_id.clone()).unwrap_or_default(),
        fetched.map(|fetched| fetched.stages.join(", ")).unwrap_or_default(),
        region.unwrap_or_default(),
        as_whom(&line.request.login).unwrap_or_default(),
        rotation(&line.rotation),
        line.variables.join(", "),
    ]
}

fn rotation(state: &RotationState) -> String {
    match state {
        RotationState::NotAsked => String::new(),
        RotationState::Unknown(why) => format!("unknown: {why}"),
        RotationState::Off => "off".to_owned(),
        RotationState::On { last, next } => {
            let part = |what: &str, date: &Option<String>| date.as_ref().map(|date| format!(", {what} {date}"));
            format!("on{}{}", part("last", last).unwrap_or_default(), part("next", next).unwrap_or_default())
        }
        RotationState::UnderWay => "under way".to_owned(),
        RotationState::Stuck { since: Some(since), .. } => format!("stuck since {since}"),
        RotationState::Stuck { since: None, .. } => "stuck".to_owned(),
    }
}
