//! The true answers: from the described secrets as AWS gives them, or from a server that requests are forwarded to.
//!
//! A batch is answered in reverse order, since AWS promises none.

use std::net::SocketAddr;

use data_encoding::BASE64;
use serde_json::{Value as Json, json};

use super::{
    BATCH, CALLER, DESCRIBE, GET, IDENTITY, LIST,
    http::Message,
    refusal::Refusal,
    request::Seen,
    secret::{Secret, Value, Version},
};

/// Where true answers come from.
#[derive(Clone, Debug)]
pub enum Truth {
    Secrets(Vec<Secret>),
    Forward(SocketAddr),
}

impl Truth {
    /// The name of the secret that an id means; the id itself where that is not known here.
    pub fn name(&self, region: &str, id: &str) -> String {
        self.find(region, id).map_or(id, |secret| &secret.name).to_owned()
    }

    fn find(&self, region: &str, id: &str) -> Option<&Secret> {
        match self {
            Self::Secrets(secrets) => secrets.iter().find(|secret| secret.region == region && secret.is(id)),
            Self::Forward(_) => None,
        }
    }

    /// The answer to `request`, `denied` being the errors that the script has for single ids of a batch, by their place.
    pub fn answer(&self, request: &Message, seen: &Seen, denied: &[(usize, Refusal)], page: Option<usize>) -> Message {
        if let Self::Forward(address) = self {
            return forward(request, *address)
                .unwrap_or_else(|error| Refusal::new(502, "BadGateway", &error.to_string()).response());
        }
        if seen.operation == IDENTITY {
            return Message::response(200, "text/xml", identity());
        }
        let answer = match seen.operation.as_str() {
            GET => self.get(seen),
            BATCH => self.batch(seen, denied, page),
            DESCRIBE => self.describe(seen),
            LIST => Ok(self.list(seen, page)),
            other => Err(Refusal::unknown_operation(other)),
        };
        match answer {
            Ok(body) => Message::json(200, body.to_string()),
            Err(refusal) => refusal.response(),
        }
    }

    fn get(&self, seen: &Seen) -> Result<Json, Refusal> {
        let [id] = &seen.ids[..] else { return Err(Refusal::malformed("no SecretId")) };
        let secret = self.find(&seen.region, id).ok_or_else(Refusal::not_found)?;
        let version = secret.select(seen.version_id.as_deref(), seen.version_stage.as_deref())?;
        Ok(element(secret, version))
    }

    fn describe(&self, seen: &Seen) -> Result<Json, Refusal> {
        let [id] = &seen.ids[..] else { return Err(Refusal::malformed("no SecretId")) };
        let secret = self.find(&seen.region, id).ok_or_else(Refusal::not_found)?;
        let stages = secret.versions.iter().map(|version| (version.id.clone(), json!(version.stages)));
        let mut body = json!({
            "ARN": secret.arn(),
            "Name": secret.name,
            "LastChangedDate": secret.changed,
            "VersionIdsToStages": stages.collect::<serde_json::Map<_, _>>(),
        });
        if let Some((last, next)) = secret.rotation {
            body["RotationEnabled"] = true.into();
            body["LastRotatedDate"] = last.into();
            body["NextRotationDate"] = next.into();
        }
        if secret.deleted {
            body["DeletedDate"] = 1_767_225_600.into();
        }
        Ok(body)
    }

    /// Names that begin as the filter says; a page at a time.
    fn list(&self, seen: &Seen, page: Option<usize>) -> Json {
        let Self::Secrets(secrets) = self else { return json!({}) };
        let prefix = seen.name_filter.as_deref().unwrap_or_default();
        let there =
            |secret: &&Secret| secret.region == seen.region && !secret.deleted && secret.name.starts_with(prefix);
        let names: Vec<_> = secrets.iter().filter(there).map(|secret| json!({ "Name": secret.name })).collect();
        let start = seen.next_token.as_deref().and_then(|token| token.parse().ok()).unwrap_or(0);
        let end = page.map_or(names.len(), |size| names.len().min(start + size));
        let mut body = json!({ "SecretList": names[start..end] });
        if end < names.len() {
            body["NextToken"] = end.to_string().into();
        }
        body
    }

    fn batch(&self, seen: &Seen, denied: &[(usize, Refusal)], page: Option<usize>) -> Result<Json, Refusal> {
        if seen.ids.len() > 20 {
            return Err(Refusal::too_many_ids(seen.ids.len()));
        }
        if seen.ids.is_empty() {
            return Err(Refusal::malformed("no SecretIdList"));
        }
        let start = match &seen.next_token {
            None => 0,
            Some(token) => token
                .strip_prefix("from-")
                .and_then(|number| number.parse().ok())
                .ok_or_else(|| Refusal::new(400, "InvalidNextTokenException", "Invalid NextToken"))?,
        };
        let end = page.map_or(seen.ids.len(), |size| (start + size).min(seen.ids.len()));
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for place in (start..end).rev() {
            let id = &seen.ids[place];
            let secret = match denied.iter().find(|(other, _)| *other == place) {
                Some((_, refusal)) => Err(refusal.clone()),
                None => self.find(&seen.region, id).ok_or_else(Refusal::not_found),
            };
            match secret.and_then(|secret| Ok(element(secret, secret.select(None, None)?))) {
                Ok(value) => values.push(value),
                Err(refusal) => errors.push(refusal.element(id)),
            }
        }
        let mut body = json!({ "SecretValues": values, "Errors": errors });
        if end < seen.ids.len() {
            body["NextToken"] = format!("from-{end}").into();
        }
        Ok(body)
    }
}

/// STS speaks the query protocol, and XML.
fn identity() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>{CALLER}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
         </GetCallerIdentityResponse>"
    )
}

fn element(secret: &Secret, version: &Version) -> Json {
    let mut body = json!({
        "ARN": secret.arn(),
        "CreatedDate": 1_523_477_145.713,
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": version.stages,
    });
    match &version.value {
        Value::Text(text) | Value::Json(text) => body["SecretString"] = text.as_str().into(),
        Value::Binary(bytes) => body["SecretBinary"] = BASE64.encode(bytes).into(),
    }
    body
}

fn forward(request: &Message, address: SocketAddr) -> std::io::Result<Message> {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| name != "connection");
    let mut answer = request.with("connection", "close").exchange(address)?;
    answer.headers.retain(|(name, _)| name != "connection" && name != "date");
    answer.first = answer.first.replacen("HTTP/1.0", "HTTP/1.1", 1);
    Ok(answer)
}
