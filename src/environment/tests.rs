use std::path::Path;

use super::*;
use crate::{
    fetch::{Failure, FailureKind, Fetched, Payload, Subject},
    manifest::{self, BadName, Selection},
    plan::Inputs,
    secret::SecretValue,
};

mod expansions;
mod files;
mod templates;

fn plan(text: &str, inherited: &[Vec<u8>]) -> Plan {
    let manifest =
        manifest::read(text, "secenv.toml", Path::new(""), &Selection::default(), &|_| Err("no files here".into()))
            .unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let inputs =
        Inputs { manifest: manifest.entries, env_from: manifest.env_from, child: manifest.child, ..Inputs::default() };
    Plan::new(inputs, inherited).expect("a plan")
}

fn text(value: &str) -> Fetched {
    fetched(Payload::Text(SecretValue::from(value.to_owned())))
}

fn fetched(payload: Payload) -> Fetched {
    Fetched { payload, version_id: None, stages: vec![], region: None, source: "test" }
}

fn failed(kind: FailureKind, subject: Subject) -> Outcome {
    Err(Failure { kind, subject, message: "it failed".into(), notes: vec![], help: None })
}

fn raw(entries: &[&str]) -> Vec<Vec<u8>> {
    entries.iter().map(|entry| entry.as_bytes().to_vec()).collect()
}

fn built(manifest: &str, outcomes: &[Outcome], inherited: &[Vec<u8>]) -> Vec<String> {
    let environment = build(&plan(manifest, inherited), outcomes, inherited).expect("an environment");
    environment
        .entries(&environment.longest_paths())
        .map(|entry| String::from_utf8_lossy(&entry).into_owned())
        .collect()
}

/// The names and the kind of cause of each failure.
fn failures(manifest: &str, outcomes: &[Outcome]) -> Vec<(String, Reason)> {
    let failures = build(&plan(manifest, &[]), outcomes, &[]).expect_err("failures");
    failures.into_iter().map(|failure| (failure.variables.join(","), failure.reason)).collect()
}

#[test]
fn inherited_entries_stay_as_they_are_and_in_their_place() {
    let mut inherited = raw(&["A=1", "NOEQUALS", "=odd", "B=old", "A=2", "B=older", ""]);
    inherited.push(b"BYTES=\xff\xfe".to_vec());
    let manifest = "[env]\nNEW = { value = \"n\" }\nB = { value = \"b\" }";
    let environment = build(&plan(manifest, &inherited), &[], &inherited).expect("an environment");
    let entries: Vec<_> = environment.entries(&[]).collect();
    let expected: [&[u8]; 8] = [b"A=1", b"NOEQUALS", b"=odd", b"B=b", b"A=2", b"", b"BYTES=\xff\xfe", b"NEW=n"];
    assert_eq!(entries, expected);
    assert_eq!(environment.get("A"), Some(&b"1"[..]));
    assert_eq!(format!("{environment:?}"), "Environment([redacted])");
}

#[test]
fn inherit_and_unset_choose_what_is_inherited() {
    let inherited = raw(&["PATH=/bin", "LC_ALL=C", "DEBUG=1", "NOEQUALS", "KEPT=k", "HOME=/"]);
    let set = "[env]\nDEBUG = { value = \"set\" }\nKEPT = { value = \"x\", keep = true }\n[child]\n";
    let with = |child: &str| built(&format!("{set}{child}"), &[], &inherited);
    assert_eq!(with("unset = [\"DEBUG\", \"LC_*\"]"), ["PATH=/bin", "DEBUG=set", "NOEQUALS", "KEPT=k", "HOME=/"]);
    assert_eq!(with("inherit = false"), ["DEBUG=set", "KEPT=k"]);
    assert_eq!(with("inherit = [\"PATH\", \"LC_*\"]"), ["PATH=/bin", "LC_ALL=C", "DEBUG=set", "KEPT=k"]);
}

#[test]
fn dropped_aws_credentials_leave_the_region_and_what_env_sets() {
    let inherited = raw(&[
        "AWS_ACCESS_KEY_ID=a",
        "AWS_SECRET_ACCESS_KEY=b",
        "AWS_SESSION_TOKEN=c",
        "AWS_PROFILE=d",
        "AWS_ROLE_ARN=e",
        "AWS_WEB_IDENTITY_TOKEN_FILE=f",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=g",
        "AWS_REGION=r",
        "AWS_DEFAULT_REGION=s",
    ]);
    let manifest = "[env]\nAWS_PROFILE = { value = \"mine\" }\n[child]\ndrop_aws_credentials = true";
    assert_eq!(built(manifest, &[], &inherited), ["AWS_PROFILE=mine", "AWS_REGION=r", "AWS_DEFAULT_REGION=s"]);
}

