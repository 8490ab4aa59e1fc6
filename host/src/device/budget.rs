//! What a guest has taken of its quotas of memory.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;

use crate::{
    device::{in_flight::InFlight, unusable::Usability},
    quotas::{BYTES_PER_COMMAND, quota},
};

/// Bytes of one kind that a guest holds, over all of its devices.
#[derive(Debug)]
pub(crate) struct Budget {
    max: u64,
    used: AtomicU64,
    /// What is not done yet holds some, which it gives back.
    in_flight: Arc<InFlight>,
}

impl Budget {
    pub(crate) fn new(max: u64, in_flight: &Arc<InFlight>) -> Arc<Self> {
        Arc::new(Self { max, used: AtomicU64::new(0), in_flight: Arc::clone(in_flight) })
    }

    /// Takes `bytes` from the quota until the reservation is dropped; `None` when they are not left.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        self.take(bytes).then(|| Reservation { memory: Arc::clone(self), bytes })
    }

    /// [`Self::reserve`], without a look at what the GPU has finished.
    #[inline]
    pub(crate) fn reserve_now(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        self.take_now(self.max, bytes).then(|| Reservation { memory: Arc::clone(self), bytes })
    }

    /// Takes `bytes` from the quota until [`Self::give_back`] gets them; `false` when they are not left.
    pub(crate) fn take(&self, bytes: u64) -> bool {
        self.take_below(self.max, bytes)
    }

    /// [`Self::take`], if no more than `max` are in use then.
    fn take_below(&self, max: u64, bytes: u64) -> bool {
        // More than there will ever be is not waited for.
        self.take_now(max, bytes) || (bytes <= max && self.in_flight.make_room(|| self.take_now(max, bytes)))
    }

    #[inline]
    fn take_now(&self, max: u64, bytes: u64) -> bool {
        let sum = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= max);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
    }

    /// Gives back what [`Self::take`] took.
    pub(crate) fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes in use now.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn max(&self) -> u64 {
        self.max
    }
}

/// Bytes taken from a guest's GPU memory; held by a buffer or texture until it is destroyed.
#[derive(Debug)]
pub(crate) struct Reservation {
    memory: Arc<Budget>,
    bytes: u64,
}

impl Reservation {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds `more`, of the same quota, to what is there.
    pub(crate) fn merge(sum: &mut Option<Self>, mut more: Self) {
        match sum {
            Some(sum) => {
                sum.bytes = sum.bytes.saturating_add(mem::take(&mut more.bytes));
            }
            None => *sum = Some(more),
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes);
    }
}

/// What is counted for the commands of one encoder or pass. It takes more than it needs from the quota, so
/// that most commands touch nothing that is shared.
#[derive(Debug)]
pub(crate) struct Ledger {
    budget: Arc<Budget>,
    reserved: Reservation,
    left: u64,
}

impl Ledger {
    pub(crate) fn new(budget: &Arc<Budget>) -> Self {
        let budget = Arc::clone(budget);
        Self { reserved: Reservation { memory: Arc::clone(&budget), bytes: 0 }, budget, left: 0 }
    }

    /// Counts a command with `bytes` beside itself; `Err` says that there is no room for it.
    #[inline]
    pub(crate) fn command(&mut self, bytes: usize) -> Result<(), String> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(BYTES_PER_COMMAND);
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => self.refill(bytes),
        }
    }

    #[cold]
    fn refill(&mut self, bytes: u64) -> Result<(), String> {
        const MIN_CHUNK: u64 = 16 * BYTES_PER_COMMAND;
        const MAX_CHUNK: u64 = 1 << 20;
        // As much again as there is: a long recording asks seldom, a short one takes little.
        let chunk = bytes.max(self.reserved.bytes.clamp(MIN_CHUNK, MAX_CHUNK));
        // The rest is for texts, such as the error that follows from this.
        let max = self.budget.max() / 8 * 7;
        let missing = bytes - self.left;
        let more = if self.budget.take_now(max, chunk) {
            chunk
        } else if self.budget.take_below(max, missing) {
            missing
        } else {
            return Err(format!(
                "the commands that the guest has recorded take the {max} bytes of host memory they may (seven \
                 eighths of {})",
                quota("max_host_memory")
            ));
        };
        self.reserved.bytes += more;
        self.left = self.left + more - bytes;
        Ok(())
    }

    /// Bytes of the commands that were counted.
    pub(crate) fn counted(&self) -> u64 {
        self.reserved.bytes.saturating_sub(self.left)
    }

    /// What the commands take, to hold until they are gone; the ledger begins anew.
    pub(crate) fn close(&mut self) -> SharedReservation {
        let begun = Self::new(&self.budget);
        let Self { budget, mut reserved, left } = mem::replace(self, begun);
        reserved.bytes -= left;
        budget.give_back(left);
        SharedReservation::new(Some(reserved))
    }
}

