//! A scripted Secrets Manager on loopback: true answers by default, faults by script, everything counted.
//!
//! It stands alone, so that benches can have it too: `#[path = "../tests/support"] mod support { pub mod fault; }`.
//! It ends, with all its threads, when it is dropped.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "whoever includes it uses what it needs of it")]

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

mod connection;
mod delivery;
pub mod http;
mod refusal;
mod request;
mod script;
pub mod secret;
mod state;
mod tls;
mod truth;

pub use refusal::Refusal;
pub use request::Seen;
pub use script::{Action, Step};
pub use secret::Secret;
pub use state::Record;
pub use tls::{Certificate, crypto};

use state::{Gate, State};
use tls::Tls;
use truth::Truth;

/// The operation that asks for one secret.
pub const GET: &str = "GetSecretValue";
/// The operation that asks for up to 20.
pub const BATCH: &str = "BatchGetSecretValue";

/// The operation that tells of a secret without its value.
pub const DESCRIBE: &str = "DescribeSecret";
/// The operation that names secrets.
pub const LIST: &str = "ListSecrets";

/// The operation of STS that tells who asks, and the answer.
pub const IDENTITY: &str = "GetCallerIdentity";
/// Whom the server takes every caller for.
pub const CALLER: &str = "arn:aws:sts::123456789012:assumed-role/app/i-0123";

/// A running server.
#[derive(Debug)]
pub struct Fault {
    address: SocketAddr,
    authority: Option<String>,
    state: Arc<State>,
    listener: Option<JoinHandle<()>>,
}

impl Fault {
    /// A server that holds these secrets, over plain HTTP.
    pub fn serve(secrets: &[Secret]) -> Self {
        Self::start(Truth::Secrets(secrets.to_vec()), None)
    }

    /// The same over TLS, with this certificate.
    pub fn tls(secrets: &[Secret], certificate: Certificate) -> Self {
        Self::start(Truth::Secrets(secrets.to_vec()), Some(Tls::new(certificate)))
    }

    /// A server that passes requests on to another one (moto) and counts them.
    pub fn forward(address: SocketAddr) -> Self {
        Self::start(Truth::Forward(address), None)
    }

    fn start(truth: Truth, tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound listener has an address");
        let state = Arc::new(State::default());
        let (config, authority) = tls.map(|tls| (tls.config, tls.authority)).unzip();
        let shared = Arc::clone(&state);
        let listener = thread::spawn(move || {
            thread::scope(|scope| {
                for stream in listener.incoming() {
                    if shared.closing() {
                        break;
                    }
                    let Ok(stream) = stream else { continue };
                    let config = config.clone();
                    let (state, truth) = (&shared, &truth);
                    scope.spawn(move || connection::serve(stream, state, truth, config));
                }
            });
        });
        Self { address, authority, state, listener: Some(listener) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate authority as PEM, over TLS.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Adds a step to the end of the script: `fault.play(Action::Throttle.times(2).secret("prod/db"))`.
    pub fn play(&self, step: Step) {
        self.state.play(step);
    }

    /// Answers of a batch carry at most so many ids, and a `NextToken` for the rest.
    pub fn page_size(&self, size: usize) {
        self.state.set_page(size);
    }

    /// Throttles what comes faster than this.
    pub fn rate(&self, per_second: f64) {
        self.state.set_rate(per_second);
    }

    /// Each answer comes so much later.
    pub fn latency(&self, latency: Duration) {
        self.state.set_latency(latency);
    }

    /// Holds every answer from now on until [`Self::release`]. A held request counts as under way even when its client
    /// has left.
    pub fn hold(&self) {
        self.state.set_gate(Gate::Shut);
    }

    /// Holds every answer until `count` requests are under way at once, then none any more. A client that never has so
    /// many under way gets no answer, and [`Self::record`] tells how many it had.
    pub fn hold_until(&self, count: usize) {
        self.state.set_gate(Gate::Until(count));
    }

    /// Lets all answers go.
    pub fn release(&self) {
        self.state.set_gate(Gate::Open);
    }

    /// Waits until `count` requests are under way at once: they have arrived, and none of them is answered yet.
    #[track_caller]
    pub fn wait_underway(&self, count: usize) {
        assert!(
            self.state.wait_until(|record| record.underway >= count),
            "never {count} under way: {:#?}",
            self.record()
        );
    }

    /// Waits until `count` requests have arrived.
    #[track_caller]
    pub fn wait_seen(&self, count: usize) {
        assert!(self.state.wait_until(|record| record.seen.len() >= count), "never {count} seen: {:#?}", self.record());
    }

    /// Everything counted so far.
    pub fn record(&self) -> Record {
        self.state.record()
    }

    /// All requests so far, in the order of their arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.record().seen
    }

    /// How many requests of an operation.
    pub fn calls(&self, operation: &str) -> usize {
        self.seen().iter().filter(|seen| seen.operation == operation).count()
    }

    /// How many requests asked for this id, spelled so.
    pub fn calls_for(&self, id: &str) -> usize {
        self.seen().iter().filter(|seen| seen.ids.iter().any(|asked| asked == id)).count()
    }

    /// How many requests were refused as AWS would refuse them unread: unsigned, or malformed.
    pub fn refused(&self) -> usize {
        self.seen().iter().filter(|seen| seen.refused.is_some()).count()
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        self.state.close();
        drop(TcpStream::connect(self.address));
        if let Some(listener) = self.listener.take()
            && listener.join().is_err()
            && !thread::panicking()
        {
            panic!("a thread of the fault server panicked: its text is above");
        }
    }
}
