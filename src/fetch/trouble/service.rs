//! Failures that the service answered with: its code, its text, the HTTP status.
//! Pure: a table from those to a [`Trouble`].
//! Separate from the SDK's error types, which differ by operation and hide codes that they do not model.

use std::time::Duration;

use super::{Asked, Trouble, denied};
use crate::fetch::{FailureKind, Subject};

/// An answer that is no secret.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::fetch) struct Answer<'a> {
    /// The HTTP status.
    pub(in crate::fetch) status: u16,
    /// AWS's error code, without namespace; none if the body is no AWS error.
    pub(in crate::fetch) code: Option<&'a str>,
    /// AWS's text for people. Never a body.
    pub(in crate::fetch) text: Option<&'a str>,
    /// `x-amzn-RequestId`, for AWS support.
    pub(in crate::fetch) request_id: Option<&'a str>,
    /// How long the service wants to be left alone.
    pub(in crate::fetch) wish: Option<Duration>,
}

/// What the service's error means for that request.
pub(in crate::fetch) fn of_answer(answer: &Answer<'_>, asked: Asked<'_>) -> Trouble {
    let mut trouble = match answer.code {
        Some(code) => of_code(code, answer, asked),
        None => of_status(answer, asked),
    };
    trouble.wish = answer.wish;
    if let Some(text) = answer.text.filter(|text| !text.is_empty()) {
        trouble = trouble.note(format!("the service says: {text}"));
    }
    let for_support = [FailureKind::Refused, FailureKind::ServiceFault, FailureKind::AccessDenied, FailureKind::Kms];
    if let Some(id) = answer.request_id.filter(|_| for_support.contains(&trouble.failure.kind)) {
        trouble = trouble.note(format!("request id: {id}"));
    }
    trouble
}

/// A success whose body cannot be read, was cut off, or holds no value.
pub(in crate::fetch) fn unreadable(asked: Asked<'_>) -> Trouble {
    let message = format!("{} was still answered with something that cannot be read", asked.secret());
    Trouble::new(FailureKind::UnreadableAnswer, Subject::Secret, message)
        .help("if it stays so, look at the proxy or endpoint in between: it changes or cuts the answers")
}

fn of_code(code: &str, answer: &Answer<'_>, asked: Asked<'_>) -> Trouble {
    let text = answer.text.unwrap_or_default();
    match code {
        "ResourceNotFoundException" => not_found(text, asked),
        "InvalidRequestException" => invalid_request(code, text, asked),
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedException" | "NotAuthorized" => {
            denied::of_text(text, asked)
        }
        "DecryptionFailure" | "DecryptionFailureException" => denied::kms(asked),
        _ if code.starts_with("KMS") => denied::kms(asked),
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "BandwidthLimitExceeded"
        | "ProvisionedThroughputExceededException"
        | "SlowDown" => throttled(asked),
        "InternalServiceError"
        | "InternalServiceErrorException"
        | "InternalFailure"
        | "InternalServerError"
        | "InternalServerException"
        | "InternalError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "RequestTimeout"
        | "RequestTimeoutException" => fault(answer, asked),
        "ExpiredTokenException" | "ExpiredToken" | "TokenRefreshRequired" => {
            let message = "the AWS credentials have expired".to_owned();
            Trouble::new(FailureKind::ExpiredCredentials, Subject::Source, message).help(
                "get new ones: `aws sso login --profile PROFILE`, `aws login`, or export a fresh session, then start again",
            )
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId" | "InvalidToken" => {
            let message = format!("AWS does not know the access key or session token ({code})");
            Trouble::new(FailureKind::NoCredentials, Subject::Source, message).help(
                "check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN or the profile: a deleted key, or another partition's",
            )
        }
        "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "RequestTimeTooSkewed"
        | "RequestExpired"
        | "AuthFailure"
        | "IncompleteSignature"
        | "IncompleteSignatureException" => signature(code, text),
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => {
            let message = format!("AWS got the request without a signature ({code})");
            Trouble::new(FailureKind::NoCredentials, Subject::Source, message)
                .help("look at the proxy or endpoint in between: it drops the Authorization header")
        }
        _ if answer.status == 429 => throttled(asked),
        _ if answer.status >= 500 => fault(answer, asked),
        _ => refused(Some(code), answer.status, asked),
    }
}

/// Bodies that are no AWS JSON: a proxy's page, another API's XML. A bare 404 is not absence: with a wrong endpoint every
/// optional secret would silently be left out.
fn of_status(answer: &Answer<'_>, asked: Asked<'_>) -> Trouble {
    match answer.status {
        200..300 => unreadable(asked),
        401 | 403 => denied::of_text("", asked).note(format!("HTTP {} without an AWS error", answer.status)),
        407 => Trouble::new(FailureKind::Endpoint, Subject::Source, "the proxy wants a login".to_owned())
            .help("write it into the proxy URL: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"),
        429 => throttled(asked),
        408 | 500.. => fault(answer, asked),
        _ => refused(None, answer.status, asked),
    }
}