/// The reservation of a buffer or texture together with all that keeps its memory in use when the
/// guest has dropped the handle: views and bind groups. Destroying gives it back for all of them.
#[derive(Clone, Debug)]
pub(crate) struct SharedReservation(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    reservation: Mutex<Option<Reservation>>,
    usability: Usability,
}

impl SharedReservation {
    /// `None` for an object that takes no memory.
    pub(crate) fn new(reservation: Option<Reservation>) -> Self {
        Self(Arc::new(Shared { reservation: Mutex::new(reservation), usability: Usability::default() }))
    }

    /// Takes the bytes out, to be given back when nothing needs the memory any more.
    pub(crate) fn take(&self) -> Option<Reservation> {
        self.0.reservation.lock().take()
    }

    /// Whether commands may use the buffer or texture.
    pub(crate) fn usability(&self) -> &Usability {
        &self.0.usability
    }

    /// The same for the clones of one, and different from all others.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpu_memory_is_given_back() {
        let memory = Budget::new(100, &Arc::default());
        let first = memory.reserve(60).unwrap();
        assert!(memory.reserve(41).is_none());
        assert!(memory.reserve(u64::MAX).is_none());
        let second = memory.reserve(40).unwrap();
        assert_eq!(memory.used(), 100);
        drop(first);
        assert_eq!(memory.used(), 40);
        drop(second);
        assert_eq!(memory.used(), 0);
        let mut sum = None;
        Reservation::merge(&mut sum, memory.reserve(30).unwrap());
        Reservation::merge(&mut sum, memory.reserve(20).unwrap());
        assert_eq!((memory.used(), sum.as_ref().unwrap().bytes()), (50, 50));
        drop(sum);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_ledger_takes_chunks_and_gives_them_back() {
        const COMMAND: u64 = BYTES_PER_COMMAND;
        let memory = Budget::new(64 * COMMAND, &Arc::default());
        let mut ledger = Ledger::new(&memory);
        ledger.command(0).unwrap();
        assert_eq!(memory.used(), 16 * COMMAND);
        (0..15).for_each(|_| ledger.command(0).unwrap());
        assert_eq!(memory.used(), 16 * COMMAND);
        ledger.command(0).unwrap();
        assert_eq!((memory.used(), ledger.counted()), (32 * COMMAND, 17 * COMMAND));
        let commands = ledger.close();
        assert_eq!(memory.used(), 17 * COMMAND);
        ledger.command(1).unwrap();
        assert_eq!((memory.used(), ledger.counted()), (33 * COMMAND, COMMAND + 1));
        // 56 are for commands. Where a chunk is too much, what is missing is taken.
        assert!(ledger.command(usize::MAX).is_err());
        assert_eq!((0..60).filter(|_| ledger.command(0).is_ok()).count(), 37);
        drop(commands);
        ledger.command(0).unwrap();
        drop(ledger);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_shared_reservation_ends_with_its_last_holder_or_when_given_back() {
        let memory = Budget::new(100, &Arc::default());
        let texture = SharedReservation::new(memory.reserve(60));
        let view = texture.clone();
        drop(texture);
        assert_eq!(memory.used(), 60);
        drop(view);
        assert_eq!(memory.used(), 0);
        let texture = SharedReservation::new(memory.reserve(60));
        let view = texture.clone();
        assert_eq!(view.address(), texture.address());
        drop(texture.take());
        assert_eq!(memory.used(), 0);
    }
}
