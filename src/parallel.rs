//! Work in parallel, results in order, memory bounded. Knows threads only.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many items a thread takes at a time, where there are many.
const CHUNK: usize = 32;
/// With more chunks than this waiting for a slow consumer, threads wait too.
const MOST_WAITING: usize = 64;

/// A pool of `threads` threads; 0 means one for each core.
///
/// # Errors
/// When the system gives no threads.
pub fn pool(threads: usize) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads).thread_name(|index| format!("policy-{index}")).build()
}

struct Waiting<T> {
    next: usize,
    done: BTreeMap<usize, T>,
    /// Whether a thread is consuming; it takes what others add meanwhile.
    is_consumed: bool,
}

impl<T> Waiting<T> {
    fn take(&mut self) -> Option<T> {
        let ready = self.done.remove(&self.next)?;
        self.next += 1;
        Some(ready)
    }
}

/// Runs `work` over the chunks of `0..count` in parallel, and `consume` over its results in the order of the chunks.
/// Chunks are handed out in order too, so that few results ever wait.
pub fn in_order<T: Send>(
    pool: &ThreadPool,
    count: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
    consume: impl FnMut(T) + Send,
) {
    // A few items are shared out as well.
    let size = (count / (pool.current_num_threads() * 4).max(1)).clamp(1, CHUNK);
    let next = AtomicUsize::new(0);
    let waiting = Mutex::new(Waiting { next: 0, done: BTreeMap::new(), is_consumed: false });
    let consume = Mutex::new(consume);
    let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    pool.broadcast(|_| {
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let start = chunk.saturating_mul(size);
            if start >= count {
                return;
            }
            let result = work(start..count.min(start + size));
            let mut waiting = lock();
            waiting.done.insert(chunk, result);
            if waiting.is_consumed {
                let must_wait = waiting.done.len() > MOST_WAITING;
                drop(waiting);
                if must_wait {
                    drop(consume.lock());
                }
                continue;
            }
            waiting.is_consumed = true;
            while let Some(ready) = waiting.take() {
                drop(waiting);
                consume.lock().unwrap_or_else(PoisonError::into_inner)(ready);
                waiting = lock();
            }
            waiting.is_consumed = false;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        for threads in [1, 2, 8] {
            let mut seen = Vec::new();
            in_order(&pool(threads).unwrap(), 1000, std::iter::Iterator::collect::<Vec<_>>, |mut part| {
                seen.append(&mut part);
            });
            assert_eq!(seen, (0..1000).collect::<Vec<_>>(), "{threads}");
        }
    }
}
