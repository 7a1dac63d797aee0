//! A check as one JSON document; docs/json/check.schema.json describes it, and a test holds both to it.

use serde_json::{Value as Json, json};

use super::Check;
use crate::{
    check::{Line, RotationState},
    error::{Error, Problem},
    fetch::Caller,
    plan::Login,
    report::{as_json, problems},
};

/// The document, of a check or of the mistakes that there is none for; ends with a line end.
#[must_use]
pub fn machine(check: Result<&Check<'_>, &Error>) -> String {
    let mut document = match check {
        Err(error) => problems(error),
        Ok(Check { checked, .. }) => {
            checked.problems.as_ref().map_or_else(|| json!({ "exit_code": 0, "problems": [] }), problems)
        }
    };
    if let Ok(Check { checked, callers, took }) = check {
        document["callers"] = callers.iter().map(caller).collect();
        document["took_ms"] = json!(took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)));
        document["secrets"] = checked.lines.iter().map(secret).collect();
        document["warnings"] = checked.warnings.iter().map(warning).collect();
    }
    format!("{document}\n")
}

fn caller((login, caller): &(Login, Caller)) -> Json {
    json!({
        "profile": login.profile,
        "role_arn": login.role_arn,
        "arn": caller.arn,
        "account": caller.account,
    })
}

fn secret(line: &Line<'_>) -> Json {
    let fetched = line.fetched;
    json!({
        "id": line.request.id.as_str(),
        "wanted": { "version_stage": line.request.version.stage, "version_id": line.request.version.id },
        "state": line.state,
        "version_id": fetched.and_then(|fetched| fetched.version_id.as_deref()),
        "version_stages": fetched.map(|fetched| &fetched.stages),
        "region": fetched.and_then(|fetched| fetched.region.as_deref()).or(line.request.region.as_deref()),
        "profile": line.request.login.profile,
        "role_arn": line.request.login.role_arn,
        "source": fetched.map(|fetched| fetched.source),
        "variables": line.variables,
        "rotation": rotation(&line.rotation),
        "deletion_date": line.deleted,
    })
}

fn rotation(state: &RotationState) -> Json {
    match state {
        RotationState::NotAsked => Json::Null,
        RotationState::Unknown(why) => json!({ "state": "unknown", "why": why }),
        RotationState::Off => json!({ "state": "off" }),
        RotationState::On { last, next } => json!({ "state": "on", "last": last, "next": next }),
        RotationState::UnderWay => json!({ "state": "under-way" }),
        RotationState::Stuck { version, since } => json!({ "state": "stuck", "version_id": version, "since": since }),
    }
}

fn warning(warning: &Problem) -> Json {
    let mut document = as_json(warning);
    if let Some(fields) = document.as_object_mut() {
        fields.remove("exit_code");
    }
    document
}
