//! `secenv plan` says what `run` then does, asks nobody for it, and shows no value.

use std::process::Command;

use serde_json::Value;

use crate::support::{
    bare,
    both::binary,
    documents::valid,
    fault::{BATCH, Fault, GET, Secret, secret::numbered},
    pty::Pty,
    secenv,
    secenv::Start,
};

const EVERYTHING: &str = r#"[vars]
env = "dev"
[aws]
region = "us-east-1"
[env]
A = "${env}/db#password"
B = { secret = "api", version_stage = "AWSPREVIOUS", region = "eu-west-1" }
C = { secret = "api", version_id = "v1", optional = true }
D = { secret = "log#/a/0", default = "hidden-default" }
E = { secret = "blob", encoding = "base64" }
F = { value = "hidden-literal" }
G = { secret = "cert", as = "file" }
H = { secret = "cert", as = "file", path = "/run/k.pem", mode = "0440" }
I = { template = "hidden-text {{ A }}" }
J = { secret = "${env}/db#host", keep = true }
K = { secret = "${env}/db#user", export = false }
[[env_from]]
secret = "settings"
prefix = "APP_"
exclude = ["comment"]
rename = { "a-b" = "A_B" }
[[env_from]]
secret = "listed"
keys = ["F", "Z"]
optional = true
[child]
inherit = ["J", "PATH", "F"]
unset = ["DEBUG"]
"#;

const TABLE: &str = "\
VARIABLE  FROM           VERSION      REGION     AS                      WRITTEN            NOTE
A         literal                                variable                --env A            over secenv.toml:6:1
B         api            AWSPREVIOUS  eu-west-1  variable                secenv.toml:7:1
C         api            v1           us-east-1  variable                secenv.toml:8:1    optional
D         log#/a/0       AWSCURRENT   us-east-1  variable                secenv.toml:9:1    has a default
E         blob           AWSCURRENT   us-east-1  variable, base64        secenv.toml:10:1
F         literal                                variable                secenv.toml:11:1   over inherited, secenv.toml:23:10
G         cert           AWSCURRENT   us-east-1  file in memory          secenv.toml:12:1
H         cert           AWSCURRENT   us-east-1  file /run/k.pem (0440)  secenv.toml:13:1
I         template of A                          variable                secenv.toml:14:1
J         inherited                              variable                secenv.toml:15:1   kept
K         dev/db#user    AWSCURRENT   us-east-1  template input          secenv.toml:16:1
APP_*     settings       AWSCURRENT   us-east-1  variable                secenv.toml:18:10  every key but comment; a-b is A_B
F         listed#F       AWSCURRENT   us-east-1  variable                secenv.toml:23:10  optional; secenv.toml:11:1 wins
Z         listed#Z       AWSCURRENT   us-east-1  variable                secenv.toml:23:10  optional

8 secret versions from aws: 1 call of GetSecretValue in eu-west-1, 7 calls of GetSecretValue in us-east-1; at most 8 connections (concurrency 32); deadline 30s
inherited: J, PATH, F, without DEBUG
2,000 tasks at once: 2,000 calls of GetSecretValue in eu-west-1 take at least 1 second of the quota of 10,000/s
2,000 tasks at once: 14,000 calls of GetSecretValue in us-east-1 take at least 2 seconds of the quota of 10,000/s
";

fn everything() -> Start {
    let inherited = "secretsmanager://inherited#k";
    secenv().manifest(EVERYTHING).env("J", "hidden-inherited").env("F", "hidden-too").env("PATH_TO", inherited)
}

fn json(start: Start, flags: &[&str]) -> Value {
    let output = start.args([&["plan", "--json"], flags].concat()).run().succeeds();
    valid("plan", &[&output.stdout]).remove(0)
}

