//! What the threads of one server share: the script, the record, the gate that holds answers, and the end.
//!
//! One lock and one condition: every wait ends when the server closes, and after [`WAIT_LIMIT`] at the latest.

use std::{
    net::{Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, Weak},
    time::{Duration, Instant},
};

use super::{
    request::Seen,
    script::{Audience, Cue, Script, Step},
};

/// The bound on every wait.
pub const WAIT_LIMIT: Duration = Duration::from_mins(1);

/// When answers are let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gate {
    #[default]
    Open,
    Shut,
    /// Opens, for good, once so many requests are under way at once.
    Until(usize),
}

/// The counts, and the record of requests in the order of their arrival.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub seen: Vec<Seen>,
    pub connections: usize,
    pub handshakes: usize,
    pub underway: usize,
    pub peak: usize,
    /// When each request arrived, in the order of `seen`.
    pub arrivals: Vec<Instant>,
    /// Requests over the rate.
    pub throttled: usize,
}

#[derive(Debug, Default)]
struct Inner {
    record: Record,
    script: Script,
    gate: Gate,
    latency: Duration,
    page: Option<usize>,
    rate: Option<Rate>,
    closing: bool,
    wires: Vec<Weak<TcpStream>>,
}

/// A bucket that fills at so many requests a second, and holds those of a tenth.
#[derive(Debug)]
struct Rate {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Rate {
    fn admits(&mut self) -> bool {
        let now = Instant::now();
        let filled = self.left + self.per_second * now.duration_since(self.at).as_secs_f64();
        self.left = filled.min((self.per_second / 10.0).max(1.0));
        self.at = now;
        let admitted = self.left >= 1.0;
        self.left -= f64::from(u8::from(admitted));
        admitted
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct State {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn record(&self) -> Record {
        self.lock().record.clone()
    }

    pub fn play(&self, step: Step) {
        self.lock().script.push(step);
    }

    pub fn set_gate(&self, gate: Gate) {
        self.lock().gate = gate;
        self.changed.notify_all();
    }

    pub fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    pub fn latency(&self) -> Duration {
        self.lock().latency
    }

    pub fn set_page(&self, size: usize) {
        self.lock().page = Some(size);
    }

    pub fn set_rate(&self, per_second: f64) {
        self.lock().rate = Some(Rate { per_second, left: 1.0, at: Instant::now() });
    }

    /// Whether the rate lets one more request through.
    pub fn admits(&self) -> bool {
        let mut inner = self.lock();
        let admitted = inner.rate.as_mut().is_none_or(Rate::admits);
        inner.record.throttled += usize::from(!admitted);
        admitted
    }

    pub fn page(&self) -> Option<usize> {
        self.lock().page
    }

    /// A new connection: its number, or none if the server is closing.
    pub fn connected(&self, wire: &Arc<TcpStream>) -> Option<usize> {
        let mut inner = self.lock();
        if inner.closing {
            return None;
        }
        inner.wires.retain(|other| other.strong_count() > 0);
        inner.wires.push(Arc::downgrade(wire));
        inner.record.connections += 1;
        self.changed.notify_all();
        Some(inner.record.connections - 1)
    }

    pub fn handshaken(&self) {
        self.lock().record.handshakes += 1;
    }

    /// A request has arrived: it is under way from here to [`Self::end`]. Returns its number and what the script has for it.
    pub fn begin(&self, seen: Seen, ids: &[(String, String)]) -> (usize, Vec<Cue>) {
        let mut inner = self.lock();
        let cues = match seen.refused {
            None => inner.script.next(&Audience { operation: &seen.operation, region: &seen.region, ids }),
            Some(_) => Vec::new(),
        };
        inner.record.arrivals.push(Instant::now());
        inner.record.seen.push(seen);
        inner.record.underway += 1;
        inner.record.peak = inner.record.peak.max(inner.record.underway);
        if matches!(inner.gate, Gate::Until(count) if inner.record.underway >= count) {
            inner.gate = Gate::Open;
        }
        self.changed.notify_all();
        (inner.record.seen.len(), cues)
    }

    /// The answer is about to be sent. Before, not after: a peer that has its answer may ask again at once.
    pub fn end(&self) {
        self.lock().record.underway -= 1;
        self.changed.notify_all();
    }

    /// Waits until the gate is open; false if the server closes or the bound is reached first.
    pub fn pass_gate(&self) -> bool {
        let shut = |inner: &mut Inner| inner.gate != Gate::Open && !inner.closing;
        let (inner, _) = self.changed.wait_timeout_while(self.lock(), WAIT_LIMIT, shut).expect("not poisoned");
        inner.gate == Gate::Open && !inner.closing
    }

    /// Lets `time` go by; false if the server closes first.
    pub fn pause(&self, time: Duration) -> bool {
        let open = |inner: &mut Inner| !inner.closing;
        let (inner, _) = self.changed.wait_timeout_while(self.lock(), time, open).expect("not poisoned");
        !inner.closing
    }

    /// Waits until the record is as the test wants it; false after the bound.
    pub fn wait_until(&self, wanted: impl Fn(&Record) -> bool) -> bool {
        let waiting = |inner: &mut Inner| !wanted(&inner.record);
        let (_inner, wait) = self.changed.wait_timeout_while(self.lock(), WAIT_LIMIT, waiting).expect("not poisoned");
        !wait.timed_out()
    }

    pub fn closing(&self) -> bool {
        self.lock().closing
    }

    /// Ends all waits and connections.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closing = true;
        for wire in inner.wires.drain(..).filter_map(|wire| wire.upgrade()) {
            drop(wire.shutdown(Shutdown::Both));
        }
        self.changed.notify_all();
    }
}