#[test]
fn optional_and_default_cover_absence() {
    let manifest = r#"[env]
GONE = { secret = "none", optional = true }
DEFAULT = { secret = "none", default = "d" }
KEY = { secret = "json#nope", optional = true }
NULL = { secret = "json#null", default = "" }
STAGE = { secret = "json?version_stage=X", optional = true }
"#;
    let outcomes = [
        failed(FailureKind::NotFound, Subject::Secret),
        Ok(text(r#"{"null": null}"#)),
        failed(FailureKind::VersionNotFound, Subject::Secret),
    ];
    let inherited = raw(&["GONE=inherited", "KEY=inherited"]);
    assert_eq!(built(manifest, &outcomes, &inherited), ["DEFAULT=d", "NULL="]);
}

#[test]
fn optional_and_default_cover_nothing_else() {
    let manifest = r#"[env]
A = { secret = "a", optional = true }
B = { secret = "b", default = "x" }
C = { secret = "c#k", optional = true }
D = { secret = "d#/a/b", default = "x" }
"#;
    let outcomes = [
        failed(FailureKind::AccessDenied, Subject::Secret),
        failed(FailureKind::PendingDeletion, Subject::Secret),
        Ok(text("not json")),
        Ok(text(r#"{"a": "scalar"}"#)),
    ];
    let names: Vec<String> = failures(manifest, &outcomes).into_iter().map(|(names, _)| names).collect();
    assert_eq!(names, ["A", "B", "C", "D"]);
}

#[test]
fn failures_are_told_once_a_cause_in_the_order_of_the_manifest() {
    let manifest = "[env]\nA = \"a#k\"\nB = \"b#k\"\nC = \"a#l\"\nD = \"d\"\nE = \"e\"\nF = \"b#m\"";
    let outcomes = [
        failed(FailureKind::NotFound, Subject::Secret),
        Ok(text("{}")),
        failed(FailureKind::NoCredentials, Subject::Source),
        failed(FailureKind::NoCredentials, Subject::Source),
    ];
    let names: Vec<String> = failures(manifest, &outcomes).into_iter().map(|(names, _)| names).collect();
    assert_eq!(names, ["A,C", "B", "D,E", "F"]);
}

#[test]
fn bytes_become_text_only_by_an_encoding() {
    let bytes = || Ok(fetched(Payload::Binary(SecretValue::new(vec![0, 255, b'a']))));
    let manifest = "[env]\nA = { secret = \"b\", encoding = \"base64\" }\nB = { secret = \"b\", encoding = \"hex\" }\nC = { secret = \"t#k\", encoding = \"hex\" }";
    assert_eq!(built(manifest, &[bytes(), Ok(text(r#"{"k": "é"}"#))], &[]), ["A=AP9h", "B=00ff61", "C=c3a9"]);
    let refused = failures("[env]\nA = \"b\"\nB = { secret = \"b\", encoding = \"utf8\" }\nC = \"b#k\"", &[bytes()]);
    let errors: Vec<_> = refused.into_iter().map(|(_, reason)| reason).collect();
    for (reason, expected) in
        errors.iter().zip([ValueError::BinaryInVariable, ValueError::NotUtf8, ValueError::BinaryHasNoKeys])
    {
        assert!(matches!(reason, Reason::Value { error, .. } if *error == expected), "{reason:?}");
    }
}

#[test]
fn a_nul_is_refused_in_secrets_and_literals() {
    let mut plan = plan("[env]\nA = \"s\"\nB = { value = \"x\" }", &[]);
    // A manifest that says so is refused itself.
    plan.bindings[1].value = crate::plan::Value::Literal("x\0".into());
    let refused = build(&plan, &[Ok(text("a\0b"))], &[]).expect_err("failures");
    let refused: Vec<_> = refused.into_iter().map(|failure| (failure.variables, failure.reason)).collect();
    assert_eq!(refused, [(vec!["A".to_owned()], Reason::Nul), (vec!["B".to_owned()], Reason::Nul)]);
}

#[test]
fn a_withheld_variable_must_resolve_and_is_not_exported() {
    let manifest = "[env]\nA = { secret = \"s\", export = false }";
    assert_eq!(built(manifest, &[Ok(text("x"))], &raw(&["A=inherited"])), ["A=inherited"]);
    assert_eq!(failures(manifest, &[failed(FailureKind::NotFound, Subject::Secret)]).len(), 1);
}
