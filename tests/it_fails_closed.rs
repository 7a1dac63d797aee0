//! The command starts only if every required entry resolved, and one report names every one that did not.

use crate::support::{
    fault::{Action, CALLER, Fault, IDENTITY, Secret},
    running::Output,
    secenv,
};

/// Runs a command that would leave a file behind, and checks that it was not started.
fn refused(server: &Fault, manifest: &str, flags: &[&str]) -> Output {
    let args = [&["run"], flags, &["--", "touch", "started"]].concat();
    let mut start = secenv().aws(server).manifest(manifest).args(args);
    let output = start.again();
    assert!(!start.dir().join("started").exists(), "the command was started");
    assert_eq!(output.text(), "");
    output
}

/// Positions in the report, which must all be there, in this order.
fn in_order(report: &str, parts: &[&str]) {
    let mut rest = report;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is not there, or not in this order:\n{report}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn six_mistakes_of_a_manifest_are_six_problems_with_carets() {
    let manifest = r#"[env]
A = { secret = "prod/db", stage = "AWSPREVIOUS" }
B = 5432
"C=D" = "prod/db"
A = "prod/db"
E = "${environment}/db"
F = { secret = "prod/db#user", key = "user" }
"#;
    let server = Fault::serve(&[]);
    let output = refused(&server, manifest, &[]).exits(125);
    in_order(
        &output.stderr,
        &[
            "unknown field `stage`",
            "secenv.toml:2:27",
            "^^^^^",
            "did you mean `version_stage`?",
            "`B` must be a reference or a table, not an integer",
            "secenv.toml:3:5",
            "^^^^",
            "{ value = \"5432\" }",
            "a variable's name has a `=` in it",
            "secenv.toml:4:1",
            "^^^^^",
            "`A` is there twice",
            "secenv.toml:5:1",
            "^",
            "no variable `environment`",
            "secenv.toml:6:5",
            "^^^^",
            "--var environment=",
            "`key` is given in the reference and as a field",
            "secenv.toml:7:38",
            "^^^^",
            "secenv: 6 problems, the command was not started (exit 125)",
        ],
    );
    assert_eq!(server.record().connections, 0);
}

#[test]
fn three_failing_secrets_of_five_are_named_in_the_order_of_the_manifest() {
    let server = Fault::serve(&[
        Secret::text("good", "g"),
        Secret::json("json", r#"{"user":"u","password":"p"}"#),
        Secret::text("denied", "d"),
        Secret::text("fine", "f"),
    ]);
    let denied = "User: arn:aws:sts::123456789012:assumed-role/app/i is not authorized to perform: \
                  secretsmanager:GetSecretValue on resource: denied because no identity-based policy allows \
                  the secretsmanager:GetSecretValue action";
    server.play(Action::AccessDenied(denied.into()).forever().secret("denied"));
    let manifest =
        "[env]\nGOOD = \"good\"\nMISSING = \"missing\"\nDENIED = \"denied\"\nKEY = \"json#pasword\"\nFINE = \"fine\"\n";
    let output = refused(&server, manifest, &[]).exits(125);
    in_order(
        &output.stderr,
        &[
            "MISSING: secret missing does not exist in us-east-1",
            "secenv.toml:3:1",
            "Secrets Manager can't find the specified secret.",
            "DENIED: ",
            "denied",
            "us-east-1",
            "secenv.toml:4:1",
            "assumed-role/app",
            "secretsmanager:GetSecretValue",
            "KEY: secret json has no key `pasword`",
            "secenv.toml:5:1",
            "did you mean `password`?",
            "secenv: 3 problems",
        ],
    );
    assert!(!output.stderr.contains("GOOD") && !output.stderr.contains("FINE"), "{}", output.stderr);
    assert!(!output.stderr.contains("unhandled"), "{}", output.stderr);
}

#[test]
fn each_failure_of_the_service_has_its_kind_and_exit_code() {
    for (action, kind, code) in [
        (Action::AccessDenied("User: x is not authorized".into()), "access-denied", 125),
        (Action::KmsDenied, "kms", 125),
        (Action::DecryptionFailure, "kms", 125),
        (Action::MarkedForDeletion, "pending-deletion", 125),
        (Action::ExpiredToken, "expired-credentials", 125),
        (Action::UnrecognizedClient, "no-credentials", 125),
        (Action::Throttle, "throttled", 124),
        (Action::Internal, "service-fault", 124),
        (Action::Html503, "service-fault", 124),
        (Action::MalformedJson, "unreadable-answer", 124),
        (Action::CutBody, "unreadable-answer", 124),
        (Action::Reset, "unreachable", 124),
        (Action::Silence, "deadline", 124),
    ] {
        let server = Fault::serve(&[Secret::text("s", "hunter2-canary")]);
        let named = format!("{action:?}");
        server.play(action.forever());
        let flags = ["--error-format", "json", "--deadline", "400ms"];
        let output = refused(&server, "[env]\nS = \"s\"", &flags).exits(code).hides("hunter2");
        let report: serde_json::Value = serde_json::from_str(&output.stderr).expect("a line of JSON");
        assert_eq!(report["problems"][0]["kind"], kind, "{named}: {}", output.stderr);
        assert_eq!(report["problems"][0]["variables"][0], "S");
        assert!(report["problems"][0]["help"].is_string(), "{named}: {}", output.stderr);
    }
}

#[test]
fn a_failure_for_good_beside_one_for_now_is_for_good() {
    let server = Fault::serve(&[Secret::text("slow", "s")]);
    server.play(Action::Throttle.forever().secret("slow"));
    let manifest = "[env]\nSLOW = \"slow\"\nMISSING = \"missing\"";
    let output = refused(&server, manifest, &["--deadline", "400ms"]).exits(125);
    in_order(&output.stderr, &["SLOW: ", "throttled", "MISSING: ", "exit 125"]);
}

#[test]
fn what_passes_is_retried() {
    let server = Fault::serve(&[Secret::text("s", "v")]);
    server.play(Action::Throttle.times(2));
    server.play(Action::Internal.once());
    server.play(Action::Reset.once());
    let environment = secenv().aws(&server).manifest("[env]\nS = \"s\"").args(["run"]).environment();
    assert_eq!(environment.get("S").expect("a value").to_str(), Some("v"));
    assert_eq!(server.calls_for("s"), 5);
}

#[test]
fn aws_max_attempts_ends_the_retries_before_the_deadline() {
    let server = Fault::serve(&[Secret::text("s", "v")]);
    server.play(Action::Throttle.forever());
    let mut start = secenv().aws(&server).env("AWS_MAX_ATTEMPTS", "2").manifest("[env]\nS = \"s\"");
    start = start.args(["run", "--", "true"]);
    start.run().exits(124).says("2 attempts");
    assert_eq!(server.calls_for("s"), 2);
}

#[test]
fn a_certificate_that_is_not_accepted_is_for_good_and_plain_http_abroad_too() {
    use crate::support::fault::Certificate;
    for certificate in [Certificate::Expired, Certificate::WrongHost, Certificate::SelfSigned] {
        let server = Fault::tls(&[Secret::text("s", "v")], certificate);
        refused(&server, "[env]\nS = \"s\"", &[]).exits(125).says("certificate");
    }
    let start = secenv().env("AWS_ACCESS_KEY_ID", "k").env("AWS_SECRET_ACCESS_KEY", "s").env("AWS_REGION", "us-east-1");
    let start = start.env("AWS_ENDPOINT_URL", "http://192.0.2.1").manifest("[env]\nS = \"s\"");
    start.args(["run", "--", "true"]).run().exits(125).says("--allow-http");
}

#[test]
fn a_failure_that_may_be_one_of_identity_says_who_asked() {
    let asked_as = format!("asked as {CALLER} (account 123456789012)");
    let manifest = "[env]\nS = \"s\"\nT = \"t\"";
    let server = Fault::serve(&[]);
    let output = refused(&server, manifest, &[]).exits(125);
    assert_eq!(output.stderr.matches(&asked_as).count(), 2, "{output}");
    assert_eq!(server.calls(IDENTITY), 1);

    let server = Fault::serve(&[Secret::text("s", "v"), Secret::text("t", "v")]);
    server.play(Action::AccessDenied("Not allowed".into()).forever().secret("s"));
    refused(&server, manifest, &[]).exits(125).says(&asked_as);

    // The text names the caller, so that nobody is asked.
    let server = Fault::serve(&[Secret::text("s", "v"), Secret::text("t", "v")]);
    server.play(Action::AccessDenied("User: arn:aws:iam::1:user/x is not authorized".into()).forever().secret("s"));
    refused(&server, manifest, &[]).exits(125).says("the caller: arn:aws:iam::1:user/x").hides("asked as");
    assert_eq!(server.calls(IDENTITY), 0);
}

#[test]
fn nobody_is_asked_who_asks_when_all_goes_well_or_names_are_whole_or_the_server_fails() {
    let server = Fault::serve(&[Secret::text("s", "v")]);
    let optional = "[env]\nS = \"s\"\nT = { secret = \"t\", optional = true }";
    secenv().aws(&server).manifest(optional).args(["run", "--", "true"]).run().succeeds();
    let arn = Secret::text("gone", "v").arn();
    refused(&server, &format!("[env]\nT = \"{arn}\""), &[]).exits(125).hides("asked as");
    assert_eq!(server.calls(IDENTITY), 0);
    server.play(Action::Internal.forever());
    refused(&server, "[env]\nS = \"s\"", &["--deadline", "300ms"]).exits(124).hides("asked as");
    assert_eq!(server.calls(IDENTITY), 0);
}

#[test]
fn an_identity_that_is_not_told_leaves_the_report_as_it_is() {
    for action in [Action::Silence, Action::Throttle, Action::Html503, Action::Reset] {
        let server = Fault::serve(&[]);
        server.play(action.forever().operation(IDENTITY));
        let output = refused(&server, "[env]\nS = \"s\"", &[]).exits(125).says("does not exist").hides("asked as");
        assert_eq!((server.calls(IDENTITY), output.stderr.matches("error").count()), (1, 1), "{output}");
    }
}

#[test]
fn no_region_and_no_credentials_say_what_to_set() {
    let manifest = "[env]\nS = \"s\"";
    let no_region = secenv().env("AWS_ACCESS_KEY_ID", "k").env("AWS_SECRET_ACCESS_KEY", "s");
    no_region.manifest(manifest).args(["run", "--", "true"]).run().exits(125).says("no AWS region").says("AWS_REGION");
    let no_credentials = secenv().manifest(manifest).args(["run", "--region", "us-east-1", "--", "true"]);
    no_credentials.run().exits(125).says("no AWS credentials").says("AWS_PROFILE");
}
