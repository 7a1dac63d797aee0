//! Errors in AWS's own words and shape: a status, a code in `__type`, a text.
//!
//! Modelled errors carry `Message`, the front end's own (throttling, tokens) carry `message`, as AWS sends them.

use serde_json::json;

use super::http::Message;

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    pub fn not_found() -> Self {
        Self::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    }

    /// `kind` is `staging label` or `VersionId`.
    pub fn no_version(kind: &str, which: &str) -> Self {
        let text = format!("Secrets Manager can't find the specified secret value for {kind}: {which}");
        Self::new(400, "ResourceNotFoundException", &text)
    }

    pub fn version_mismatch() -> Self {
        let text = "You provided a VersionStage that is not associated to the provided VersionId.";
        Self::new(400, "InvalidRequestException", text)
    }

    pub fn marked_for_deletion() -> Self {
        let text = "You can't perform this operation on the secret because it was marked for deletion.";
        Self::new(400, "InvalidRequestException", text)
    }

    pub fn too_many_ids(count: usize) -> Self {
        let text = format!(
            "1 validation error detected: Value of length {count} at 'secretIdList' failed to satisfy constraint: \
             Member must have length less than or equal to 20"
        );
        Self::new(400, "ValidationException", &text)
    }

    pub fn throttled() -> Self {
        Self::new(400, "ThrottlingException", "Rate exceeded")
    }

    pub fn internal() -> Self {
        Self::new(500, "InternalServiceError", "An error occurred on the server side.")
    }

    pub fn access_denied(text: &str) -> Self {
        Self::new(400, "AccessDeniedException", text)
    }

    pub fn kms_denied() -> Self {
        Self::access_denied("Access to KMS is not allowed")
    }

    pub fn decryption_failure() -> Self {
        let text = "Secrets Manager can't decrypt the protected secret text using the provided KMS key.";
        Self::new(400, "DecryptionFailure", text)
    }

    pub fn expired_token() -> Self {
        Self::new(400, "ExpiredTokenException", "The security token included in the request is expired")
    }

    pub fn unrecognized_client() -> Self {
        Self::new(400, "UnrecognizedClientException", "The security token included in the request is invalid.")
    }

    pub fn unsigned(why: &str) -> Self {
        Self::new(403, "MissingAuthenticationTokenException", why)
    }

    pub fn malformed(why: &str) -> Self {
        Self::new(400, "SerializationException", why)
    }

    pub fn unknown_operation(name: &str) -> Self {
        Self::new(400, "UnknownOperationException", name)
    }

    /// The answer on the wire.
    pub fn response(&self) -> Message {
        let front_end = ["ThrottlingException", "ExpiredTokenException", "UnrecognizedClientException"];
        let key = if front_end.contains(&self.code.as_str()) { "message" } else { "Message" };
        Message::json(self.status, json!({ "__type": self.code, key: self.message }).to_string())
    }

    /// The element of `Errors` in a batch.
    pub fn element(&self, id: &str) -> serde_json::Value {
        json!({ "SecretId": id, "ErrorCode": self.code, "Message": self.message })
    }
}
