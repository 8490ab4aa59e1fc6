//! Time that is up: ends a guest that waits, one that computes, and the waiting for whatever can't be ended.

use std::{
    future::{self, Future},
    panic,
    pin::pin,
    sync::mpsc::{self, RecvTimeoutError},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;
use wasmtime::Engine;
use wasmtime_wasi::runtime::with_ambient_tokio_runtime;

/// How long after the time of a guest is up its orderly end may take. Nobody waits for it any longer.
pub const GRACE: Duration = Duration::from_secs(1);

/// The guest was ended because its time was up, or nobody waits any longer for its component to be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the program did not end within {0:?}")]
pub struct TimedOut(pub Duration);

/// The runtime was made without [`RuntimeOptions::interruptible`](super::RuntimeOptions::interruptible), so that
/// nothing ends a guest that computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a guest has to end in time, and `RuntimeOptions::interruptible` is off")]
pub struct NotInterruptible;

/// The guest was ended because somebody wanted that.
#[cfg(feature = "launch")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the program was ended")]
pub struct Ended;

/// Ends one guest from outside. A clone ends the same one.
#[cfg(feature = "launch")]
#[derive(Clone, Debug, Default)]
pub struct Ender(std::sync::Arc<tokio::sync::watch::Sender<bool>>);

#[cfg(feature = "launch")]
impl Ender {
    /// Ends it, or has it not begin.
    pub fn end(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// What `run` gives, or [`Ended`]: then `run`, and with it the guest, is dropped where it waits.
    pub(super) async fn unless_told<T>(
        &self,
        run: impl Future<Output = wasmtime::Result<T>>,
    ) -> wasmtime::Result<T> {
        use futures_util::future::Either;
        let mut told = self.0.subscribe();
        let told = pin!(told.wait_for(|told| *told));
        match futures_util::future::select(pin!(run), told).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(Ended.into()),
        }
    }
}

/// Ends guests that compute when the time of one is up, until it is dropped: each looks at its own time then.
#[derive(Debug)]
pub(super) struct Alarm {
    /// Dropping it ends the thread.
    _over: mpsc::Sender<()>,
}

impl Alarm {
    pub(super) fn set(engine: &Engine, deadline: Instant) -> std::io::Result<Self> {
        /// A guest may look at the clock just before its time is up, and at the epoch just after that.
        const AGAIN: Duration = Duration::from_millis(50);
        let (over, is_over) = mpsc::channel::<()>();
        let engine = engine.weak();
        #[expect(clippy::disallowed_methods, reason = "it ends with the `Alarm`")]
        thread::Builder::new().name("wgpu-wasi timeout".to_owned()).spawn(move || {
            let mut wait = deadline.saturating_duration_since(Instant::now());
            while is_over.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { break };
                engine.increment_epoch();
                wait = AGAIN;
            }
        })?;
        Ok(Self { _over: over })
    }
}

/// Between two looks of a guest that computes at its time.
#[cfg(feature = "http")]
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Ends guests that compute when their time is up, for as long as it is there.
#[cfg(feature = "http")]
#[derive(Debug)]
pub(crate) struct Ticker {
    /// Dropping it ends the thread.
    _over: mpsc::Sender<()>,
}

/// The one ticker of an engine, while somebody needs it.
#[cfg(feature = "http")]
#[derive(Debug, Default)]
pub(super) struct SharedTicker(parking_lot::Mutex<std::sync::Weak<Ticker>>);

#[cfg(feature = "http")]
impl SharedTicker {
    pub(super) fn get(&self, engine: &Engine) -> std::io::Result<std::sync::Arc<Ticker>> {
        let mut shared = self.0.lock();
        if let Some(ticker) = shared.upgrade() {
            return Ok(ticker);
        }
        let (over, is_over) = mpsc::channel::<()>();
        let engine = engine.weak();
        #[expect(clippy::disallowed_methods, reason = "it ends with the `Ticker`")]
        thread::Builder::new().name("wgpu-wasi ticker".to_owned()).spawn(move || {
            while is_over.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { break };
                engine.increment_epoch();
            }
        })?;
        let ticker = std::sync::Arc::new(Ticker { _over: over });
        *shared = std::sync::Arc::downgrade(&ticker);
        Ok(ticker)
    }
}

/// What `run` gives, or [`TimedOut`] after `timeout`, which is up at `deadline`: then `run`, and with it the store and
/// the guest in it, is dropped where it waits.
pub(super) async fn until<T>(
    deadline: Instant,
    timeout: Duration,
    run: impl Future<Output = wasmtime::Result<T>>,
) -> wasmtime::Result<T> {
    let mut run = pin!(run);
    // Like wasmtime-wasi's own timers, which are what a guest sleeps by.
    let mut over = pin!(with_ambient_tokio_runtime(|| tokio::time::sleep_until(deadline.into())));
    future::poll_fn(|cx| {
        if let Poll::Ready(result) = run.as_mut().poll(cx) {
            let late = |error: wasmtime::Error| {
                if deadline <= Instant::now() { error.context(TimedOut(timeout)) } else { error }
            };
            return Poll::Ready(result.map_err(late));
        }
        over.as_mut().poll(cx).map(|()| Err(TimedOut(timeout).into()))
    })
    .await
}

/// Runs `job` on a thread of its own and waits for it, for no longer than `patience`; after that it is `timeout` that
/// was too short, and the thread is left to itself.
pub(super) fn on_its_own_thread<T: Send + 'static>(
    name: &str,
    (timeout, patience): (Duration, Duration),
    job: impl FnOnce() -> wasmtime::Result<T> + Send + 'static,
) -> wasmtime::Result<T> {
    let (done, result) = mpsc::sync_channel(1);
    #[expect(
        clippy::disallowed_methods,
        reason = "it is waited for, or left behind with a job that can't be ended"
    )]
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody may be there to take it any more.
        let _ = done.send(job());
    })?;
    match result.recv_timeout(patience) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(TimedOut(timeout).into()),
        // It has panicked, and so does its caller, as without a thread.
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(()) => Err(wasmtime::Error::msg("the thread has ended without a result")),
            Err(payload) => panic::resume_unwind(payload),
        },
    }
}
