//! The `agent` source: what it is asked, what its answers mean, and when the next source is asked instead.

use crate::support::{
    agent::{Agent, Play, nobody},
    fault::{Action, Fault, Secret},
    running::Output,
    secenv,
    secenv::Start,
};

const MANIFEST: &str = "[env]\nS = \"s\"";

/// Runs a command that prints the variable, with the agent on that port for a source.
fn run(port: u16, flags: &[&str], surround: impl FnOnce(Start) -> Start) -> Output {
    let source = format!("agent:{port}");
    let args = [&["run", "--source", &source], flags, &["--", "sh", "-c", "echo $S"]].concat();
    surround(secenv().manifest(MANIFEST).env("AWS_TOKEN", "hunter2-token")).args(args).run()
}

fn as_it_is(start: Start) -> Start {
    start
}

#[test]
fn a_secret_comes_from_the_agent_with_its_token_and_without_credentials() {
    let agent = Agent::serve(&[Play::secret("v")]);
    assert_eq!(run(agent.port(), &[], as_it_is).succeeds().text(), "v\n");
    let [asked] = &agent.asked()[..] else { panic!("one question") };
    assert_eq!(asked.first, "GET /secretsmanager/get?secretId=s HTTP/1.1");
    assert_eq!(asked.header("x-aws-parameters-secrets-token"), Some("hunter2-token"));
    assert_eq!(asked.header("x-forwarded-for"), None);
    let said = run(agent.port(), &["-vv"], as_it_is).exits(0).hides("hunter2");
    said.says("secret s: version v1 [AWSCURRENT] from agent in us-east-1");
}

#[test]
fn versions_roles_and_a_refresh_are_parameters() {
    let agent = Agent::serve(&[Play::secret("v")]);
    let manifest = "source = \"agent\"\n[aws]\nrole_arn = \"arn:aws:iam::123456789012:role/app\"\n[env]\nS = \"a/b?version_id=v1\"";
    let start = secenv().env("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", agent.port().to_string());
    let start = start.env("AWS_SESSION_TOKEN", "lambda").manifest(manifest);
    start.args(["run", "--refresh", "--", "true"]).run().succeeds();
    let [asked] = &agent.asked()[..] else { panic!("one question") };
    let role = "roleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fapp";
    let expected = format!("GET /secretsmanager/get?secretId=a%2Fb&versionId=v1&{role}&refreshNow=true HTTP/1.1");
    assert_eq!(asked.first, expected);
    assert_eq!(asked.header("x-aws-parameters-secrets-token"), Some("lambda"));
}

#[test]
fn proxies_are_for_other_hosts() {
    let agent = Agent::serve(&[Play::secret("v")]);
    let nowhere = "http://127.0.0.1:1";
    run(agent.port(), &[], |start| start.env("HTTP_PROXY", nowhere).env("ALL_PROXY", nowhere)).succeeds();
}

#[test]
fn each_refusal_has_its_kind_and_exit_code() {
    for (play, kind, code) in [
        (Play::error(400, "ResourceNotFoundException"), "not-found", 125),
        (Play::error(400, "AccessDeniedException"), "access-denied", 125),
        (Play::Answer(403, "Bad Token".into()), "no-credentials", 125),
        (Play::Answer(404, "<html>hunter2".into()), "endpoint", 125),
        (Play::error(400, "ThrottlingException"), "throttled", 124),
        (Play::error(502, "ConnectionError"), "service-fault", 124),
        (Play::error(504, "TimeoutError"), "service-fault", 124),
        (Play::Answer(400, "not ready to serve traffic, please wait".into()), "unreachable", 124),
        (Play::Answer(200, "{\"SecretString\":\"hunter2".into()), "unreadable-answer", 124),
        (Play::Hangup, "unreachable", 124),
        (Play::Silence, "deadline", 124),
    ] {
        let named = format!("{play:?}");
        let agent = Agent::serve(&[play]);
        let flags = ["--error-format", "json", "--deadline", "400ms"];
        let output = run(agent.port(), &flags, as_it_is).exits(code).hides("hunter2");
        let report: serde_json::Value = serde_json::from_str(&output.stderr).expect("a line of JSON");
        assert_eq!(report["problems"][0]["kind"], kind, "{named}: {}", output.stderr);
        assert!(report["problems"][0]["help"].is_string(), "{named}: {}", output.stderr);
        assert!(output.stderr.contains("agent"), "{named}: {}", output.stderr);
    }
}

