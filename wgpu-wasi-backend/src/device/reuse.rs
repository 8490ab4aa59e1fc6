//! Bind groups that were made before: a file of its own, because when that is safe concerns buffers, errors and
//! bind groups alike.
//!
//! Compute programs make a bind group for each dispatch, and the same ones again for the next frame, step or
//! token. A bind group never changes (<https://www.w3.org/TR/webgpu/#gpubindgroup>), so one of the same
//! description is as good as a new one, and costs neither a call nor the host's checks. Two things would show,
//! and do not happen: a buffer that the program has given up is not kept by groups that it has given up, too;
//! and a description that is an error is one each time, for whatever the host reports empties this store.
//!
//! A group is kept from the second time on that it is made: many never are again, and to hold these, too, would
//! cost more than it saves.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::id::Id;
use crate::name::Name;

/// A bind group of the host, which several of the program may share.
#[derive(Debug)]
pub(crate) struct SharedBindGroup {
    pub(crate) wit: wit::GpuBindGroup,
    pub(crate) id: Id,
    pub(crate) name: Name,
}

/// After so many groups, a generation is old: that many are kept, and up to twice as many. A token of a
/// language model takes some hundred, a step of its training 1600, whose memory comes from a pool in another
/// order each time: half of them were made in the last twenty steps.
const KEPT: usize = 8192;

/// Descriptions whose first time is remembered; 128 KiB.
const SEEN: usize = 2 * KEPT;

/// What a bind group of buffers is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Description {
    /// Of the words.
    hash: u64,
    words: Arc<[u64]>,
}

/// The words of a description: the layout, the number of bindings, the bindings, the label.
type Words = [u64];

/// Where the number of bindings stands, and where the first one begins.
const COUNT: usize = 1;
const BINDINGS: usize = COUNT + 1;

/// Words of a binding; the second one is its buffer.
const BINDING_WORDS: usize = 4;

/// Takes the words of a description down.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u64>);

impl Writer {
    /// Begins with what is the same for all bindings.
    pub(crate) fn begin(&mut self, layout: Id, bindings: usize) {
        self.0.clear();
        self.0.extend([layout.number(), bindings as u64]);
    }

    /// A buffer from `offset` on, in bytes; `size` is 0 for the rest of it.
    pub(crate) fn binding(&mut self, binding: u32, buffer: Id, offset: u64, size: u64) {
        self.0.extend([binding.into(), buffer.number(), offset, size]);
    }

    /// The label is in the messages of errors.
    pub(crate) fn label(&mut self, label: &str) {
        self.0.push(label.len() as u64);
        self.0.extend(label.bytes().map(u64::from));
    }
}

impl Description {
    fn is(&self, hash: u64, words: &Words) -> bool {
        self.hash == hash && same(&self.words, words)
    }

    fn buffers(&self) -> impl Iterator<Item = u64> {
        let bindings = self.words.get(COUNT).map_or(0, |&bindings| usize::try_from(bindings).unwrap_or(0));
        let words = self.words.iter().skip(BINDINGS).take(bindings * BINDING_WORDS);
        words.skip(1).step_by(BINDING_WORDS).copied()
    }
}

/// Word by word: what compares slices goes byte by byte on this target.
fn same(a: &Words, b: &Words) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b)
}

/// The groups of one device.
#[derive(Debug)]
pub(crate) struct Reuse<T> {
    /// Used since the last change of generations.
    young: Generation<T>,
    /// Used before; what is not used until the next change goes.
    old: Generation<T>,
    /// Hashes of descriptions that were asked for and are not kept, each in its place, where another may
    /// take it over.
    seen: Box<[u64]>,
    hasher: DefaultHashBuilder,
    writer: Writer,
}

#[derive(Debug)]
struct Generation<T> {
    groups: HashTable<(Description, T)>,
    /// Those that were added, gone or not.
    added: usize,
    /// In which groups a buffer is. Those that are gone already may still be named.
    of_buffer: HashMap<u64, Vec<Description>>,
}

/// What there is of a description.
#[derive(Debug, PartialEq)]
pub(crate) enum Found<T> {
    /// This group.
    Group(T),
    /// No group, but it was made before: the next one is to be kept under this description.
    Again(Description),
    /// Nothing.
    Nothing,
}

