//! What a device holds for the guest until the GPU has finished.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;

use crate::device::{
    budget::{Reservation, SharedReservation},
    in_flight::PIECE_BYTES,
};

/// What one device holds.
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
#[expect(dead_code, reason = "held, and never read")]
pub(crate) struct Submitted<C> {
    next: Next,
    commands: C,
    // The last, for another thread counts what is left when there is no submit any more.
    unfinished: Unfinished,
}

/// Counts a submit that is not finished.
struct Unfinished(Arc<AtomicUsize>);

impl Unfinished {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Release);
        Self(Arc::clone(count))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

impl Held {
    /// Submits that are not finished, as far as wgpu has looked.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Acquire)
    }

    /// Whether nothing waits for the next submit.
    pub(crate) fn is_sent(&self) -> bool {
        self.next.lock().is_empty()
    }

    /// wgpu holds `staged` for a write to `target`, and the target; whether as much waits as is sent.
    pub(crate) fn hold_write(&self, staged: Reservation, target: &SharedReservation) -> bool {
        self.hold(|next| &mut next.staged, staged, target)
    }

    /// The same for `staging`, through which the guest has written to `target`.
    pub(crate) fn hold_mapping(&self, staging: Reservation, target: &SharedReservation) -> bool {
        self.hold(|next| &mut next.freed, staging, target)
    }

    fn hold(
        &self,
        sum: impl FnOnce(&mut Next) -> &mut Option<Reservation>,
        more: Reservation,
        target: &SharedReservation,
    ) -> bool {
        let mut next = self.next.lock();
        next.targets.entry(target.address()).or_insert_with(|| target.clone());
        let sum = sum(&mut next);
        Reservation::merge(sum, more);
        sum.as_ref().is_some_and(|sum| sum.bytes() >= PIECE_BYTES)
    }

    /// The guest has let go of memory that wgpu may need until the next submit is done.
    pub(crate) fn let_go(&self, freed: Reservation) {
        let mut next = self.next.lock();
        if self.unfinished() > 0 || !next.is_empty() {
            Reservation::merge(&mut next.freed, freed);
        }
    }

    /// Something is submitted: what waited for that is held with `commands` until the result is dropped.
    pub(crate) fn submit<C>(&self, commands: C) -> Submitted<C> {
        let unfinished = Unfinished::begin(&self.unfinished);
        Submitted { next: mem::take(&mut *self.next.lock()), commands, unfinished }
    }

    /// Holds nothing more: the device is lost.
    pub(crate) fn clear(&self) {
        drop(mem::take(&mut *self.next.lock()));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Commands<'a> {
        held: &'a Held,
        seen: &'a Cell<usize>,
    }

    impl Drop for Commands<'_> {
        fn drop(&mut self) {
            self.seen.set(self.held.unfinished());
        }
    }

    #[test]
    fn a_submit_is_finished_when_all_is_given_back_that_it_held() {
        let (held, seen) = (Held::default(), Cell::new(0));
        drop(held.submit(Commands { held: &held, seen: &seen }));
        assert_eq!((seen.get(), held.unfinished()), (1, 0));
    }
}
