//! The dynamic references of a CloudFormation template, JSON or YAML → a draft. Pure.
//!
//! They are found in the text, so that no part of the template has to be understood. `${Name}` in one, as `Fn::Sub` has it,
//! becomes a variable of the manifest.

use super::{Content, Draft, naming};
use crate::manifest::reference::{JsonKey, Reference};

const START: &str = "{{resolve:secretsmanager:";

/// The draft of all of them, each once.
#[must_use]
pub fn draft(text: &str) -> Draft {
    let mut draft = Draft::default();
    let mut from = 0;
    while let Some(at) = text[from..].find(START).map(|at| from + at) {
        let Some(end) = end_of(text, at) else { break };
        from = end;
        add(&mut draft, &text[at..end], &text[..at], &text[end..]);
    }
    draft
}

/// Behind the `}}` that is no part of a `${…}`.
fn end_of(text: &str, start: usize) -> Option<usize> {
    let mut at = start + START.len();
    loop {
        let rest = &text[at..];
        let next = rest.find(['$', '}', '\n'])?;
        at += next;
        match &text[at..] {
            rest if rest.starts_with("${") => at += rest.find('}')? + 1,
            rest if rest.starts_with("}}") => return Some(at + 2),
            rest if rest.starts_with('\n') => return None,
            _ => at += 1,
        }
    }
}

fn add(draft: &mut Draft, written: &str, before: &str, after: &str) {
    let known = |entry: &super::Entry| entry.content == Content::Reference(written.to_owned());
    if draft.entries.iter().any(known) {
        return;
    }
    let mut vars = Vec::new();
    let expanded = expand(written, &mut vars);
    let parsed = Reference::parse(&expanded);
    let alone = after.is_empty() || after.starts_with(['"', '\'', '\n', '\r', ' ', ',']);
    let of_property = if alone { property(before) } else { None };
    let name = of_property.map_or_else(|| own_name(written), naming::variable);
    let Ok(_) = parsed else {
        return draft.add_new(&name, Content::Left("it is a reference that secenv cannot read"));
    };
    for var in vars {
        if !draft.vars.contains(&var) {
            draft.vars.push(var);
        }
    }
    draft.add_new(&name, Content::Reference(written.to_owned()));
}

/// With something in the place of each `${Name}` that a reference can have there.
fn expand(written: &str, vars: &mut Vec<(String, String)>) -> String {
    let mut expanded = String::new();
    let mut rest = written;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        let value = match name {
            "AWS::Region" => "us-east-1",
            "AWS::AccountId" => "000000000000",
            "AWS::Partition" => "aws",
            _ => "TODO",
        };
        vars.push((name.to_owned(), value.to_owned()));
        expanded.push_str(before);
        expanded.push_str(value);
        rest = after;
    }
    expanded + rest
}

/// The property that the text ends in: `DB_PASSWORD: '`, `"DB": {"Fn::Sub": "`; of `Name: X` and `Value: "` it is X.
fn property(before: &str) -> Option<&str> {
    let mut before = before.trim_end_matches(['"', '\'']).trim_end_matches(' ');
    for function in ["!Sub", "Fn::Sub:", "\"Fn::Sub\":"] {
        before =
            before.strip_suffix(function).unwrap_or(before).trim_end_matches(|c: char| c.is_whitespace() || c == '{');
    }
    let key = before.strip_suffix(':')?.trim_end().trim_end_matches(['"', '\'']);
    let start = key.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    match &key[start..] {
        "" => None,
        "Value" => named(&key[..start]),
        key => Some(key),
    }
}

/// The name beside a value: the last `Name: X`, a line or two before.
fn named(before: &str) -> Option<&str> {
    let near = before.rsplit(['{', '-']).next()?;
    let (_, rest) = near.rsplit_once("Name")?;
    let rest = rest.trim_start_matches(['"', '\'', ':', ' ']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    (end > 0).then_some(&rest[..end])
}

/// By the key, else by the last part of the secret's name.
fn own_name(written: &str) -> String {
    let mut ignored = Vec::new();
    let parsed = Reference::parse(&expand(written, &mut ignored));
    match parsed {
        Ok(Reference { key: Some(JsonKey::Literal(key) | JsonKey::Pointer(key)), .. }) => naming::variable(&key),
        Ok(Reference { id, .. }) => {
            let resource = id.resource();
            naming::variable(resource.rsplit('/').next().unwrap_or(resource))
        }
        Err(_) => "UNREADABLE".to_owned(),
    }
}
