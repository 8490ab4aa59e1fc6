//! The commands of passes that the guest leaves in memory of its own (`wgpu-wasi:commands/memory`): words that stand
//! for calls, and names for objects. Where the host does not fetch them, they are the calls that they stand for, so that
//! the same guest can be run in both ways and has to get the same answers.

mod offered;

use std::{
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use crate::{
    random::Random,
    wit::{
        GpuBindGroup, GpuBuffer, GpuComputePassEncoder, GpuComputePipeline, GpuIndexFormat,
        GpuRenderBundleEncoder, GpuRenderPassEncoder, GpuRenderPipeline,
    },
};

pub(crate) use offered::{attached, grow};

/// The most objects that have a name.
const MOST_NAMES: usize = 24;

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
        /// An object that may get a name.
        #[derive(Clone, Debug)]
        pub(crate) enum Object {
            $($kind(Rc<$type>),)*
        }

        #[derive(Clone, Debug)]
        enum Named {
            $($kind(Weak<$type>),)*
        }

        impl Named {
            fn new(object: &Object) -> Self {
                match object {
                    $(Object::$kind(object) => Self::$kind(Rc::downgrade(object)),)*
                }
            }

            fn is(&self, object: &Object) -> bool {
                match (self, object) {
                    $((Self::$kind(one), Object::$kind(other)) => one.as_ptr() == Rc::as_ptr(other),)*
                    _ => false,
                }
            }

            /// The object, if the guest still has it.
            fn get(&self) -> Option<Object> {
                match self {
                    $(Self::$kind(object) => object.upgrade().map(Object::$kind),)*
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

/// A command: its object has a name.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    SetComputePipeline(u32, Rc<GpuComputePipeline>),
    SetRenderPipeline(u32, Rc<GpuRenderPipeline>),
    SetBindGroup { index: u32, group: Option<(u32, Rc<GpuBindGroup>)>, offsets: Vec<u32> },
    SetImmediates { offset: u32, words: Vec<u32> },
    Dispatch([u32; 3]),
    DispatchIndirect(Place),
    SetIndexBuffer { place: Place, format: GpuIndexFormat, size: Option<u64> },
    SetVertexBuffer { slot: u32, place: Option<Place>, size: Option<u64> },
    Draw([u32; 4]),
    DrawIndexed([u32; 3], i32, u32),
    DrawIndirect(Place),
    DrawIndexedIndirect(Place),
    SetScissorRect([u32; 4]),
}

/// A place in a buffer.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    name: u32,
    buffer: Rc<GpuBuffer>,
    offset: u64,
}

fn long(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

impl Place {
    fn words(&self) -> [u32; 3] {
        let [low, high] = long(self.offset);
        [self.name, low, high]
    }
}

impl Command {
    /// Adds the words for it, as `wit/deps/wgpu-wasi-commands-0.2.0/commands.wit` has them.
    fn encode(&self, words: &mut Vec<u32>) {
        let size = |size: &Option<u64>| long(size.unwrap_or(u64::MAX));
        match self {
            Self::SetComputePipeline(name, _) | Self::SetRenderPipeline(name, _) => words.extend([2, *name]),
            Self::SetBindGroup { index, group, offsets } => {
                let name = group.as_ref().map_or(0, |(name, _)| *name);
                words.extend([3, *index, name, offsets.len() as u32]);
                words.extend(offsets);
            }
            Self::SetImmediates { offset, words: data } => {
                words.extend([4, *offset, data.len() as u32]);
                words.extend(data);
            }
            Self::Dispatch([x, y, z]) => words.extend([5, *x, *y, *z]),
            Self::DispatchIndirect(place) => {
                words.push(6);
                words.extend(place.words());
            }
            Self::SetIndexBuffer { place, format, size: bytes } => {
                let [name, low, high] = place.words();
                words.extend([7, name, u32::from(*format == GpuIndexFormat::Uint32), low, high]);
                words.extend(size(bytes));
            }
            Self::SetVertexBuffer { slot, place, size: bytes } => {
                words.extend([8, *slot]);
                words.extend(place.as_ref().map_or([0; 3], Place::words));
                words.extend(size(bytes));
            }
            Self::Draw(arguments) => {
                words.push(9);
                words.extend(arguments);
            }
            Self::DrawIndexed([indices, instances, first], base, first_instance) => {
                words.extend([10, *indices, *instances, *first, base.cast_unsigned(), *first_instance]);
            }
            Self::DrawIndirect(place) => {
                words.push(11);
                words.extend(place.words());
            }
            Self::DrawIndexedIndirect(place) => {
                words.push(12);
                words.extend(place.words());
            }
            Self::SetScissorRect(rect) => {
                words.push(13);
                words.extend(rect);
            }
        }
    }
}

/// What can be told commands by calls.
pub(crate) trait Commanded {
    /// Makes the call that a command stands for; what the encoder has no function for, nobody has left for it.
    fn make(&self, command: &Command);
}

impl Commanded for GpuComputePassEncoder {
    fn make(&self, command: &Command) {
        match command {
            Command::SetComputePipeline(_, pipeline) => self.set_pipeline(pipeline),
            Command::SetBindGroup { index, group, offsets } => {
                let group = group.as_ref().map(|(_, group)| &**group);
                // Offsets that are all of a list are never out of its range.
                let _ = self.set_bind_group(*index, group, Some(offsets), None, None);
            }
            Command::SetImmediates { offset, words } => {
                self.set_immediates(*offset, &bytes(words), None, None);
            }
            Command::Dispatch([x, y, z]) => self.dispatch_workgroups(*x, Some(*y), Some(*z)),
            Command::DispatchIndirect(place) => {
                self.dispatch_workgroups_indirect(&place.buffer, place.offset);
            }
            _ => {}
        }
    }
}

impl Commanded for GpuRenderPassEncoder {
    fn make(&self, command: &Command) {
        match command {
            Command::SetRenderPipeline(_, pipeline) => self.set_pipeline(pipeline),
            Command::SetBindGroup { index, group, offsets } => {
                let group = group.as_ref().map(|(_, group)| &**group);
                // As above.
                let _ = self.set_bind_group(*index, group, Some(offsets), None, None);
            }
            Command::SetImmediates { offset, words } => {
                self.set_immediates(*offset, &bytes(words), None, None);
            }
            Command::SetIndexBuffer { place, format, size } => {
                self.set_index_buffer(&place.buffer, *format, Some(place.offset), *size);
            }
            Command::SetVertexBuffer { slot, place, size } => {
                let buffer = place.as_ref().map(|place| &*place.buffer);
                self.set_vertex_buffer(*slot, buffer, Some(place.as_ref().map_or(0, |p| p.offset)), *size);
            }
            Command::Draw([vertices, instances, first, first_instance]) => {
                self.draw(*vertices, Some(*instances), Some(*first), Some(*first_instance));
            }
            Command::DrawIndexed([indices, instances, first], base, first_instance) => {
                let (instances, first) = (Some(*instances), Some(*first));
                self.draw_indexed(*indices, instances, first, Some(*base), Some(*first_instance));
            }
            Command::DrawIndirect(place) => self.draw_indirect(&place.buffer, place.offset),
            Command::DrawIndexedIndirect(place) => self.draw_indexed_indirect(&place.buffer, place.offset),
            Command::SetScissorRect([x, y, width, height]) => self.set_scissor_rect(*x, *y, *width, *height),
            _ => {}
        }
    }
}

impl Commanded for GpuRenderBundleEncoder {
    /// The host leaves the memory alone, and so nothing is done.
    fn make(&self, _: &Command) {}
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// What the guest leaves for one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commands {
    list: Vec<Command>,
    /// The name that the call's object has from now on.
    name: Option<u32>,
}

impl Commands {
    fn words(&self) -> Vec<u32> {
        let mut words = Vec::new();
        for command in &self.list {
            command.encode(&mut words);
        }
        words.extend(self.name.iter().flat_map(|name| [1, *name]));
        words
    }
}

/// Makes a call for `encoder` that finds these commands in the memory; makes them by calls before that where the host
/// does not look there, or there is no room.
pub(crate) fn with<T>(encoder: &impl Commanded, commands: &Commands, call: impl FnOnce() -> T) -> T {
    let words = commands.words();
    if attached() && offered::has_room(words.len()) {
        let length = u32::try_from(words.len()).expect("they fit");
        return offered::with_length(length, &words, call);
    }
    for command in &commands.list {
        encoder.make(command);
    }
    call()
}

/// Makes a call that finds this name for the bind group that it makes.
pub(crate) fn with_new_name<T>(name: Option<u32>, call: impl FnOnce() -> T) -> T {
    offered::with_new_name(name.unwrap_or(0), call)
}

/// Makes a call that finds words which make no sense.
pub(crate) fn with_nonsense<T>(Nonsense { length, words }: &Nonsense, call: impl FnOnce() -> T) -> T {
    offered::with_length(*length, words, call)
}

/// Words for which the host ends the guest, if they don't make sense by chance.
#[derive(Debug)]
pub(crate) struct Nonsense {
    length: u32,
    words: Vec<u32>,
}

/// What the guest leaves there.
pub(crate) struct CommandMemory {
    /// Of its own, so that the calls of a guest are the ones they would be without.
    random: Random,
    /// The objects that the host knows by name, those among them that are dropped.
    names: BTreeMap<u32, Named>,
}

impl CommandMemory {
    pub(crate) fn new(random: Random) -> Self {
        Self { random, names: BTreeMap::new() }
    }

    /// A name: one that something has already, one of the first or the last, or any.
    fn some_name(&mut self) -> u32 {
        if self.names.len() >= MOST_NAMES || self.random.chance(300) {
            let which = self.random.below(self.names.len().max(1));
            if let Some(name) = self.names.keys().nth(which) {
                return *name;
            }
        }
        match self.random.below(8) {
            0 => 1,
            1 => 65_535,
            2..5 => self.random.below(40) as u32 + 1,
            _ => self.random.below(65_535) as u32 + 1,
        }
    }

    /// A name for a bind group that is about to be made, or none.
    pub(crate) fn new_name(&mut self) -> Option<u32> {
        let chosen = self.random.chance(500);
        let name = chosen.then(|| self.some_name())?;
        // Whatever has it so far has it no longer.
        self.names.remove(&name);
        Some(name)
    }

    /// The bind group that was made with this name.
    pub(crate) fn made(&mut self, name: Option<u32>, group: &Rc<GpuBindGroup>) {
        // Where the host finds no room for the name, nobody may use it: later commands of this guest, which has to do
        // the same with every host, go by what `words` gives out.
        if let Some(name) = name {
            self.names.insert(name, Named::BindGroup(Rc::downgrade(group)));
        }
    }

    /// Commands for a call with `object`, and perhaps a name for that. `ready`: something may be drawn or dispatched.
    pub(crate) fn words(&mut self, encoder: Encoder, object: Option<Object>, ready: bool) -> Commands {
        // Commands that nobody has prepared spoil the pass, and nothing of it gets to the device; so most are others.
        let tame = !self.random.hostile() && self.random.chance(960);
        let mut commands = Commands::default();
        let mut room = offered::WORDS - 4;
        let count = match self.random.below(1000) {
            0..800 => self.random.below(3),
            800..950 => self.random.below(40),
            950..998 => self.random.below(400),
            // As many as there is room for.
            _ => usize::MAX,
        };
        let mut scratch = Vec::new();
        while commands.list.len() < count {
            let command = if tame { Some(self.tame_command(encoder, ready)) } else { self.command(encoder) };
            let Some(command) = command else { continue };
            scratch.clear();
            command.encode(&mut scratch);
            let Some(left) = room.checked_sub(scratch.len()) else { break };
            room = left;
            commands.list.push(command);
        }
        if encoder == Encoder::Bundle {
            return commands;
        }
        let Some(object) = object.filter(|_| self.random.chance(300)) else { return commands };
        let name = self.some_name();
        // It has one name at a time.
        self.names.retain(|_, named| !named.is(&object));
        self.names.insert(name, Named::new(&object));
        commands.name = Some(name);
        commands
    }

    /// Words that make no sense.
    pub(crate) fn nonsense(&mut self) -> Nonsense {
        let mut words = Vec::new();
        for _ in 0..4 {
            let encoder = self.random.one_of(&[Encoder::Compute, Encoder::Render]);
            if let Some(command) = self.command(encoder) {
                command.encode(&mut words);
            }
        }
        let gone: Vec<u32> =
            self.names.iter().filter(|(_, named)| named.get().is_none()).map(|(name, _)| *name).collect();
        let names: Vec<u32> = self.names.keys().copied().collect();
        let mut more = 0;
        match self.random.below(9) {
            // The name of what is dropped.
            0 | 1 if !gone.is_empty() => {
                let name = self.random.one_of(&gone);
                words.extend(self.random.one_of(&[[2, name, 0, 0], [3, 0, name, 0]]));
            }
            // A name of another kind of object, perhaps.
            2 if !names.is_empty() => {
                let name = self.random.one_of(&names);
                words.extend(self.random.one_of(&[[6, name, 0, 0], [11, name, 0, 0], [3, 1, name, 0]]));
            }
            // A name that nothing has, or that is none.
            3 => {
                let name = self.random.one_of(&[0, 41, 65_534, 65_536, u32::MAX]);
                words.extend([2, name]);
            }
            // A name for the object of a call that has none, or not at the end.
            4 => words.extend([1, self.random.one_of(&[1, 65_535, 0, 65_536])]),
            // Lists longer than the words.
            5 => {
                words.extend([self.random.one_of(&[3, 4]), 0, 0, self.random.one_of(&[1, u32::MAX, 1 << 30])])
            }
            // More words than there are.
            6 => more = self.random.one_of(&[1, offered::WORDS as u32, u32::MAX / 2]),
            // Anything.
            7 => {
                words.clear();
                for _ in 0..self.random.below(64) {
                    words.push(self.random.word(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
                }
            }
            _ => {}
        }
        for _ in 0..=self.random.below(4) {
            let at = self.random.below(words.len() + 1);
            if self.random.chance(400) {
                words.insert(at, self.random.word(&[0, 1, 2, 3, 7, 8, 14]));
            } else if at < words.len() {
                words.remove(at);
            }
        }
        let length = u32::try_from(words.len()).expect("few words").saturating_add(more);
        Nonsense { length, words }
    }

    /// A command that does no harm to a pass in which what is drawn or dispatched by calls is in order.
    fn tame_command(&mut self, encoder: Encoder, ready: bool) -> Command {
        let Self { random, names } = self;
        let compute = encoder == Encoder::Compute;
        match random.below(10) {
            0..6 if ready && compute => {
                let mut count = || random.one_of(&[0, 1, 1, 2]);
                Command::Dispatch([count(), count(), count()])
            }
            0..6 if ready => Command::Draw([random.one_of(&[0, 3]), random.one_of(&[0, 1, 2]), 0, 0]),
            6 if !compute => {
                let [x, y] = [(); 2].map(|()| random.one_of(&[0, 1, 8]));
                Command::SetScissorRect([x, y, random.one_of(&[0, 8, 16]), random.one_of(&[8, 16])])
            }
            7 if !compute => Command::SetVertexBuffer {
                slot: random.one_of(&[1, 2, 7]),
                place: None,
                size: random.one_of(&[None, Some(0)]),
            },
            8 => {
                let index = random.one_of(&[1, 2, 3]);
                let groups = names.iter().filter_map(|(name, named)| match named.get()? {
                    Object::BindGroup(group) => Some((*name, group)),
                    _ => None,
                });
                let groups: Vec<_> = groups.collect();
                let group =
                    if groups.is_empty() { None } else { groups.get(random.below(groups.len())).cloned() };
                let group = group.filter(|_| random.chance(300));
                Command::SetBindGroup { index, group, offsets: Vec::new() }
            }
            // Most devices have no room for any.
            _ => Command::SetImmediates { offset: 0, words: Vec::new() },
        }
    }

    /// A command with objects that have a name, or none.
    fn command(&mut self, encoder: Encoder) -> Option<Command> {
        let Self { random, names } = self;
        let which = random.below(names.len().max(1));
        let named = names.iter().nth(which).and_then(|(name, named)| Some((*name, named.get()?)));
        // For a bundle, any.
        let compute = match encoder {
            Encoder::Compute => true,
            Encoder::Render => false,
            Encoder::Bundle => random.chance(500),
        };
        let offset = |random: &mut Random| {
            let high = if random.chance(20) { 1 << 32 } else { 0 };
            u64::from(random.word(&[0, 0, 4, 16])) | high
        };
        Some(match (random.below(5), named) {
            (0, _) if compute => {
                Command::Dispatch([random.workgroups(), random.workgroups(), random.workgroups()])
            }
            (0, _) => Command::Draw([random.count(&[0, 3]), random.count(&[1]), random.word(&[0]), 0]),
            (1, _) => {
                let length = random.one_of(&[0, 1, 1, 2, 4, 40]);
                let words = (0..length).map(|_| random.word(&[7])).collect();
                Command::SetImmediates { offset: random.word(&[0, 4]), words }
            }
            (2, _) => match random.below(if compute { 1 } else { 4 }) {
                0 => {
                    let offsets = (0..random.one_of(&[0, 0, 1])).map(|_| random.word(&[0, 256])).collect();
                    Command::SetBindGroup { index: random.word(&[0]), group: None, offsets }
                }
                1 => Command::SetVertexBuffer {
                    slot: random.word(&[0, 1]),
                    place: None,
                    size: random.one_of(&[None, Some(0), Some(u64::from(u32::MAX))]),
                },
                2 => Command::DrawIndexed(
                    [random.count(&[0, 3]), 1, random.word(&[0])],
                    random.word(&[0]).cast_signed(),
                    0,
                ),
                _ => Command::SetScissorRect([random.word(&[0]), 0, random.word(&[16]), random.word(&[8])]),
            },
            (_, Some((name, Object::ComputePipeline(pipeline)))) if compute => {
                Command::SetComputePipeline(name, pipeline)
            }
            (_, Some((name, Object::RenderPipeline(pipeline)))) if !compute => {
                Command::SetRenderPipeline(name, pipeline)
            }
            (_, Some((name, Object::BindGroup(group)))) => {
                let offsets = (0..random.one_of(&[0, 0, 1])).map(|_| random.word(&[0, 256])).collect();
                Command::SetBindGroup { index: random.word(&[0]), group: Some((name, group)), offsets }
            }
            (_, Some((name, Object::Buffer(buffer)))) => {
                let place = Place { name, buffer, offset: offset(random) };
                let size = random.one_of(&[None, Some(16), Some(0), Some(u64::MAX - 1)]);
                match random.below(4) {
                    _ if compute => Command::DispatchIndirect(place),
                    0 => {
                        let format = random.one_of(&[GpuIndexFormat::Uint16, GpuIndexFormat::Uint32]);
                        Command::SetIndexBuffer { place, format, size }
                    }
                    1 => Command::SetVertexBuffer { slot: random.word(&[0]), place: Some(place), size },
                    2 => Command::DrawIndirect(place),
                    _ => Command::DrawIndexedIndirect(place),
                }
            }
            _ => return None,
        })
    }
}
