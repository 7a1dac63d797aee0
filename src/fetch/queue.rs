//! Workers that take from one queue: concurrency, connections and back-off are all bounded by their number.
//! Edge only in that it spawns tasks; it knows nothing of AWS.
//! Separate so that the bound is to be seen in one place.

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::task::JoinSet;

/// Works on all jobs, at most `workers` at once, and gives the results in no particular order.
pub(super) async fn all<J, R, F>(jobs: Vec<J>, workers: NonZeroUsize, work: impl Fn(J) -> F) -> Vec<R>
where
    J: Send + 'static,
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let workers = workers.get().min(jobs.len());
    // The futures are made here, so that they own what they need, and wait in the queue unpolled.
    let queue: VecDeque<F> = jobs.into_iter().map(work).collect();
    let queue = Arc::new(Mutex::new(queue));
    let mut tasks = JoinSet::new();
    for _ in 0..workers {
        let queue = Arc::clone(&queue);
        tasks.spawn(async move {
            let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let mut results = Vec::new();
            while let Some(job) = take() {
                results.push(job.await);
            }
            results
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}
