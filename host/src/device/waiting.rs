//! Who polls a device that a guest waits for, and on which thread; `polling.rs` does it.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use tokio::runtime::RuntimeFlavor;

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

/// How one call waits, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) mode: WaitMode,
    pub(crate) deadline: Option<Instant>,
    /// Whether tokio is told when a thread of its is blocked.
    pub(crate) in_place: bool,
}

impl Patience {
    /// Runs what blocks this thread.
    pub(crate) fn block<T>(self, wait: impl FnOnce() -> T) -> T {
        // tokio has no other thread to go on with in a runtime of one.
        let many = || {
            let runtime = tokio::runtime::Handle::try_current();
            runtime.is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
        };
        if self.in_place && many() { tokio::task::block_in_place(wait) } else { wait() }
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
    /// Has the device polled until the result is dropped. `poll` does it once; `false`: the device is gone, and the
    /// thread ends with it.
    pub(crate) fn wait(&self, mut poll: impl FnMut() -> bool + Send + 'static) -> Waiting {
        let mut state = self.shared.state.lock();
        state.waiting += 1;
        if !state.running {
            let shared = Arc::clone(&self.shared);
            #[expect(clippy::disallowed_methods, reason = "it ends with the device")]
            let spawned = thread::Builder::new().name("wgpu-wasi poller".to_owned()).spawn(move || {
                while shared.sleep_until_someone_waits() && poll() {}
                shared.state.lock().running = false;
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
        let mut state = self.state.lock();
        let timeout = self.changed.wait_while_for(&mut state, |state| state.waiting == 0, IDLE);
        if timeout.timed_out() && state.waiting == 0 {
            state.running = false;
            return false;
        }
        true
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.waiting = state.waiting.saturating_sub(1);
    }
}
