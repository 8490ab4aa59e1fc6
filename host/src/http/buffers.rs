//! Bytes of bodies that are kept, of requests and of responses, against one limit.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;

/// What the smallest piece of a body counts as: what holds it takes room, too.
const LEAST: usize = 256;

/// What is kept of the bodies of one handler.
#[derive(Debug)]
pub(super) struct Buffers {
    most: usize,
    kept: AtomicUsize,
}

/// Room that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Kept {
    buffers: Arc<Buffers>,
    bytes: usize,
}

impl Buffers {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, kept: AtomicUsize::new(0) })
    }

    /// Bytes that are kept now.
    pub(super) fn kept(&self) -> usize {
        self.kept.load(Ordering::Relaxed)
    }

    /// What a piece of so many bytes counts as.
    pub(super) fn weight(bytes: usize) -> usize {
        bytes.max(LEAST)
    }

    /// Room for a piece, if there is any.
    pub(super) fn take(self: &Arc<Self>, bytes: usize) -> Option<Kept> {
        let bytes = Self::weight(bytes);
        let more = |kept: usize| kept.checked_add(bytes).filter(|kept| *kept <= self.most);
        let taken = self.kept.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.is_ok().then(|| Kept { buffers: Arc::clone(self), bytes })
    }

    /// Room for a piece without which nothing would go on.
    pub(super) fn take_beyond(self: &Arc<Self>, bytes: usize) -> Kept {
        let bytes = Self::weight(bytes);
        self.kept.fetch_add(bytes, Ordering::Relaxed);
        Kept { buffers: Arc::clone(self), bytes }
    }
}

impl Kept {
    /// `bytes`, which hold this room until the last of them is dropped: a connection may keep them when the body does not
    /// any more.
    pub(super) fn hold(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(Held { bytes, _kept: self })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.buffers.kept.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Bytes, and the room that they take.
struct Held {
    bytes: Bytes,
    _kept: Kept,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_counted_until_it_is_dropped() {
        let buffers = Buffers::new(1000);
        let first = buffers.take(600).unwrap().hold(Bytes::from(vec![1; 600]));
        assert!(buffers.take(600).is_none());
        let beyond = buffers.take_beyond(600);
        assert_eq!(buffers.kept(), 1200);
        let part = first.slice(..10);
        drop((first, beyond));
        assert_eq!(buffers.kept(), 600);
        drop(part);
        assert_eq!(buffers.kept(), 0);
        assert!(buffers.take(1).is_some_and(|kept| kept.bytes == LEAST));
    }
}
