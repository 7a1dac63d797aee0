//! Why there are no credentials, and what to set.
//! Pure: from the SDK's error and how far its last request got, to a [`Trouble`].
//! Separate because the SDK's types for this are private: the texts and the last HTTP status have to do.

use std::error::Error;

use aws_config::meta::ProviderChainError;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_types::error::metadata::ErrorMetadata;

use crate::fetch::{
    FailureKind, Subject,
    aws::{
        errors::of_connection,
        http::{Ending, Phase, Seen},
    },
    trouble::Trouble,
};

/// Whose credentials were asked for.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// The explicit profile, or the default chain.
    Base {
        /// `--profile` or `[aws].profile`.
        profile: Option<String>,
        /// `AWS_PROFILE`.
        ambient: Option<String>,
        /// The credential variables of the environment that are set.
        set: Vec<&'static str>,
    },
    /// The role of `[aws].role_arn`.
    Role(String),
}

/// What a failed attempt to load credentials means; `error` is none if the deadline came first.
pub(super) fn diagnose(error: Option<&CredentialsError>, seen: &Seen, origin: &Origin) -> Trouble {
    match &seen.ending {
        // These say more than the provider that met them, and may hide in a chain that just went on to the next one.
        Ending::Certificate(_) | Ending::PlainHttp | Ending::Setup(_) | Ending::LateFile(_) => {
            return of_connection(seen);
        }
        _ => {}
    }
    let facts = error.map(facts).unwrap_or_default();
    let all = facts.join("\n").to_ascii_lowercase();
    let trouble = if error.is_none() && no_metadata(seen) {
        nothing_configured().note("instance metadata does not answer either: this is no EC2 instance, or it is blocked")
    } else if error.is_none() || matches!(seen.ending, Ending::Answered(500..)) {
        unavailable(seen)
    } else if let Some(command) = expired_login(&all) {
        let profile = match origin {
            Origin::Base { profile: Some(name), .. } | Origin::Base { ambient: Some(name), .. } => name.clone(),
            _ => "default".to_owned(),
        };
        Trouble::new(
            FailureKind::ExpiredCredentials,
            Subject::Source,
            format!("the login of profile {profile} has expired"),
        )
        .help(format!("run `{command} --profile {profile}`"))
    } else if all.contains("expiredtoken") || all.contains("token included in the request is expired") {
        Trouble::new(FailureKind::ExpiredCredentials, Subject::Source, "the AWS credentials have expired".to_owned())
            .help("get new ones, then start again")
    } else if for_now(error, seen) {
        unavailable(seen)
    } else {
        configured_wrongly(error, origin)
    };
    facts.into_iter().fold(trouble, Trouble::note)
}

/// Whether the source could not answer just now. A metadata address that nothing listens on means that there is no
/// such source here; one that takes the connection and stays silent is one that fails.
fn for_now(error: Option<&CredentialsError>, seen: &Seen) -> bool {
    let nothing_there = matches!(error, Some(CredentialsError::CredentialsNotLoaded(_)));
    match seen.ending {
        Ending::Answered(status) => {
            // An answer that is fine but for its content may be half of a rollout; a refusal is one for good.
            status >= 500 || status == 429 || (status < 300 && matches!(error, Some(CredentialsError::Unhandled(_))))
        }
        Ending::TimedOut | Ending::Pending | Ending::Broken(_) => !nothing_there || seen.phase == Phase::Request,
        _ => matches!(error, Some(CredentialsError::ProviderTimedOut(_))),
    }
}

/// Whether the deadline came while the default chain knocked at the address of instance metadata, its last resort, and
/// nobody opened.
fn no_metadata(seen: &Seen) -> bool {
    let metadata = ["169.254.169.254", "[fd00:ec2::254]"];
    seen.phase == Phase::Connect && seen.host.as_deref().is_some_and(|host| metadata.contains(&host))
}

fn unavailable(seen: &Seen) -> Trouble {
    let host = seen.host.as_deref().unwrap_or("the credential source");
    let why = match &seen.ending {
        Ending::Answered(status) => format!("HTTP {status}"),
        Ending::Broken(reason) => format!("{}: {reason}", seen.phase),
        _ => format!("no answer, {}", seen.phase),
    };
    let message = format!("credentials were still not given by {host} ({why})");
    Trouble::new(FailureKind::CredentialsUnavailable, Subject::Source, message)
        .help("look at that source (instance metadata, ECS or EKS agent, SSO, STS) and the way to it")
}

fn nothing_configured() -> Trouble {
    let message = "no AWS credentials are configured".to_owned();
    Trouble::new(FailureKind::NoCredentials, Subject::Source, message).help(
        "pass `--profile NAME`, set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the workload a \
         role (ECS task role, IRSA, EKS Pod Identity, instance profile)",
    )
}

fn configured_wrongly(error: Option<&CredentialsError>, origin: &Origin) -> Trouble {
    let absent = matches!(error, Some(CredentialsError::CredentialsNotLoaded(_)));
    let about = |message| Trouble::new(FailureKind::NoCredentials, Subject::Source, message);
    match origin {
        Origin::Role(role) => about(format!("role {role} cannot be assumed")).help(
            "the role's trust policy must name the caller, and the caller's policy must allow sts:AssumeRole on it",
        ),
        Origin::Base { profile: Some(profile), .. } => about(format!("profile {profile} gives no credentials")).help(
            format!("check `aws configure list --profile {profile}`, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE"),
        ),
        Origin::Base { profile: None, .. } if absent => nothing_configured(),
        Origin::Base { profile: None, set, .. } => about("the AWS credentials cannot be loaded".to_owned())
            .note(format!(
                "set in the environment: {}",
                if set.is_empty() { "nothing".to_owned() } else { set.join(", ") }
            ))
            .help("correct the source that is meant, or remove its settings so that the next one is tried"),
    }
}

