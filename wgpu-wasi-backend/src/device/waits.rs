//! The one place that waits: completing calls of the host, the list of callbacks, `poll`.
//!
//! A component may wait in `waitable-set.wait` only, which is what `wit_bindgen::block_on` does;
//! polling a future of the host from an executor of the program ends in a panic. So each such call
//! is completed inside the method that makes it, and the futures given out are ready ones.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use wgpu::custom::{BoxSubmittedWorkDoneCallback, BufferMapCallback};
use wgpu::wgt::PollType;

use crate::lock::lock;

/// When the callbacks of `Buffer::map_async` and `Queue::on_submitted_work_done` run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Callbacks {
    /// In `Device::poll`, `Instance::poll_all` and `Queue::submit`, and when the queue is dropped: where
    /// native wgpu calls back. The default.
    InPoll,
    /// Before `map_async` and `on_submitted_work_done` return. For programs that never poll because they
    /// take every wasm32 for a browser, which calls back by itself. The default with the cargo feature
    /// `callbacks-at-once`.
    AtOnce,
}

static CALLBACKS: AtomicU8 =
    AtomicU8::new(if cfg!(feature = "callbacks-at-once") { AT_ONCE } else { IN_POLL });
const IN_POLL: u8 = 0;
const AT_ONCE: u8 = 1;

/// Chooses when callbacks run; for all devices, from now on.
pub fn set_callbacks(callbacks: Callbacks) {
    let callbacks = match callbacks {
        Callbacks::InPoll => IN_POLL,
        Callbacks::AtOnce => AT_ONCE,
    };
    CALLBACKS.store(callbacks, Ordering::Relaxed);
}

/// Completes a call of the host, now. For futures of the bindings only.
pub(crate) fn block<T: 'static>(call: impl Future<Output = T>) -> T {
    wit_bindgen::block_on(call)
}

/// What a device knows about its submissions, and who waits for them.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Submissions made; the number of the last one is its `SubmissionIndex`.
    submitted: AtomicU64,
    /// Submissions known to be done.
    done: AtomicU64,
    /// Callbacks that are running, one inside the other.
    running: AtomicU32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(u64, Waiting)>,
    /// The number of the next entry: an entry may be taken out of turn, so places do not do.
    next: u64,
    /// `next` and `submitted` at the time of the last `poll`.
    polled: (u64, u64),
    /// `next` at the time of the last [`SUBMITS_UNTIL_CALL`] submissions, the oldest first.
    submits: [u64; SUBMITS_UNTIL_CALL],
}

/// Submissions that may be under way before a `submit` waits for what was asked for before them. Native wgpu
/// calls back in `submit` what is done by then. A host can not be asked whether it is done, only waited for;
/// a program that draws has about this many frames under way.
const SUBMITS_UNTIL_CALL: usize = 2;

/// A callback that has not run yet.
enum Waiting {
    Map(Map),
    /// With the number of submissions that it waits for.
    WorkDone(u64, BoxSubmittedWorkDoneCallback),
}

/// What waiting takes of a device.
pub(crate) trait Waitable {
    /// Waits until the host has done all that was submitted, but for the last `behind` submissions; `true` if it has
    /// waited for those as well.
    fn wait_for_queue(&self, behind: u64) -> bool;

    /// Reports the errors so far.
    fn flush(&self);

    /// Reports them if it is time.
    fn flush_in_time(&self);

    /// Notes that the device is lost.
    fn lose(&self, message: String);
}

/// What waiting takes of a buffer.
pub(crate) trait Mappable: fmt::Debug + wgpu::WasmNotSendSync {
    /// Maps, waiting for the host; the answer for the callback, and the message of a loss of the device.
    fn complete_map(
        &self,
        mode: wgpu::MapMode,
        range: Range<wgpu::BufferAddress>,
    ) -> (Result<(), wgpu::BufferAsyncError>, Option<String>);
}

