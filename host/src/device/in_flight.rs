//! What wgpu and the GPU still hold of a guest when the guest has let go of it. Cuts across the objects because writes,
//! submits and everything that can be destroyed end up here: in the [`Held`](crate::device::held::Held) of its device,
//! to which `writes.rs` adds.
//!
//! - **Writes.** wgpu copies the bytes of a write into a staging buffer, and keeps that until the next submit has been
//!   done. A guest that never submits would have it keep everything. So staged bytes are counted, no more than
//!   [`MAX_STAGED_BYTES`](crate::limits::MAX_STAGED_BYTES) of a guest are on their way at a time, and what has gathered is sent without the guest's
//!   doing: nothing of that can be seen, for a write is done before whatever is submitted after it anyway.
//! - **Memory that was given back.** wgpu frees what is destroyed or dropped when nothing needs it any more: a write
//!   that waits, or a submit that the GPU has not finished. Until then it counts as the guest's.
//! - **Commands.** So do they, with all that they need, until the GPU has done them.
//!
//! Where a quota has no room, the host first looks at what the GPU has finished meanwhile, and waits for it
//! ([`InFlight::make_room`]).

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};

use crate::device::{timeline::Timeline, waiting::WaitMode};

/// Bytes of the pieces into which a larger write is cut, and of writes that are sent without a submit of the guest's:
/// 16 MiB.
pub(crate) const PIECE_BYTES: u64 = 16 << 20;

/// Bytes as which a write counts beside those that it carries.
pub(crate) const BYTES_PER_WRITE: u64 = 4 << 10;

/// Between two looks at a GPU that has not finished.
const PAUSE: Duration = Duration::from_micros(200);

/// The longest that a call waits for memory in [`WaitMode::Background`], where others wait for its thread.
const BACKGROUND_PATIENCE: Duration = Duration::from_millis(200);

/// What one guest waits for, on all of its devices.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    timeline: Arc<Timeline>,
    devices: Mutex<Vec<Weak<dyn Awaited>>>,
    alive: Arc<Devices>,
    waits: Mutex<Waits>,
    /// Nanoseconds that calls have waited for the GPU.
    waited: AtomicU64,
    /// Whether a device was lost, and not destroyed.
    lost_device: AtomicBool,
}

/// A device that is waited for. Accounts hold it by nothing but this: else whether an account may go to another thread
/// depended on all the types of wgpu, which is more than the compiler follows.
pub(crate) trait Awaited: Send + Sync {
    /// Sends what waits for a submit, and looks at what is done; `true` when there is more to come.
    fn look(&self) -> bool;
}

/// How many devices there are, with those that are on their way out on another thread.
#[derive(Debug, Default)]
struct Devices {
    count: Mutex<usize>,
    fewer: Condvar,
}

/// A device that is there.
#[derive(Debug)]
pub(crate) struct Alive(Arc<Devices>);

impl Drop for Alive {
    fn drop(&mut self) {
        *self.0.count.lock() -= 1;
        self.0.fewer.notify_all();
    }
}

/// How calls wait for memory.
#[derive(Clone, Copy, Debug, Default)]
struct Waits {
    mode: WaitMode,
    max_wait: Duration,
    deadline: Option<Instant>,
}

impl InFlight {
    /// For a guest whose calls may wait for as long as `max_wait`.
    pub(crate) fn new(timeline: &Arc<Timeline>, mode: WaitMode, max_wait: Duration) -> Arc<Self> {
        let waits = Mutex::new(Waits { mode, max_wait, deadline: None });
        Arc::new(Self {
            timeline: Arc::clone(timeline),
            devices: Mutex::default(),
            alive: Arc::default(),
            waits,
            waited: AtomicU64::new(0),
            lost_device: AtomicBool::new(false),
        })
    }

    /// Waits for nothing beyond `deadline`.
    pub(crate) fn set_deadline(&self, deadline: Option<Instant>) {
        self.waits.lock().deadline = deadline;
    }

    /// A call has waited for the GPU for so long.
    pub(crate) fn add_wait(&self, wait: Duration) {
        self.waited.fetch_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A device of the guest is lost.
    pub(crate) fn lose_device(&self) {
        self.lost_device.store(true, Ordering::Relaxed);
    }

    /// Whether one was.
    pub(crate) fn has_lost_device(&self) -> bool {
        self.lost_device.load(Ordering::Relaxed)
    }

    /// How long calls have waited for the GPU, in all.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_nanos(self.waited.load(Ordering::Relaxed))
    }

    /// Counts a device that is there until the result is dropped, which has to be the last of it.
    pub(crate) fn begin(&self) -> Alive {
        *self.alive.count.lock() += 1;
        Alive(Arc::clone(&self.alive))
    }

    /// Blocks this thread until all of them are gone.
    #[cfg(feature = "http")]
    pub(crate) fn wait_for_devices(&self) {
        let Devices { count, fewer } = &*self.alive;
        fewer.wait_while(&mut count.lock(), |count| *count > 0);
    }

    /// Has a look at `device` as well from now on.
    pub(crate) fn add(&self, device: Weak<dyn Awaited>) {
        let mut devices = self.devices.lock();
        devices.retain(|device| device.strong_count() > 0);
        devices.push(device);
    }

    /// Does what was put off.
    pub(crate) fn settle(&self) {
        self.timeline.settle();
    }

    /// Counts what the GPU has finished until now as given back; `true` when there is more to come.
    pub(crate) fn look(&self) -> bool {
        self.settle();
        // One that comes to its end after this is counted.
        let devices: Vec<_> = self.devices.lock().iter().filter_map(Weak::upgrade).collect();
        let mut busy = *self.alive.count.lock() > devices.len();
        for device in devices {
            busy |= device.look();
        }
        busy
    }

    /// Tries `take` until it is done, or waiting makes no sense any more: nothing is on its way, or the time is up.
    #[cold]
    pub(crate) fn make_room(&self, take: impl Fn() -> bool) -> bool {
        let until = self.deadline();
        loop {
            let busy = self.look();
            if take() {
                return true;
            }
            if !busy || until.is_some_and(|until| until <= Instant::now()) {
                return false;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Looks, and waits, until nothing is on its way, for no longer than `limit`, and not beyond the deadline.
    pub(crate) fn finish(&self, limit: Duration) {
        let deadline = self.waits.lock().deadline;
        let end =
            Instant::now().checked_add(limit).map(|end| deadline.map_or(end, |deadline| end.min(deadline)));
        while self.look() && end.is_some_and(|end| Instant::now() < end) {
            thread::sleep(PAUSE);
        }
    }

    /// Until when a call that begins now may wait for memory.
    fn deadline(&self) -> Option<Instant> {
        let Waits { mode, max_wait, deadline } = *self.waits.lock();
        let limit = match mode {
            WaitMode::Eager => max_wait,
            WaitMode::Background => BACKGROUND_PATIENCE,
        };
        let by_mode = Instant::now().checked_add(limit);
        match (by_mode, deadline) {
            (Some(by_mode), Some(deadline)) => Some(by_mode.min(deadline)),
            (by_mode, deadline) => by_mode.or(deadline),
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