#[test]
fn what_passes_is_retried_the_init_phase_of_lambda_too() {
    let not_ready = Play::Answer(400, "not ready to serve traffic, please wait".into());
    let plays = [not_ready, Play::error(500, "InternalFailure"), Play::Hangup, Play::secret("v")];
    let agent = Agent::serve(&plays);
    assert_eq!(run(agent.port(), &[], as_it_is).succeeds().text(), "v\n");
    assert_eq!(agent.asked().len(), 4);
}

#[test]
fn an_absent_agent_is_named_with_its_port_and_what_to_start() {
    let port = nobody();
    let output = run(port, &["--deadline", "300ms"], as_it_is).exits(124);
    let output = output.says(&format!("no agent was listening on 127.0.0.1:{port} at the deadline of 300ms"));
    output.says("aws_secretsmanager_agent").says("[\"agent\", \"aws\"]");
}

#[test]
fn a_token_is_wrong_or_missing() {
    let agent = Agent::serve(&[Play::Answer(403, "Bad Token".into())]);
    let wrong = run(agent.port(), &[], as_it_is).exits(125).says("does not accept the token");
    wrong.says("the token is that of AWS_TOKEN").hides("hunter2");
    let missing = run(agent.port(), &[], |start| start.env("AWS_TOKEN", "file:///nonexistent/token")).exits(125);
    missing.says("wants a token, and there is none").says("/nonexistent/token");
    let broken = run(agent.port(), &[], |start| start.env("AWS_TOKEN", "a\nhunter2")).exits(125);
    broken.says("cannot be sent").hides("hunter2");
}

#[test]
fn another_region_than_the_agents_is_refused() {
    let agent = Agent::serve(&[Play::secret("v")]);
    let output = run(agent.port(), &["--region", "eu-west-1"], as_it_is).exits(125);
    output.says("is asked for in eu-west-1, but the agent is in us-east-1");
}

fn with_aws_behind(agent: u16, server: &Fault, flags: &[&str]) -> Output {
    let manifest = format!("source = [\"agent:{agent}\", \"aws\"]\n{MANIFEST}\nT = \"t\"\n");
    let args = [&["run", "-v"], flags, &["--", "sh", "-c", "echo $S $T"]].concat();
    secenv().aws(server).env("AWS_TOKEN", "x").manifest(&manifest).args(args).run()
}

fn two() -> Fault {
    Fault::serve(&[Secret::text("s", "aws"), Secret::text("t", "aws")])
}

#[test]
fn aws_is_asked_where_there_is_no_agent_said_once() {
    let server = two();
    let output = with_aws_behind(nobody(), &server, &[]).exits(0);
    assert_eq!(output.text(), "aws aws\n");
    assert_eq!(output.stderr.matches("asking aws now").count(), 1, "{output}");
    let silent = Agent::serve(&[Play::Silence]);
    assert_eq!(with_aws_behind(silent.port(), &server, &["--deadline", "6s"]).exits(0).text(), "aws aws\n");
}

#[test]
fn an_agent_that_answers_is_the_only_one_asked() {
    for (play, code) in [
        (Play::secret("agent"), 0),
        (Play::error(400, "ResourceNotFoundException"), 125),
        (Play::error(400, "AccessDeniedException"), 125),
        (Play::Answer(403, "Bad Token".into()), 125),
        (Play::error(502, "ConnectionError"), 124),
    ] {
        let (server, agent) = (two(), Agent::serve(&[play]));
        with_aws_behind(agent.port(), &server, &["--deadline", "400ms"]).exits(code);
        assert_eq!(server.seen().len(), 0);
    }
}

#[test]
fn what_aws_then_says_counts_and_the_agent_is_a_note() {
    let server = two();
    server.play(Action::AccessDenied("no".into()).forever());
    let output = with_aws_behind(nobody(), &server, &[]).exits(125).says("denied");
    output.says("asked first: no agent was listening on 127.0.0.1");
}

#[test]
fn lists_that_cannot_be_are_refused() {
    for list in ["aws,agent", "agent,aws,agent", "agent:99999", "agent:,aws", "agent,vault"] {
        let start = secenv().manifest(MANIFEST).args(["run", "--source", list, "--", "true"]);
        start.run().exits(125).says("help");
    }
}
