//! What wgpu and the GPU still hold of a guest when the guest has let go of it. Cuts across the objects because writes,
//! submits and everything that can be destroyed end up here.
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
    collections::HashMap,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    device::{
        errors::collecting,
        fence,
        timeline::Timeline,
        waiting::{self, WaitMode},
    },
    objects::{command_buffer::Commands, device::DeviceCore},
    quotas::{QuotaExceeded, Reservation, SharedReservation},
};

/// Bytes of the pieces into which a larger write is cut: 16 MiB.
pub(crate) const PIECE: usize = 16 << 20;

/// Bytes of writes that are sent without a submit of the guest's: as many as a piece has.
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
    patience: Mutex<Patience>,
}

/// A device that is waited for. Accounts hold it by nothing but this: else whether an account may go to another thread
/// depended on all the types of wgpu, which is more than the compiler follows.
trait Awaited: Send + Sync {
    /// Sends what waits for a submit, and looks at what is done; `true` when there is more to come.
    fn look(&self) -> bool;
}

impl Awaited for DeviceCore {
    fn look(&self) -> bool {
        self.send();
        if self.held.unfinished() == 0 {
            return false;
        }
        waiting::look(self);
        // A lost device finishes nothing more.
        self.held.unfinished() > 0 && !self.is_lost()
    }
}

/// For how long calls wait.
#[derive(Clone, Copy, Debug, Default)]
struct Patience {
    mode: WaitMode,
    max_wait: Duration,
    deadline: Option<Instant>,
}

impl InFlight {
    /// For a guest whose calls may wait for as long as `max_wait`.
    pub(crate) fn new(timeline: &Arc<Timeline>, mode: WaitMode, max_wait: Duration) -> Arc<Self> {
        let patience = Mutex::new(Patience { mode, max_wait, deadline: None });
        Arc::new(Self { timeline: Arc::clone(timeline), devices: Mutex::default(), patience })
    }

    /// Waits for nothing beyond `deadline`.
    pub(crate) fn set_deadline(&self, deadline: Option<Instant>) {
        lock(&self.patience).deadline = deadline;
    }

    /// Has a look at `device` as well from now on.
    pub(crate) fn add(&self, device: &Arc<DeviceCore>) {
        let device: Weak<dyn Awaited> = Arc::<DeviceCore>::downgrade(device);
        let mut devices = lock(&self.devices);
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
        let devices: Vec<_> = lock(&self.devices).iter().filter_map(Weak::upgrade).collect();
        let mut busy = false;
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
        let deadline = lock(&self.patience).deadline;
        let end =
            Instant::now().checked_add(limit).map(|end| deadline.map_or(end, |deadline| end.min(deadline)));
        while self.look() && end.is_some_and(|end| Instant::now() < end) {
            thread::sleep(PAUSE);
        }
    }

    /// Until when a call that begins now may wait for memory.
    fn deadline(&self) -> Option<Instant> {
        let Patience { mode, max_wait, deadline } = *lock(&self.patience);
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

/// What a device holds for the guest until the GPU has finished.
#[derive(Debug, Default)]
pub(crate) struct Held {
    next: Mutex<Next>,
    /// Submits that are not finished.
    unfinished: Arc<AtomicUsize>,
}

/// What is held until the next submit has been done.
#[derive(Debug, Default)]
struct Next {
    /// Of writes. It is `None` when there is none.
    staged: Option<Reservation>,
    /// Of what was destroyed meanwhile, and of staging buffers that the guest has written through mappings.
    freed: Option<Reservation>,
    /// Of what writes go to, by their addresses.
    targets: HashMap<usize, SharedReservation>,
}

impl Next {
    fn is_empty(&self) -> bool {
        let Self { staged, freed, targets } = self;
        staged.is_none() && freed.is_none() && targets.is_empty()
    }
}

/// What one submit has taken along: it is given back when the GPU has done it, or the device is gone.
struct Submitted {
    unfinished: Arc<AtomicUsize>,
    #[expect(dead_code, reason = "held, and never read")]
    next: Next,
    #[expect(dead_code, reason = "held, and never read")]
    commands: Vec<Commands>,
}

impl Drop for Submitted {
    fn drop(&mut self) {
        self.unfinished.fetch_sub(1, Ordering::Release);
    }
}

impl Held {
    /// Submits that are not finished, as far as wgpu has looked.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Acquire)
    }

    fn next(&self) -> MutexGuard<'_, Next> {
        lock(&self.next)
    }
}

