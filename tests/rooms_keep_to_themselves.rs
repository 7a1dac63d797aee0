//! Who may import whom: the arrows follow the data, a later step may know an earlier one, never the reverse.
//!
//! The table is the architecture; this test reads the `crate::` paths of every file and holds it.

use std::{fs, path::Path};

use walk::rust_files;

mod walk;

/// A room, and what it may name of the crate. Rooms inside rooms come first.
const ROOMS: [(&str, &[&str]); 23] = [
    ("manifest/reference", &["nearest"]),
    ("secret", &[]),
    ("nearest", &[]),
    ("json", &[]),
    ("log", &[]),
    ("input", &[]),
    ("whole_file", &[]),
    ("name_service", &[]),
    ("inherited", &[]),
    ("cli", &[]),
    ("template", &["secret", "nearest"]),
    ("manifest", &["nearest", "template"]),
    ("plan", &["manifest", "nearest", "template"]),
    ("draft", &["manifest", "secret", "json", "nearest"]),
    ("policy", &["plan", "manifest::reference"]),
    ("fetch", &["plan", "manifest::reference", "secret", "log", "json", "nearest", "input", "name_service"]),
    ("environment", &["plan", "manifest", "fetch", "secret", "json", "template"]),
    ("export", &["manifest::name", "secret"]),
    ("child", &["environment", "inherited", "name_service"]),
    ("error", &["manifest", "fetch", "environment", "child", "nearest"]),
    ("check", &["plan", "manifest", "fetch", "environment", "error", "nearest"]),
    ("report", &["error", "manifest", "plan", "fetch", "check"]),
    (
        "commands",
        &[
            "cli",
            "manifest",
            "plan",
            "policy",
            "draft",
            "fetch",
            "environment",
            "secret",
            "check",
            "child",
            "export",
            "error",
            "report",
            "inherited",
            "input",
            "log",
            "nearest",
            "whole_file",
        ],
    ),
];

/// Crates that only some places may name.
const CRATES: [(&str, &[&str]); 19] = [
    ("aws_config", &["fetch/aws"]),
    ("aws_credential_types", &["fetch/aws"]),
    ("aws_sdk_", &["fetch/aws"]),
    ("aws_smithy_", &["fetch/aws"]),
    ("aws_types", &["fetch/aws"]),
    (
        "tokio",
        &[
            "fetch/aws",
            "fetch/agent",
            "fetch/attempts",
            "fetch/queue",
            "fetch/runtime",
            "fetch/turnstile",
            "fetch/waiting",
        ],
    ),
    ("hyper", &["fetch/aws/http", "fetch/agent"]),
    ("rustls", &["fetch/aws"]),
    ("clap", &["cli", "main"]),
    ("toml::", &["manifest"]),
    ("dotenvy::", &["manifest/dotenv"]),
    ("annotate_snippets", &["report"]),
    ("nix::", &["child", "inherited", "fetch/cache"]),
    ("linux_keyutils", &["fetch/cache/keyring"]),
    ("chacha20poly1305", &["fetch/cache"]),
    ("hmac::", &["fetch/cache/seal"]),
    ("sha2::", &["fetch/cache/seal"]),
    ("minijinja", &["template"]),
    ("schemars", &["manifest/schema"]),
];

/// Where `unsafe` may stand.
const UNSAFE: [&str; 11] = [
    "child/image",
    "child/signals",
    "child/signals/pid_one",
    "child/stage/kernel",
    "child/stage/kernel/aarch64",
    "child/stage/kernel/x86_64",
    "child/supervise",
    "inherited/environ",
    "inherited/start",
    "main",
    "name_service",
];

/// The text without its tests, comments and strings' documentation.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every file, by its name in `src`, and its code.
pub(crate) fn sources() -> Vec<(String, String)> {
    rust_files("src").into_iter().map(|(file, path)| (file, code(&path))).collect()
}

/// What the code names of the crate: `manifest::reference` for `crate::manifest::reference::Version`.
fn named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => named.push(rest.to_owned()),
            Some(list) => named.extend(members(list)),
        }
    }
    named
}

/// The members of a `{…}` list whose opening brace is already taken.
fn members(list: &str) -> Vec<String> {
    let mut members = vec![String::new()];
    let mut depth = 0;
    for c in list.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => members.push(String::new()),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                members.last_mut().unwrap().push(c);
            }
        }
    }
    members.retain(|member| !member.is_empty());
    members
}

fn starts_with_path(text: &str, path: &str) -> bool {
    text.strip_prefix(path).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn a_room_names_only_what_the_table_lets_it() {
    let mut wrong = Vec::new();
    for (file, path) in rust_files("src") {
        let Some((room, allowed)) =
            ROOMS.iter().find(|(room, _)| file == *room || file.starts_with(&format!("{room}/")))
        else {
            assert!(["lib", "main"].contains(&file.as_str()), "{file} belongs to no room");
            continue;
        };
        for name in named(&code(&path)) {
            let own = starts_with_path(&name, &room.replace('/', "::"));
            if !own && !allowed.iter().any(|allowed| starts_with_path(&name, allowed)) {
                wrong.push(format!("{file} names crate::{}", name.split([';', '(', '<', '{']).next().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_crate_is_named_only_in_its_room() {
    let mut wrong = Vec::new();
    for (file, path) in rust_files("src") {
        let code = code(&path);
        for (name, places) in CRATES {
            let used = code.match_indices(name).any(|(at, _)| {
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '-')
            });
            if used && !places.iter().any(|place| file == *place || file.starts_with(&format!("{place}/"))) {
                wrong.push(format!("{file} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unsafe_stands_only_where_a_system_call_has_no_safe_wrapper() {
    let places: Vec<String> = rust_files("src")
        .into_iter()
        .filter(|(_, path)| code(path).contains("unsafe "))
        .map(|(file, _)| file)
        .filter(|file| !UNSAFE.contains(&file.as_str()))
        .collect();
    assert!(places.is_empty(), "{places:?}");
}

#[test]
fn the_table_catches_a_wrong_arrow() {
    assert_eq!(named("use crate::{a::b, c::{d, e}, f};\nx(crate::g::h)"), ["a::b", "c::{d,e}", "f", "g::h)"]);
    assert!(starts_with_path("manifest::reference::X", "manifest::reference"));
    assert!(!starts_with_path("manifests::X", "manifest"));
}
