//! `--error-format json`: every command has it, one line of JSON says it all, and its kinds are those of the README.

use ::secenv::error::KINDS;
use serde_json::{Value, json};

use crate::support::{
    commands::{commands, help},
    fault::{Action, Fault, Secret},
    running::Output,
    secenv,
};

/// What is on stderr: one line, and no value.
fn told(output: &Output) -> Value {
    assert_eq!(output.stderr.matches('\n').count(), 1, "{output}");
    assert!(!output.stderr.contains("hunter"), "{output}");
    serde_json::from_str(&output.stderr).unwrap()
}

#[test]
fn every_command_has_it() {
    let all = commands();
    let leaves =
        all.iter().filter(|words| !all.iter().any(|other| other.len() > words.len() && other.starts_with(words)));
    let mut count = 0;
    for words in leaves {
        count += 1;
        assert!(help(words).contains("--error-format <FORMAT>"), "{words:?}");
        let typed = secenv().args(words).args(["--error-format", "json", "--bogus"]).run().exits(125);
        let error = told(&typed);
        assert_eq!((&error["exit_code"], &error["problems"][0]["kind"]), (&json!(125), &json!("usage")), "{words:?}");
        assert!(error["problems"][0]["message"].as_str().unwrap().contains("--bogus"), "{error}");
    }
    assert!(count > 5);
}

#[test]
fn the_commands_flags_are_not_secenvs() {
    let run = secenv().args(["run", "--bogus", "--", "true", "--error-format=json"]).run().exits(125);
    assert!(run.stderr.starts_with("error: "), "{run}");
}

#[test]
fn kind_secret_variables_and_place_are_told_without_a_value() {
    let secrets =
        [Secret::text("plain", "hunter2"), Secret::json("app", "{\"a\":\"hunter3\"}"), Secret::text("slow", "x")];
    let server = Fault::serve(&secrets);
    server.play(Action::AccessDenied("no".into()).forever().secret("slow"));
    let manifest = "[env]\nA = \"plain#k\"\nB = \"app#b\"\nC = \"missing#c\"\nC2 = \"missing#d\"\nD = \"slow\"\n";
    let run = secenv().aws(&server).manifest(manifest).args(["run", "--error-format", "json", "--", "true"]).run();
    let error = told(&run.exits(125));
    let problem = |secret: &str| {
        let all = error["problems"].as_array().unwrap();
        all.iter().find(|problem| problem["secret"] == secret).unwrap_or_else(|| panic!("{secret} in {error}"))
    };
    for (secret, kind, variables) in [
        ("plain", "not-json", json!(["A"])),
        ("app", "no-such-key", json!(["B"])),
        ("missing", "not-found", json!(["C", "C2"])),
        ("slow", "access-denied", json!(["D"])),
    ] {
        assert_eq!((&problem(secret)["kind"], &problem(secret)["variables"]), (&json!(kind), &variables));
        assert_eq!(problem(secret)["exit_code"], 125);
    }
    assert_eq!(problem("missing")["at"][1], json!({ "file": "secenv.toml", "line": 5, "column": 1 }));
    let unreachable =
        secenv().args(["run", "--env", "A=secretsmanager://a", "--error-format=json", "--deadline", "1s"]);
    let unreachable = unreachable.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").env("AWS_REGION", "us-east-1");
    let unreachable = unreachable.env("AWS_ACCESS_KEY_ID", "k").env("AWS_SECRET_ACCESS_KEY", "s").args(["--", "true"]);
    assert_eq!(told(&unreachable.run().exits(124))["exit_code"], 124);
}

/// Making a problem of another kind ends a debug build, so every test of a failure looks for those that are on no list.
#[test]
fn the_readme_lists_every_kind() {
    let readme = include_str!("../README.md");
    let table = readme.split("| kind | what | code |\n|---|---|---|\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let listed: Vec<&str> = table
        .lines()
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|kinds| kinds.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(listed, KINDS);
}

/// Each kind that the code writes, where its text is: a literal beside a problem, or in the table of a failure.
#[test]
fn no_kind_is_listed_that_nothing_has() {
    let source = crate::rooms_keep_to_themselves::sources();
    for kind in KINDS {
        let written = source.iter().filter(|(file, _)| file != "error/kinds");
        assert!(written.into_iter().any(|(_, text)| text.contains(&format!("\"{kind}\""))), "{kind}");
    }
}