impl<T> Default for Generation<T> {
    fn default() -> Self {
        Self { groups: HashTable::default(), added: 0, of_buffer: HashMap::default() }
    }
}

impl<T> Generation<T> {
    fn take(&mut self, hash: u64, words: &Words) -> Option<(Description, T)> {
        let entry = self.groups.find_entry(hash, |(kept, _)| kept.is(hash, words));
        entry.ok().map(|entry| entry.remove().0)
    }
}

impl<T> Default for Reuse<T> {
    fn default() -> Self {
        Self {
            young: Generation::default(),
            old: Generation::default(),
            seen: Box::default(),
            hasher: DefaultHashBuilder::default(),
            writer: Writer::default(),
        }
    }
}

impl<T: Clone> Reuse<T> {
    /// The group that `describe` describes; it says whether there can be one at all.
    pub(crate) fn find(&mut self, describe: impl FnOnce(&mut Writer) -> bool) -> Found<T> {
        if !describe(&mut self.writer) {
            return Found::Nothing;
        }
        let words = self.writer.0.as_slice();
        let hash = self.hasher.hash_one(words);
        if let Some((_, group)) = self.young.groups.find(hash, |(kept, _)| kept.is(hash, words)) {
            return Found::Group(group.clone());
        }
        if let Some((description, group)) = self.old.take(hash, words) {
            self.keep(description, group.clone());
            return Found::Group(group);
        }
        if self.seen.is_empty() {
            self.seen = vec![0; SEEN].into();
        }
        let place = usize::try_from(hash % SEEN as u64).ok().and_then(|place| self.seen.get_mut(place));
        match place {
            Some(seen) if *seen == hash => Found::Again(Description { hash, words: words.into() }),
            Some(seen) => {
                *seen = hash;
                Found::Nothing
            }
            None => Found::Nothing,
        }
    }

