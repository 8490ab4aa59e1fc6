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
/// started at the first wait, asleep while nobody waits for work of the GPU.
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
    /// Waits that have begun, with those that have ended.
    begun: u64,
    /// Those of them that had begun when the device was last seen without work: they have been answered, whether their
    /// guests have got to run since or not.
    answered: u64,
    running: bool,
}

/// What a poll of a device has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// Work that has been submitted is not known to be done.
    Busy,
    /// All of it is: whoever had begun to wait before the poll has been answered.
    Idle,
    /// The device is gone.
    Gone,
}

/// One wait; ends it when dropped.
pub(crate) struct Waiting {
    shared: Arc<Shared>,
}

impl Poller {
    /// Has the device polled until it has answered, or the result is dropped. `poll` does it once; the thread ends with
    /// the device.
    pub(crate) fn wait(&self, mut poll: impl FnMut() -> Polled + Send + 'static) -> Waiting {
        let mut state = self.shared.state.lock();
        state.waiting += 1;
        state.begun = state.begun.wrapping_add(1);
        if !state.running {
            let shared = Arc::clone(&self.shared);
            #[expect(clippy::disallowed_methods, reason = "it ends with the device")]
            let spawned = thread::Builder::new()
                .name("wgpu-wasi poller".to_owned())
                .spawn(move || shared.poll_while_someone_waits(&mut poll));
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
    fn poll_while_someone_waits(&self, poll: &mut impl FnMut() -> Polled) {
        while let Some(begun) = self.sleep_until_there_is_work() {
            match poll() {
                Polled::Busy => {}
                // A guest that was answered has its turn later. To poll until then would take a processor from it.
                Polled::Idle => self.state.lock().answered = begun,
                Polled::Gone => {
                    self.state.lock().running = false;
                    return;
                }
            }
        }
    }

    /// How many waits have begun when there is one to poll for. `None` when nobody has waited for a while: the thread may
    /// end, a new wait starts another.
    fn sleep_until_there_is_work(&self) -> Option<u64> {
        /// Waits come in bursts; a thread that outlives the pauses between them is not started anew.
        const IDLE: Duration = Duration::from_secs(2);
        /// Somebody who is still there by then is looked after once more: the device may be lost, or gone.
        const AGAIN: Duration = Duration::from_millis(100);
        let mut state = self.state.lock();
        loop {
            let nobody_waits = state.waiting == 0;
            let limit = if nobody_waits { IDLE } else { AGAIN };
            self.changed.wait_while_for(&mut state, |state| !state.has_work(), limit);
            if state.waiting > 0 {
                return Some(state.begun);
            }
            if nobody_waits {
                state.running = false;
                return None;
            }
        }
    }
}

impl State {
    /// Whether somebody waits who may not have been answered.
    fn has_work(&self) -> bool {
        self.waiting > 0 && self.answered != self.begun
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.waiting = state.waiting.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::*;

    /// Polls that say what they are told to, and how many there were.
    fn polls(polled: Polled) -> (Arc<AtomicUsize>, impl FnMut() -> Polled + Clone + Send + 'static) {
        let count = Arc::new(AtomicUsize::new(0));
        let poll = {
            let count = Arc::clone(&count);
            move || {
                count.fetch_add(1, Ordering::Relaxed);
                polled
            }
        };
        (count, poll)
    }

    fn wait_for(condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_secs(60), "it does not come");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn an_idle_device_is_polled_once_for_each_wait() {
        let (count, poll) = polls(Polled::Idle);
        let (poller, start) = (Poller::default(), Instant::now());
        let waits: Vec<_> = (1..=3)
            .map(|number| {
                let waiting = poller.wait(poll.clone());
                wait_for(|| count.load(Ordering::Relaxed) >= number);
                waiting
            })
            .collect();
        // The guests don't get to run for a while. Now and then it may be polled meanwhile, but not without a pause.
        thread::sleep(Duration::from_millis(300));
        let (polls, most) = (count.load(Ordering::Relaxed), 3 + start.elapsed().as_millis() / 50);
        assert!(polls as u128 <= most, "{polls} polls for three waits");
        drop(waits);
        assert_eq!(poller.shared.state.lock().waiting, 0);
    }

    #[test]
    fn a_busy_device_is_polled_until_it_is_idle() {
        let poller = Poller::default();
        let (done, answer) = mpsc::channel();
        let mut left = 1000;
        let _waiting = poller.wait(move || {
            left -= 1;
            if left > 0 {
                return Polled::Busy;
            }
            done.send(()).unwrap();
            Polled::Idle
        });
        answer.recv_timeout(Duration::from_secs(60)).unwrap();
    }

    #[test]
    fn a_wait_that_begins_during_a_poll_has_one_of_its_own() {
        let poller = Poller::default();
        let (begun, begins) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel();
        let _first = poller.wait(move || match (begun.send(()), goes_on.recv()) {
            (Ok(()), Ok(())) => Polled::Idle,
            _ => Polled::Gone,
        });
        begins.recv_timeout(Duration::from_secs(60)).unwrap();
        let _second = poller.wait(|| unreachable!("there is a thread"));
        go_on.send(()).unwrap();
        begins.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(poller.shared.state.lock().has_work());
        go_on.send(()).unwrap();
        wait_for(|| !poller.shared.state.lock().has_work());
    }

    #[test]
    fn a_device_that_is_gone_ends_the_thread() {
        let (count, poll) = polls(Polled::Gone);
        let poller = Poller::default();
        for number in 1..=2 {
            let _waiting = poller.wait(poll.clone());
            wait_for(|| !poller.shared.state.lock().running);
            assert_eq!(count.load(Ordering::Relaxed), number);
        }
    }
}
