//! The AWS API calls that put secrets into moto.
//!
//! Each call is a request on a connection of its own; one that is refused fails the test with the answer.

use data_encoding::BASE64;
use serde_json::{Value as Json, json};

use super::Moto;
use crate::support::fault::{
    Secret,
    http::Message,
    secret::{CURRENT, PREVIOUS, Value, Version},
};

/// A secret that now exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    pub arn: String,
    pub version_id: String,
}

impl Moto {
    /// One call, in us-east-1: `call("DeleteSecret", json!({ "SecretId": "a" }))`.
    #[track_caller]
    pub fn call(&self, operation: &str, body: &Json) -> Json {
        self.call_in("us-east-1", operation, body)
    }

    /// One call in a region.
    #[track_caller]
    pub fn call_in(&self, region: &str, operation: &str, body: &Json) -> Json {
        let scope = format!("AKIAIOSFODNN7EXAMPLE/20260101/{region}/secretsmanager/aws4_request");
        let request = Message::post(&self.address().to_string(), body.to_string())
            .with("content-type", "application/x-amz-json-1.1")
            .with("connection", "close")
            .with("x-amz-target", &format!("secretsmanager.{operation}"))
            .with("x-amz-date", "20260101T000000Z")
            .with(
                "authorization",
                &format!(
                    "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature={:064}",
                    0
                ),
            );
        let answer = request.exchange(self.address()).unwrap_or_else(|error| panic!("{operation}: {error}"));
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status(), 200, "{operation}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{operation}: {error}: {text}"))
    }

    /// A secret whose current version is a text.
    #[track_caller]
    pub fn create_secret(&self, name: &str, text: &str) -> Created {
        created(&self.call("CreateSecret", &json!({ "Name": name, "SecretString": text })))
    }

    /// A secret whose current version is binary.
    #[track_caller]
    pub fn create_binary(&self, name: &str, bytes: &[u8]) -> Created {
        created(&self.call("CreateSecret", &json!({ "Name": name, "SecretBinary": BASE64.encode(bytes) })))
    }

    /// A new version with these staging labels; returns its id.
    #[track_caller]
    pub fn put_secret_value(&self, id: &str, text: &str, stages: &[&str]) -> String {
        let body = json!({ "SecretId": id, "SecretString": text, "VersionStages": stages });
        created(&self.call("PutSecretValue", &body)).version_id
    }

    /// Schedules the deletion.
    #[track_caller]
    pub fn delete_secret(&self, id: &str) {
        self.call("DeleteSecret", &json!({ "SecretId": id, "RecoveryWindowInDays": 7 }));
    }

    /// Creates the described secrets, with their version ids and staging labels; returns their ARNs, in order.
    #[track_caller]
    pub fn fill(&self, secrets: &[Secret]) -> Vec<String> {
        secrets.iter().map(|secret| self.fill_one(secret)).collect()
    }

    #[track_caller]
    fn fill_one(&self, secret: &Secret) -> String {
        let mut versions: Vec<&Version> = secret.versions.iter().collect();
        // A new current version makes the one before it the previous one, and a secret begins with a current one.
        versions.sort_by_key(|version| {
            let has = |stage| version.stages.iter().any(|s| s == stage);
            if has(PREVIOUS) { 0 } else { 1 + i32::from(!has(CURRENT)) }
        });
        let call = |operation, body: &Json| self.call_in(&secret.region, operation, body);
        let mut body = json!({ "Name": secret.name });
        if let Some(first) = versions.first() {
            put(&mut body, first);
        }
        let arn = call("CreateSecret", &body)["ARN"].as_str().expect("an ARN").to_owned();
        for version in versions.iter().skip(1) {
            let mut body = json!({ "SecretId": secret.name, "VersionStages": version.stages });
            put(&mut body, version);
            call("PutSecretValue", &body);
        }
        for version in &secret.versions {
            for stage in &version.stages {
                let ask = json!({ "SecretId": secret.name, "VersionStage": stage });
                let id = &call("GetSecretValue", &ask)["VersionId"];
                assert_eq!(id, &version.id, "moto does not hold {stage} of {} as described", secret.name);
            }
        }
        if secret.deleted {
            call("DeleteSecret", &json!({ "SecretId": secret.name }));
        }
        arn
    }
}

fn put(body: &mut Json, version: &Version) {
    body["ClientRequestToken"] = version.id.as_str().into();
    match &version.value {
        Value::Text(text) | Value::Json(text) => body["SecretString"] = text.as_str().into(),
        Value::Binary(bytes) => body["SecretBinary"] = BASE64.encode(bytes).into(),
    }
}

#[track_caller]
fn created(answer: &Json) -> Created {
    let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned();
    Created { arn: text("ARN"), version_id: text("VersionId") }
}
