//! The time of one instance, by the requests that it answers.

use std::{
    collections::HashMap,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use futures_util::future;
use parking_lot::Mutex;
use tokio::sync::watch;

/// When an instance has to end, and whether it takes another request.
#[derive(Debug)]
pub(super) struct Clock {
    /// Until when each of its requests has to go on.
    requests: Mutex<HashMap<u64, Instant>>,
    end: watch::Sender<Instant>,
    retired: AtomicBool,
    stopped: AtomicBool,
    broken: AtomicBool,
}

impl Clock {
    /// Of an instance that has until `end` to be ready.
    pub(super) fn new(end: Instant) -> Self {
        Self {
            requests: Mutex::default(),
            end: watch::Sender::new(end),
            retired: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            broken: AtomicBool::new(false),
        }
    }

    /// The request has to go on before `deadline`.
    pub(super) fn set(&self, request: u64, deadline: Instant) {
        let mut requests = self.requests.lock();
        requests.insert(request, deadline);
        self.move_end(&requests, deadline);
    }

    /// The request is answered; what the guest does for it beyond that has to end within `grace`.
    pub(super) fn finish(&self, request: u64, grace: Duration) {
        let mut requests = self.requests.lock();
        requests.remove(&request);
        let now = Instant::now();
        self.move_end(&requests, now.checked_add(grace).unwrap_or(now));
    }

    /// The request has failed: the instance takes no other, and ends with the last that it has.
    pub(super) fn give_up(&self, request: u64) {
        self.retire();
        self.finish(request, Duration::ZERO);
    }

    /// The instance ends when the last of its requests does, or at `otherwise`.
    fn move_end(&self, requests: &HashMap<u64, Instant>, otherwise: Instant) {
        if self.stopped.load(Ordering::Relaxed) {
            return;
        }
        let end = requests.values().max().copied().unwrap_or(otherwise);
        self.end.send_if_modified(|old| std::mem::replace(old, end) != end);
    }

    /// The instance takes no other request.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    /// The instance did not come to an end of its own: what it has sent may not be all.
    pub(super) fn set_broken(&self) {
        self.broken.store(true, Ordering::Release);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// The instance ends here and now, whatever it does.
    pub(super) fn stop(&self) {
        self.retire();
        let mut requests = self.requests.lock();
        requests.clear();
        self.move_end(&requests, Instant::now());
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the time is up.
    pub(super) fn is_over(&self) -> bool {
        *self.end.borrow() <= Instant::now()
    }

    /// Waits until it is.
    pub(super) async fn over(&self) {
        let mut end = self.end.subscribe();
        loop {
            let deadline = *end.borrow_and_update();
            let slept = pin!(tokio::time::sleep_until(deadline.into()));
            let moved = pin!(end.changed());
            let _ = future::select(slept, moved).await;
            if self.is_over() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[test]
    fn the_last_request_counts() {
        let clock = Clock::new(after(10));
        assert!(!clock.is_over());
        clock.set(1, after(0));
        assert!(clock.is_over());
        clock.set(2, after(10));
        assert!(!clock.is_over());
        clock.give_up(2);
        assert!(clock.is_over() && clock.is_retired());
        clock.set(1, after(10));
        assert!(!clock.is_over());
        clock.finish(1, Duration::from_secs(10));
        assert!(!clock.is_over());
        clock.stop();
        assert!(clock.is_over());
        clock.set(3, after(10));
        assert!(clock.is_over());
    }

    #[test]
    fn an_end_that_moves_is_heard_of() {
        let clock = Clock::new(after(3600));
        let stop = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            clock.set(1, after(3600));
            clock.stop();
        };
        let both =
            async { tokio::time::timeout(Duration::from_secs(60), future::join(clock.over(), stop)).await };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(both).unwrap();
    }
}
