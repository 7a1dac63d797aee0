//! A request as Secrets Manager reads it, checked for what AWS would refuse: target, content type, signature, body.
//!
//! The signature's shape is checked, not its arithmetic.

use serde_json::Value;

use super::{http::Message, refusal::Refusal};

/// What the server saw of one request.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// `GetSecretValue`, …; for the query protocol (STS) its `Action`.
    pub operation: String,
    /// The ids as they were asked for.
    pub ids: Vec<String>,
    pub version_id: Option<String>,
    pub version_stage: Option<String>,
    pub next_token: Option<String>,
    /// What names have to begin with, in `ListSecrets`.
    pub name_filter: Option<String>,
    /// The region, service and access key id of the credential scope; empty for an unsigned request.
    pub region: String,
    pub service: String,
    pub access_key: String,
    /// Whether the request carried an `X-Amz-Security-Token`.
    pub session_token: bool,
    pub user_agent: String,
    /// The connection that it came on, counted from 0.
    pub connection: usize,
    /// What AWS would refuse it for before looking at its content.
    pub refused: Option<Refusal>,
}

impl Seen {
    pub fn new(request: &Message, connection: usize) -> Self {
        let text = |name| request.header(name).unwrap_or_default().to_owned();
        let mut seen = Self {
            user_agent: text("user-agent"),
            session_token: request.header("x-amz-security-token").is_some(),
            connection,
            ..Self::default()
        };
        seen.refused = seen.read(request).err();
        seen
    }

    fn read(&mut self, request: &Message) -> Result<(), Refusal> {
        let target = request.header("x-amz-target");
        if let Some(name) = target.and_then(|target| target.strip_prefix("secretsmanager.")) {
            name.clone_into(&mut self.operation);
            self.read_body(&request.body)?;
        } else {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            let action = body.split('&').find_map(|part| part.strip_prefix("Action="));
            action.or(target).unwrap_or(&request.first).clone_into(&mut self.operation);
        }
        self.read_signature(request).map_err(|why| Refusal::unsigned(&why))?;
        let content_type = request.header("content-type");
        if target.is_some() && content_type != Some("application/x-amz-json-1.1") {
            return Err(Refusal::malformed(&format!("content-type {content_type:?}")));
        }
        Ok(())
    }

    fn read_body(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::malformed("the body is not JSON"))?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        self.version_id = text("VersionId");
        self.version_stage = text("VersionStage");
        self.next_token = text("NextToken");
        self.name_filter = body["Filters"][0]["Values"][0].as_str().map(str::to_owned);
        self.ids.extend(text("SecretId"));
        let list = body["SecretIdList"].as_array().into_iter().flatten();
        self.ids.extend(list.filter_map(Value::as_str).map(str::to_owned));
        Ok(())
    }

    /// `AWS4-HMAC-SHA256 Credential=AKID/DATE/REGION/SERVICE/aws4_request, SignedHeaders=…, Signature=…`
    fn read_signature(&mut self, request: &Message) -> Result<(), String> {
        let header = request.header("authorization").ok_or("Missing Authentication Token")?;
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("not AWS4-HMAC-SHA256")?;
        let field = |name: &str| {
            let found = fields.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| format!("no {name} in the authorization"))
        };
        let scope: Vec<&str> = field("Credential")?.split('/').collect();
        let [access_key, date, region, service, "aws4_request"] = scope[..] else {
            return Err("a credential scope of another shape".to_owned());
        };
        if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            return Err("a credential scope without a date".to_owned());
        }
        if request.header("x-amz-date").is_none_or(|stamp| !stamp.starts_with(date)) {
            return Err("an X-Amz-Date that is not of the credential scope's day".to_owned());
        }
        let signed: Vec<&str> = field("SignedHeaders")?.split(';').collect();
        if let Some(name) = ["host", "x-amz-date"].iter().find(|name| !signed.contains(name)) {
            return Err(format!("{name} is not signed"));
        }
        if request.header("x-amz-target").is_some() && !signed.contains(&"x-amz-target") {
            return Err("x-amz-target is not signed".to_owned());
        }
        let signature = field("Signature")?;
        if signature.len() != 64 || !signature.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err("a signature that is not 64 hex digits".to_owned());
        }
        access_key.clone_into(&mut self.access_key);
        region.clone_into(&mut self.region);
        service.clone_into(&mut self.service);
        Ok(())
    }
}
