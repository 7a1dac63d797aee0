//! From a URI to a byte stream: DNS, TCP, the proxy's tunnel, TLS, each a phase that a failure can name.
//! Edge: the only file that opens sockets.
//! Separate from the pool above it, which knows requests and not how a connection comes to be.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::{
        legacy::connect::{
            Connected, Connection, HttpConnector,
            dns::{GaiResolver, Name},
            proxy::Tunnel,
        },
        proxy::matcher::Intercept,
    },
    rt::TokioIo,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

use super::{
    Network,
    balance::{Balance, Connected as Counted},
    progress::{Phase, Progress},
    proxy::Route,
    tls,
};
use crate::name_service::without_modules;

/// Any error: the pool above wraps it, and `super::ending` finds the cause in the chain again.
pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connection that was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// DNS, TCP, TLS and tunnel together took longer than the connect timeout.
    #[error("no connection within {0:?}")]
    TimedOut(Duration),
    /// A setting that cannot be used.
    #[error("{0}")]
    Setup(String),
}

/// Opens connections for one pool, when its requests need more.
#[derive(Clone)]
pub(super) struct Dialer {
    network: Arc<Network>,
    timeout: Option<Duration>,
    balance: Balance,
}

impl Dialer {
    /// A dialer whose connections, TLS handshake included, take `timeout` at most.
    pub(super) fn new(network: Arc<Network>, timeout: Option<Duration>, balance: Balance) -> Self {
        Self { network, timeout, balance }
    }

    async fn dial(self, target: Uri, progress: Progress) -> Result<TokioIo<Stream>, BoxError> {
        let counted = self.balance.connects(&target).await;
        let mut stream = match self.timeout {
            None => self.open(&target, &progress).await?,
            Some(limit) => tokio::time::timeout(limit, self.open(&target, &progress))
                .await
                .map_err(|_| ConnectError::TimedOut(limit))??,
        };
        stream.counted = Some(counted);
        progress.reached(Phase::Request);
        Ok(TokioIo::new(stream))
    }

    async fn open(&self, target: &Uri, progress: &Progress) -> Result<Stream, BoxError> {
        let secure = target.scheme_str() == Some("https");
        match self.network.proxies.route(target).map_err(ConnectError::Setup)? {
            Route::Direct if secure => self.secured(tcp(target, progress).await?, target, progress).await,
            Route::Direct => tcp(target, progress).await,
            Route::Tunnel(proxy) => {
                progress.reached(Phase::Proxy);
                let through = self.to_proxy(&proxy).await?;
                let mut tunnel = Tunnel::new(proxy.uri().clone(), Given(Some(through)));
                if let Some(login) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(login.clone());
                }
                let through = tunnel.call(target.clone()).await?.into_inner();
                self.secured(through, target, progress).await
            }
            Route::Forward(proxy) => {
                progress.reached(Phase::Proxy);
                let mut stream = self.to_proxy(&proxy).await?;
                stream.proxied = true;
                Ok(stream)
            }
        }
    }

    /// The steps to a proxy are one phase of the way to the host, so nobody reads them.
    async fn to_proxy(&self, proxy: &Intercept) -> Result<Stream, BoxError> {
        let progress = &Progress::new();
        let stream = tcp(proxy.uri(), progress).await?;
        if proxy.uri().scheme_str() == Some("https") {
            self.secured(stream, proxy.uri(), progress).await
        } else {
            Ok(stream)
        }
    }

    async fn secured(&self, stream: Stream, target: &Uri, progress: &Progress) -> Result<Stream, BoxError> {
        progress.reached(Phase::Tls);
        let config = self.network.tls.config().map_err(|unusable| match unusable {
            tls::Unusable::Odd(text) | tls::Unusable::Late(text) => ConnectError::Setup(text),
        })?;
        let secure = HttpsConnector::from((Given(Some(stream)), config)).call(target.clone()).await?;
        Ok(Stream::new(TokioIo::new(secure)))
    }
}

async fn tcp(target: &Uri, progress: &Progress) -> Result<Stream, BoxError> {
    progress.reached(Phase::Connect); // an address needs no look-up
    let mut connector = HttpConnector::new_with_resolver(Resolver(progress.clone()));
    connector.enforce_http(false);
    connector.set_nodelay(true);
    Ok(Stream::new(connector.call(target.clone()).await?.into_inner()))
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<Stream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        Box::pin(self.clone().dial(target, Progress::current()))
    }
}

/// getaddrinfo, with its beginning and end noted.
#[derive(Clone)]
struct Resolver(Progress);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let progress = self.0.clone();
        progress.reached(Phase::Dns);
        without_modules();
        Box::pin(async move {
            let addresses: Vec<_> = GaiResolver::new().call(name).await?.collect();
            progress.reached(Phase::Connect);
            Ok(addresses.into_iter())
        })
    }
}

/// What a connection needs of a stream.
trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// An open connection, whatever it is made of.
pub(super) struct Stream {
    bytes: Box<dyn Bytes>,
    proxied: bool,
    counted: Option<Counted>,
}

impl Stream {
    fn new(bytes: impl Bytes + 'static) -> Self {
        Self { bytes: Box::new(bytes), proxied: false, counted: None }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.proxied)
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_read(cx, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(cx)
    }
}

/// A connector that has its one stream already: the tunnel and the TLS layer are written as layers over a connector.
struct Given(Option<Stream>);

impl Service<Uri> for Given {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        std::future::ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}
