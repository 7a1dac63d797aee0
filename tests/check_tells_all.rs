//! `secenv check` says whether a run would start its command, and everything that is wrong with the secrets, without a value.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use crate::support::{
    documents::valid,
    fault::{
        Action, CALLER, DESCRIBE, Fault, GET, IDENTITY, LIST, Refusal, Secret,
        secret::{CURRENT, Value},
    },
    file_source::file_source,
    moto::moto,
    running::Output,
    secenv,
    secenv::Start,
};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

const DENIED: &str = "User: arn:aws:sts::123456789012:assumed-role/app/i-0123 is not authorized to perform: \
    secretsmanager:GetSecretValue on resource: denied because no identity-based policy allows the action";

/// One of each: missing, denied, marked for deletion, without the key, with a rotation that is stuck, and good.
fn six() -> Fault {
    let server = Fault::serve(&[
        Secret::text("app/certificate", "x"),
        Secret::text("app/denied", "x"),
        Secret::text("app/deleted", "x").deleted(),
        Secret::json("app/database", r#"{"username":"u"}"#),
        Secret::text("app/stuck", "x")
            .version(&["AWSPENDING"], Value::Text("y".into()))
            .rotated(1_699_000_000, 1_702_000_000),
        Secret::text("app/good", "x").rotated(1_700_000_000, 1_800_000_000),
    ]);
    server.play(Action::AccessDenied(DENIED.into()).forever().operation(GET).secret("app/denied"));
    server
}

const SIX: &str = "[env]\nMISSING = \"app/certifcate\"\nDENIED = \"app/denied\"\nDELETED = \"app/deleted\"\n\
    KEY = \"app/database#user\"\nSTUCK = \"app/stuck\"\nGOOD = \"app/good\"\n";

fn check(server: &Fault, manifest: &str, flags: &[&str]) -> Output {
    secenv().aws(server).manifest(manifest).args(["check"]).args(flags).run()
}

fn document(output: &Output) -> Json {
    assert_eq!(output.stderr, "");
    valid("check", &[&output.stdout]).remove(0)
}

#[test]
fn six_lines_and_five_remedies() {
    let server = six();
    let text = check(&server, SIX, &[]).exits(125);
    assert_eq!(text.stderr, "");
    let text = text.text();
    let (head, rest) = text.split_once("\nSECRET").unwrap();
    assert!(head.starts_with(&format!("asked as {CALLER} (account 123456789012)\ntook ")), "{head}");
    let (table, blocks) = rest.split_once("\n\n").unwrap();
    let lines: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let states: Vec<_> = lines.iter().map(|line| (line[0], line[1])).collect();
    let expected = [
        ("app/certifcate", "not-found"),
        ("app/denied", "access-denied"),
        ("app/deleted", "pending-deletion"),
        ("app/database", "no-such-key"),
        ("app/stuck", "ok"),
        ("app/good", "ok"),
    ];
    assert_eq!(states, expected);
    assert!(table.contains("pending-deletion (2026-01-01T00:00:00Z)"), "{table}");
    assert!(table.contains("stuck since 2023-11-14T22:13:20Z"), "{table}");
    assert!(table.contains("on, last 2023-11-14T22:13:20Z, next 2027-01-15T08:00:00Z"), "{table}");
    let remedies: Vec<_> = blocks.lines().filter_map(|line| line.strip_prefix("  = help: ")).collect();
    let starts = [
        "did you mean app/certificate? if not, check name, region and account",
        "allow secretsmanager:GetSecretValue on it in a policy of arn:aws:sts::123456789012:assumed-role/app/i-0123",
        "if it is still needed: `aws secretsmanager restore-secret --secret-id app/deleted --region us-east-1`",
        "did you mean `username`?",
        "look at the log of its rotation function, then rotate again: `aws secretsmanager rotate-secret --secret-id 'app/stuck' --region us-east-1`",
    ];
    assert_eq!(remedies.len(), starts.len(), "{blocks}");
    for (remedy, start) in remedies.iter().zip(starts) {
        assert!(remedy.starts_with(start), "{remedy}");
    }
    assert!(blocks.contains("secenv: error: DELETED: ") && blocks.contains("  --> secenv.toml:4:1\n"), "{blocks}");
    assert!(blocks.contains("secenv: warning: STUCK: the rotation of secret app/stuck has been stuck"), "{blocks}");
    assert!(text.ends_with("secenv: 4 problems, one warning (exit 125)\n"), "{text}");
}

#[test]
fn the_document_says_the_same() {
    let output = check(&six(), SIX, &["--json"]).exits(125);
    let document = document(&output);
    let caller = json!({ "profile": null, "role_arn": null, "arn": CALLER, "account": "123456789012" });
    assert_eq!(document["callers"], json!([caller]));
    let of =
        |field: &str| document["secrets"].as_array().unwrap().iter().map(|one| one[field].clone()).collect::<Vec<_>>();
    let states = ["not-found", "access-denied", "pending-deletion", "no-such-key", "ok", "ok"];
    assert_eq!(of("state"), states);
    assert_eq!(of("deletion_date")[2], "2026-01-01T00:00:00Z");
    assert_eq!(of("variables")[3], json!(["KEY"]));
    assert_eq!(of("version_stages")[5], json!([CURRENT]));
    let stuck = Secret::text("app/stuck", "").version_id(1);
    assert_eq!(of("rotation")[4], json!({ "state": "stuck", "version_id": stuck, "since": "2023-11-14T22:13:20Z" }));
    let kinds = |field: &str| {
        document[field]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("problems"), states[..4]);
    assert_eq!(kinds("warnings"), ["rotation-stuck"]);
}

#[test]
fn everything_is_asked_once() {
    let server = six();
    check(
        &server,
        &format!("{SIX}AGAIN = \"app/good\"\nOLD = {{ secret = \"app/good\", version_stage = \"OLD\" }}\n"),
        &[],
    )
    .exits(125);
    assert_eq!((server.calls(GET), server.calls(DESCRIBE), server.calls(IDENTITY), server.calls(LIST)), (7, 5, 1, 1));
}

#[test]
fn what_may_not_be_described_is_a_note_and_no_problem() {
    let server = Fault::serve(&[Secret::text("s", "x")]);
    server.play(Action::AccessDenied("no".into()).forever().operation(DESCRIBE));
    server.play(Action::AccessDenied("no".into()).forever().operation(LIST));
    let output = check(&server, "[env]\nA = \"s\"\n", &[]).exits(0);
    assert!(output.text().contains("unknown: secretsmanager:DescribeSecret is denied"), "{output}");
    let json = check(&server, "[env]\nA = \"s\"\n", &["--json"]).exits(0);
    assert_eq!(document(&json)["secrets"][0]["rotation"]["state"], "unknown");
    let missing = check(&server, "[env]\nA = \"t\"\n", &[]).exits(125).text();
    assert!(
        missing.contains("  = help: check name, region and account") && !missing.contains("did you mean"),
        "{missing}"
    );
}

#[test]
fn a_rotation_that_has_just_begun_is_not_stuck() {
    let pending = |changed| {
        let secret = Secret::text("s", "x").version(&["AWSPENDING"], Value::Text("y".into())).changed(changed);
        let output = check(&Fault::serve(&[secret]), "[env]\nA = \"s\"\n", &["--json"]).exits(0);
        let document = document(&output);
        (document["secrets"][0]["rotation"]["state"].clone(), document["warnings"].as_array().unwrap().len())
    };
    assert_eq!(pending(now() - 60), (json!("under-way"), 0));
    assert_eq!(pending(now() - 2 * 60 * 60), (json!("stuck"), 1));
}

#[test]
fn names_are_looked_for_on_every_page_and_then_everywhere() {
    let server = Fault::serve(&["app/a", "app/b", "app/databse", "other/token"].map(|name| Secret::text(name, "x")));
    server.page_size(1);
    let text = check(&server, "[env]\nA = \"app/database\"\nB = \"othr/token\"\n", &[]).exits(125).text();
    assert!(text.contains("did you mean app/databse?") && text.contains("did you mean other/token?"), "{text}");
}

#[test]
fn values_that_look_wrong_are_warnings_that_leave_the_exit_code_alone() {
    let secrets = [
        Secret::text("newline", "Canary-1\n"),
        Secret::text("cr", "Canary-2\rCanary-2"),
        Secret::json("json", "{\"bom\":\"\u{feff}Canary-3\",\"fine\":\" \",\"crlf\":\"Canary-4\\r\\n\"}"),
        Secret::text("empty", ""),
        Secret::binary("binary", b"Canary-5\n"),
    ];
    let manifest = "source = \"file:s.json\"\n[env]\nN = \"newline\"\nC = \"cr\"\nE = \"empty\"\n\
        F = { secret = \"newline\", as = \"file\" }\nX = { secret = \"binary\", encoding = \"base64\" }\n\
        L = { value = \"Canary-6\\n\" }\nW = { secret = \"newline\", export = false }\n\
        [[env_from]]\nsecret = \"json\"\nprefix = \"J_\"\n";
    let start = || secenv().file("s.json", file_source(&secrets)).manifest(manifest).args(["check"]);
    let output = start().args(["--json"]).run().exits(0).hides("Canary");
    let document = document(&output);
    let lints: Vec<_> = document["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["variables"][0].as_str().unwrap(), one["kind"].as_str().unwrap()))
        .collect();
    let expected = [
        "N trailing-newline",
        "C carriage-return",
        "W trailing-newline",
        "J_bom byte-order-mark",
        "J_crlf trailing-newline",
        "J_crlf carriage-return",
    ];
    assert_eq!(lints, expected);
    let text = start().run().exits(0).hides("Canary").text();
    assert!(text.contains("secenv: warning: N: its value ends in a line end\n  --> secenv.toml:3:1\n"), "{text}");
    assert!(text.ends_with("secenv: no problem, 6 warnings (exit 0)\n"), "{text}");
}

#[test]
fn no_value_is_shown_however_loud_it_is() {
    let server = Fault::serve(&[
        Secret::json("json", r#"{"a":"Canary-1","b":{"c":"Canary-2"},"nul":"\u0000Canary-3"}"#),
        Secret::text("broken", "{\"a\": Canary-4}"),
        Secret::text("stuck", "Canary-5\r\n").version(&["AWSPENDING"], Value::Text("Canary-6".into())),
    ]);
    let manifest = "[env]\nA = \"json#a\"\nB = \"json#c\"\nN = \"json#nul\"\nX = \"broken#a\"\nS = \"stuck\"\nD = { secret = \"no\", default = \"Canary-7\" }\n";
    for flags in [&["-vv"][..], &["-vv", "--json"]] {
        let start =
            secenv().aws(&server).manifest(manifest).env("RUST_LOG", "trace").env("LOG_SENSITIVE_BODIES", "true");
        start.args(["check"]).args(flags).run().exits(125).hides("Canary");
    }
}

#[test]
fn what_fails_for_now_is_124_and_what_fails_for_good_outweighs_it() {
    let server = Fault::serve(&[Secret::text("s", "x")]);
    server.play(Action::Throttle.forever().operation(GET).secret("s"));
    let flags = ["--deadline", "900ms", "--json"];
    let output = check(&server, "[env]\nA = \"s\"\n", &flags).exits(124);
    assert_eq!(document(&output)["secrets"][0]["state"], "throttled");
    let output = check(&server, "[env]\nA = \"s\"\nB = \"no\"\n", &flags).exits(125);
    assert_eq!(document(&output)["problems"].as_array().unwrap().len(), 2);
}

#[test]
fn the_deadline_bounds_the_survey_too() {
    let server = Fault::serve(&[Secret::text("s", "x")]);
    server.play(Action::Silence.forever().operation(DESCRIBE));
    let output = check(&server, "[env]\nA = \"s\"\n", &["--deadline", "1500ms", "--json"]).exits(0);
    assert_eq!(document(&output)["secrets"][0]["rotation"]["state"], "unknown");
}

#[test]
fn it_fails_exactly_where_a_run_fails() {
    let server = || {
        let server = six();
        server.play(Action::Refuse(Refusal::internal()).forever().operation(GET).secret("app/denied"));
        server
    };
    let big = format!("[env]\nA = {{ value = \"{}\" }}\n", "x".repeat(140_000));
    for (entries, code) in [
        ("[env]\nA = \"app/good\"\n", 0),
        ("[env]\nA = \"app/stuck\"\n", 0),
        ("[env]\nA = { secret = \"no\", optional = true }\n", 0),
        ("[env]\nA = { secret = \"app/good\", version_stage = \"NO\", default = \"x\" }\n", 0),
        ("[env]\nA = \"app/good#key\"\n", 125),
        ("[env]\nA = { secret = \"app/deleted\", optional = true }\n", 125),
        ("[env]\nA = { template = \"{{ B }}\" }\nB = { secret = \"no\", optional = true, export = false }\n", 125),
        ("[[env_from]]\nsecret = \"app/good\"\n", 125),
        ("[[env_from]]\nsecret = \"app/database\"\n", 0),
        ("[env]\nA = 1\n", 125),
        ("[env]\nA = { value = \"x\", as = \"file\", path = \"none/a\" }\n", 125),
        ("[env]\nA = { value = \"x\", as = \"file\", path = \"secenv.toml/a\", mkdir = true }\n", 125),
        ("[env]\nA = { value = \"x\", as = \"file\", path = \"/proc/self/a\" }\n", 125),
        ("[env]\nA = { value = \"x\", as = \"file\", path = \"a\", owner = \"nobody-at-all\" }\n", 125),
        ("[env]\nA = { value = \"x\", as = \"file\", path = \"new/er/a\", mkdir = true }\n", 0),
        (&big, 125),
    ] {
        let command = |word: &str| secenv().aws(&server()).manifest(entries).args([word, "--", "true"]).run();
        command("run").exits(code);
        command("check").exits(code);
    }
}

/// What it says of a file has the line of its entry, and makes nothing.
#[test]
fn files_are_looked_at_and_not_made() {
    let manifest = "source = \"file:s.json\"\n[env]\nA = { secret = \"s\", as = \"file\", path = \"none/a\" }\n\
        B = { secret = \"s\", as = \"file\", path = \"new/b\", mkdir = true }\n";
    let mut start = secenv().file("s.json", "{\"s\": \"x\"}").manifest(manifest).args(["check", "--json"]);
    let told = document(&start.again().exits(125))["problems"].clone();
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert_eq!((told[0]["kind"].as_str(), told[0]["at"][0]["line"].as_u64()), (Some("file"), Some(3)), "{told}");
    assert!(!start.dir().join("new").exists());
}

#[test]
fn sizes_are_checked_with_the_command_s_arguments() {
    let manifest = "source = \"file:s.json\"\n[env]\nA = \"s\"\n";
    let start = |argument: &str| {
        let start = secenv().file("s.json", json!({ "s": "x".repeat(131_072) }).to_string()).manifest(manifest);
        start.args(["check", "--json", "--", "./server", argument]).run().exits(125)
    };
    let kinds = |output: &Output| {
        let problems = document(output)["problems"].clone();
        problems.as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let long = start(&"y".repeat(131_072 - 1));
    assert_eq!(kinds(&long).len(), 1);
    assert!(kinds(&long)[0].starts_with("the variable A is too big"), "{long}");
}

#[test]
fn mistakes_of_the_manifest_are_a_document_too() {
    let manifest = "[env]\nA = 1\nB = { secrt = \"x\" }\n";
    let output = secenv().manifest(manifest).args(["check", "--json"]).run().exits(125);
    assert_eq!(document(&output)["problems"].as_array().unwrap().len(), 2);
    assert_eq!(document(&output)["secrets"], Json::Null);
    let text = secenv().manifest(manifest).args(["check"]).run().exits(125).says("secenv: 2 problems (exit 125)");
    assert!(text.stdout.is_empty());
}

#[test]
fn a_manifest_of_literals_asks_nobody() {
    let server = Fault::serve(&[]);
    let output = check(&server, "[env]\nA = { value = \"x\" }\n", &["--json"]).exits(0);
    let document = document(&output);
    assert_eq!(
        (&document["secrets"], &document["took_ms"], &document["callers"]),
        (&json!([]), &Json::Null, &json!([]))
    );
    assert_eq!(server.record().connections, 0);
    assert_eq!(
        check(&server, "[env]\nA = { value = \"x\" }\n", &[]).exits(0).text(),
        "secenv: no problem, no warning (exit 0)\n"
    );
}

fn moto_start(manifest: &str) -> Start {
    secenv().aws(moto()).manifest(manifest)
}

#[test]
fn an_independent_secrets_manager_is_understood() {
    moto().create_secret("check/good", r#"{"a":1}"#);
    moto().put_secret_value("check/good", r#"{"a":2}"#, &["AWSCURRENT"]);
    moto().create_secret("check/database", "x");
    moto().create_secret("check/gone", "x");
    moto().delete_secret("check/gone");
    let good =
        moto_start("[env]\nA = \"check/good#a\"\nB = { secret = \"check/good\", version_stage = \"AWSPREVIOUS\" }\n");
    let output = good.args(["check", "--json"]).run().exits(0);
    let found = document(&output);
    assert_eq!(found["callers"][0]["account"], "123456789012");
    assert_eq!(found["secrets"][0]["rotation"], json!({ "state": "off" }));
    assert_eq!(found["secrets"][1]["version_stages"], json!(["AWSPREVIOUS"]));
    let bad =
        "[env]\nA = \"check/databse\"\nB = \"check/gone\"\nC = { secret = \"check/good\", version_stage = \"NEW\" }\n";
    let text = moto_start(bad).args(["check"]).run().exits(125).text();
    assert!(text.contains("did you mean check/database?"), "{text}");
    assert!(text.contains("pending-deletion (20"), "{text}");
    assert!(text.contains("the stages that exist: ") && text.contains("AWSPREVIOUS ("), "{text}");
}

#[test]
fn each_login_asks_for_itself() {
    let server = Fault::serve(&[Secret::text("s", "x")]);
    let manifest = "[env]\nA = \"s\"\nB = { secret = \"s\", profile = \"other\" }\n";
    let start = || {
        let start = secenv().aws(&server).manifest(manifest);
        let config = start.dir().join("config");
        let text = "[profile other]\nregion = us-east-1\naws_access_key_id = OTHER\naws_secret_access_key = secret\n";
        start.file("config", text).env("AWS_CONFIG_FILE", config).args(["check"])
    };
    let found = document(&start().args(["--json"]).run().exits(0));
    let profiles =
        |field: &str| found[field].as_array().unwrap().iter().map(|one| one["profile"].clone()).collect::<Vec<_>>();
    assert_eq!(profiles("callers"), [Json::Null, json!("other")]);
    assert_eq!(profiles("secrets"), [Json::Null, json!("other")]);
    for operation in [GET, DESCRIBE, IDENTITY] {
        let seen = server.seen();
        let mut keys: Vec<_> =
            seen.iter().filter(|seen| seen.operation == operation).map(|seen| seen.access_key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["AKIAIOSFODNN7EXAMPLE", "OTHER"], "{operation}");
    }
    let text = start().run().exits(0).text();
    assert!(text.contains(&format!("asked as {CALLER} (account 123456789012), as profile other\n")), "{text}");
}