/// A `map_async` to be done later.
pub(crate) struct Map {
    pub(crate) buffer: Arc<dyn Mappable>,
    pub(crate) mode: wgpu::MapMode,
    pub(crate) range: Range<wgpu::BufferAddress>,
    pub(crate) callback: BufferMapCallback,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map(map) => f.debug_tuple("Map").field(&map.range).finish(),
            Self::WorkDone(submitted, _) => f.debug_tuple("WorkDone").field(submitted).finish(),
        }
    }
}

impl Waits {
    /// Counts a submission; returns its index.
    pub(crate) fn count_submission(&self) -> u64 {
        self.submitted.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// After a submission: calls back what several submissions have passed over.
    pub(crate) fn submitted(&self, device: &impl Waitable) {
        let until = {
            let state = &mut *lock(&self.state);
            state.submits.rotate_left(1);
            let [.., last] = &mut state.submits;
            let until = std::mem::replace(last, state.next);
            // Most programs submit without waiting for anything.
            if state.waiting.front().is_none_or(|(number, _)| *number >= until) {
                return;
            }
            until
        };
        self.call_back_unless_in_callback(device, until);
    }

    /// Maps a buffer when it is time to call back.
    pub(crate) fn map(&self, device: &impl Waitable, map: Map) {
        self.wait_for(device, Waiting::Map(map));
    }

    /// Calls back when everything submitted so far is done, and it is time to.
    pub(crate) fn work_done(&self, device: &impl Waitable, callback: BoxSubmittedWorkDoneCallback) {
        let submitted = self.submitted.load(Ordering::Relaxed);
        self.wait_for(device, Waiting::WorkDone(submitted, callback));
    }

    /// Takes the pending mapping of a buffer back, which is unmapped, destroyed or dropped before it came.
    pub(crate) fn cancel_map(&self, buffer: &dyn Mappable) {
        let cancelled = {
            let mut state = lock(&self.state);
            let found = state.waiting.iter().position(|(_, waiting)| match waiting {
                Waiting::Map(map) => std::ptr::addr_eq(Arc::as_ptr(&map.buffer), buffer),
                Waiting::WorkDone(..) => false,
            });
            found.and_then(|index| state.waiting.remove(index))
        };
        if let Some((_, Waiting::Map(map))) = cancelled {
            (map.callback)(Err(wgpu::BufferAsyncError));
        }
    }

    /// Waits for the GPU and runs all callbacks: the queue is dropped. Native wgpu does the same then.
    pub(crate) fn finish(&self, device: &impl Waitable) {
        let until = lock(&self.state).next;
        self.call_back(device, until);
    }

    /// `Device::poll`. A host cannot say "not yet", it can only be waited for. So a `Poll` waits
    /// only when nothing was submitted since the last one: a program that polls once a frame is
    /// never held up, and one that polls in a loop until something happens gets there.
    pub(crate) fn poll(
        &self,
        device: &impl Waitable,
        poll_type: PollType<u64>,
    ) -> Result<wgpu::PollStatus, wgpu::PollError> {
        let submitted = self.submitted.load(Ordering::Relaxed);
        let (forced, last) = match poll_type {
            PollType::Wait { submission_index: Some(index), timeout: _ } if index > submitted => {
                return Err(wgpu::PollError::WrongSubmissionIndex(index, submitted));
            }
            PollType::Wait { submission_index, timeout: _ } => (true, submission_index.unwrap_or(submitted)),
            PollType::Poll => (false, submitted),
        };
        let (wait, until) = {
            let mut state = lock(&self.state);
            let (seen, submitted_then) = state.polled;
            state.polled = (state.next, submitted);
            let wait = forced || submitted == submitted_then;
            // Callbacks that an earlier poll has passed over already are run in any case.
            (wait, if wait { state.next } else { seen })
        };
        if wait {
            self.wait_until_done(device, last);
        }
        self.call_back(device, until);
        // What is behind the last one that was waited for may not have been looked at: its errors would be waited for.
        if wait && last == submitted {
            device.flush();
        } else {
            device.flush_in_time();
        }
        let idle = self.done.load(Ordering::Relaxed) == self.submitted.load(Ordering::Relaxed)
            && lock(&self.state).waiting.is_empty();
        Ok(match (idle, forced) {
            (true, _) => wgpu::PollStatus::QueueEmpty,
            (false, true) => wgpu::PollStatus::WaitSucceeded,
            (false, false) => wgpu::PollStatus::Poll,
        })
    }

    fn wait_for(&self, device: &impl Waitable, waiting: Waiting) {
        {
            let mut state = lock(&self.state);
            let number = state.next;
            state.next += 1;
            state.waiting.push_back((number, waiting));
        }
        if CALLBACKS.load(Ordering::Relaxed) == AT_ONCE {
            self.call_back_at_once(device);
        }
    }

    /// Runs callbacks until there is none left, those that were asked for by the others too: a chain of a
    /// million of them does not nest.
    fn call_back_at_once(&self, device: &impl Waitable) {
        loop {
            let until = {
                let state = lock(&self.state);
                if state.waiting.is_empty() {
                    return;
                }
                state.next
            };
            if !self.call_back_unless_in_callback(device, until) {
                return;
            }
        }
    }

    /// [`Self::call_back`] for calls that only may call back: inside of a callback they leave it to others,
    /// so that callbacks that map or submit do not nest. `false` if they did.
    fn call_back_unless_in_callback(&self, device: &impl Waitable, until: u64) -> bool {
        let outside = self.running.load(Ordering::Relaxed) == 0;
        if outside {
            self.call_back(device, until);
        }
        outside
    }

    /// Completes what was asked for before `until`, and runs its callbacks. As natively: first everything is
    /// completed, then mappings are called back, then notices of work that is done; and nothing is locked,
    /// for a callback may map, unmap and poll, too.
    fn call_back(&self, device: &impl Waitable, until: u64) {
        let due: Vec<Waiting> = {
            let state = &mut *lock(&self.state);
            let count = state.waiting.partition_point(|(number, _)| *number < until);
            state.waiting.drain(..count).map(|(_, waiting)| waiting).collect()
        };
        if due.is_empty() {
            return;
        }
        let (mut mapped, mut work_done, mut lost) = (Vec::new(), Vec::new(), None);
        for waiting in due {
            match waiting {
                Waiting::Map(map) => {
                    let (result, loss) = map.buffer.complete_map(map.mode, map.range);
                    lost = lost.or(loss);
                    mapped.push((map.callback, result));
                }
                Waiting::WorkDone(submitted, callback) => {
                    self.wait_until_done(device, submitted);
                    work_done.push(callback);
                }
            }
        }
        device.flush();
        let running = Running::begin(self);
        for (callback, result) in mapped {
            callback(result);
        }
        for callback in work_done {
            callback();
        }
        drop(running);
        if let Some(message) = lost {
            device.lose(message);
        }
    }

    /// Waits until the first `submitted` submissions are done.
    fn wait_until_done(&self, device: &impl Waitable, submitted: u64) {
        if self.done.load(Ordering::Relaxed) < submitted {
            let all = self.submitted.load(Ordering::Relaxed);
            let for_all = device.wait_for_queue(all - submitted);
            self.done.fetch_max(if for_all { all } else { submitted }, Ordering::Relaxed);
        }
    }
}

/// A time in which callbacks run.
struct Running<'a>(&'a AtomicU32);

