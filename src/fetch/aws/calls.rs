//! One secret by `GetSecretValue`: attempts, each bounded, until there is an answer that counts or the deadline.
//! Edge: it calls the service.
//! Separate from the queue above it, which knows nothing of attempts.

use std::time::{Instant, SystemTime};

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::SdkError},
    http::Headers,
};
use aws_smithy_types::{Blob, DateTime, date_time::Format};

use super::{
    errors::of_connection,
    http::{Ending, Seen, watched},
};
use crate::{
    fetch::{
        Fetched, Payload,
        attempts::{Failed, Rules, until_answered},
        retry,
        trouble::{Answer, Asked, Trouble, of_answer, unreadable},
    },
    secret::SecretValue,
};

/// Gets one secret, with as many attempts as time and the limits allow.
pub(super) async fn get(client: &Client, asked: Asked<'_>, region: &str, rules: Rules<'_>) -> Result<Fetched, Failed> {
    let once = async |end| match attempt(client, asked, region, end).await {
        // The SDK has noted the service's time from that answer, and signs the next request with it.
        Err((_, Clock::Off)) => {
            rules
                .log
                .info(|| format!("this machine's clock is off: requests to {region} are signed with the service's"));
            attempt(client, asked, region, end).await.map_err(|(trouble, _)| trouble)
        }
        outcome => outcome.map_err(|(trouble, _)| trouble),
    };
    until_answered(asked, rules, once).await
}

/// Whether an answer shows that this machine's clock cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// No sign of it.
    Trusted,
    /// The service refused the signature, and its `Date` is more than four minutes away from ours.
    Off,
}

async fn attempt(client: &Client, asked: Asked<'_>, region: &str, end: Instant) -> Result<Fetched, (Trouble, Clock)> {
    let version = &asked.request.version;
    let call = client
        .get_secret_value()
        .secret_id(asked.request.id.as_str())
        .set_version_id(version.id.clone())
        .set_version_stage(version.stage.clone());
    let (answer, seen) = watched(end, call.send()).await;
    match answer {
        Some(Ok(secret)) => fetched(
            secret.secret_string,
            secret.secret_binary,
            (secret.version_id, secret.version_stages.unwrap_or_default()),
            region,
        )
        .ok_or_else(|| (unreadable(asked), Clock::Trusted)),
        Some(Err(error)) => Err(trouble(&error, &seen, asked)),
        None => Err((of_connection(&seen), Clock::Trusted)),
    }
}

/// The secret of an answer, moved and not copied; none if there is neither text nor binary in it.
pub(super) fn fetched(
    text: Option<String>,
    binary: Option<Blob>,
    (version_id, stages): (Option<String>, Vec<String>),
    region: &str,
) -> Option<Fetched> {
    let payload = match (text, binary) {
        (Some(text), _) => Payload::Text(SecretValue::from(text)),
        (None, Some(binary)) => Payload::Binary(SecretValue::new(binary.into_inner())),
        (None, None) => return None,
    };
    Some(Fetched { payload, version_id, stages, region: Some(region.to_owned()), source: "aws" })
}

/// What a refusal, or no answer, means for the secret that was asked for.
pub(super) fn trouble<E: ProvideErrorMetadata>(
    error: &SdkError<E, HttpResponse>,
    seen: &Seen,
    asked: Asked<'_>,
) -> (Trouble, Clock) {
    match error {
        SdkError::ServiceError(service) => {
            let headers = service.raw().headers();
            let answer = Answer {
                status: service.raw().status().as_u16(),
                code: service.err().code(),
                text: service.err().message(),
                request_id: headers.get("x-amzn-requestid"),
                wish: retry::wish(|name| headers.get(name)),
            };
            (of_answer(&answer, asked), clock(&answer, headers))
        }
        // The head came, the body did not, or not as HTTP wants it.
        SdkError::ResponseError(_) => match seen.ending {
            Ending::Answered(status) => (of_answer(&Answer { status, ..Answer::default() }, asked), Clock::Trusted),
            _ => (unreadable(asked), Clock::Trusted),
        },
        _ => (of_connection(seen), Clock::Trusted),
    }
}

fn clock(answer: &Answer<'_>, headers: &Headers) -> Clock {
    let about_time = matches!(
        answer.code,
        Some("InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed" | "RequestExpired")
    );
    let theirs = headers
        .get("date")
        .and_then(|text| DateTime::from_str(text, Format::HttpDate).ok())
        .and_then(|date| SystemTime::try_from(date).ok());
    match theirs {
        Some(theirs) if about_time => {
            let ours = SystemTime::now();
            let apart = ours.duration_since(theirs).unwrap_or_else(|error| error.duration());
            if apart.as_secs() > 4 * 60 { Clock::Off } else { Clock::Trusted }
        }
        _ => Clock::Trusted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_text_or_binary_or_nothing() {
        let about = || (Some("v1".to_owned()), vec!["AWSCURRENT".to_owned()]);
        let text = fetched(Some("x".to_owned()), None, about(), "r").unwrap();
        assert_eq!(text.payload, Payload::Text(SecretValue::from("x".to_owned())));
        let binary = fetched(None, Some(Blob::new([0, 255])), about(), "r").unwrap();
        assert_eq!(binary.payload, Payload::Binary(SecretValue::new(vec![0, 255])));
        assert_eq!(binary.region.as_deref(), Some("r"));
        assert_eq!(fetched(None, None, about(), "r"), None);
    }

    #[test]
    fn a_clock_is_off_only_by_more_than_four_minutes_and_a_refused_signature() {
        let dated = |code, seconds: i64| {
            let now = DateTime::from(SystemTime::now()).secs();
            let mut headers = Headers::new();
            headers.insert("date", DateTime::from_secs(now + seconds).fmt(Format::HttpDate).unwrap());
            clock(&Answer { code: Some(code), ..Answer::default() }, &headers)
        };
        assert_eq!(dated("InvalidSignatureException", 300), Clock::Off);
        assert_eq!(dated("RequestTimeTooSkewed", -300), Clock::Off);
        assert_eq!(dated("InvalidSignatureException", 200), Clock::Trusted);
        assert_eq!(dated("AccessDeniedException", 3600), Clock::Trusted);
        assert_eq!(clock(&Answer::default(), &Headers::new()), Clock::Trusted);
    }
}
