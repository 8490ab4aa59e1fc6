//! What the guest leaves in the memory that it offers for commands (`wgpu-wasi:commands/memory`).

use std::rc::{Rc, Weak};

use crate::{
    random::Random,
    wit::{GpuBindGroup, GpuComputePipeline},
};

#[path = "../../command_memory.rs"]
mod offered;

pub(crate) use offered::{with, with_new_name};

/// The argument of a call that may get a name.
pub(crate) enum Object<'a> {
    Pipeline(&'a Rc<GpuComputePipeline>),
    BindGroup(&'a Rc<GpuBindGroup>),
}

#[derive(Debug)]
enum Named {
    Pipeline(Weak<GpuComputePipeline>),
    BindGroup(Weak<GpuBindGroup>),
}

impl Named {
    fn is(&self, object: &Object<'_>) -> bool {
        match (self, object) {
            (Self::Pipeline(one), Object::Pipeline(other)) => one.as_ptr() == Rc::as_ptr(other),
            (Self::BindGroup(one), Object::BindGroup(other)) => one.as_ptr() == Rc::as_ptr(other),
            (Self::Pipeline(_), Object::BindGroup(_)) | (Self::BindGroup(_), Object::Pipeline(_)) => false,
        }
    }
}

/// What the guest leaves there.
pub(crate) struct CommandMemory {
    /// Of its own, so that the calls of a guest are the ones they would be without.
    random: Random,
    /// The objects that the host knows by name.
    names: [Option<Named>; 6],
}

impl CommandMemory {
    pub(crate) fn new(random: Random) -> Self {
        Self { random, names: Default::default() }
    }

    /// The name at a place.
    fn name(place: usize) -> u32 {
        // The last one is the last there is.
        if place == 5 { 65_535 } else { place as u32 + 1 }
    }

    /// A name for a bind group that is about to be made, or none.
    pub(crate) fn new_name(&mut self) -> Option<u32> {
        let places = self.names.len();
        let place = self.random.maybe(|random| random.below(places))?;
        // Whoever has it so far has it no longer.
        self.names[place] = None;
        Some(Self::name(place))
    }

    /// Words for a call with `object`: commands that make sense, and perhaps a name for it.
    pub(crate) fn words(&mut self, object: Option<Object<'_>>) -> Vec<u32> {
        let mut words = Vec::new();
        for _ in 0..self.random.below(3) {
            self.command(&mut words);
        }
        let Some(object) = object.filter(|_| self.random.chance(300)) else { return words };
        let place = self.random.below(self.names.len());
        words.extend([1, Self::name(place)]);
        // It has one name at a time.
        for slot in &mut self.names {
            if slot.as_ref().is_some_and(|named| named.is(&object)) {
                *slot = None;
            }
        }
        self.names[place] = Some(match object {
            Object::Pipeline(pipeline) => Named::Pipeline(Rc::downgrade(pipeline)),
            Object::BindGroup(group) => Named::BindGroup(Rc::downgrade(group)),
        });
        words
    }

    /// Words that make no sense: the host ends the guest for them, or finds that they do by chance.
    pub(crate) fn nonsense(&mut self) -> Vec<u32> {
        let mut words = Vec::new();
        for _ in 0..4 {
            self.command(&mut words);
        }
        for _ in 0..=self.random.below(4) {
            let at = self.random.below(words.len() + 1);
            words.insert(at, self.random.word(&[0, 1, 2, 3, 6]));
        }
        words
    }

    fn command(&mut self, words: &mut Vec<u32>) {
        let Self { random, names } = self;
        let place = random.below(names.len());
        match (random.below(4), &names[place]) {
            (0, _) => words.extend([5, random.workgroups(), random.workgroups(), random.workgroups()]),
            (1, _) => words.extend([4, random.word(&[0, 4]), 1, random.word(&[7])]),
            (2, _) => words.extend([3, random.word(&[0]), 0, 0]),
            (_, Some(Named::Pipeline(pipeline))) if pipeline.strong_count() > 0 => {
                words.extend([2, Self::name(place)]);
            }
            (_, Some(Named::BindGroup(group))) if group.strong_count() > 0 => {
                words.extend([3, random.word(&[0]), Self::name(place)]);
                let offsets = random.one_of(&[0, 0, 1]);
                words.push(offsets);
                words.extend((0..offsets).map(|_| random.word(&[0, 256])));
            }
            (_, _) => {}
        }
    }
}
