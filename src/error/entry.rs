//! Variables without a value → problems, with the words for each way a secret is not what its entry says. Pure.

use super::{At, Error, Exit, Problem};
use crate::{
    environment::{EntryFailure, Reason, RenderError, ValueError, json_key::JsonError},
    fetch::{Lasting, Subject},
    manifest::reference::{JsonKey, Reference, escaped, unescaped},
    nearest::nearest,
};

mod expansion;

impl From<Vec<EntryFailure>> for Error {
    fn from(failures: Vec<EntryFailure>) -> Self {
        failures.into_iter().map(problem).collect()
    }
}

fn problem(failure: EntryFailure) -> Problem {
    let about = about(&failure.reason);
    let told = match failure.reason {
        Reason::Fetch { failure, .. } => Problem {
            notes: failure.notes,
            help: failure.help,
            ..Problem::new(
                failure.kind.as_str(),
                match failure.kind.lasting() {
                    Lasting::ForNow => Exit::ForNow,
                    Lasting::ForGood => Exit::ForGood,
                },
                failure.message,
            )
        },
        Reason::Value { reference, error } => value_problem(&reference, &error),
        Reason::Nul => Problem {
            help: Some(
                "no variable can hold a NUL: write as = \"file\", or encoding = \"base64\" and decode it in the command".into(),
            ),
            ..Problem::new("nul", Exit::ForGood, "the value has a NUL byte in it")
        },
        Reason::Expansion { reference, error } => expansion::problem(&secret(&reference), *error),
        Reason::Template(error) => template_problem(&error),
        Reason::Input(input) => Problem::new("template", Exit::ForGood, format!("its input {input} has no value")),
    };
    Problem { at: failure.at.into_iter().map(At::Named).collect(), variables: failure.variables, secret: about, ..told }
}

fn about(reason: &Reason) -> Option<String> {
    match reason {
        Reason::Fetch { id, failure, .. } => (failure.subject == Subject::Secret).then(|| id.to_string()),
        Reason::Value { reference, .. } | Reason::Expansion { reference, .. } => Some(reference.id.to_string()),
        Reason::Nul | Reason::Template(_) | Reason::Input(_) => None,
    }
}

fn value_problem(reference: &Reference, error: &ValueError) -> Problem {
    let key = reference.key.as_ref().map(JsonKey::to_string).unwrap_or_default();
    let secret = secret(reference);
    let (kind, message, notes, help) = match error {
        ValueError::Json(JsonError::NotJson) => (
            "not-json",
            format!("{secret} is not JSON, so it has no key `{key}`"),
            vec![],
            format!("leave `{key}` out to take the whole secret, or store a JSON object in it"),
        ),
        ValueError::Json(JsonError::NoSuchKey { at, keys }) => {
            let nearest = reference.key.as_ref().and_then(|key| nearest_key(key, at, keys));
            let none = "name a key that is there; optional = true or default = \"…\" cover an absent one";
            no_such_key(&secret, &key, keys, nearest, none)
        }
        ValueError::Json(JsonError::Null) => (
            "no-such-key",
            format!("the key `{key}` of {secret} is null, which counts as absent"),
            vec![],
            "store a value, or write optional = true or default = \"…\" in the entry".into(),
        ),
        ValueError::Json(JsonError::NotAnObject { at, found }) if at.is_empty() => (
            "wrong-type",
            format!("{secret} is {found} in JSON, so it has no key `{key}`"),
            vec![],
            "leave the key out to take the whole secret; a pointer such as /0 takes an element of an array".into(),
        ),
        ValueError::Json(JsonError::NotAnObject { at, found }) => (
            "wrong-type",
            format!("`{at}` of {secret} is {found}, so the pointer `{key}` leads nowhere"),
            vec![],
            "end the pointer there, or mend the secret".into(),
        ),
        ValueError::Json(JsonError::NotUnicode) => (
            "wrong-type",
            format!("the key `{key}` of {secret} has an escape that is no Unicode character"),
            vec![],
            "store the secret again with valid \\u escapes".into(),
        ),
        ValueError::BinaryHasNoKeys => (
            "wrong-type",
            format!("{secret} is binary, so it has no key `{key}`"),
            vec![],
            "leave the key out and write as = \"file\", or encoding = \"base64\", \"hex\" or \"utf8\"".into(),
        ),
        ValueError::BinaryInVariable => (
            "binary",
            format!("{secret} is binary, which a variable cannot hold as it is"),
            vec![],
            "write as = \"file\" in the entry, or encoding = \"base64\", \"hex\" or \"utf8\"".into(),
        ),
        ValueError::NotUtf8 => (
            "binary",
            format!("{secret} is not UTF-8, as encoding = \"utf8\" asks"),
            vec![],
            "write encoding = \"base64\" or \"hex\"".into(),
        ),
    };
    Problem { notes, help: Some(help), ..Problem::new(kind, Exit::ForGood, message) }
}

