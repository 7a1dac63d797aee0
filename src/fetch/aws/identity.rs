//! Who asked: `GetCallerIdentity`, once, after a failure whose text does not say it.
//! Edge: it calls STS, for two seconds at most, and says nothing where that fails.
//! Separate because it is no part of a fetch: a run that goes well never comes here.

use std::time::{Duration, Instant};

use aws_config::{SdkConfig, retry::RetryConfig};
use aws_credential_types::Credentials;
use aws_sdk_sts::{
    Client,
    config::{Builder, IdentityCache, StalledStreamProtectionConfig},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

use super::{
    endpoints::{self, Service},
    http::watched,
};
use crate::fetch::Caller;

/// Nobody waits longer for a line that is only good to have.
const PATIENCE: Duration = Duration::from_secs(2);

/// The identity behind these credentials, if STS tells it in time. The call needs no permission.
pub(super) async fn of(
    settings: &SdkConfig,
    credentials: Credentials,
    http: SharedHttpClient,
    deadline: Instant,
) -> Option<Caller> {
    let region = settings.region().cloned().unwrap_or_else(|| Region::new("us-east-1"));
    endpoints::of(Service::Sts, settings, None).ok()?;
    let config = Builder::from(settings)
        .region(region)
        .credentials_provider(credentials)
        .http_client(http)
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    let call = Client::from_conf(config).get_caller_identity();
    let end = deadline.min(Instant::now() + PATIENCE);
    let said = watched(end, call.send()).await.0?.ok()?;
    Some(Caller { arn: said.arn?, account: said.account? })
}