/// The command that renews an expired SSO or console login, by the texts of aws-config 1.13.
fn expired_login(all: &str) -> Option<&'static str> {
    let sso = [
        "sso token has expired",
        "failed to load the cached sso token",
        "cached sso token",
        "session token not found or invalid",
        "unauthorizedexception",
    ];
    if all.contains("login token") || all.contains("/login/cache/") {
        Some("aws login")
    } else if sso.iter().any(|words| all.contains(words)) || all.contains("/sso/cache/") {
        Some("aws sso login")
    } else {
        None
    }
}

/// What the SDK's error tells, a line each: sources that were tried, AWS's code and text. Texts of JSON parsers are left
/// out: what they were given was credentials.
fn facts(error: &CredentialsError) -> Vec<String> {
    let mut facts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        if let Some(chain) = cause.downcast_ref::<ProviderChainError<CredentialsError>>() {
            for attempt in chain.attempts() {
                let why = attempt.error().source().map_or_else(|| "not configured".to_owned(), ToString::to_string);
                facts.push(format!("tried {}: {}", attempt.name(), harmless(&why)));
            }
            break;
        }
        let fact = match cause.downcast_ref::<ErrorMetadata>() {
            Some(said) => {
                format!("the service says: {} {}", said.code().unwrap_or_default(), said.message().unwrap_or_default())
            }
            None => harmless(&cause.to_string()),
        };
        let unreadable = fact == UNREADABLE;
        let hollow = fact.starts_with("unhandled error") || HOLLOW.contains(&fact.as_str());
        if !hollow && !facts.iter().any(|known| known.contains(&fact)) {
            facts.push(fact);
        }
        if unreadable {
            break;
        }
    }
    facts
}

const UNREADABLE: &str = "its answer cannot be read";

/// Texts of the SDK's layers that only say that there is another layer.
const HOLLOW: [&str; 7] = [
    "service error",
    "dispatch failure",
    "timeout",
    "io error",
    "an error occurred while loading credentials",
    "an error occurred while loading an access token",
    "unexpected credentials error",
];

fn harmless(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let parser = ["invalid json", "json error", "at offset", "invalid field", "parse response", "escape"];
    if parser.iter().any(|words| lower.contains(words)) { UNREADABLE.to_owned() } else { text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(phase: Phase, ending: Ending) -> Seen {
        Seen { host: Some("169.254.169.254".to_owned()), phase, ending }
    }

    fn base() -> Origin {
        Origin::Base { profile: Some("dev".to_owned()), ambient: None, set: Vec::new() }
    }

    #[test]
    fn for_now_and_for_good() {
        use FailureKind::{Certificate, CredentialsUnavailable, NoCredentials};
        let none = || CredentialsError::not_loaded("x");
        let failed = || CredentialsError::provider_error("x");
        let odd = || CredentialsError::unhandled("x");
        let broken = || Ending::Broken("refused".to_owned());
        for (error, phase, ending, kind) in [
            (none(), Phase::Request, Ending::NotAsked, NoCredentials),
            (none(), Phase::Connect, Ending::TimedOut, NoCredentials),
            (none(), Phase::Connect, broken(), NoCredentials),
            (none(), Phase::Request, Ending::TimedOut, CredentialsUnavailable),
            (none(), Phase::Request, Ending::Answered(404), NoCredentials),
            (failed(), Phase::Request, Ending::Answered(503), CredentialsUnavailable),
            (failed(), Phase::Request, Ending::Answered(429), CredentialsUnavailable),
            (failed(), Phase::Request, Ending::Answered(403), NoCredentials),
            (failed(), Phase::Connect, broken(), CredentialsUnavailable),
            (failed(), Phase::Request, Ending::NotAsked, NoCredentials),
            (odd(), Phase::Request, Ending::Answered(200), CredentialsUnavailable),
            (CredentialsError::invalid_configuration("x"), Phase::Request, Ending::NotAsked, NoCredentials),
            (failed(), Phase::Tls, Ending::Certificate("UnknownIssuer".to_owned()), Certificate),
        ] {
            let said = format!("{error:?} {ending:?}");
            assert_eq!(diagnose(Some(&error), &seen(phase, ending), &base()).failure.kind, kind, "{said}");
        }
        let cut_off = |phase| diagnose(None, &seen(phase, Ending::Pending), &base()).failure.kind;
        assert_eq!(cut_off(Phase::Connect), NoCredentials);
        assert_eq!(cut_off(Phase::Request), CredentialsUnavailable);
    }

    #[test]
    fn an_expired_login_names_the_command() {
        for (text, command) in [
            ("the SSO token has expired and cannot be refreshed", "`aws sso login --profile dev`"),
            ("failed to load the cached SSO token", "`aws sso login --profile dev`"),
            ("failed to read `/home/x/.aws/login/cache/1a2b.json`", "`aws login --profile dev`"),
            ("cached Login token is expired", "`aws login --profile dev`"),
        ] {
            let error = CredentialsError::provider_error(text);
            let failure = diagnose(Some(&error), &seen(Phase::Request, Ending::NotAsked), &base()).failure;
            assert_eq!(failure.kind, FailureKind::ExpiredCredentials);
            assert!(failure.help.unwrap().contains(command), "{text}");
        }
    }

    #[test]
    fn texts_about_json_stay_inside() {
        let error =
            CredentialsError::provider_error("could not parse response: Invalid field in response: `x`. hunter2");
        let failure = diagnose(Some(&error), &seen(Phase::Request, Ending::NotAsked), &base()).failure;
        assert_eq!(failure.notes, ["its answer cannot be read"]);
    }
}
