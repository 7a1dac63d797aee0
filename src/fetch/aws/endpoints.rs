//! The endpoint that the settings name for a service, or which of them names one that is no URL.
//! Pure but for the variables that it looks at.
//! Separate because the SDK takes an empty endpoint for a mistake of its caller's, and says of another only that it is none.

use std::env;

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use http::Uri;

use crate::fetch::{Failure, FailureKind, Subject, trouble::Trouble};

/// A service, by the name that it has in a profile's `services` section and at the end of its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// The SDK (aws-runtime 1.10) looks for `secrets-manager` in the section, where the documented key is `secrets_manager`.
    SecretsManager,
    Sts,
    Sso,
    SsoOidc,
    Signin,
}

/// Those that credentials may come from.
const LOGINS: [Service; 4] = [Service::Sts, Service::Sso, Service::SsoOidc, Service::Signin];

impl Service {
    fn id(self) -> &'static str {
        match self {
            Self::SecretsManager => "secrets_manager",
            Self::Sts => "sts",
            Self::Sso => "sso",
            Self::SsoOidc => "sso oidc",
            Self::Signin => "signin",
        }
    }
}

/// The endpoint of a service, in the SDK's order of precedence; none is AWS's own.
///
/// # Errors
/// `Endpoint`, if what is named is no URL.
pub(super) fn of(service: Service, settings: &SdkConfig, profile: Option<&str>) -> Result<Option<String>, Failure> {
    let key = ServiceConfigKey::builder().service_id(service.id()).env(ALL).profile("endpoint_url").build();
    let named = key.ok().and_then(|key| settings.service_config()?.load_config(key));
    let Some(url) = named else { return Ok(None) };
    if is_url(&url) {
        return Ok(Some(url));
    }
    let own = format!("{ALL}_{}", service.id().to_uppercase().replace(' ', "_"));
    match [own.as_str(), ALL].into_iter().find(|name| env::var_os(name).is_some()) {
        Some(_) if url.is_empty() => Ok(None),
        Some(variable) => Err(no_url(variable)),
        None => Err(no_url(&of_profile("endpoint_url", profile))),
    }
}

/// Whether all endpoints are URLs that credentials may be asked for at.
///
/// # Errors
/// As [`of`].
pub(super) fn of_logins(settings: &SdkConfig, profile: Option<&str>) -> Result<(), Failure> {
    LOGINS.into_iter().try_for_each(|service| of(service, settings, profile).map(drop))
}

/// A setting of the profile that is in use, for a message.
pub(super) fn of_profile(setting: &str, profile: Option<&str>) -> String {
    let text = |name| env::var(name).ok().filter(|text| !text.is_empty());
    let profile = profile.map(str::to_owned).or_else(|| text("AWS_PROFILE")).unwrap_or_else(|| "default".to_owned());
    let file = text("AWS_CONFIG_FILE").unwrap_or_else(|| "~/.aws/config".to_owned());
    format!("{setting} of profile {profile} in {file}")
}

const ALL: &str = "AWS_ENDPOINT_URL";

/// Whether it has a scheme and a host that a request can be sent to. Which scheme may go where is seen when it is sent.
fn is_url(text: &str) -> bool {
    let host = |url: Uri| url.host().is_some_and(|host| !host.is_empty());
    text.parse::<Uri>().is_ok_and(|url| url.scheme().is_some() && host(url))
}

/// It is not shown, as it may have a password in it.
fn no_url(setting: &str) -> Failure {
    Trouble::new(FailureKind::Endpoint, Subject::Source, format!("{setting} is no URL"))
        .help("write https://HOST or http://HOST:PORT, or remove it to ask AWS itself")
        .failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        for good in ["https://vpce.example", "http://127.0.0.1:4566/", "http://[::1]:80", "https://a:b@host/x?y"] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["", " ", "nonsense", "host.example:443", "/x", "http://", "http://a b/", "https://é/", "//host"] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_no_url_is_not_shown() {
        let failure = no_url("AWS_ENDPOINT_URL");
        assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Endpoint, "AWS_ENDPOINT_URL is no URL"));
    }
}