fn not_found(text: &str, asked: Asked<'_>) -> Trouble {
    let lower = text.to_ascii_lowercase();
    if lower.contains("staging label") || lower.contains("versionid") || lower.contains("version id") {
        return version_not_found(asked);
    }
    let mut message = format!("secret {} does not exist in {}", asked.request.id.as_str(), asked.place);
    if let Some(version) = named_version(asked) {
        message = format!("{message}, or has no {version}");
    }
    let trouble = Trouble::new(FailureKind::NotFound, Subject::Secret, message);
    let id = asked.request.id.as_str();
    if !asked.is_arn() {
        trouble.help(
            "check name, region and account (another account's secret needs its ARN); if it is a literal, write \
             `{ value = \"…\" }`",
        )
    } else if ends_like_full_arn(id) {
        trouble.help(
            "check the six characters at the ARN's end: a secret that was deleted and created again has new ones; an ARN \
             without them is taken too",
        )
    } else {
        trouble.help("check the ARN's region, account and name; a name that ends in a hyphen and six characters needs the full ARN")
    }
}

/// Whether an id ends in `-` and six letters or digits, as full ARNs do.
fn ends_like_full_arn(id: &str) -> bool {
    id.rsplit_once('-').is_some_and(|(_, tail)| tail.len() == 6 && tail.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn version_not_found(asked: Asked<'_>) -> Trouble {
    let about = |message| Trouble::new(FailureKind::VersionNotFound, Subject::Secret, message);
    let (secret, arguments) = (asked.secret(), asked.arguments());
    match named_version(asked) {
        Some(version) => about(format!("{secret} has no {version}"))
            .help(format!("see which exist: `aws secretsmanager list-secret-version-ids {arguments}`")),
        None => about(format!("{secret} has no value yet"))
            .help(format!("give it one: `aws secretsmanager put-secret-value {arguments} --secret-string …`")),
    }
}

/// `version ID with stage STAGE`; none for the current version, which every secret with a value has.
fn named_version(asked: Asked<'_>) -> Option<String> {
    let version = &asked.request.version;
    match (version.id.as_deref(), version.stage.as_deref()) {
        (None, None | Some("AWSCURRENT")) => None,
        (None, Some(stage)) => Some(format!("version with stage {stage}")),
        (Some(id), None) => Some(format!("version {id}")),
        (Some(id), Some(stage)) => Some(format!("version {id} with stage {stage}")),
    }
}

fn invalid_request(code: &str, text: &str, asked: Asked<'_>) -> Trouble {
    let lower = text.to_ascii_lowercase();
    let version = &asked.request.version;
    if lower.contains("deletion") || lower.contains("deleted") {
        let message = format!("{} is marked for deletion", asked.secret());
        Trouble::new(FailureKind::PendingDeletion, Subject::Secret, message)
            .help(format!("if it is still needed: `aws secretsmanager restore-secret {}`", asked.arguments()))
    } else if lower.contains("kms") {
        denied::kms(asked)
    } else if version.id.is_some() && version.stage.is_some() && lower.contains("versionstage") {
        version_not_found(asked)
    } else {
        refused(Some(code), 400, asked)
    }
}

fn throttled(asked: Asked<'_>) -> Trouble {
    let message = format!("{} was still throttled", asked.secret());
    Trouble::new(FailureKind::Throttled, Subject::Secret, message)
        .help("start fewer at once, lower `--concurrency`, or have the account's Secrets Manager quota raised")
}

fn fault(answer: &Answer<'_>, asked: Asked<'_>) -> Trouble {
    let code = answer.code.map_or_else(String::new, |code| format!(" {code}"));
    let message = format!("{} was still answered with HTTP {}{code}", asked.secret(), answer.status);
    Trouble::new(FailureKind::ServiceFault, Subject::Secret, message)
        .help("try again later; see https://health.aws.amazon.com for the region")
}

fn signature(code: &str, text: &str) -> Trouble {
    let lower = text.to_ascii_lowercase();
    let about = |kind, message| Trouble::new(kind, Subject::Source, message);
    if code == "RequestTimeTooSkewed"
        || code == "RequestExpired"
        || lower.contains("expired")
        || lower.contains("not yet current")
    {
        about(FailureKind::Refused, format!("AWS refuses the signature because of its time ({code})"))
            .help("set this machine's clock (NTP)")
    } else {
        about(FailureKind::NoCredentials, format!("AWS does not accept the request's signature ({code})"))
            .help("check AWS_SECRET_ACCESS_KEY or the profile, or the proxy in between: it may change requests")
    }
}

fn refused(code: Option<&str>, status: u16, asked: Asked<'_>) -> Trouble {
    let why = code.map_or_else(|| format!("HTTP {status}"), str::to_owned);
    let message = format!("{} was refused ({why})", asked.secret());
    let trouble = Trouble::new(FailureKind::Refused, Subject::Secret, message);
    match code {
        Some("InvalidParameterException" | "ValidationException" | "InvalidRequestException") => {
            trouble.help("check the id, version id and stage of the reference")
        }
        Some(_) => trouble,
        None => trouble.help("check the endpoint: this is not how Secrets Manager answers"),
    }
}

#[cfg(test)]
mod tests;
