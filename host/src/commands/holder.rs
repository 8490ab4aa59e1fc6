//! Which pass holds an object already.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that no other pass has, and that is not 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassId(u64);

impl PassId {
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }
}

/// The pass that was the last to hold an object. Objects are set over and over, and a pass need not hold one more than
/// once; that it does when passes take turns is no harm.
#[derive(Debug, Default)]
pub(crate) struct Holder(AtomicU64);

impl Holder {
    /// Whether it was another than `pass`, which it is from now on.
    #[inline]
    pub(crate) fn is_new(&self, PassId(pass): PassId) -> bool {
        // Without an order: the calls of a guest come one after the other.
        let new = self.0.load(Ordering::Relaxed) != pass;
        self.0.store(pass, Ordering::Relaxed);
        new
    }
}
