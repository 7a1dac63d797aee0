//! Workers that take from one queue: concurrency, connections and back-off are all bounded by their number.
//! Edge only in that it spawns tasks; it knows nothing of AWS.
//! Separate so that the bound is to be seen in one place.

use std::{
    collections::VecDeque,
    future::poll_fn,
    num::NonZeroUsize,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::task::{JoinSet, yield_now};

/// How often in a row the sockets are looked at, and nothing is there, before the workers are taken to wait: some
/// microseconds, which no network is fast enough to notice.
const QUIET: usize = 8;
/// How often they are looked at for one worker at most, whatever the workers before it do.
const MOST: usize = 1024;

/// Works on all jobs, at most `workers` at once, and gives the results in no particular order.
///
/// A worker starts when those before it wait, be it only for some microseconds. So the first request is on its way before
/// the second is signed; and where answers come faster than requests can be made, as from this machine, few workers do,
/// and with them few connections.
pub(super) async fn all<J, R, F>(jobs: Vec<J>, workers: NonZeroUsize, work: impl Fn(J) -> F) -> Vec<R>
where
    J: Send + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let workers = workers.get().min(jobs.len());
    // The futures are made here, so that they own what they need, and wait in the queue unpolled.
    let queue: Arc<Queue<F>> =
        Arc::new(Queue { jobs: Mutex::new(jobs.into_iter().map(work).collect()), steps: 0.into() });
    let mut tasks = JoinSet::new();
    while tasks.len() < workers && !queue.is_empty() {
        tasks.spawn(Arc::clone(&queue).work());
        if tasks.len() < workers {
            queue.quiet().await;
        }
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

struct Queue<F> {
    jobs: Mutex<VecDeque<F>>,
    /// How often a job went on.
    steps: AtomicUsize,
}

impl<F: Future> Queue<F> {
    async fn work(self: Arc<Self>) -> Vec<F::Output> {
        let mut results = Vec::new();
        while let Some(job) = self.take() {
            let mut job = pin!(job);
            let counted = poll_fn(|context| {
                self.steps.fetch_add(1, Ordering::Relaxed);
                job.as_mut().poll(context)
            });
            results.push(counted.await);
        }
        results
    }

    /// Until no job goes on.
    async fn quiet(&self) {
        let mut quiet = 0;
        for _ in 0..MOST {
            let before = self.steps.load(Ordering::Relaxed);
            yield_now().await;
            quiet = if self.steps.load(Ordering::Relaxed) == before { quiet + 1 } else { 0 };
            if quiet == QUIET {
                break;
            }
        }
    }

    fn take(&self) -> Option<F> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn is_empty(&self) -> bool {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
