//! A line that shows how far a long run is. Knows a terminal only; nothing depends on it.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shown only by runs longer than this.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(100);

/// Counts finished files, and shows the count while it lives.
pub(super) struct Progress {
    done: Arc<AtomicUsize>,
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts counting; shows a line on standard error when `visible`.
    #[must_use]
    pub(super) fn start(total: usize, visible: bool) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let thread = visible.then(|| {
            let (done, stop) = (done.clone(), stop.clone());
            std::thread::spawn(move || show(&done, &stop, total))
        });
        Self { done, stop, thread }
    }

    /// Adds finished files.
    pub(super) fn add(&self, files: usize) {
        self.done.fetch_add(files, Ordering::Relaxed);
    }
}

fn show(done: &AtomicUsize, stop: &(Mutex<bool>, Condvar), total: usize) {
    let (lock, signal) = stop;
    let mut stopped = lock.lock().unwrap_or_else(PoisonError::into_inner);
    let mut wait = PATIENCE;
    let mut shown = false;
    while !*stopped {
        let (guard, timeout) = signal.wait_timeout(stopped, wait).unwrap_or_else(PoisonError::into_inner);
        stopped = guard;
        if timeout.timed_out() && !*stopped {
            let _ = write!(std::io::stderr(), "\r\x1b[Kchecked {} of {total} files", done.load(Ordering::Relaxed));
            shown = true;
            wait = STEP;
        }
    }
    if shown {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let (lock, signal) = &*self.stop;
        *lock.lock().unwrap_or_else(PoisonError::into_inner) = true;
        signal.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
