//! An `[[env_from]]` that does not give what it should → a problem. Pure; keys are names, and are told.

use super::{Exit, Problem, no_such_key};
use crate::{
    environment::{ExpansionError, json_key::JsonError},
    manifest::BadName,
    nearest::nearest,
};

pub(super) fn problem(secret: &str, error: ExpansionError) -> Problem {
    let (kind, message, notes, help) = match error {
        ExpansionError::Binary => (
            "wrong-type",
            format!("{secret} is binary, so it has no keys for [[env_from]]"),
            vec![],
            "write an entry of [env] with as = \"file\" or encoding".into(),
        ),
        ExpansionError::Json(JsonError::NotJson) => (
            "not-json",
            format!("{secret} is not JSON, so it has no keys for [[env_from]]"),
            vec![],
            "store a JSON object in it, or write an entry of [env]: NAME = { secret = \"…\" }".into(),
        ),
        ExpansionError::Json(JsonError::NotAnObject { found, .. }) => (
            "wrong-type",
            format!("{secret} is {found} in JSON, so it has no keys for [[env_from]]"),
            vec![],
            "store a JSON object in it, or write an entry of [env]".into(),
        ),
        ExpansionError::Json(_) => (
            "wrong-type",
            format!("{secret} has a key with an escape that is no Unicode character"),
            vec![],
            "store the secret again with valid \\u escapes".into(),
        ),
        ExpansionError::Key { key, error: JsonError::NoSuchKey { keys, .. } } => {
            let nearest = nearest(&key, keys.iter().map(String::as_str)).map(str::to_owned);
            no_such_key(
                secret,
                &key,
                &keys,
                nearest,
                "name a key that is there, or write optional = true in the [[env_from]]",
            )
        }
        ExpansionError::Key { key, error: JsonError::Null } => (
            "no-such-key",
            format!("the key `{key}` of {secret} is null, which counts as absent"),
            vec![],
            "store a value, take it off the list, or write optional = true in the [[env_from]]".into(),
        ),
        ExpansionError::Key { key, .. } => (
            "wrong-type",
            format!("the key `{key}` of {secret} has an escape that is no Unicode character"),
            vec![],
            format!("store the secret again with valid \\u escapes, or write exclude = [\"{key}\"]"),
        ),
        ExpansionError::Name { key, name, bad: BadName::Steers, .. } => (
            "unsafe-name",
            format!("the key `{key}` of {secret} would set `{name}`, which steers the loader or the launcher"),
            vec![],
            format!("write exclude = [\"{key}\"]; only an entry of [env] can allow it, with allow_unsafe_name = true"),
        ),
        ExpansionError::Name { key, name, bad: BadName::NotAName, suggestion } => (
            "bad-name",
            format!("the key `{key}` of {secret} would be the variable `{name}`, which is no name"),
            vec![],
            format!("write rename = {{ \"{key}\" = \"{suggestion}\" }}, or exclude = [\"{key}\"]"),
        ),
        ExpansionError::Clash { name, first: (first, first_id), second: (second, second_id) } => (
            "same-name",
            format!("`{name}` is given twice: by the key `{first}` of {first_id} and by `{second}` of {second_id}"),
            vec![],
            format!(
                "write rename = {{ \"{second}\" = \"OTHER_NAME\" }} or exclude = [\"{second}\"] in one of them, a `prefix`, or an entry {name} in [env], which wins"
            ),
        ),
        ExpansionError::Nul { key, name } => (
            "nul",
            format!("the key `{key}` of {secret} has a NUL byte in its value, which the variable `{name}` cannot hold"),
            vec![],
            format!("write exclude = [\"{key}\"], and an entry of [env] with as = \"file\""),
        ),
    };
    Problem { notes, help: Some(help), ..Problem::new(kind, Exit::ForGood, message) }
}
