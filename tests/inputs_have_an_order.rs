//! Where a value comes from: inherited < `[env]` < `--env-file` < `--env`, and `keep`, targets, variables and `--from-env`.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use crate::support::{
    fault::{Secret, secret::Value},
    file_source::file_source,
    secenv,
    secenv::Start,
};

const MANIFEST: &str = r#"source = "file:secrets.json"
[vars]
env = "dev"
[env]
A = { value = "manifest" }
B = { value = "manifest" }
C = { value = "manifest" }
D = { value = "manifest", keep = true }
E = "${env}/x"
"#;

fn start() -> Start {
    let staged = Secret::empty("dev/x")
        .version(&["AWSPREVIOUS"], Value::Text("old".into()))
        .version(&["AWSCURRENT"], Value::Text("new".into()));
    let secrets = [staged, Secret::json("prod/x", r#"{"k":"key"}"#)];
    secenv().file("secrets.json", file_source(&secrets)).manifest(MANIFEST)
}

#[track_caller]
fn has(start: Start, flags: &[&str], expected: &[(&str, Option<&str>)]) {
    let environment = start.args([&["run"], flags].concat()).environment();
    for (name, value) in expected {
        assert_eq!(environment.get(name).map(|value| value.to_str().unwrap().to_owned()).as_deref(), *value, "{name}");
    }
}

#[test]
fn later_inputs_win() {
    let start = start().env("A", "inherited").env("D", "inherited").env("Z", "inherited");
    let start =
        start.file("one.env", "B=one\nC=one\nexport F='a b'\n").file("two.env", "C=two\nG=secretsmanager://dev/x\n");
    let flags = [
        "--env-file",
        "one.env",
        "--env-file",
        "two.env",
        "--env",
        "H={{resolve:secretsmanager:prod/x:SecretString:k}}",
    ];
    let expected = [
        ("A", "manifest"),
        ("B", "one"),
        ("C", "two"),
        ("D", "inherited"),
        ("E", "new"),
        ("F", "a b"),
        ("G", "new"),
        ("H", "key"),
        ("Z", "inherited"),
    ];
    has(start, &flags, &expected.map(|(name, value)| (name, Some(value))));
}

#[test]
fn a_flag_wins_over_a_file_and_over_keep() {
    let flags = ["--env", "B=flag", "--env-file", "one.env", "--env", "D=flag", "--env", "D=last"];
    let start = start().file("one.env", "B=file\n").env("D", "inherited");
    has(start, &flags, &[("B", Some("flag")), ("D", Some("last"))]);
}

#[test]
fn variables_come_from_the_flag_then_secenv_var_then_the_manifest() {
    let plain = "E = { secret = \"${env}/x\", key = \"k\" }";
    let with = || start().manifest(&MANIFEST.replace("E = \"${env}/x\"", plain));
    has(with().env("SECENV_VAR_env", "prod"), &[], &[("E", Some("key"))]);
    has(with().env("SECENV_VAR_env", "nope"), &["--var", "env=prod"], &[("E", Some("key"))]);
    has(start().env("env", "prod"), &[], &[("E", Some("new"))]);
}

#[test]
fn a_variable_that_is_not_utf8_is_refused_unless_the_flag_says_it() {
    let prod = || {
        start().env("SECENV_VAR_env", OsStr::from_bytes(b"prod\xff")).env("SECENV_VAR_x", OsStr::from_bytes(b"\xff"))
    };
    let refused = prod().args(["run", "--", "true"]).run().exits(125);
    refused.says("SECENV_VAR_env is not UTF-8").says("--var env=").says("SECENV_VAR_x is not UTF-8").says("2 problems");
    has(prod(), &["--var", "env=dev", "--var", "x=1"], &[("E", Some("new"))]);
    has(start().env(OsStr::from_bytes(b"SECENV_VAR_\xff"), "1"), &[], &[("E", Some("new"))]);
}

#[test]
fn a_target_is_chosen_by_flag_or_variable() {
    let text =
        format!("{MANIFEST}[target.prod]\nvars = {{ env = \"prod\" }}\nenv = {{ A = false, B = \"${{env}}/x#k\" }}\n");
    let expected = [("A", None), ("B", Some("key")), ("C", Some("manifest")), ("E", Some("{\"k\":\"key\"}"))];
    has(start().manifest(&text), &["--target", "prod"], &expected);
    has(start().manifest(&text).env("SECENV_TARGET", "prod"), &[], &expected);
    start()
        .manifest(&text)
        .args(["run", "--target", "prd", "--", "true"])
        .run()
        .exits(125)
        .says("did you mean `prod`?");
}

#[test]
fn a_version_stage_rolls_back_all_secrets_or_one() {
    has(start(), &["--version-stage", "dev/x=AWSPREVIOUS"], &[("E", Some("old"))]);
    has(start(), &["--version-stage", "AWSPREVIOUS"], &[("E", Some("old"))]);
    let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:dev/x";
    let entries = format!("[env]\nN = \"dev/x\"\nP = \"{arn}\"\nF = \"{arn}-AbCdEf\"\n");
    for id in ["dev/x", arn, &format!("{arn}-AbCdEf")] {
        let start = start().manifest(&format!("source = \"file:secrets.json\"\n{entries}"));
        let old = ["N", "P", "F"].map(|name| (name, Some("old")));
        has(start, &["--version-stage", &format!("{id}=AWSPREVIOUS")], &old);
    }
    let flags = ["run", "--version-stage", "AWSPREVIOUS", "--env", "P=secretsmanager://prod/x", "--", "true"];
    start().args(flags).run().exits(125).says("P: ").says("AWSPREVIOUS").says("--version-stage ID=STAGE");
}

#[test]
fn inherited_references_are_resolved_when_asked() {
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/x-AbCdEf:k::";
    let start = || start().env("R", "secretsmanager://dev/x").env("ARN", arn);
    has(start(), &[], &[("R", Some("secretsmanager://dev/x")), ("ARN", Some(arn))]);
    has(start(), &["--from-env"], &[("R", Some("new")), ("ARN", Some("key"))]);
}

#[test]
fn an_inherited_reference_that_is_not_utf8_is_refused_by_name() {
    let bytes = OsStr::from_bytes;
    let start = || {
        let start =
            start().env("URI", bytes(b"secretsmanager://dev/x#\xff")).env(bytes(b"N\xff"), "secretsmanager://dev/x");
        start.env("CFN", bytes(b"{{resolve:secretsmanager:\xff}}")).env("LITERAL", bytes(b"\xff"))
    };
    has(start(), &[], &[("E", Some("new"))]);
    let mut refused = start().args(["run", "--from-env", "--", "true"]).run().exits(125);
    for name in ["URI", "N\u{fffd}", "CFN"] {
        refused = refused.says(&format!("{name}: a reference, in a variable that is not UTF-8"));
    }
    refused.says("3 problems");
    let keeps = "[child]\ninherit = [\"LITERAL\"]";
    start().manifest(keeps).args(["run", "--from-env", "--", "true"]).run().succeeds();
}

#[test]
fn without_a_manifest_there_must_be_another_input() {
    let nothing = || secenv().args(["run", "--", "true"]);
    nothing().run().exits(125).says("secenv.toml does not exist").says("-m FILE");
    secenv().args(["run", "--no-manifest", "--", "true"]).run().exits(125).says("there is no input");
    secenv().args(["run", "--env", "A=1", "--", "true"]).run().succeeds();
    secenv()
        .args(["run", "-m", "nope.toml", "--env", "A=1", "--", "true"])
        .run()
        .exits(125)
        .says("nope.toml does not exist");
}

#[test]
fn an_empty_manifest_is_no_input() {
    let run = |text: &str, flags: &[&str]| {
        let start = secenv().manifest(text).stdin(text);
        start.args([&["run"], flags, &["--", "echo", "started"]].concat()).run()
    };
    for text in ["", " \n", "# made by a program that failed\n"] {
        run(text, &[]).exits(125).says("the manifest secenv.toml is empty");
        run(text, &["-m", "-"]).exits(125).says("the manifest <stdin> is empty").says("if a program writes it");
        run(text, &["-m", "secenv.toml", "--env", "A=1"]).exits(125).says("the manifest secenv.toml is empty");
        assert_eq!(run(text, &["--from-env"]).succeeds().text(), "started\n");
    }
    let settings = "source = \"file:secrets.json\"\n[aws]\nregion = \"eu-west-1\"\n[env]\n";
    run(settings, &[]).exits(125).says("secenv.toml has no entry").says("or [child]");
    assert_eq!(run(settings, &["-m", "-", "--env", "A=1"]).succeeds().text(), "started\n");
    for text in ["[child]\n", "[vars]\na = \"b\"\n", "[env]\n[target.prod.env]\nA = { value = \"1\" }\n"] {
        assert_eq!(run(text, &[]).succeeds().text(), "started\n");
    }
    secenv().manifest("").args(["plan"]).run().exits(125).says("is empty");
}

#[test]
fn a_manifest_on_a_closed_stdin_is_no_input() {
    let closed = secenv().args(["run", "-m", "-", "--", "echo", "started"]).before_exec(|| {
        nix::unistd::close(0)?;
        Ok(())
    });
    closed.run().exits(125).says("the manifest <stdin>");
}

#[test]
fn a_manifest_can_come_from_stdin_which_is_then_at_its_end() {
    let start = secenv().stdin("[env]\nA = { value = \"stdin\" }\n");
    let output = start.args(["run", "-m", "-", "--", "sh", "-c", "echo $A; cat"]).run().succeeds();
    assert_eq!(output.text(), "stdin\n");
    secenv().stdin("[env]\nA = 1\n").args(["run", "-m", "-", "--", "true"]).run().exits(125).says("<stdin>:2:5");
}

#[test]
fn settings_come_from_the_flag_then_the_variable_then_the_manifest() {
    let bad = |name: &str, value: &str| start().env(name, value).args(["run", "--", "true"]).run().exits(125);
    bad("SECENV_DEADLINE", "soon").says("`soon` is not a duration");
    bad("SECENV_SOURCE", "vault").says("unknown source `vault`");
    bad("SECENV_CONCURRENCY", "0").says("SECENV_CONCURRENCY is not a whole number");
    bad("SECENV_LOG", "loud").says("SECENV_LOG");
    has(start().env("SECENV_SOURCE", "vault"), &["--source", "file:secrets.json"], &[("E", Some("new"))]);
    has(
        start().env("SECENV_TARGET", "").env("SECENV_MANIFEST", "").env("SECENV_BATCH", "").env("SECENV_SOURCE", ""),
        &[],
        &[("E", Some("new"))],
    );
}

#[test]
fn a_source_that_never_ends_ends_at_the_deadline() {
    let start = start();
    let fifo = start.dir().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let output = start.args(["run", "--source", "file:fifo", "--deadline", "100ms", "--", "true"]).run();
    output.exits(124).says("fifo did not end within the deadline of 100ms");
}

#[test]
fn mistakes_of_all_inputs_are_one_report() {
    let env_file = "OK=1\nG=secretsmanager://\nbroken line\nH=secretsmanager://a#\n";
    let start = start().manifest("[env]\nA = 1\nB = \"a b\"\n").file("x.env", env_file);
    let start = start.env("J", "secretsmanager://").env("AWS_MAX_ATTEMPTS", "0");
    let inputs = ["--env-file", "x.env", "--env", "C", "--from-env", "--version-stage", "="];
    let settings = ["--deadline", "soon", "--source", "vault", "--regions", ","];
    let output = start.args([&["run"][..], &inputs, &settings, &["--", "true"]].concat()).run().exits(125);
    let mut rest = output.stderr.as_str();
    for place in [
        "secenv.toml:2:5",
        "secenv.toml:3:5",
        "x.env:2",
        "x.env:3",
        "x.env:4",
        "--env, number 1",
        "the inherited variable J",
        "--version-stage",
        "--deadline or",
        "--regions or",
        "--source or",
        "AWS_MAX_ATTEMPTS",
        "12 problems",
    ] {
        let at = rest
            .find(place)
            .unwrap_or_else(|| panic!("{place} is not there, or not in this order:\n{}", output.stderr));
        rest = &rest[at + place.len()..];
    }
    let get = secenv().manifest("[env]\nA = 1\n").args(["get", "x", "--deadline", "soon"]).run().exits(125);
    get.says("secenv.toml:2:5").says("--deadline or");
}