/// What writes do: here rather than in `objects/device.rs`, with the rest of it.
impl DeviceCore {
    /// Takes `bytes` of what may be staged, for a write that follows. `Err` traps: the GPU did not finish earlier
    /// writes in time.
    pub(crate) async fn stage(
        &self,
        bytes: u64,
        mode: WaitMode,
        deadline: Option<Instant>,
    ) -> wasmtime::Result<Reservation> {
        let start = Instant::now();
        loop {
            if let Some(staged) = self.staging.reserve_now(bytes) {
                return Ok(staged);
            }
            self.in_flight.look();
            if let Some(staged) = self.staging.reserve_now(bytes) {
                return Ok(staged);
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(QuotaExceeded::Wait(start.elapsed()).into());
            }
            match mode {
                WaitMode::Eager => thread::sleep(PAUSE),
                WaitMode::Background => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// A write to `target` was given to wgpu: it holds `staged` for it, and the target.
    pub(crate) fn staged(&self, staged: Reservation, target: &SharedReservation) {
        let enough = {
            let mut next = self.held.next();
            next.targets.entry(target.address()).or_insert_with(|| target.clone());
            Reservation::merge(&mut next.staged, staged);
            next.staged.as_ref().is_some_and(|staged| staged.bytes() >= PIECE_BYTES)
        };
        if enough {
            self.send();
        }
    }

    /// The guest has let go of memory that wgpu may need until the next submit is done.
    pub(crate) fn let_go(&self, freed: Option<Reservation>) {
        let Some(freed) = freed else { return };
        let mut next = self.held.next();
        if self.held.unfinished() > 0 || !next.is_empty() {
            Reservation::merge(&mut next.freed, freed);
        }
    }

    /// wgpu keeps `staging`, through which the guest has written to `target`, until the next submit is done.
    pub(crate) fn unmapped(&self, staging: Reservation, target: &SharedReservation) {
        let enough = {
            let mut next = self.held.next();
            next.targets.entry(target.address()).or_insert_with(|| target.clone());
            Reservation::merge(&mut next.freed, staging);
            next.freed.as_ref().is_some_and(|freed| freed.bytes() >= PIECE_BYTES)
        };
        if enough {
            self.send();
        }
    }

    /// Sends the writes that wait for a submit, if there are any.
    pub(crate) fn send(&self) {
        if !self.held.next().is_empty() {
            self.guarded(|| self.submitted(Vec::new()));
        }
    }

    /// wgpu has refused a write that it had staged, and keeps what it has staged until it sends another: this is one.
    #[cold]
    pub(crate) fn unstick(&self) {
        let write = || {
            let buffer = self.wgpu.create_buffer(&wgpu::BufferDescriptor {
                label: Some("a write after one that was refused"),
                size: wgpu::COPY_BUFFER_ALIGNMENT,
                usage: wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            self.queue.write_buffer(&buffer, 0, &[0; 4]);
        };
        let ((), _errors) = self.guarded(|| collecting(write));
    }

    /// Something was submitted, or what waited for that has to go without: all that is held for it is held until it
    /// is done.
    pub(crate) fn submitted(&self, commands: Vec<Commands>) {
        if self.is_lost() && !self.lent {
            drop(mem::take(&mut *self.held.next()));
            return;
        }
        self.held.unfinished.fetch_add(1, Ordering::Release);
        let unfinished = Arc::clone(&self.held.unfinished);
        let submitted = Submitted { unfinished, next: mem::take(&mut *self.held.next()), commands };
        // wgpu submits by itself here what no submit has taken along. Of a lost device it drops the closure.
        let told = fence::catch(|| self.queue.on_submitted_work_done(move || drop(submitted)));
        if let Err(panic) = told {
            self.lose(wgpu::DeviceLostReason::Unknown, &panic);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