impl<'a> Running<'a> {
    fn begin(waits: &'a Waits) -> Self {
        waits.running.fetch_add(1, Ordering::Relaxed);
        Self(&waits.running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done, in order; as a device and as a buffer.
    #[derive(Clone, Debug, Default)]
    struct Log(Arc<Mutex<Vec<&'static str>>>);

    impl Log {
        fn push(&self, what: &'static str) {
            lock(&self.0).push(what);
        }

        fn take(&self) -> Vec<&'static str> {
            std::mem::take(&mut lock(&self.0))
        }

        fn map(&self, waits: &Waits, buffer: &Arc<Self>) {
            let (log, buffer) = (self.clone(), Arc::clone(buffer));
            let callback = Box::new(move |result: Result<(), wgpu::BufferAsyncError>| {
                log.push(if result.is_ok() { "mapped" } else { "not mapped" });
            });
            waits.map(self, Map { buffer, mode: wgpu::MapMode::Read, range: 0..4, callback });
        }

        fn work_done(&self, waits: &Waits) {
            let log = self.clone();
            waits.work_done(self, Box::new(move || log.push("work done")));
        }
    }

    impl Waitable for Log {
        fn wait_for_queue(&self, behind: u64) -> bool {
            self.push(if behind == 0 { "wait" } else { "wait for some" });
            behind == 0
        }

        fn flush(&self) {
            self.push("errors");
        }

        fn flush_in_time(&self) {}

        fn lose(&self, message: String) {
            assert_eq!(message, "lost");
            self.push("lose");
        }
    }

    impl Mappable for Log {
        fn complete_map(
            &self,
            _mode: wgpu::MapMode,
            range: Range<wgpu::BufferAddress>,
        ) -> (Result<(), wgpu::BufferAsyncError>, Option<String>) {
            assert_eq!(range, 0..4);
            self.push("map");
            (Ok(()), Some("lost".to_owned()))
        }
    }

    #[test]
    fn everything_is_completed_before_anything_is_called_back() {
        let (waits, log) = (Waits::default(), Log::default());
        let buffer = Arc::new(log.clone());
        assert_eq!(waits.count_submission(), 1);
        log.work_done(&waits);
        log.map(&waits, &buffer);
        assert_eq!(log.take(), [""; 0]);
        let polled = waits.poll(&log, PollType::wait_indefinitely());
        assert_eq!(log.take(), ["wait", "map", "errors", "mapped", "work done", "lose", "errors"]);
        assert!(matches!(polled, Ok(wgpu::PollStatus::QueueEmpty)));
        let wrong = PollType::Wait { submission_index: Some(2), timeout: None };
        assert!(matches!(waits.poll(&log, wrong), Err(wgpu::PollError::WrongSubmissionIndex(2, 1))));
    }

    #[test]
    fn a_poll_for_a_submission_does_not_wait_for_later_ones() {
        let (waits, log) = (Waits::default(), Log::default());
        let [first, second, third] = [(); 3].map(|()| waits.count_submission());
        let mut poll = |index| {
            let wait = PollType::Wait { submission_index: Some(index), timeout: None };
            (waits.poll(&log, wait).unwrap().is_queue_empty(), log.take())
        };
        assert_eq!(poll(second), (false, vec!["wait for some"]));
        assert_eq!(poll(first), (false, vec![]), "it is done by then");
        assert_eq!(poll(third), (true, vec!["wait", "errors"]));
    }

    #[test]
    fn a_poll_waits_when_nothing_was_submitted_since_the_last_one() {
        let (waits, log) = (Waits::default(), Log::default());
        for _ in 0..3 {
            waits.count_submission();
            assert!(matches!(waits.poll(&log, PollType::Poll), Ok(wgpu::PollStatus::Poll)));
            assert_eq!(log.take(), [""; 0]);
        }
        assert!(matches!(waits.poll(&log, PollType::Poll), Ok(wgpu::PollStatus::QueueEmpty)));
        assert_eq!(log.take(), ["wait", "errors"]);
    }

    #[test]
    fn a_mapping_that_is_taken_back_is_called_back_at_once() {
        let (waits, log) = (Waits::default(), Log::default());
        let [one, other] = [(); 2].map(|()| Arc::new(log.clone()));
        log.map(&waits, &one);
        waits.cancel_map(&*other);
        assert_eq!(log.take(), [""; 0], "of another buffer");
        waits.cancel_map(&*one);
        assert_eq!(log.take(), ["not mapped"]);
        waits.finish(&log);
        assert_eq!(log.take(), [""; 0]);
    }
}
