//! What the agent's answers mean: a secret, AWS's refusal passed on, or a refusal of the agent's own.
//! Pure: from a status and a body to an outcome.
//! Separate because the bodies hold secrets: no text of theirs but AWS's own error texts goes into a message.

use data_encoding::BASE64;
use serde_json::value::RawValue;

use super::{Agent, OUTDATED};
use crate::{
    fetch::{
        Failure, FailureKind, Fetched, Payload, Subject,
        trouble::{Answer, Asked, Trouble, of_answer, unreadable},
    },
    json::Members,
    manifest::reference::SecretId,
    secret::SecretValue,
};

/// The secret, or what is in its way.
pub(super) fn read(agent: &Agent, asked: Asked<'_>, status: u16, body: &[u8]) -> Result<Fetched, Trouble> {
    if status == 200 {
        let fetched = secret(body).ok_or_else(|| unreadable(asked))?;
        return in_the_region_asked_for(fetched, asked);
    }
    Err(refusal(agent, asked, status, body))
}

fn secret(body: &[u8]) -> Option<Fetched> {
    let members: Members<'_> = serde_json::from_slice(body).ok()?;
    let raw = |name: &str| members.0.iter().rev().find(|(member, _)| member == name).map(|(_, value)| *value);
    let text = |name| raw(name).and_then(|value: &RawValue| serde_json::from_str::<String>(value.get()).ok());
    let payload = match (text("SecretString"), raw("SecretString"), text("SecretBinary")) {
        (Some(text), ..) => Payload::Text(SecretValue::from(text)),
        (None, None, Some(binary)) => Payload::Binary(SecretValue::new(BASE64.decode(binary.as_bytes()).ok()?)),
        _ => return None,
    };
    let arn = text("ARN").and_then(|arn| SecretId::parse(&arn).ok());
    Some(Fetched {
        payload,
        version_id: text("VersionId"),
        stages: raw("VersionStages").and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default(),
        region: arn.and_then(|arn| arn.region().map(str::to_owned)),
        source: "agent",
    })
}

/// The agent asks in its own region, whatever the manifest says; a secret of the same name in another one is another.
fn in_the_region_asked_for(fetched: Fetched, asked: Asked<'_>) -> Result<Fetched, Trouble> {
    match (&asked.request.region, &fetched.region) {
        (Some(wanted), Some(found)) if wanted != found => {
            let id = asked.request.id.as_str();
            let message = format!("secret {id} is asked for in {wanted}, but the agent is in {found}");
            Err(Trouble::new(FailureKind::Refused, Subject::Secret, message).help(
                "an agent asks in its own region only: leave `region` out, run an agent there, or write `source = \"aws\"`",
            ))
        }
        _ => Ok(fetched),
    }
}

fn refusal(agent: &Agent, asked: Asked<'_>, status: u16, body: &[u8]) -> Trouble {
    let about = |kind, message| Trouble::new(kind, Subject::Source, message);
    let own = String::from_utf8_lossy(&body[..body.len().min(200)]).to_ascii_lowercase();
    if own.contains("not ready to serve traffic") {
        return about(FailureKind::Unreachable, format!("{agent} was still not ready to serve"))
            .help("in Lambda it is ready after the INIT phase: read secrets in the handler, or write `source = [\"agent\", \"aws\"]`");
    }
    if let Some((code, text)) = error(body) {
        let code = code.rsplit('#').next().unwrap_or_default();
        let answer = Answer { status, code: Some(code), text: text.as_deref(), ..Answer::default() };
        return passed_on(of_answer(&answer, asked), agent);
    }
    match (status, &*own) {
        (401 | 403, _) => token(agent),
        (429, _) => about(FailureKind::Throttled, format!("{agent} still had too many connections"))
            .help("lower `--concurrency`, or raise max_conn in the agent's configuration"),
        (400, "unknown parameter: rolearn") => {
            about(FailureKind::Refused, format!("{agent} cannot assume the role that `role_arn` names"))
                .help(format!("{OUTDATED}, or leave role_arn out"))
        }
        (500.., _) => about(FailureKind::ServiceFault, format!("{agent} still answered with HTTP {status}"))
            .help("look at the agent's log: its credentials, and its way to Secrets Manager"),
        _ => about(FailureKind::Endpoint, format!("{agent} does not answer as the agent does (HTTP {status})"))
            .help(format!("check which program listens on that port; if it is the agent, {OUTDATED}")),
    }
}

