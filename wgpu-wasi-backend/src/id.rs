//! What tells objects apart in the guest.

use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of an object. Neither the address of an object nor its handle does:
/// both are used again once it is dropped, and an object may be dropped while a pass is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(u64);

impl Id {
    /// An identity that no other object has, and whose number is not 0.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }
}
