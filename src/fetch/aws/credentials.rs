//! The SDK's settings and the caller's credentials, loaded once and before any request.
//! Edge: environment, profile files, credential processes, IMDS, container credentials, SSO and STS are asked here.
//! Separate so that the time they take counts into no attempt, and that their failures are reported once.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aws_config::{
    BehaviorVersion, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig, retry::RetryConfig,
    sts::AssumeRoleProvider,
};
use aws_credential_types::{
    Credentials,
    credential_feature::AwsCredentialFeature,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

use super::{
    endpoints::{self, Service},
    http::{Seen, watched},
};
use crate::{
    fetch::{
        Failure, Limits,
        retry::{self, Next},
        trouble::End,
        waiting,
    },
    log::Log,
};

mod diagnosis;
mod sendable;

use diagnosis::{Origin, diagnose};

/// Settings from environment and profile: endpoints, FIPS, dual stack, and the region if `region` gives none.
///
/// With a region, instance metadata is not asked for one.
pub(super) async fn settings(
    profile: Option<&str>,
    region: Option<Region>,
    client: &SharedHttpClient,
    limits: &Limits,
) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client.clone());
    // What the settings say of retries is for the calls that secenv repeats by itself; the SDK panics where it is
    // no mode that it knows, such as the AWS CLI's `legacy`.
    let retries = RetryConfig::standard();
    loader = loader.retry_config(match limits.max_attempts.and_then(|most| u32::try_from(most.get()).ok()) {
        Some(most) => retries.with_max_attempts(most),
        None => retries,
    });
    if let Some(profile) = profile {
        // Without this the default chain would be set up too, only to be left aside in `base`.
        loader = loader.profile_name(profile).no_credentials();
    }
    let environment = EnvironmentVariableCredentialsProvider::new();
    if profile.is_none() && environment.provide_credentials().await.is_ok() {
        // They come first in the default chain; setting up the rest of it is a quarter of a run's instructions.
        loader = loader.credentials_provider(environment);
    }
    if region.is_some() {
        loader = loader.region(region);
    }
    loader.load().await
}

/// The credentials of the explicit profile, else of the SDK's default chain. A source that fails for now is asked again
/// until the deadline.
///
/// # Errors
/// `NoCredentials`, `ExpiredCredentials`, `CredentialsUnavailable`, or what is wrong with the connection to a source.
pub(super) async fn base(
    profile: Option<&str>,
    settings: &SdkConfig,
    limits: &Limits,
    log: &Log,
) -> Result<Credentials, Failure> {
    let set = VARIABLES.into_iter().filter(|name| std::env::var_os(name).is_some()).collect();
    let ambient = std::env::var("AWS_PROFILE").ok();
    let origin = Origin::Base { profile: profile.map(str::to_owned), ambient, set };
    if !inherited(profile) {
        endpoints::of_logins(settings, profile)?;
    }
    loaded(&provider(profile, settings), &origin, limits, log).await
}

/// Those of a role, assumed with other ones.
///
/// # Errors
/// As [`base`].
pub(super) async fn of_role(
    role: &str,
    profile: Option<&str>,
    base: Credentials,
    settings: &SdkConfig,
    limits: &Limits,
    log: &Log,
) -> Result<Credentials, Failure> {
    endpoints::of(Service::Sts, settings, profile)?;
    let provider = AssumeRoleProvider::builder(role)
        .session_name(session_name())
        .configure(settings)
        .build_from_provider(base)
        .await;
    loaded(&provider.into(), &Origin::Role(role.to_owned()), limits, log).await
}

async fn loaded(provider: &Provider, origin: &Origin, limits: &Limits, log: &Log) -> Result<Credentials, Failure> {
    let started = Instant::now();
    let credentials = persist(provider, origin, limits, log).await?;
    sendable::check(&credentials, origin)?;
    log.debug(|| {
        let features = credentials.get_property::<Vec<AwsCredentialFeature>>();
        let source = features.map_or_else(String::new, |features| format!(" {features:?}"));
        format!("credentials of {}{source} loaded in {:?}", credentials.access_key_id(), started.elapsed())
    });
    Ok(credentials)
}

/// Whether credentials come from the environment, if they are not odd: no service is asked for them then.
fn inherited(profile: Option<&str>) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|text| !text.is_empty());
    profile.is_none() && set("AWS_ACCESS_KEY_ID") && set("AWS_SECRET_ACCESS_KEY")
}

/// An explicit profile is asked directly: in the default chain, credentials in the environment would beat it.
fn provider(profile: Option<&str>, settings: &SdkConfig) -> Provider {
    match (profile, settings.credentials_provider()) {
        (None, Some(chain)) => Provider(chain),
        (profile, _) => {
            let mut config = ProviderConfig::without_region()
                .with_region(settings.region().cloned())
                .with_use_fips(settings.use_fips())
                .with_use_dual_stack(settings.use_dual_stack());
            if let Some(client) = settings.http_client() {
                config = config.with_http_client(client);
            }
            let mut provider = ProfileFileCredentialsProvider::builder().configure(&config);
            if let Some(profile) = profile {
                provider = provider.profile_name(profile);
            }
            Provider(SharedCredentialsProvider::new(provider.build()))
        }
    }
}

/// The variables by which the default chain chooses a source, in its order.
const VARIABLES: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// A source of credentials.
struct Provider(SharedCredentialsProvider);

impl From<AssumeRoleProvider> for Provider {
    fn from(provider: AssumeRoleProvider) -> Self {
        Self(SharedCredentialsProvider::new(provider))
    }
}

async fn persist(provider: &Provider, origin: &Origin, limits: &Limits, log: &Log) -> Result<Credentials, Failure> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let (answer, seen): (Option<Result<Credentials, CredentialsError>>, Seen) =
            watched(limits.deadline, provider.0.provide_credentials()).await;
        let trouble = match answer {
            Some(Ok(credentials)) => return Ok(credentials),
            Some(Err(error)) => diagnose(Some(&error), &seen, origin),
            None => return Err(diagnose(None, &seen, origin).last_words(End::Deadline, attempts, limits)),
        };
        let left = limits.deadline.saturating_duration_since(Instant::now());
        match retry::next(attempts, retry::chance(), None, left) {
            Next::Wait(wait) if trouble.may_pass() => {
                waiting::failed(trouble.failure.kind, attempts);
                log.debug(|| format!("credentials: {}, again in {wait:?}", trouble.failure.kind.as_str()));
                tokio::time::sleep(wait).await;
            }
            _ => return Err(trouble.last_words(End::Deadline, attempts, limits)),
        }
    }
}

/// `secenv-` and the seconds since 1970; the audit trail shows it for every call with the role.
fn session_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("secenv-{}", now.as_secs())
}