    /// Keeps a group for the next time.
    pub(crate) fn keep(&mut self, description: Description, group: T) {
        if self.young.added == KEPT {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.added += 1;
        for buffer in description.buffers() {
            self.young.of_buffer.entry(buffer).or_default().push(description.clone());
        }
        self.young.groups.insert_unique(description.hash, (description, group), |(kept, _)| kept.hash);
    }

    /// Gives up all groups with a buffer.
    pub(crate) fn forget(&mut self, buffer: Id) {
        for generation in [&mut self.young, &mut self.old] {
            for description in generation.of_buffer.remove(&buffer.number()).into_iter().flatten() {
                generation.take(description.hash, &description.words);
            }
        }
    }

    /// Gives up all groups.
    pub(crate) fn clear(&mut self) {
        self.young = Generation::default();
        self.old = Generation::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a group is made of: a layout, bindings, a label.
    type Parts<'a> = (Id, &'a [(u32, Id, u64, u64)], Option<&'a str>);

    fn find<T: Clone>(reuse: &mut Reuse<T>, (layout, bindings, label): Parts<'_>) -> Found<T> {
        reuse.find(|writer| {
            writer.begin(layout, bindings.len());
            for &(binding, buffer, offset, size) in bindings {
                writer.binding(binding, buffer, offset, size);
            }
            if let Some(label) = label {
                writer.label(label);
            }
            true
        })
    }

    /// Makes a group for the first and the second time.
    fn insert<T: Clone + std::fmt::Debug>(reuse: &mut Reuse<T>, parts: Parts<'_>, group: T) {
        assert!(matches!(find(reuse, parts), Found::Nothing));
        match find(reuse, parts) {
            Found::Again(description) => reuse.keep(description, group),
            other => panic!("{other:?}"),
        }
    }

    /// Each holds on to its `Arc`, so that the test sees what is kept.
    fn held(groups: &[Arc<()>]) -> usize {
        groups.iter().filter(|group| Arc::strong_count(group) > 1).count()
    }

    #[test]
    fn only_the_same_description_is_the_same_group() {
        let (layout, a, b) = (Id::next(), Id::next(), Id::next());
        let mut reuse = Reuse::default();
        let base = [(0, a, 0, 0), (1, b, 0, 0)];
        insert(&mut reuse, (layout, &base, None), 1);
        assert_eq!(find(&mut reuse, (layout, &base, None)), Found::Group(1));
        for other in [
            (Id::next(), &base[..], None),
            (layout, &base, Some("")),
            (layout, &base, Some("named")),
            (layout, &base[..1], None),
            (layout, &[(0, b, 0, 0), (1, a, 0, 0)], None),
            (layout, &[(7, a, 0, 0), (1, b, 0, 0)], None),
            (layout, &[(0, a, 256, 0), (1, b, 0, 0)], None),
            (layout, &[(0, a, 0, 16), (1, b, 0, 0)], None),
            (layout, &[], None),
        ] {
            assert_eq!(find(&mut reuse, other), Found::Nothing, "{other:?}");
        }
        assert_eq!(reuse.find(|_| false), Found::Nothing);
    }

    #[test]
    fn a_buffer_takes_its_groups_with_it() {
        let layout = Id::next();
        let buffers: Vec<Id> = (0..4).map(|_| Id::next()).collect();
        let groups: Vec<Arc<()>> = (0..3).map(|_| Arc::default()).collect();
        let pairs: Vec<_> = buffers.windows(2).map(|pair| [(0, pair[0], 0, 0), (1, pair[1], 0, 0)]).collect();
        let mut reuse = Reuse::default();
        for (group, pair) in groups.iter().zip(&pairs) {
            insert(&mut reuse, (layout, pair, Some("pair")), Arc::clone(group));
        }
        reuse.forget(buffers[1]);
        assert_eq!(held(&groups), 1);
        assert!(matches!(find(&mut reuse, (layout, &pairs[2], Some("pair"))), Found::Group(_)));
        reuse.clear();
        assert_eq!(held(&groups), 0);
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let (layout, used) = (Id::next(), Id::next());
        let mut reuse = Reuse::default();
        insert(&mut reuse, (layout, &[(0, used, 0, 0)], None), Arc::default());
        let groups: Vec<Arc<()>> = (0..5 * KEPT).map(|_| Arc::default()).collect();
        for group in &groups {
            let bindings = [(0, Id::next(), 0, 0), (1, used, 0, 0)];
            insert(&mut reuse, (layout, &bindings, None), Arc::clone(group));
            assert!(matches!(find(&mut reuse, (layout, &[(0, used, 0, 0)], None)), Found::Group(_)));
        }
        let kept = held(&groups);
        assert!((KEPT - 1..=2 * KEPT).contains(&kept), "{kept}");
        assert_eq!(held(&groups[groups.len() - KEPT + 1..]), KEPT - 1, "the last ones");
        // Through both generations.
        reuse.forget(used);
        assert_eq!(held(&groups), 0);
    }

    #[test]
    fn a_buffer_that_stays_forgets_those_that_do_not() {
        let (layout, stays) = (Id::next(), Id::next());
        let mut reuse = Reuse::default();
        for _ in 0..4 * KEPT {
            let goes = Id::next();
            insert(&mut reuse, (layout, &[(0, stays, 0, 0), (1, goes, 0, 0)], None), ());
            reuse.forget(goes);
        }
        let named = [&reuse.young, &reuse.old].map(|generation| generation.of_buffer[&stays.number()].len());
        assert!(named.iter().all(|&named| named <= KEPT), "{named:?}");
    }

    #[test]
    fn a_group_that_is_used_again_goes_with_its_buffer() {
        let (layout, buffer) = (Id::next(), Id::next());
        let group = Arc::new(());
        let mut reuse = Reuse::default();
        insert(&mut reuse, (layout, &[(0, buffer, 0, 0)], None), Arc::clone(&group));
        for _ in 0..KEPT {
            insert(&mut reuse, (layout, &[(0, Id::next(), 0, 0)], None), Arc::default());
        }
        // From the old generation into the young one.
        assert!(matches!(find(&mut reuse, (layout, &[(0, buffer, 0, 0)], None)), Found::Group(_)));
        reuse.forget(buffer);
        assert_eq!(Arc::strong_count(&group), 1);
    }
}
