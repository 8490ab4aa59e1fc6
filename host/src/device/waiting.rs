//! Waiting for the GPU: the one place where the host does.
//!
//! A guest waits in `map-async` and `on-submitted-work-done`. wgpu answers through a callback that runs
//! while somebody polls the device; who polls, and on which thread, is the [`WaitMode`].

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{device::fence, objects::device::DeviceCore, quotas::QuotaExceeded};

/// How a guest's waits for the GPU are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitMode {
    /// The call returns when the GPU has finished; the thread that runs the guest is blocked until
    /// then. Needs nothing from the guest: a component that exports only the synchronous
    /// `wasi:cli/run@0.2` can wait in no other way. Run such a guest on a thread of its own.
    #[default]
    Eager,
    /// A thread of the device's own polls it, and the guest's fiber is suspended meanwhile: many guests
    /// may share one async runtime. Needs an asynchronous entry point, such as `wasi:cli/run@0.3`; under
    /// a synchronous one the wait traps.
    Background,
}

/// The longest single wait inside wgpu; between two the deadline is looked at.
const SLICE: Duration = Duration::from_millis(200);

/// Between two looks at a lent device.
const LENT_PAUSE: Duration = Duration::from_micros(500);

/// Waits for the callback behind `done`, which work on `device` triggers.
///
/// `Ok(None)` when the callback was dropped without a call, as happens when the device is lost.
pub(crate) async fn until<T: Send>(
    device: &Arc<DeviceCore>,
    mut done: oneshot::Receiver<T>,
    mode: WaitMode,
    deadline: Option<Instant>,
) -> wasmtime::Result<Option<T>> {
    let start = Instant::now();
    let expired = || wasmtime::Error::from(QuotaExceeded::Wait(start.elapsed()));
    match mode {
        WaitMode::Eager => loop {
            match done.try_recv() {
                Ok(value) => return Ok(Some(value)),
                Err(oneshot::error::TryRecvError::Closed) => return Ok(None),
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let slice = match deadline {
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(expired());
                    }
                    left.min(SLICE)
                }
                None => SLICE,
            };
            poll(device, Some(slice));
        },
        WaitMode::Background => {
            let _waiting = device.poller.wait(device);
            match deadline {
                Some(deadline) => match tokio::time::timeout_at(deadline.into(), done).await {
                    Ok(result) => Ok(result.ok()),
                    Err(_) => Err(expired()),
                },
                None => Ok(done.await.ok()),
            }
        }
    }
}

/// Polls the device once, for no longer than `slice`. Time running out is no error here: the caller
/// looks at its own deadline. A GPU lost during the wait is a panic in wgpu and ends as a lost device.
///
/// wgpu's wait panics, and loses callbacks, when it times out just as another thread finds the work done: a
/// `slice` is only for a thread that alone has to do with the device.
pub(crate) fn poll(device: &DeviceCore, slice: Option<Duration>) {
    // A lent device is polled by others, too, and a wait would be for their work as well.
    let wait = if device.lent {
        wgpu::PollType::Poll
    } else {
        wgpu::PollType::Wait { submission_index: None, timeout: slice }
    };
    match fence::catch(|| device.wgpu.poll(wait)) {
        Ok(Ok(status)) if device.lent && !status.is_queue_empty() => {
            thread::sleep(slice.map_or(LENT_PAUSE, |slice| slice.min(LENT_PAUSE)));
        }
        Ok(Ok(_) | Err(wgpu::PollError::Timeout)) => {}
        Ok(Err(error @ wgpu::PollError::WrongSubmissionIndex(..))) => {
            tracing::error!("polling a device: {error}");
        }
        Err(message) => device.lose(wgpu::DeviceLostReason::Unknown, &message),
    }
}

/// Polls the device without waiting.
pub(crate) fn look(device: &DeviceCore) {
    if let Err(message) = fence::catch(|| device.wgpu.poll(wgpu::PollType::Poll)) {
        device.lose(wgpu::DeviceLostReason::Unknown, &message);
    }
}

/// The thread that polls one device for the guests that wait for it in [`WaitMode::Background`];
/// started at the first wait, asleep while nobody waits.
#[derive(Debug, Default)]
pub(crate) struct Poller {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: usize,
    running: bool,
}

/// One wait; ends it when dropped.
pub(crate) struct Waiting {
    shared: Arc<Shared>,
}

impl Poller {
    /// Has the device polled until the result is dropped.
    fn wait(&self, device: &Arc<DeviceCore>) -> Waiting {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting += 1;
        if !state.running {
            let shared = Arc::clone(&self.shared);
            // The thread must not keep the device alive: it ends with it.
            let device = Arc::downgrade(device);
            let spawned = thread::Builder::new().name("wgpu-wasi poller".to_owned()).spawn(move || {
                while shared.sleep_until_someone_waits() {
                    let Some(device) = device.upgrade() else { break };
                    poll(&device, None);
                }
                shared.state.lock().unwrap_or_else(PoisonError::into_inner).running = false;
            });
            match spawned {
                Ok(_) => state.running = true,
                Err(error) => tracing::error!("can't start the thread that polls a device: {error}"),
            }
        }
        drop(state);
        self.shared.changed.notify_all();
        Waiting { shared: Arc::clone(&self.shared) }
    }
}

impl Shared {
    /// `false` when nobody has waited for a while: the thread may end, a new wait starts another.
    fn sleep_until_someone_waits(&self) -> bool {
        /// Waits come in bursts; a thread that outlives the pauses between them is not started anew.
        const IDLE: Duration = Duration::from_secs(2);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, timeout) = self
            .changed
            .wait_timeout_while(state, IDLE, |state| state.waiting == 0)
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() && state.waiting == 0 {
            state.running = false;
            return false;
        }
        true
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting = state.waiting.saturating_sub(1);
    }
}
