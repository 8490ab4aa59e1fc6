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

use crate::device::shared::DeviceShared;
use crate::lock::lock;
use crate::objects::buffer::BufferInner;

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

/// A `map_async` to be done later.
pub(crate) struct Map {
    pub(crate) buffer: Arc<BufferInner>,
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

impl DeviceShared {
    /// Counts a submission; returns its index.
    pub(crate) fn count_submission(&self) -> u64 {
        self.waits.submitted.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// After a submission: calls back what several submissions have passed over.
    pub(crate) fn submitted(&self) {
        let until = {
            let state = &mut *lock(&self.waits.state);
            state.submits.rotate_left(1);
            let [.., last] = &mut state.submits;
            let until = std::mem::replace(last, state.next);
            // Most programs submit without waiting for anything.
            if state.waiting.front().is_none_or(|(number, _)| *number >= until) {
                return;
            }
            until
        };
        self.call_back_unless_in_callback(until);
    }

    /// Maps a buffer when it is time to call back.
    pub(crate) fn map(&self, map: Map) {
        self.wait_for(Waiting::Map(map));
    }

    /// Calls back when everything submitted so far is done, and it is time to.
    pub(crate) fn work_done(&self, callback: BoxSubmittedWorkDoneCallback) {
        let submitted = self.waits.submitted.load(Ordering::Relaxed);
        self.wait_for(Waiting::WorkDone(submitted, callback));
    }

    /// Takes the pending mapping of a buffer back, which is unmapped, destroyed or dropped before it came.
    pub(crate) fn cancel_map(&self, buffer: &BufferInner) {
        let cancelled = {
            let mut state = lock(&self.waits.state);
            let found = state.waiting.iter().position(|(_, waiting)| match waiting {
                Waiting::Map(map) => std::ptr::eq(&*map.buffer, buffer),
                Waiting::WorkDone(..) => false,
            });
            found.and_then(|index| state.waiting.remove(index))
        };
        if let Some((_, Waiting::Map(map))) = cancelled {
            (map.callback)(Err(wgpu::BufferAsyncError));
        }
    }

    /// Waits for the GPU and runs all callbacks: the queue is dropped. Native wgpu does the same then.
    pub(crate) fn finish_waiting(&self) {
        let until = lock(&self.waits.state).next;
        self.call_back(until);
    }

    /// `Device::poll`. A host cannot say "not yet", it can only be waited for. So a `Poll` waits
    /// only when nothing was submitted since the last one: a program that polls once a frame is
    /// never held up, and one that polls in a loop until something happens gets there.
    pub(crate) fn poll(&self, poll_type: PollType<u64>) -> Result<wgpu::PollStatus, wgpu::PollError> {
        let submitted = self.waits.submitted.load(Ordering::Relaxed);
        let forced = match poll_type {
            PollType::Wait { submission_index: Some(index), timeout: _ } if index > submitted => {
                return Err(wgpu::PollError::WrongSubmissionIndex(index, submitted));
            }
            PollType::Wait { submission_index: _, timeout: _ } => true,
            PollType::Poll => false,
        };
        let (wait, until) = {
            let mut state = lock(&self.waits.state);
            let (seen, submitted_then) = state.polled;
            state.polled = (state.next, submitted);
            let wait = forced || submitted == submitted_then;
            // Callbacks that an earlier poll has passed over already are run in any case.
            (wait, if wait { state.next } else { seen })
        };
        if wait {
            self.wait_until_done(submitted);
        }
        self.call_back(until);
        if wait {
            self.flush();
        } else {
            self.flush_in_time();
        }
        let idle = self.waits.done.load(Ordering::Relaxed) == self.waits.submitted.load(Ordering::Relaxed)
            && lock(&self.waits.state).waiting.is_empty();
        Ok(match (idle, forced) {
            (true, _) => wgpu::PollStatus::QueueEmpty,
            (false, true) => wgpu::PollStatus::WaitSucceeded,
            (false, false) => wgpu::PollStatus::Poll,
        })
    }

    fn wait_for(&self, waiting: Waiting) {
        {
            let mut state = lock(&self.waits.state);
            let number = state.next;
            state.next += 1;
            state.waiting.push_back((number, waiting));
        }
        if CALLBACKS.load(Ordering::Relaxed) == AT_ONCE {
            self.call_back_at_once();
        }
    }

    /// Runs callbacks until there is none left, those that were asked for by the others too: a chain of a
    /// million of them does not nest.
    fn call_back_at_once(&self) {
        loop {
            let until = {
                let state = lock(&self.waits.state);
                if state.waiting.is_empty() {
                    return;
                }
                state.next
            };
            if !self.call_back_unless_in_callback(until) {
                return;
            }
        }
    }

    /// [`Self::call_back`] for calls that only may call back: inside of a callback they leave it to others,
    /// so that callbacks that map or submit do not nest. `false` if they did.
    fn call_back_unless_in_callback(&self, until: u64) -> bool {
        let outside = self.waits.running.load(Ordering::Relaxed) == 0;
        if outside {
            self.call_back(until);
        }
        outside
    }

    /// Completes what was asked for before `until`, and runs its callbacks. As natively: first everything is
    /// completed, then mappings are called back, then notices of work that is done; and nothing is locked,
    /// for a callback may map, unmap and poll, too.
    fn call_back(&self, until: u64) {
        let due: Vec<Waiting> = {
            let state = &mut *lock(&self.waits.state);
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
                    self.wait_until_done(submitted);
                    work_done.push(callback);
                }
            }
        }
        self.flush();
        let running = Running::begin(&self.waits);
        for (callback, result) in mapped {
            callback(result);
        }
        for callback in work_done {
            callback();
        }
        drop(running);
        if let Some(message) = lost {
            self.lose(wgpu::DeviceLostReason::Unknown, message);
        }
    }

    /// Waits until the first `submitted` submissions are done.
    fn wait_until_done(&self, submitted: u64) {
        if self.waits.done.load(Ordering::Relaxed) < submitted {
            // The host answers for all submissions that were made.
            let all = self.waits.submitted.load(Ordering::Relaxed);
            block(self.queue.on_submitted_work_done());
            self.waits.done.store(all, Ordering::Relaxed);
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