fn template_problem(error: &RenderError) -> Problem {
    let (message, help) = match error {
        RenderError::Absent { inputs } => {
            let absent = inputs.join(", ");
            let help = format!("write {{{{ {} | default(\"…\") }}}} in the template, or store the secret", inputs[0]);
            (format!("the template uses {absent}, which is absent"), help)
        }
        RenderError::Broken { line, what } => {
            let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
            (format!("the template cannot be rendered{line}: {what}"), "mend the template".to_owned())
        }
    };
    Problem { help: Some(help), ..Problem::new("template", Exit::ForGood, message) }
}

fn no_such_key(
    secret: &str,
    key: &str,
    keys: &[String],
    nearest: Option<String>,
    none: &str,
) -> (&'static str, String, Vec<String>, String) {
    let shown = keys.iter().take(20).map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let more = if keys.len() > 20 { format!(" and {} more", keys.len() - 20) } else { String::new() };
    let notes = if keys.is_empty() { vec![] } else { vec![format!("its keys there are {shown}{more}")] };
    let help = nearest.map_or_else(|| none.to_owned(), |nearest| format!("did you mean `{nearest}`?"));
    ("no-such-key", format!("{secret} has no key `{key}`"), notes, help)
}

/// The nearest of the keys that an object has, as one writes it to find it: `at` is where that object is.
fn nearest_key(asked: &JsonKey, at: &str, keys: &[String]) -> Option<String> {
    let nearest = |typed: &str| nearest(typed, keys.iter().map(String::as_str));
    match asked {
        JsonKey::Literal(key) => {
            let nearest = nearest(key)?;
            Some(if nearest.starts_with('/') { format!("/{}", escaped(nearest)) } else { nearest.to_owned() })
        }
        JsonKey::Pointer(pointer) => {
            let missed = pointer.strip_prefix(at)?.strip_prefix('/')?;
            let (token, rest) = missed.split_at(missed.find('/').unwrap_or(missed.len()));
            Some(format!("{at}/{}{rest}", escaped(nearest(&unescaped(token))?)))
        }
    }
}

/// The secret, and the version if one was asked for.
fn secret(reference: &Reference) -> String {
    let version = &reference.version;
    match (&version.stage, &version.id) {
        (None, None) => format!("secret {}", reference.id),
        (Some(stage), None) => format!("secret {} ({stage})", reference.id),
        (_, Some(id)) => format!("secret {} (version {id})", reference.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_suggested_as_it_has_to_be_written() {
        for (asked, at, keys, expected) in [
            ("pasword", "", &["user", "password"][..], Some("password")),
            ("/lead", "", &["/lead"], Some("/~1lead")),
            ("lead", "", &["/lead"], Some("/~1lead")),
            ("/pasword", "", &["password"], Some("/password")),
            ("/replicas/0/hots", "/replicas/0", &["port", "host"], Some("/replicas/0/host")),
            ("/replica/0/host", "", &["replicas"], Some("/replicas/0/host")),
            ("/a/til/0", "/a", &["ti~l"], Some("/a/ti~0l/0")),
            ("/list/7", "/list", &[], None),
        ] {
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            let key = JsonKey::parse(asked).expect("a key");
            assert_eq!(nearest_key(&key, at, &keys).as_deref(), expected, "{asked}");
        }
    }
}
