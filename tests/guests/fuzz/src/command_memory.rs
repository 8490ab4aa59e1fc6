//! What the guest leaves in the memory that it offers for commands (`wgpu-wasi:commands/memory`).

use std::rc::{Rc, Weak};

use crate::{
    random::Random,
    wit::{GpuBindGroup, GpuBuffer, GpuComputePipeline, GpuRenderPipeline},
};

#[path = "../../command_memory.rs"]
mod offered;

pub(crate) use offered::{with, with_new_name};

/// Whose commands they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoder {
    Compute,
    Render,
    /// For it, the host does not look at the memory.
    Bundle,
}

macro_rules! objects {
    ($($kind:ident $type:ident)*) => {
        /// The argument of a call that may get a name.
        #[derive(Clone, Copy)]
        pub(crate) enum Object<'a> {
            $($kind(&'a Rc<$type>),)*
        }

        #[derive(Debug)]
        enum Named {
            $($kind(Weak<$type>),)*
        }

        impl Named {
            fn new(object: Object<'_>) -> Self {
                match object {
                    $(Object::$kind(object) => Self::$kind(Rc::downgrade(object)),)*
                }
            }

            fn is(&self, object: Object<'_>) -> bool {
                match (self, object) {
                    $((Self::$kind(one), Object::$kind(other)) => one.as_ptr() == Rc::as_ptr(other),)*
                    _ => false,
                }
            }

            /// Whether the guest still has the object.
            fn lives(&self) -> bool {
                match self {
                    $(Self::$kind(object) => object.strong_count() > 0,)*
                }
            }
        }
    };
}

objects! {
    ComputePipeline GpuComputePipeline
    RenderPipeline GpuRenderPipeline
    BindGroup GpuBindGroup
    Buffer GpuBuffer
}

/// What the guest leaves there.
pub(crate) struct CommandMemory {
    /// Of its own, so that the calls of a guest are the ones they would be without.
    random: Random,
    /// The objects that the host knows by name.
    names: [Option<Named>; 8],
}

impl CommandMemory {
    pub(crate) fn new(random: Random) -> Self {
        Self { random, names: Default::default() }
    }

    /// The name at a place.
    fn name(place: usize) -> u32 {
        // The last one is the last there is.
        if place == 7 { 65_535 } else { place as u32 + 1 }
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
    pub(crate) fn words(&mut self, encoder: Encoder, object: Option<Object<'_>>) -> Vec<u32> {
        let mut words = Vec::new();
        if encoder == Encoder::Bundle {
            return words;
        }
        for _ in 0..self.random.below(3) {
            self.command(encoder, &mut words);
        }
        let Some(object) = object.filter(|_| self.random.chance(300)) else { return words };
        let place = self.random.below(self.names.len());
        words.extend([1, Self::name(place)]);
        // It has one name at a time.
        for slot in &mut self.names {
            if slot.as_ref().is_some_and(|named| named.is(object)) {
                *slot = None;
            }
        }
        self.names[place] = Some(Named::new(object));
        words
    }

    /// Words that make no sense: the host ends the guest for them, or finds that they do by chance.
    pub(crate) fn nonsense(&mut self) -> Vec<u32> {
        let mut words = Vec::new();
        for _ in 0..4 {
            let encoder = self.random.one_of(&[Encoder::Compute, Encoder::Render]);
            self.command(encoder, &mut words);
        }
        for _ in 0..=self.random.below(4) {
            let at = self.random.below(words.len() + 1);
            words.insert(at, self.random.word(&[0, 1, 2, 3, 7, 8, 14]));
        }
        words
    }

    fn command(&mut self, encoder: Encoder, words: &mut Vec<u32>) {
        let Self { random, names } = self;
        let place = random.below(names.len());
        let name = Self::name(place);
        let named = names[place].as_ref().filter(|named| named.lives());
        match (random.below(5), encoder, named) {
            (0, Encoder::Compute, _) => {
                words.extend([5, random.workgroups(), random.workgroups(), random.workgroups()]);
            }
            (0, _, _) => words.extend([9, random.count(&[0, 3]), random.count(&[1]), random.word(&[0]), 0]),
            (1, _, _) => words.extend([4, random.word(&[0, 4]), 1, random.word(&[7])]),
            (2, Encoder::Compute, _) => words.extend([3, random.word(&[0]), 0, 0]),
            (2, _, _) => match random.below(4) {
                0 => words.extend([3, random.word(&[0]), 0, 0]),
                1 => words.extend([
                    8,
                    random.word(&[0, 1]),
                    0,
                    0,
                    0,
                    random.word(&[u64::from(u32::MAX)]),
                    u32::MAX,
                ]),
                2 => words.extend([10, random.count(&[0, 3]), 1, random.word(&[0]), random.word(&[0]), 0]),
                _ => words.extend([13, random.word(&[0]), 0, random.word(&[16]), random.word(&[8])]),
            },
            (_, Encoder::Compute, Some(Named::ComputePipeline(_)))
            | (_, Encoder::Render, Some(Named::RenderPipeline(_))) => words.extend([2, name]),
            (_, _, Some(Named::BindGroup(_))) => {
                words.extend([3, random.word(&[0]), name]);
                let offsets = random.one_of(&[0, 0, 1]);
                words.push(offsets);
                words.extend((0..offsets).map(|_| random.word(&[0, 256])));
            }
            (_, Encoder::Compute, Some(Named::Buffer(_))) => words.extend([6, name, random.word(&[0, 4]), 0]),
            (_, Encoder::Render, Some(Named::Buffer(_))) => {
                let [offset, high, size] =
                    [random.word(&[0, 16]), random.word(&[0, 0, 0, 1]), random.word(&[16])];
                let ([size, size_high], slot) =
                    (random.one_of(&[[size, 0], [u32::MAX; 2]]), random.word(&[0]));
                match random.below(4) {
                    0 => words.extend([7, name, random.one_of(&[0, 1]), offset, high, size, size_high]),
                    1 => words.extend([8, slot, name, offset, high, size, size_high]),
                    2 => words.extend([11, name, offset, high]),
                    _ => words.extend([12, name, offset, high]),
                }
            }
            (_, _, _) => {}
        }
    }
}
