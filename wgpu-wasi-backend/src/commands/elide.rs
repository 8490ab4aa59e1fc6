//! What an encoder has already been told: a file of its own, because compute passes, render passes
//! and bundles all leave out calls that would change nothing, and must agree on when that is safe.

use crate::id::Id;

/// Slots that are remembered; calls for higher ones are always sent. Twice what WebGPU guarantees:
/// <https://www.w3.org/TR/webgpu/#dom-supported-limits-maxbindgroups>
const SLOTS: usize = 8;

/// The pipeline and the bind groups that an encoder has in effect.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    pipeline: Option<Id>,
    groups: [Option<Group>; SLOTS],
}

#[derive(Debug)]
struct Group {
    /// `None`: the slot was set to no group.
    id: Option<Id>,
    offsets: Vec<u32>,
}

impl Bound {
    /// Whether a pipeline has to be sent, and remembers it.
    #[must_use = "`true`: send it"]
    #[inline]
    pub(crate) fn set_pipeline(&mut self, id: Id) -> bool {
        if self.pipeline == Some(id) {
            return false;
        }
        self.pipeline = Some(id);
        true
    }

    /// Whether a bind group has to be sent, and remembers it.
    #[must_use = "`true`: send it"]
    #[inline]
    pub(crate) fn set_bind_group(&mut self, index: u32, id: Option<Id>, offsets: &[u32]) -> bool {
        let slot = usize::try_from(index).ok().and_then(|index| self.groups.get_mut(index));
        let Some(slot) = slot else { return true };
        match slot {
            Some(group) => {
                if group.id == id && group.offsets == offsets {
                    return false;
                }
                group.id = id;
                // Into the same allocation: dynamic offsets change with every draw.
                group.offsets.clear();
                group.offsets.extend_from_slice(offsets);
            }
            None => *slot = Some(Group { id, offsets: offsets.to_vec() }),
        }
        true
    }

    /// Forgets everything: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-executebundles>
    /// leaves a render pass without pipeline and bind groups.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_is_sent() {
        let (a, b) = (Id::next(), Id::next());
        let mut bound = Bound::default();
        assert!(bound.set_pipeline(a));
        assert!(!bound.set_pipeline(a));
        assert!(bound.set_pipeline(b));
        assert!(bound.set_bind_group(0, Some(a), &[]));
        assert!(!bound.set_bind_group(0, Some(a), &[]));
        assert!(bound.set_bind_group(0, Some(a), &[256]));
        assert!(!bound.set_bind_group(0, Some(a), &[256]));
        assert!(bound.set_bind_group(1, Some(a), &[256]));
        assert!(bound.set_bind_group(0, None, &[]));
        assert!(!bound.set_bind_group(0, None, &[]));
        assert!(bound.set_bind_group(1000, Some(a), &[]));
        assert!(bound.set_bind_group(1000, Some(a), &[]));
        bound.reset();
        assert!(bound.set_pipeline(b));
        assert!(bound.set_bind_group(1, Some(a), &[256]));
    }
}
