//! What a guest has on a device that makes wgpu refuse command buffers which were finished without an error.
//!
//! A submit of several command buffers is done as a whole or not at all. Where wgpu 30 refuses one, it has already noted
//! the memory that those before it would have cleared as cleared, and would let the guest read what was there before. So
//! the host does not give it several where it may refuse one: `objects/queue.rs`.
//!
//! While a thread polls the device, wgpu 30 takes a buffer that is being mapped for an unmapped one for a moment. So the
//! host itself refuses commands with a mapped buffer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;

/// Whether commands may use a buffer or texture. Kept up to date by the calls that destroy, map and unmap it, all of
/// which settle the timeline first or are jobs of it. The calls of a guest come one after the other.
#[derive(Debug, Default)]
pub(crate) struct Usability {
    /// While it is: its label.
    mapped: Mutex<Option<Box<str>>>,
    destroyed: AtomicBool,
    /// It is destroyed, or will be by a job of the timeline.
    expired: AtomicBool,
}

impl Usability {
    /// The label of a buffer that is mapped, or being mapped.
    pub(crate) fn mapped(&self) -> Option<Box<str>> {
        self.mapped.lock().clone()
    }

    /// From now on, a job of the timeline is to destroy it.
    pub(crate) fn expires(&self) {
        self.expired.store(true, Ordering::Relaxed);
    }

    /// Whether a job of the timeline is still to destroy it.
    pub(crate) fn is_expiring(&self) -> bool {
        self.expired.load(Ordering::Relaxed) && self.destroyed().is_none()
    }

    /// Whether it is destroyed.
    pub(crate) fn destroyed(&self) -> Option<()> {
        self.destroyed.load(Ordering::Relaxed).then_some(())
    }
}

/// What there is of them on a device: where there is none, nobody needs to look at what commands use.
#[derive(Debug, Default)]
pub(crate) struct Unusable {
    /// A buffer or texture was destroyed. What was recorded with it may be submitted much later.
    destroyed: AtomicBool,
    /// A query set was destroyed. No command says which it uses.
    query_sets: AtomicBool,
    /// Buffers that are mapped, or are being mapped.
    mapped: AtomicUsize,
}

impl Unusable {
    /// A buffer or texture is destroyed.
    pub(crate) fn destroys(&self, it: &Usability) {
        it.destroyed.store(true, Ordering::Relaxed);
        self.destroyed.store(true, Ordering::Relaxed);
    }

    /// A query set is destroyed.
    pub(crate) fn destroys_query_set(&self) {
        self.query_sets.store(true, Ordering::Relaxed);
    }

    /// A buffer with this label is mapped from now on, or will be.
    pub(crate) fn maps(&self, it: &Usability, label: &str) {
        *it.mapped.lock() = Some(label.into());
        self.mapped.fetch_add(1, Ordering::Relaxed);
    }

    /// It is not any more.
    pub(crate) fn unmaps(&self, it: &Usability) {
        *it.mapped.lock() = None;
        self.mapped.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether any buffer is mapped.
    pub(crate) fn any_mapped(&self) -> bool {
        self.mapped.load(Ordering::Relaxed) > 0
    }

    /// Whether any buffer or texture was destroyed.
    pub(crate) fn any_destroyed(&self) -> bool {
        self.destroyed.load(Ordering::Relaxed)
    }

    /// Whether any query set was destroyed.
    pub(crate) fn any_query_set_destroyed(&self) -> bool {
        self.query_sets.load(Ordering::Relaxed)
    }
}
