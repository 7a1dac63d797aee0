use zeroize::Zeroizing;

use super::*;
use crate::{
    fetch::{agent::token::Token, trouble::Place},
    manifest::reference::Version,
    plan::Request,
};

fn agent(token: Option<&str>) -> Agent {
    let value = token.map(|token| Zeroizing::new(token.as_bytes().to_vec()));
    Agent { port: 2773, token: Token { value, origin: "AWS_TOKEN".to_owned() } }
}

fn ask(region: Option<&str>, status: u16, body: &str) -> Result<Fetched, Failure> {
    let id = SecretId::parse("prod/db").expect("an id");
    let request = Request {
        id,
        version: Version::default(),
        region: region.map(str::to_owned),
        login: crate::plan::Login::default(),
    };
    let asked = Asked { request: &request, place: Place::Agent };
    read(&agent(Some("hunter2")), asked, status, body.as_bytes()).map_err(|trouble| trouble.failure)
}

const BODY: &str = r#"{"ARN":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf","Name":"prod/db",
"VersionId":"v1","SecretString":"p\u00e4ss","VersionStages":["AWSCURRENT"],"CreatedDate":"1569534789.046"}"#;

#[test]
fn a_secret_is_read_with_its_version_and_region() {
    let fetched = ask(Some("eu-west-1"), 200, BODY).expect("a secret");
    assert_eq!(fetched.payload, Payload::Text(SecretValue::from("päss".to_owned())));
    assert_eq!((fetched.version_id.as_deref(), &fetched.stages[..]), (Some("v1"), &["AWSCURRENT".to_owned()][..]));
    assert_eq!((fetched.region.as_deref(), fetched.source), (Some("eu-west-1"), "agent"));
    let binary = ask(None, 200, r#"{"SecretBinary":"AP8="}"#).expect("a secret");
    assert_eq!(binary.payload, Payload::Binary(SecretValue::new(vec![0, 255])));
}

#[test]
fn what_is_no_secret_is_unreadable_and_not_quoted() {
    for body in [
        "",
        "{}",
        "hunter2",
        r#"{"SecretString":12345}"#,
        r#"{"SecretBinary":"hunter2!"}"#,
        r#"{"SecretString":"hunter2"#,
    ] {
        let failure = ask(None, 200, body).expect_err("no secret");
        assert_eq!(failure.kind, FailureKind::UnreadableAnswer, "{body}");
        assert!(!format!("{failure:?}").contains("hunter2") && !format!("{failure:?}").contains("12345"));
    }
}

#[test]
fn another_region_than_the_agents_is_refused() {
    let failure = ask(Some("us-east-1"), 200, BODY).expect_err("another region");
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.message, "secret prod/db is asked for in us-east-1, but the agent is in eu-west-1");
}

#[test]
fn refusals() {
    let typed = |code: &str| format!(r#"{{"__type":"{code}","message":"words"}}"#);
    for (status, body, kind, message) in [
        (
            400,
            typed("ResourceNotFoundException"),
            FailureKind::NotFound,
            "prod/db does not exist in the agent's region",
        ),
        (404, typed("com.amazon#ResourceNotFoundException"), FailureKind::NotFound, "does not exist"),
        (400, typed("AccessDeniedException"), FailureKind::AccessDenied, "secret prod/db is denied, or does not exist"),
        (504, typed("TimeoutError"), FailureKind::ServiceFault, "HTTP 504 TimeoutError"),
        (502, typed("ConnectionError"), FailureKind::ServiceFault, "HTTP 502 ConnectionError"),
        (500, r#"{"__type":"InternalFailure"}"#.to_owned(), FailureKind::ServiceFault, "HTTP 500 InternalFailure"),
        (400, "not ready to serve traffic, please wait".to_owned(), FailureKind::Unreachable, "not ready"),
        (403, "Bad Token".to_owned(), FailureKind::NoCredentials, "127.0.0.1:2773 does not accept the token"),
        (429, "Connection limit exceeded".to_owned(), FailureKind::Throttled, "too many connections"),
        (400, "unknown parameter: roleArn".to_owned(), FailureKind::Refused, "cannot assume the role"),
        (404, "Not found".to_owned(), FailureKind::Endpoint, "does not answer as the agent does (HTTP 404)"),
        (302, String::new(), FailureKind::Endpoint, "HTTP 302"),
    ] {
        let failure = ask(None, status, &body).expect_err("a refusal");
        assert_eq!(failure.kind, kind, "{status} {body}");
        assert!(failure.message.contains(message), "{status} {body}: {}", failure.message);
        assert!(failure.help.is_some(), "{status} {body}");
        assert!(!format!("{failure:?}").contains("hunter2"));
    }
}

#[test]
fn a_token_that_is_missing_is_told_from_a_wrong_one() {
    let failure = token(&agent(None)).failure;
    assert!(failure.message.ends_with("wants a token, and there is none"), "{}", failure.message);
    assert_eq!(token(&agent(Some("hunter2"))).failure.notes, ["the token is that of AWS_TOKEN"]);
}
