//! The HTTP client under the SDK: a pool over hyper, own TLS, proxies, and the rule where plain http may go.
//! Edge: every byte to and from AWS passes here.
//! Separate because the SDK's own client pays for the system's root store even where no TLS is spoken.

use std::{
    error::Error,
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::capture_connection},
    rt::{TokioExecutor, TokioTimer},
};

mod balance;
mod connect;
mod policy;
mod progress;
mod proxy;
mod tls;

use balance::Balance;
use connect::{BoxError, ConnectError, Dialer};
pub use policy::HttpPolicy;
pub(super) use policy::Place;
use progress::Progress;
pub(super) use progress::{Ending, Phase, Seen, watched};
use proxy::{Proxies, Route};
use tls::{Tls, Unusable};

/// The client that all SDK clients share; its roots are read before the deadline.
pub(super) fn client(policy: HttpPolicy, deadline: Instant) -> SharedHttpClient {
    let path = |name| std::env::var_os(name).filter(|text| !text.is_empty()).map(Into::into);
    let network = Network {
        policy,
        proxies: Proxies::new(|name| std::env::var(name).ok()),
        tls: Tls::new(path("AWS_CA_BUNDLE"), path("SSL_CERT_FILE"), deadline),
    };
    SharedHttpClient::new(Pools { network: Arc::new(network), open: Mutex::default() })
}

/// What all connections have in common.
struct Network {
    policy: HttpPolicy,
    proxies: Proxies,
    tls: Tls,
}

/// One pool for each pair of timeouts: those of IMDS are shorter than those of the services.
struct Pools {
    network: Arc<Network>,
    open: Mutex<Vec<(Timeouts, SharedHttpConnector)>>,
}

type Timeouts = (Option<Duration>, Option<Duration>);

impl fmt::Debug for Pools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pools")
    }
}

impl HttpClient for Pools {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = open.iter().find(|(known, _)| *known == timeouts) {
            return connector.clone();
        }
        let (network, balance) = (Arc::clone(&self.network), Balance::default());
        let dialer = Dialer::new(Arc::clone(&network), timeouts.0, balance.clone());
        let connections = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(dialer);
        let connector = SharedHttpConnector::new(Pool { network, connections, balance, read: timeouts.1 });
        open.push((timeouts, connector.clone()));
        connector
    }
}

struct Pool {
    network: Arc<Network>,
    connections: Client<Dialer, SdkBody>,
    balance: Balance,
    read: Option<Duration>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let progress = Progress::current();
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        progress.asked(&named(request.uri()));
        if let Err(ending) = self.admit(&mut request) {
            progress.ended(ending);
            return HttpConnectorFuture::ready(Err(ConnectorError::user("refused before it was sent".into())));
        }

        let under_way = self.balance.asks(request.uri());
        let connection = capture_connection(&mut request);
        let answer = self.connections.request(request);
        let read = self.read;
        HttpConnectorFuture::new(async move {
            let answer = match read {
                None => answer.await.map_err(BoxError::from),
                Some(limit) => match tokio::time::timeout(limit, answer).await {
                    Ok(answer) => answer.map_err(BoxError::from),
                    Err(_) => Err(ConnectError::TimedOut(limit).into()),
                },
            };
            if connection.connection_metadata().is_some() {
                progress.reached(Phase::Request);
            }
            match answer {
                Ok(answer) => {
                    progress.ended(Ending::Answered(answer.status().as_u16()));
                    let to_its_end = move |frame| {
                        let _ = &under_way;
                        frame
                    };
                    HttpResponse::try_from(answer.map(|body| SdkBody::from_body_1_x(body.map_frame(to_its_end))))
                        .map_err(|error| ConnectorError::other(error.into(), None))
                }
                Err(error) => {
                    let ending = ending(&*error);
                    progress.ended(ending.clone());
                    Err(match ending {
                        Ending::TimedOut => ConnectorError::timeout(error),
                        Ending::Broken(_) => ConnectorError::io(error),
                        _ => ConnectorError::user(error),
                    })
                }
            }
        })
    }
}

impl Pool {
    /// Checks what needs no connection to be checked, and adds the headers that are not signed.
    fn admit(&self, request: &mut http::Request<SdkBody>) -> Result<(), Ending> {
        let uri = request.uri();
        if uri.scheme_str() == Some("https") {
            self.network.tls.config().map_err(|unusable| match unusable {
                Unusable::Odd(text) => Ending::Setup(text),
                Unusable::Late(file) => Ending::LateFile(file),
            })?;
        } else if !self.network.policy.allows(uri.host().unwrap_or_default()) {
            return Err(Ending::PlainHttp);
        }
        let route = self.network.proxies.route(uri).map_err(Ending::Setup)?;
        if let Route::Forward(proxy) = route
            && let Some(login) = proxy.basic_auth()
        {
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, login.clone());
        }
        // The SDK has `app/NAME` for this, but no slash and version in it; the header is not part of the signature.
        let agent = request.headers().get(header::USER_AGENT).and_then(|text| text.to_str().ok()).unwrap_or_default();
        let agent = format!("{agent} secenv/{}", env!("CARGO_PKG_VERSION"));
        if let Ok(agent) = HeaderValue::from_str(agent.trim_start()) {
            request.headers_mut().insert(header::USER_AGENT, agent);
        }
        Ok(())
    }
}

/// `HOST` or `HOST:PORT`: the authority without what may be a password before it.
fn named(uri: &http::Uri) -> String {
    let host = uri.host().unwrap_or_default();
    uri.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The cause in a chain of hyper's, rustls' and own errors. None of their texts quotes a request or an answer.
fn ending(error: &(dyn Error + 'static)) -> Ending {
    let mut innermost = error;
    for cause in std::iter::successors(Some(error), |cause| beneath(*cause)) {
        innermost = cause;
        match cause.downcast_ref::<ConnectError>() {
            Some(ConnectError::TimedOut(_)) => return Ending::TimedOut,
            Some(ConnectError::Setup(text)) => return Ending::Setup(text.clone()),
            None => {}
        }
        if let Some(rustls::Error::InvalidCertificate(reason)) = cause.downcast_ref() {
            return Ending::Certificate(reason.to_string());
        }
        if cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return Ending::TimedOut;
        }
    }
    Ending::Broken(innermost.to_string())
}

/// The next error down; `io::Error::source` leaves its own payload out.
fn beneath<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_without_logins() {
        let name = |uri: &str| named(&uri.parse().unwrap());
        assert_eq!(name("https://user:hunter2@host.example/path"), "host.example");
        assert_eq!(name("http://127.0.0.1:4566/"), "127.0.0.1:4566");
        assert_eq!(name("http://[::1]:80/"), "[::1]:80");
    }

    #[test]
    fn the_cause_is_found_under_any_layers() {
        let wrapped = |inner: BoxError| io::Error::other(io::Error::other(inner));
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert_eq!(ending(&wrapped(certificate.into())), Ending::Certificate("UnknownIssuer".to_owned()));
        let setup = ConnectError::Setup("AWS_CA_BUNDLE".to_owned());
        assert_eq!(ending(&wrapped(setup.into())), Ending::Setup("AWS_CA_BUNDLE".to_owned()));
        assert_eq!(ending(&wrapped(ConnectError::TimedOut(Duration::ZERO).into())), Ending::TimedOut);
        assert_eq!(ending(&wrapped("reset".into())), Ending::Broken("reset".to_owned()));
        assert_eq!(ending(&io::Error::from(io::ErrorKind::TimedOut)), Ending::TimedOut);
    }
}
