use std::time::{Duration, Instant};

use super::*;
use crate::{
    fetch::Batching,
    log::Level,
    manifest::reference::{Reference, SecretId, Version},
};

const SECRETS: &str = r#"{
  "plain": "p\u00e4ss", "json": { "b" : [1, 2.50], "a": "x" }, "list": [1],
  "binary": { "$binary": "AP8=" }, "number": 5, "broken": { "$binary": "!" },
  "staged": { "$versions": { "AWSCURRENT": "new", "AWSPREVIOUS": { "k": 1 }, "v-1": "new", "v-2": "old" } }
}"#;

fn fetch(reference: &str) -> Outcome {
    fetch_from(SECRETS, reference)
}

fn fetch_from(secrets: &str, reference: &str) -> Outcome {
    let Reference { id, version, .. } = Reference::parse(reference).expect("a reference");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), secrets).expect("written");
    fetch_by(&FileSource::new(file.path().to_owned()), id, version)
}

fn fetch_by(source: &FileSource, id: SecretId, version: Version) -> Outcome {
    let limits = Limits {
        patience: crate::fetch::Patience::Deadline,
        deadline: Instant::now() + Duration::from_mins(1),
        budget: Duration::from_mins(1),
        attempt_timeout: Duration::from_secs(1),
        concurrency: std::num::NonZeroUsize::MIN,
        max_attempts: None,
        batching: Batching::Single,
    };
    let request = Request { id, version, region: None, login: crate::plan::Login::default() };
    source.fetch(&[request], &limits, &Log::new(Level::Quiet, |_| ())).remove(0)
}

fn text(value: &str) -> Payload {
    Payload::Text(SecretValue::from(value.to_owned()))
}

#[test]
fn each_form_of_a_value_is_a_secret() {
    let payload = |reference| fetch(reference).map(|fetched| fetched.payload);
    assert_eq!(payload("plain"), Ok(text("päss")));
    assert_eq!(payload("json"), Ok(text(r#"{"b":[1,2.50],"a":"x"}"#)));
    assert_eq!(payload("list"), Ok(text("[1]")));
    assert_eq!(payload("binary"), Ok(Payload::Binary(SecretValue::new(vec![0, 255]))));
    assert_eq!(payload("staged"), Ok(text("new")));
    assert_eq!(payload("staged?version_stage=AWSPREVIOUS"), Ok(text(r#"{"k":1}"#)));
    assert_eq!(payload("staged?version_id=v-2"), Ok(text("old")));
    assert_eq!(payload("staged?version_id=v-1&version_stage=AWSCURRENT"), Ok(text("new")));
    assert_eq!(payload("plain?version_stage=AWSCURRENT"), Ok(text("päss")));
}

#[test]
fn an_arn_finds_the_secret_of_its_name() {
    for reference in ["plain-AbCdEf", "plain"] {
        let arn = format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{reference}");
        assert_eq!(fetch(&arn).map(|fetched| fetched.payload), Ok(text("päss")), "{arn}");
    }
}

#[test]
fn what_is_not_there_is_absent_and_what_is_wrong_is_not() {
    for (reference, kind) in [
        ("nope", FailureKind::NotFound),
        ("plain?version_stage=AWSPREVIOUS", FailureKind::VersionNotFound),
        ("plain?version_id=v-1", FailureKind::VersionNotFound),
        ("staged?version_stage=X", FailureKind::VersionNotFound),
        ("staged?version_id=v-2&version_stage=AWSCURRENT", FailureKind::VersionNotFound),
        ("number", FailureKind::SourceFile),
        ("broken", FailureKind::SourceFile),
    ] {
        assert_eq!(fetch(reference).expect_err(reference).kind, kind, "{reference}");
    }
}

#[test]
fn a_file_that_is_not_the_object_is_refused_without_quoting_it() {
    for (secrets, place) in [("{\"a\": hunter2}", ":1:7 "), ("[]", ":1:0 "), ("{\"a\":\"x\",\"a\":\"y\"}", "twice")] {
        let failure = fetch_from(secrets, "a").expect_err(secrets);
        assert_eq!((failure.kind, failure.subject), (FailureKind::SourceFile, Subject::Source));
        assert!(failure.message.contains(place), "{}", failure.message);
        assert!(!format!("{failure:?}").contains("hunter"));
    }
    let missing = FileSource::new("/nonexistent/secrets.json".into());
    let id = SecretId::parse("a").expect("an id");
    let failure = fetch_by(&missing, id, Version::default()).expect_err("no file");
    assert_eq!(failure.kind, FailureKind::SourceFile);
}