/// `{"__type": …, "message": …}`, as AWS and the agent write it.
fn error(body: &[u8]) -> Option<(String, Option<String>)> {
    let members: Members<'_> = serde_json::from_slice(body).ok()?;
    let text = |name: &str| {
        let found = members.0.iter().find(|(member, _)| member == name);
        found.and_then(|(_, value)| serde_json::from_str::<String>(value.get()).ok())
    };
    Some((text("__type")?, text("message").or_else(|| text("Message"))))
}

/// AWS's own failure, as the agent met it: its identity and its network are the agent's, not secenv's.
fn passed_on(trouble: Trouble, agent: &Agent) -> Trouble {
    let trouble = trouble.note(format!("asked through {agent}, which has credentials of its own"));
    match trouble.failure.kind {
        FailureKind::AccessDenied => trouble.note("the agent needs secretsmanager:DescribeSecret as well"),
        FailureKind::ServiceFault => {
            trouble.help("look at the agent's log: its credentials, and its way to Secrets Manager")
        }
        FailureKind::ExpiredCredentials | FailureKind::NoCredentials => {
            trouble.help("mend the credentials that the agent runs with, and restart it")
        }
        _ => trouble,
    }
}

fn token(agent: &Agent) -> Trouble {
    let (origin, missing) = (&agent.token.origin, agent.token.value.is_none());
    let about = |message| Trouble::new(FailureKind::NoCredentials, Subject::Source, message);
    if missing {
        about(format!("{agent} wants a token, and there is none")).note(format!("looked for in {origin}")).help(
            "set AWS_TOKEN to the token that the agent was started with, or to file://PATH of the file that holds it",
        )
    } else {
        about(format!("{agent} does not accept the token")).note(format!("the token is that of {origin}")).help(
            "set AWS_TOKEN to the token that the agent was started with, or to file://PATH of the file that holds it; it \
             comes before AWS_SESSION_TOKEN and AWS_CONTAINER_AUTHORIZATION_TOKEN",
        )
    }
}

/// No answer: nobody listens, or nobody speaks.
pub(super) fn none(agent: &Agent, why: Silence) -> Trouble {
    let about = |kind, message| Trouble::new(kind, Subject::Source, message);
    match why {
        Silence::Refused => about(FailureKind::Unreachable, format!("no agent was listening on 127.0.0.1:{}", agent.port)).help(
            "start it (`aws_secretsmanager_agent`, or in Lambda the layer AWS-Parameters-and-Secrets-Lambda-Extension), name \
             its port with `agent:PORT`, or write `source = [\"agent\", \"aws\"]` to do without it",
        ),
        Silence::Broken(reason) => about(FailureKind::Unreachable, format!("{agent} still broke the connection"))
            .note(format!("the last attempt: {reason}"))
            .help("look at the agent's log"),
        Silence::TimedOut => about(FailureKind::Deadline, format!("still no answer from {agent}"))
            .help("look at the agent's log: it may wait for Secrets Manager itself; or give it more time with `--deadline`"),
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing listens on the port.
    Refused,
    /// The connection ended, with hyper's words for it.
    Broken(String),
    /// The attempt's time is over.
    TimedOut,
}

/// A token that is no header value at all, a line break in it say.
pub(super) fn unusable_token(agent: &Agent) -> Failure {
    Trouble::new(FailureKind::NoCredentials, Subject::Source, "the agent's token cannot be sent".to_owned())
        .note(format!("the token is that of {}", agent.token.origin))
        .help("it must be one line of printable ASCII")
        .failure
}

#[cfg(test)]
mod tests;
