//! The one place that waits: completing calls of the host, the list of callbacks, `poll`.
//!
//! A component may wait in `waitable-set.wait` only, which is what `wit_bindgen::block_on` does;
//! polling a future of the host from an executor of the program ends in a panic. So each such call
//! is completed inside the method that makes it, and the futures given out are ready ones.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wgpu::custom::{BoxSubmittedWorkDoneCallback, BufferMapCallback};
use wgpu::wgt::PollType;

use crate::buffer::BufferInner;
use crate::device::DeviceShared;

/// When `Buffer::map_async` and `Queue::on_submitted_work_done` complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mapping {
    /// Before they return: the callback runs inside. The default, because a program that never
    /// polls, or polls a future once, still works.
    Immediate,
    /// In `Device::poll` and `Instance::poll_all`: the callback runs there. For programs that
    /// overlap reading back with other work, and for those that hold a lock across `map_async`
    /// which the callback takes. Such a program has to poll; a mapping that is still pending when
    /// the last handle of the device is dropped fails.
    Deferred,
}

static MAPPING: AtomicU8 = AtomicU8::new(IMMEDIATE);
const IMMEDIATE: u8 = 0;
const DEFERRED: u8 = 1;

/// Chooses when `map_async` and `on_submitted_work_done` complete; for all devices, from now on.
pub fn set_mapping(mapping: Mapping) {
    let mapping = match mapping {
        Mapping::Immediate => IMMEDIATE,
        Mapping::Deferred => DEFERRED,
    };
    MAPPING.store(mapping, Ordering::Relaxed);
}

/// Completes a call of the host, now. For futures of the bindings only.
pub(crate) fn block<T: 'static>(call: impl Future<Output = T>) -> T {
    wit_bindgen::block_on(call)
}

/// Locks; what a panicking handler left behind is still consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a device knows about its submissions, and who waits for them.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Submissions made; the number of the last one is its `SubmissionIndex`.
    submitted: AtomicU64,
    /// Submissions known to be done.
    done: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(u64, Waiting)>,
    /// The number of the next entry: an entry may be taken out of turn, so places do not do.
    next: u64,
    /// `next` and `submitted` at the time of the last `poll`.
    polled: (u64, u64),
}

/// A callback that has not run yet.
enum Waiting {
    Map(Map),
    WorkDone(BoxSubmittedWorkDoneCallback),
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
            Self::WorkDone(_) => f.write_str("WorkDone"),
        }
    }
}

impl DeviceShared {
    /// Counts a submission; returns its index.
    pub(crate) fn count_submission(&self) -> u64 {
        self.waits.submitted.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Maps a buffer, now or at the next `poll`.
    pub(crate) fn map(&self, map: Map) {
        if MAPPING.load(Ordering::Relaxed) == IMMEDIATE {
            map.buffer.complete_map(map.mode, map.range, map.callback);
        } else {
            self.wait_for(Waiting::Map(map));
        }
    }

    /// Calls back when everything submitted is done, now or at the next `poll`.
    pub(crate) fn work_done(&self, callback: BoxSubmittedWorkDoneCallback) {
        if MAPPING.load(Ordering::Relaxed) == IMMEDIATE {
            self.wait();
            self.flush();
            callback();
        } else {
            self.wait_for(Waiting::WorkDone(callback));
        }
    }

    /// Takes the pending mapping of a buffer back, which is unmapped or destroyed before it came.
    pub(crate) fn cancel_map(&self, buffer: &BufferInner) {
        let cancelled = {
            let mut state = lock(&self.waits.state);
            let found = state.waiting.iter().position(|(_, waiting)| match waiting {
                Waiting::Map(map) => std::ptr::eq(&*map.buffer, buffer),
                Waiting::WorkDone(_) => false,
            });
            found.and_then(|index| state.waiting.remove(index))
        };
        if let Some((_, Waiting::Map(map))) = cancelled {
            (map.callback)(Err(wgpu::BufferAsyncError));
        }
    }

    /// Takes all pending callbacks back: the program can not poll any more. Mappings are told so.
    pub(crate) fn cancel_all(&self) {
        let waiting = std::mem::take(&mut lock(&self.waits.state).waiting);
        for (_, waiting) in waiting {
            match waiting {
                Waiting::Map(map) => {
                    map.buffer.forget_map();
                    (map.callback)(Err(wgpu::BufferAsyncError));
                }
                Waiting::WorkDone(callback) => callback(),
            }
        }
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
        if wait && self.waits.done.load(Ordering::Relaxed) < submitted {
            self.wait();
        }
        while let Some(waiting) = self.next_waiting(until) {
            match waiting {
                Waiting::Map(map) => map.buffer.complete_map(map.mode, map.range, map.callback),
                Waiting::WorkDone(callback) => {
                    self.wait();
                    callback();
                }
            }
        }
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
        let mut state = lock(&self.waits.state);
        let number = state.next;
        state.next += 1;
        state.waiting.push_back((number, waiting));
    }

    /// The oldest callback before `until`. One at a time and without the lock: a callback may map,
    /// unmap and poll, too.
    fn next_waiting(&self, until: u64) -> Option<Waiting> {
        let mut state = lock(&self.waits.state);
        match state.waiting.front() {
            Some((number, _)) if *number < until => state.waiting.pop_front().map(|(_, waiting)| waiting),
            Some(_) | None => None,
        }
    }

    /// Waits until everything submitted so far is done.
    fn wait(&self) {
        let submitted = self.waits.submitted.load(Ordering::Relaxed);
        if self.waits.done.load(Ordering::Relaxed) < submitted {
            block(self.queue.on_submitted_work_done());
            self.waits.done.store(submitted, Ordering::Relaxed);
        }
    }
}