fn variable<'j>(plan: &'j Value, name: &str) -> &'j Value {
    plan["variables"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[test]
fn nobody_is_asked_and_no_socket_is_made() {
    let server = Fault::serve(&[]);
    let trace = bare("strace")
        .args(["-f", "-qq", "-e", "trace=network", binary().to_str().unwrap(), "plan", "--tasks", "9"])
        .manifest(EVERYTHING)
        .aws(&server)
        .run()
        .succeeds();
    assert!(trace.text().contains("dev/db#password"), "{trace}");
    assert_eq!(server.record().connections, 0);
}

#[test]
fn no_value_is_shown_literals_and_defaults_included() {
    let flags = ["--env", "L=hidden-flag", "--env", "A=hidden-other", "--", "./server", "hidden-argument"];
    for first in [&["plan"][..], &["plan", "--json"]] {
        everything().args([first, &flags].concat()).run().succeeds().hides("hidden");
    }
}

#[test]
fn the_table_has_a_line_for_each_variable() {
    let table = everything().args(["plan", "--env", "A=x", "--tasks", "2000"]).run().succeeds().text();
    assert_eq!(table, TABLE);
}

#[test]
fn it_says_as_whom_a_secret_is_asked_for() {
    let manifest = "[aws]\nrole_arn = \"arn:r\"\n[env]\nA = \"x\"\nB = { secret = \"x\", profile = \"p\" }\n\
        [[env_from]]\nsecret = \"y\"\nrole_arn = \"arn:s\"";
    let start = || secenv().manifest(manifest);
    let plan = json(start(), &[]);
    let login = |secret: &Value| (secret["profile"].clone(), secret["role_arn"].clone());
    assert_eq!(login(&variable(&plan, "A")["secret"]), (Value::Null, "arn:r".into()));
    assert_eq!(login(&variable(&plan, "B")["secret"]), ("p".into(), "arn:r".into()));
    assert_eq!(login(&plan["env_from"][0]["secret"]), (Value::Null, "arn:s".into()));
    let table = start().args(["plan"]).run().succeeds().text();
    for (start, end) in [("A ", "as arn:r"), ("B ", "as arn:r, by profile p"), ("* ", "every key; as arn:s")] {
        assert!(table.lines().any(|line| line.starts_with(start) && line.trim_end().ends_with(end)), "{table}");
    }
}

#[test]
fn the_document_says_the_same() {
    let plan = json(everything(), &["--env", "A=x"]);
    let from = |name: &str| variable(&plan, name)["from"].as_str().unwrap().to_owned();
    assert_eq!(["A", "B", "F", "I", "J"].map(from), ["literal", "secret", "literal", "template", "inherited"]);
    assert_eq!(variable(&plan, "B")["secret"]["version_stage"], "AWSPREVIOUS");
    assert_eq!(variable(&plan, "B")["secret"]["regions"], serde_json::json!(["eu-west-1"]));
    assert_eq!(variable(&plan, "D")["secret"]["key"], "/a/0");
    assert_eq!(variable(&plan, "D")["if_absent"], "default");
    assert_eq!(variable(&plan, "H")["file"], serde_json::json!({ "path": "/run/k.pem", "mode": "0440" }));
    assert_eq!(variable(&plan, "K")["exported"], false);
    assert_eq!(variable(&plan, "A")["over"][0]["line"], 6);
    assert_eq!(variable(&plan, "F")["over"][0]["inherited"], "F");
    assert_eq!(plan["env_from"][0]["keys"], Value::Null);
    assert_eq!(plan["env_from"][1]["names"], serde_json::json!(["F", "Z"]));
}

/// What the plan says that a start asks for is what a server then sees.
#[test]
fn its_calls_are_those_that_a_run_makes() {
    let secrets = numbered("many", "v", 45);
    let entry = |(index, secret): (usize, &Secret)| format!("V{index} = \"{}\"\n", secret.name);
    let entries: String = secrets.iter().enumerate().map(entry).collect();
    let manifest = format!("[env]\n{entries}AGAIN = \"many/0\"\nOLD = \"many/0?version_stage=AWSCURRENT\"\n");
    for flags in [&["--concurrency", "4"][..], &["--batch"]] {
        let server = Fault::serve(&secrets);
        let start = || secenv().aws(&server).manifest(&manifest);
        let plan = json(start(), &[&["--region", "us-east-1"], flags].concat());
        let count = |operation: &str| {
            let calls = plan["calls"].as_array().unwrap().iter().filter(|calls| calls["operation"] == operation);
            calls.map(|calls| usize::try_from(calls["count"].as_u64().unwrap()).unwrap()).sum::<usize>()
        };
        assert_eq!(server.record().connections, 0);
        start().args([&["run"], flags, &["--", "true"]].concat()).run().succeeds();
        assert_eq!((count("GetSecretValue"), count("BatchGetSecretValue")), (server.calls(GET), server.calls(BATCH)));
        assert!(server.record().connections as u64 <= plan["connections"].as_u64().unwrap());
    }
}

#[test]
fn a_fleet_takes_the_time_that_the_narrowest_quota_leaves_it() {
    let manifest = "[env]\nA = \"a\"\nB = \"b\"\nC = \"c?version_stage=X\"\n[fetch]\ndeadline = \"30s\"";
    let fleet = |flags: &[&str]| json(secenv().manifest(manifest), flags)["fleet"].clone();
    assert_eq!(fleet(&[]), Value::Null);
    assert_eq!(fleet(&["--tasks", "10000"])["seconds"], 3);
    let batched = fleet(&["--tasks", "10000", "--batch"]);
    assert_eq!((batched["seconds"].as_u64(), batched["quotas"].as_array().unwrap().len()), (Some(100), 2));
    assert_eq!(fleet(&["--tasks", "10000", "--source", "agent"])["seconds"], 0);
    let slow = secenv().manifest(manifest).args(["plan", "--tasks", "10000", "--batch"]).run().succeeds();
    assert!(slow.text().contains("that is longer than the deadline of 30s"), "{slow}");
    let quick = secenv().manifest(manifest).args(["plan", "--tasks", "10000"]).run().succeeds();
    assert!(!quick.text().contains("longer than"), "{quick}");
}

#[test]
fn every_mistake_is_in_one_report_for_people_and_for_machines() {
    let manifest = "[env]\nA = { secrt = \"x\" }\nB = 1\nC = \"${no}\"\nD = { value = \"\\u0000\" }\n\
        [vars]\nunused = \"${no}\"\n";
    let text = secenv().manifest(manifest).args(["plan"]).run().exits(125);
    assert!(text.stdout.is_empty());
    let text = text.says("secenv.toml:2:").says("secenv.toml:3:").says("secenv.toml:4:");
    text.says("secenv.toml:5:15").says("secenv.toml:7:10").says("secenv: 5 problems (exit 125)");
    let machine = secenv().manifest(manifest).args(["plan", "--json"]).run().exits(125);
    assert_eq!(machine.stderr, "");
    let document = valid("plan", &[&machine.stdout]).remove(0);
    let lines: Vec<_> =
        document["problems"].as_array().unwrap().iter().map(|one| one["at"][0]["line"].as_u64()).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(4), Some(5), Some(7)]);
    let start = secenv().file("nul.env", "A=1\nB=a\0b\n").args(["plan", "--env-file", "nul.env"]);
    start.run().exits(125).says("B: the value has a NUL in it").says("nul.env:2");
}

#[test]
fn any_command_line_of_run_will_do() {
    let flags = ["--supervise", "--kill-after", "10s", "--signal-group", "--subreaper", "--", "no-such", "--json"];
    secenv().manifest(EVERYTHING).args(["plan"]).args(flags).run().succeeds();
    // A manifest without its flag is not taken for the command.
    secenv().manifest(EVERYTHING).args(["plan", "secenv.toml"]).run().exits(125).says("unexpected argument");
}

#[test]
fn on_a_terminal_the_header_stands_out_unless_colours_are_not_wanted() {
    let pty = |colours: &str| {
        let mut command = Command::new(binary());
        command.env_clear().env("TERM", "xterm").env("NO_COLOR", colours).args([
            "plan",
            "--no-manifest",
            "--env",
            "A=x",
        ]);
        let mut pty = Pty::start(command);
        pty.shows("inherited: all");
        pty.screen()
    };
    assert!(pty("").starts_with("\u{1b}[1mVARIABLE  FROM"), "{}", pty(""));
    assert!(pty("1").starts_with("VARIABLE  FROM"), "{}", pty("1"));
}
