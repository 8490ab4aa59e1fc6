//! What a guest has on a device that makes wgpu refuse command buffers which were finished without an error.
//!
//! A submit of several command buffers is done as a whole or not at all. Where wgpu 30 refuses one, it has already noted
//! the memory that those before it would have cleared as cleared, and would let the guest read what was there before. So
//! the host does not give it several where it may refuse one: `objects/queue.rs`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Kept up to date by the calls that destroy, map and unmap, all of which settle the timeline first or are jobs of it.
#[derive(Debug, Default)]
pub(crate) struct Unusable {
    /// A buffer, texture or query set was destroyed. What was recorded with it may be submitted much later.
    destroyed: AtomicBool,
    /// Buffers that are mapped, or are being mapped. One that is dropped meanwhile stays in here.
    mapped: AtomicUsize,
}

impl Unusable {
    /// Something is destroyed.
    pub(crate) fn destroys(&self) {
        self.destroyed.store(true, Ordering::Relaxed);
    }

    /// A buffer is mapped from now on, or will be.
    pub(crate) fn maps(&self) {
        self.mapped.fetch_add(1, Ordering::Relaxed);
    }

    /// It is not any more.
    pub(crate) fn unmaps(&self) {
        self.mapped.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether there is anything.
    pub(crate) fn any(&self) -> bool {
        self.destroyed.load(Ordering::Relaxed) || self.mapped.load(Ordering::Relaxed) > 0
    }
}
