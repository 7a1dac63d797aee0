//! Never more connections to an origin than requests under way to it. Pure but for waiting.
//!
//! hyper's pool opens a connection for each request that finds none idle, even if one is about to become idle, and gives
//! the idle one to whoever has waited longest, though that one's own is being opened. Where answers come fast, most of what
//! it opens would be of no use, and a TLS handshake costs more than many answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use http::uri::{Authority, Scheme, Uri};
use tokio::sync::Notify;

/// The requests and connections of one pool.
#[derive(Clone, Default)]
pub(super) struct Balance(Arc<Mutex<HashMap<Name, Arc<Origin>>>>);

type Name = (Option<Scheme>, Option<Authority>);

#[derive(Default)]
struct Origin {
    counts: Mutex<Counts>,
    room: Notify,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    requests: usize,
    /// Those being opened, too.
    connections: usize,
}

impl Balance {
    /// A request to this origin begins.
    pub(super) fn asks(&self, target: &Uri) -> UnderWay {
        let origin = self.origin(target);
        origin.change(|counts| counts.requests += 1);
        UnderWay(origin)
    }

    /// A connection to this origin, when there are fewer than requests.
    pub(super) async fn connects(&self, target: &Uri) -> Connected {
        let origin = self.origin(target);
        while !origin.takes() {
            origin.room.notified().await;
        }
        Connected(origin)
    }

    fn origin(&self, target: &Uri) -> Arc<Origin> {
        let name = (target.scheme().cloned(), target.authority().cloned());
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default())
    }
}

impl Origin {
    /// Changes the counts, and wakes one who waits if there is room now.
    fn change(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut counts);
        if counts.connections < counts.requests {
            self.room.notify_one();
        }
    }

    fn takes(&self) -> bool {
        let mut taken = false;
        // Whoever is woken wakes the next one, if there is room for both.
        self.change(|counts| {
            taken = counts.connections < counts.requests;
            counts.connections += usize::from(taken);
        });
        taken
    }
}

/// A request is under way as long as this is there: to the end of its answer.
pub(super) struct UnderWay(Arc<Origin>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.change(|counts| counts.requests -= 1);
    }
}

/// A connection, open or being opened.
pub(super) struct Connected(Arc<Origin>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.change(|counts| counts.connections -= 1);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Context};

    use super::*;

    #[test]
    fn a_connection_waits_for_a_request_to_itself() {
        let balance = Balance::default();
        let (here, there) = (Uri::from_static("https://here:1/"), Uri::from_static("https://there:1/"));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let first = balance.asks(&here);
        let mut one = pin!(balance.connects(&here));
        let mut other = pin!(balance.connects(&here));
        let mut elsewhere = pin!(balance.connects(&there));
        let one = one.as_mut().poll(&mut cx);
        assert!(one.is_ready());
        assert!(other.as_mut().poll(&mut cx).is_pending());
        assert!(elsewhere.as_mut().poll(&mut cx).is_pending());

        // The first one ends, and its connection stays, idle: the second request has that.
        drop(first);
        let second = balance.asks(&here);
        assert!(other.as_mut().poll(&mut cx).is_pending());
        let third = balance.asks(&here);
        let other = other.as_mut().poll(&mut cx);
        assert!(other.is_ready());

        // Two are broken, and both requests are still there.
        drop((one, other));
        let mut again = pin!(balance.connects(&here));
        let mut too = pin!(balance.connects(&here));
        let mut many = pin!(balance.connects(&here));
        let again = again.as_mut().poll(&mut cx);
        let too = too.as_mut().poll(&mut cx);
        assert!(again.is_ready() && too.is_ready());
        assert!(many.as_mut().poll(&mut cx).is_pending());
        drop((second, third));
    }
}
