//! No secret value, and no part of one, in anything that secenv writes, whatever is turned on and whatever goes wrong.
//!
//! The canary is random, so that nothing else can have it.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

use crate::support::{
    fault::{Action, Fault, Secret},
    running::Output,
    secenv,
    secenv::Start,
};

/// Two halves: a report that shows a part of it is caught too.
fn canary() -> String {
    let half = || format!("{:016x}", RandomState::new().hash_one(std::process::id()));
    format!("Canary{}{}", half(), half())
}

fn loud(start: Start) -> Start {
    start.env("RUST_LOG", "trace").env("LOG_SENSITIVE_BODIES", "true").env("RUST_BACKTRACE", "full")
}

fn never_shows(output: &Output, canary: &str) {
    let said = format!("{}{}", output.text(), output.stderr);
    for part in canary.as_bytes().windows(8).step_by(4) {
        let part = std::str::from_utf8(part).unwrap();
        assert!(!said.contains(part), "a part of the secret is in the output:\n{said}");
    }
}

/// Runs against a server that has the canary as `text` and in a JSON secret.
fn run(canary: &str, action: Option<Action>, entries: &str, flags: &[&str]) -> Output {
    let json = format!(r#"{{"text":"{canary}","list":["{canary}"],"nul":"\u0000{canary}","{}":1}}"#, "key");
    let server = Fault::serve(&[
        Secret::text("text", canary),
        Secret::json("json", &json),
        Secret::text("broken", &format!("{{\"a\": {canary}}}")),
        Secret::binary("binary", canary.as_bytes()),
        Secret::text("huge", &canary.repeat(4000)),
        Secret::text("path", &format!("/{canary}:/{canary}/bin")),
    ]);
    if let Some(action) = action {
        server.play(action.forever());
    }
    let args = [&["run", "-vvv", "--deadline", "300ms"], flags].concat();
    loud(secenv()).aws(&server).manifest(&format!("[env]\n{entries}")).args(args).run()
}

#[test]
fn when_all_goes_well_at_every_verbosity() {
    let canary = canary();
    for entries in
        ["A = \"text\"\nB = \"json#text\"\nC = { secret = \"binary\", encoding = \"base64\" }", "A = \"json\""]
    {
        let output = run(&canary, None, entries, &["--", "true"]).exits(0);
        assert!(output.stderr.contains("[AWSCURRENT] from aws in us-east-1"), "{}", output.stderr);
        never_shows(&output, &canary);
        never_shows(&run(&canary, None, entries, &["--batch", "--", "true"]).exits(0), &canary);
    }
}

#[test]
fn the_childs_logging_variables_reach_the_child() {
    let output = run(&canary(), None, "A = \"text\"", &["--", "printenv", "RUST_LOG", "LOG_SENSITIVE_BODIES"]);
    assert_eq!(output.text(), "trace\ntrue\n");
}

#[test]
fn when_the_answer_is_broken() {
    for action in [Action::CutBody, Action::MalformedJson, Action::ResetMidBody, Action::WrongType, Action::Drip] {
        let canary = canary();
        let named = format!("{action:?}");
        let output = run(&canary, Some(action), "A = \"text\"\nB = \"json#text\"", &["--", "true"]);
        assert_eq!(output.code(), Some(124), "{named}: {}", output.stderr);
        never_shows(&output, &canary);
    }
}

#[test]
fn when_the_secret_is_not_what_the_entry_says() {
    for (entry, kind) in [
        ("\"text#key\"", "not-json"),
        ("\"broken#a\"", "not-json"),
        ("\"json#nope\"", "no-such-key"),
        ("\"json#/text/deep\"", "wrong-type"),
        ("\"json#/list/9\"", "no-such-key"),
        ("\"json#nul\"", "nul"),
        ("\"binary\"", "binary"),
        ("\"binary#key\"", "wrong-type"),
        ("\"huge\"", "too-big"),
    ] {
        let canary = canary();
        for format in ["human", "json"] {
            let output = run(&canary, None, &format!("A = {entry}"), &["--error-format", format, "--", "true"]);
            assert_eq!(output.code(), Some(125), "{entry}: {}", output.stderr);
            assert!(format == "human" || output.stderr.contains(&format!("\"kind\":\"{kind}\"")), "{}", output.stderr);
            never_shows(&output, &canary);
        }
    }
}

#[test]
fn when_the_command_is_looked_for_on_a_path_that_is_secret() {
    let canary = canary();
    let entry = "PATH = { secret = \"path\", allow_unsafe_name = true }";
    never_shows(&run(&canary, None, entry, &["--", "no-such-command"]).exits(127), &canary);
}

/// The debug build panics with the value in the panic's message when it is asked to.
#[test]
fn when_it_panics() {
    let canary = canary();
    let server = Fault::serve(&[Secret::text("text", &canary)]);
    let start = loud(secenv()).env("SECENV_REHEARSE_PANIC", "1").aws(&server).manifest("[env]\nA = \"text\"");
    let output = start.args(["run", "--", "true"]).run().exits(125).says("internal error at src/commands/run.rs");
    never_shows(&output, &canary);
}

#[test]
fn when_a_file_with_secrets_cannot_be_read() {
    let canary = canary();
    let source = loud(secenv()).file("s.json", format!("{{\"a\": {canary}, \"b\": \"{canary}\"}}"));
    let source = source.manifest("source = \"file:s.json\"\n[env]\nA = \"a\"").args(["run", "-vv", "--", "true"]);
    never_shows(&source.run().exits(125).says("s.json:1:"), &canary);
    let env_file = loud(secenv()).file("x.env", format!("OK=1\nTOKEN={canary} {canary}\n"));
    let env_file = env_file.args(["run", "--env-file", "x.env", "--", "true"]);
    never_shows(&env_file.run().exits(125).says("x.env:2"), &canary);
    let flag = format!("A=secretsmanager://{canary} {canary}");
    never_shows(&loud(secenv()).args(["run", "--env", &flag, "--", "true"]).run().exits(125).says("--env A"), &canary);
}
