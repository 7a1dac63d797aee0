//! Who asks: each profile's settings and credentials are loaded once, and each role is assumed once, side by side.
//! Edge: through `credentials`.
//! Separate because a manifest may name several, and one that fails is nothing to the others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_secretsmanager::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

use super::{
    AwsOptions, credentials,
    endpoints::{self, Service},
    errors,
    http::watched,
    own_region,
    regions::Home,
    template,
};
use crate::{
    fetch::{Failure, Limits, queue},
    log::Log,
    manifest::reference::is_region,
    plan::{Login, Request},
};

/// A request that can be asked, or why it cannot.
pub(super) type Entered = Result<(Home, Arc<Access>), Failure>;

/// What to ask with.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) login: Login,
    pub(super) settings: SdkConfig,
    /// That of Secrets Manager; none is AWS's own.
    endpoint: Option<String>,
    pub(super) credentials: Credentials,
    /// One for each region that is asked, made when it is: a replica's is rarely needed.
    clients: Mutex<HashMap<String, Client>>,
}

impl Access {
    fn new(login: Login, settings: SdkConfig, endpoint: Option<String>, credentials: Credentials) -> Self {
        Self { login, settings, endpoint, credentials, clients: Mutex::default() }
    }

    /// The same over another HTTP client: the connections of one end with its runtime.
    pub(super) fn over(&self, http: SharedHttpClient) -> Self {
        let settings = self.settings.clone().into_builder().http_client(http).build();
        Self::new(self.login.clone(), settings, self.endpoint.clone(), self.credentials.clone())
    }

    /// The client for a region.
    pub(super) fn client(&self, region: &str) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = || {
            let config = template(&self.settings, self.endpoint.clone()).credentials_provider(self.credentials.clone());
            Client::from_conf(config.region(Region::new(region.to_owned())).build())
        };
        clients.entry(region.to_owned()).or_insert_with(client).clone()
    }
}

/// What all logins have in common.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) options: AwsOptions,
    pub(super) http: SharedHttpClient,
    pub(super) limits: Limits,
    pub(super) log: Log,
}

impl Door {
    /// What each request comes to, in their order.
    pub(super) async fn enter(self: Arc<Self>, requests: &[Request]) -> Vec<Entered> {
        let profiles = groups(requests.iter().enumerate(), |request| &request.login.profile);
        let work = |group| Arc::clone(&self).enter_as(group);
        let entered = queue::all(profiles, self.limits.concurrency, work).await;
        in_order(entered.into_iter().flatten().collect())
    }

    /// The requests of one profile.
    async fn enter_as(self: Arc<Self>, group: Vec<(usize, Request)>) -> Vec<(usize, Entered)> {
        let profile = group.first().and_then(|(_, request)| request.login.profile.clone());
        let requests: Vec<&Request> = group.iter().map(|(_, request)| request).collect();
        let region = own_region(&requests, &self.options.regions);
        let settings = Box::pin(credentials::settings(profile.as_deref(), region, &self.http, &self.limits));
        let (settings, seen) = watched(self.limits.deadline, settings).await;
        let no_region = errors::no_region(profile.as_deref(), &seen);
        // Only instance metadata, asked for the region, can take so long.
        let Some(settings) = settings else { return all(&group, &no_region) };
        let endpoint = match endpoints::of(Service::SecretsManager, &settings, profile.as_deref()) {
            Ok(endpoint) => endpoint,
            Err(failure) => return all(&group, &failure),
        };

        let fallback = settings.region().map(Region::as_ref);
        let home = |request: &Request| match (&request.region, fallback) {
            (None, _) if !self.options.regions.is_empty() => Ok(Home::Replicated),
            (Some(region), _) if is_region(region) => Ok(Home::In(region.clone())),
            (None, Some(region)) if is_region(region) => Ok(Home::In(region.to_owned())),
            (Some(region), _) => Err(errors::odd_region(region, "its ARN or entry, --region or [aws]")),
            (None, Some(region)) => Err(errors::odd_region(region, &region_setting(region, profile.as_deref()))),
            (None, None) => Err(no_region.clone()),
        };
        let (mut at_home, mut entered) = (Vec::new(), Vec::new());
        for (at, request) in group {
            match home(&request) {
                Ok(_) => at_home.push((at, request)),
                Err(failure) => entered.push((at, Err(failure))),
            }
        }
        if at_home.is_empty() {
            return entered;
        }
        let base = credentials::base(profile.as_deref(), &settings, &self.limits, &self.log).await;
        let base = match base {
            Ok(base) => base,
            Err(failure) => {
                entered.extend(all(&at_home, &failure));
                return entered;
            }
        };
        let roles = groups(at_home.iter().map(|(at, request)| (*at, request)), |request| &request.login.role_arn);
        let work = |group: Vec<(usize, Request)>| {
            let (door, settings, base) = (Arc::clone(&self), settings.clone(), base.clone());
            let endpoint = endpoint.clone();
            async move {
                let login = group.first().map(|(_, request)| request.login.clone()).unwrap_or_default();
                let assumed = match &login.role_arn {
                    None => Ok(base),
                    Some(role) => {
                        credentials::of_role(role, login.profile.as_deref(), base, &settings, &door.limits, &door.log)
                            .await
                    }
                };
                let access = assumed.map(|credentials| Arc::new(Access::new(login, settings, endpoint, credentials)));
                group.into_iter().map(|(at, request)| (at, request, access.clone())).collect::<Vec<_>>()
            }
        };
        let opened = queue::all(roles, self.limits.concurrency, work).await;
        entered.extend(
            opened
                .into_iter()
                .flatten()
                .map(|(at, request, access)| (at, access.and_then(|access| Ok((home(&request)?, access))))),
        );
        entered
    }
}

/// What the SDK's chain has a region from: it looks in this order.
fn region_setting(region: &str, profile: Option<&str>) -> String {
    let mut variables = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
    let variable = variables.find(|name| std::env::var(name).is_ok_and(|text| text == region));
    variable.map_or_else(|| endpoints::of_profile("region", profile), str::to_owned)
}

/// The same failure for all of them.
fn all(requests: &[(usize, Request)], failure: &Failure) -> Vec<(usize, Entered)> {
    requests.iter().map(|(at, _)| (*at, Err(failure.clone()))).collect()
}

/// The requests with their places, those together that have the same `part`, in the order of their first.
fn groups<'r>(
    requests: impl Iterator<Item = (usize, &'r Request)>,
    part: impl Fn(&Request) -> &Option<String>,
) -> Vec<Vec<(usize, Request)>> {
    let mut groups: Vec<Vec<(usize, Request)>> = Vec::new();
    for (at, request) in requests {
        match groups.iter_mut().find(|group| part(&group[0].1) == part(request)) {
            Some(group) => group.push((at, request.clone())),
            None => groups.push(vec![(at, request.clone())]),
        }
    }
    groups
}

fn in_order(mut entered: Vec<(usize, Entered)>) -> Vec<Entered> {
    entered.sort_unstable_by_key(|(at, _)| *at);
    entered.into_iter().map(|(_, entered)| entered).collect()
}
