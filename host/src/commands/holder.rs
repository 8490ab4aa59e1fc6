//! Which pass holds an object already, and where.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

/// A number that no other pass has, and that is not 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassId(u64);

impl PassId {
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }
}

/// The place of an object among those of its kind that a pass holds ([`Used`](crate::commands::used::Used)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(NonZeroU32);

impl Place {
    /// That of the last of `objects`; `None` where there are none, or too many to count.
    pub(crate) fn last<T>(objects: &[T]) -> Option<Self> {
        u32::try_from(objects.len()).ok().and_then(NonZeroU32::new).map(Self)
    }

    /// What has this place.
    #[inline]
    pub(crate) fn of<T>(self, objects: &[T]) -> Option<&T> {
        objects.get(usize::try_from(self.0.get()).ok()?.wrapping_sub(1))
    }
}

/// The pass that was the last to hold an object, and where. Objects are set over and over, and a pass need not hold one
/// more than once; that it does when passes take turns is no harm.
#[derive(Debug, Default)]
pub(crate) struct Holder {
    pass: AtomicU64,
    place: AtomicU32,
}

// Without an order: the calls of a guest come one after the other.
impl Holder {
    /// The place that the object has in `pass`; `None` where that does not hold it, or no longer says so.
    #[inline]
    pub(crate) fn place_in(&self, PassId(pass): PassId) -> Option<Place> {
        if self.pass.load(Ordering::Relaxed) != pass {
            return None;
        }
        NonZeroU32::new(self.place.load(Ordering::Relaxed)).map(Place)
    }

    /// From now on, `pass` holds the object in this place.
    pub(crate) fn is_at(&self, PassId(pass): PassId, Place(place): Place) {
        self.pass.store(pass, Ordering::Relaxed);
        self.place.store(place.get(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_that_of_one_pass() {
        let (one, other) = (PassId::next(), PassId::next());
        let objects = ["a", "b"];
        let place = Place::last(&objects).unwrap();
        let holder = Holder::default();
        assert!(holder.place_in(one).is_none() && Place::last::<u8>(&[]).is_none());
        holder.is_at(one, place);
        assert_eq!(holder.place_in(one), Some(place));
        assert!(holder.place_in(other).is_none());
        assert_eq!((place.of(&objects), place.of(&objects[..1])), (Some(&"b"), None));
        holder.is_at(other, Place::last(&objects[..1]).unwrap());
        assert!(holder.place_in(one).is_none());
    }
}
