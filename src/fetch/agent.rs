//! The source `agent[:PORT]`: the AWS Secrets Manager Agent, or the Lambda extension, which speaks the same HTTP.
//! Edge: it asks a port of this machine's loopback address, and no other host.
//! The token, the question and the meaning of answers, which are pure, have files of their own.

use std::{env, fmt, num::NonZeroUsize, os::unix::ffi::OsStringExt, sync::Arc, time::Instant};

use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use zeroize::Zeroizing;

use super::{
    Fetched, Limits, Outcome, Source,
    attempts::{self, Failed, Rules},
    queue, runtime,
    trouble::{Asked, Place, Trouble},
    turnstile::Turnstile,
    waiting,
};
use crate::{input, log::Log, plan::Request};

mod answer;
mod query;
mod token;

use answer::Silence;
use token::Token;

/// Where the agent listens unless it is told otherwise.
const PORT: u16 = 2773;
/// The Lambda extension's variable for it.
const PORT_VARIABLE: &str = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT";
/// Four times the largest secret: escapes in JSON and base64 make it longer.
const LARGEST: usize = 4 * 65_536;
/// For messages.
const OUTDATED: &str = "it may be too old (2.1 is known to work)";

/// What the user set for this source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentOptions {
    /// `agent:PORT`; else the Lambda extension's variable, else 2773.
    pub port: Option<u16>,
    /// `--refresh`.
    pub refresh: Refresh,
}

/// Whether the agent may answer from its cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// It may.
    #[default]
    AsCached,
    /// It asks Secrets Manager.
    Now,
}

/// The agent on this host.
#[derive(Clone, Debug)]
pub struct AgentSource {
    options: AgentOptions,
}

impl AgentSource {
    /// A source with these options; token and port come from the environment when it is asked.
    #[must_use]
    pub fn new(options: AgentOptions) -> Self {
        Self { options }
    }
}

impl Source for AgentSource {
    fn fetch(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        runtime::fetch(requests.len(), limits, log, self.answer(requests, limits, log))
    }
}

impl AgentSource {
    async fn answer(&self, requests: &[Request], limits: &Limits, log: &Log) -> Vec<Outcome> {
        let agent = Agent::new(&self.options, limits);
        let Ok(header) = agent.header() else {
            return vec![Err(answer::unusable_token(&agent)); requests.len()];
        };
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let session = Arc::new(Session {
            client: Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector),
            agent,
            header,
            options: self.options.clone(),
            requests: requests.to_vec(),
            limits: limits.clone(),
            turnstile: Turnstile::default(),
            log: *log,
        });
        let workers = limits.concurrency.min(NonZeroUsize::new(requests.len()).unwrap_or(NonZeroUsize::MIN));
        let work = |place: usize| {
            let session = Arc::clone(&session);
            async move { (place, session.get(place).await) }
        };
        let mut results = queue::all((0..requests.len()).collect(), workers, work).await;
        results.sort_unstable_by_key(|(place, _)| *place);
        attempts::agreed(results.into_iter().map(|(_, result)| result).collect())
    }
}

/// Which agent, and what it is shown. Displayed, it is `the agent on 127.0.0.1:2773`.
#[derive(Debug)]
struct Agent {
    port: u16,
    token: Token,
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the agent on 127.0.0.1:{}", self.port)
    }
}

impl Agent {
    fn new(options: &AgentOptions, limits: &Limits) -> Self {
        let of_lambda = || env::var(PORT_VARIABLE).ok().and_then(|text| text.parse().ok());
        Self {
            port: options.port.or_else(of_lambda).unwrap_or(PORT),
            token: Token::find(
                |name| env::var_os(name).map(OsStringExt::into_vec),
                |path| input::read(path, limits.deadline),
            ),
        }
    }

    /// The token as a header value, which prints as `Sensitive`. Without one the agent is asked all the same: if it is not
    /// there, that is the news.
    fn header(&self) -> Result<Option<HeaderValue>, header::InvalidHeaderValue> {
        let value = self.token.value.as_ref().map(|value| HeaderValue::from_bytes(value)).transpose()?;
        Ok(value.map(|mut value| {
            value.set_sensitive(true);
            value
        }))
    }
}

/// All that the questions of one fetch share.
struct Session {
    client: Client<HttpConnector, Empty<&'static [u8]>>,
    agent: Agent,
    header: Option<HeaderValue>,
    options: AgentOptions,
    requests: Vec<Request>,
    limits: Limits,
    turnstile: Turnstile,
    log: Log,
}

impl Session {
    async fn get(&self, place: usize) -> Result<Fetched, Failed> {
        let request = &self.requests[place];
        let asked = Asked { request, place: Place::Agent };
        let rules = Rules { limits: &self.limits, log: &self.log, turnstile: &self.turnstile };
        let attempt = |end: Instant| async move {
            match tokio::time::timeout_at(end.into(), self.ask(request)).await {
                Ok(Ok((status, body))) => answer::read(&self.agent, asked, status.as_u16(), &body),
                Ok(Err(silence)) => Err(self.none(silence)),
                Err(_) => Err(self.none(Silence::TimedOut)),
            }
        };
        attempts::until_answered(asked, rules, attempt).await
    }

    fn none(&self, silence: Silence) -> Trouble {
        answer::none(&self.agent, silence)
    }

    async fn ask(&self, request: &Request) -> Result<(StatusCode, Zeroizing<Vec<u8>>), Silence> {
        waiting::asks(&self.agent.to_string());
        let query = query::of(request, self.options.refresh);
        let mut question = http::Request::builder()
            .method(Method::GET)
            .uri(format!("http://127.0.0.1:{}{query}", self.agent.port))
            .header(header::USER_AGENT, concat!("secenv/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.header {
            question = question.header("X-Aws-Parameters-Secrets-Token", token);
        }
        let question = question.body(Empty::new()).map_err(|error| Silence::Broken(error.to_string()))?;
        let answer = self.client.request(question).await.map_err(|error| {
            if error.is_connect() { Silence::Refused } else { Silence::Broken("no whole answer came".to_owned()) }
        })?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        let body = body.map_err(|_| Silence::Broken("the answer was cut off, or is too long".to_owned()))?;
        Ok((status, Zeroizing::new(body.to_bytes().to_vec())))
    }
}
