//! Who gets in: as many requests as the instances can answer, and a few that wait.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Why a request was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// As many wait as may.
    Full,
    /// It has waited for too long.
    Late,
    /// No more are answered.
    Draining,
}

/// The place of a request; the next comes in when it is dropped.
#[derive(Debug)]
pub(super) struct Ticket {
    _permit: OwnedSemaphorePermit,
}

/// Bounds what is answered at a time, and what waits.
#[derive(Debug)]
pub(super) struct Gate {
    places: Arc<Semaphore>,
    most: usize,
    waiting: AtomicUsize,
    most_waiting: usize,
    patience: Duration,
    draining: AtomicBool,
    /// Requests that have come, and are not let in yet.
    arriving: watch::Sender<usize>,
}

/// A request that has come, and will be let in or refused.
#[derive(Debug)]
pub(super) struct Arrival<'a>(&'a Gate);

impl Gate {
    pub(super) fn new(most: usize, most_waiting: usize, patience: Duration) -> Self {
        Self {
            places: Arc::new(Semaphore::new(most)),
            most,
            waiting: AtomicUsize::new(0),
            most_waiting,
            patience,
            draining: AtomicBool::new(false),
            arriving: watch::Sender::new(0),
        }
    }

    /// A request has come.
    pub(super) fn arrive(&self) -> Result<Arrival<'_>, Refused> {
        // Counted first: whoever closes the gate sees this one, or it sees that the gate is closed.
        self.arriving.send_modify(|arriving| *arriving += 1);
        let arrival = Arrival(self);
        if self.is_closed() { Err(Refused::Draining) } else { Ok(arrival) }
    }

    async fn enter(&self) -> Result<Ticket, Refused> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(Ticket { _permit: permit });
        }
        let _waits = Waits::begin(&self.waiting, self.most_waiting).ok_or(Refused::Full)?;
        let place = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(self.patience, place).await {
            Ok(Ok(permit)) => Ok(Ticket { _permit: permit }),
            // Nobody closes it.
            Ok(Err(_)) => Err(Refused::Draining),
            Err(_) => Err(Refused::Late),
        }
    }

    /// Requests that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Lets no more in.
    pub(super) fn close(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Waits until all that were let in, and all that had come for that, have gone; `false` when the time is up.
    pub(super) async fn empty(&self, limit: Duration) -> bool {
        let mut arriving = self.arriving.subscribe();
        let all = async {
            // It is there as long as the gate.
            let _ = arriving.wait_for(|arriving| *arriving == 0).await;
            self.places.acquire_many(u32::try_from(self.most).unwrap_or(u32::MAX)).await
        };
        tokio::time::timeout(limit, all).await.is_ok()
    }
}

impl Arrival<'_> {
    /// Lets the request in, which may have to wait. One that has come before the gate was closed is let in.
    pub(super) async fn enter(self) -> Result<Ticket, Refused> {
        self.0.enter().await
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        self.0.arriving.send_modify(|arriving| *arriving = arriving.saturating_sub(1));
    }
}

/// One that waits.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let more = |waiting: usize| waiting.checked_add(1).filter(|waiting| *waiting <= most);
        waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok().then(|| Self(waiting))
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future;

    use super::*;

    #[test]
    fn some_come_in_some_wait_and_the_others_are_refused() {
        let gate = Gate::new(1, 1, Duration::from_millis(50));
        let check = async {
            let first = gate.enter().await.unwrap();
            let (second, third) = future::join(gate.enter(), gate.enter()).await;
            assert_eq!((second.unwrap_err(), third.unwrap_err()), (Refused::Late, Refused::Full));
            let later = async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                drop(first);
            };
            let (second, ()) = future::join(gate.enter(), later).await;
            assert_eq!(gate.waiting(), 0);
            let arrival = gate.arrive().unwrap();
            gate.close();
            assert_eq!(gate.arrive().unwrap_err(), Refused::Draining);
            assert!(!gate.empty(Duration::from_millis(10)).await);
            drop(second);
            assert!(!gate.empty(Duration::from_millis(10)).await);
            drop(arrival.enter().await.unwrap());
            assert!(gate.empty(Duration::from_millis(10)).await);
        };
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(check);
    }
}
