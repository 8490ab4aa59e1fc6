//! Commands in the memory that a host reads — wit: wgpu-wasi:commands/memory — peer: host/src/commands/memory.rs
//!
//! A call of the host takes ten times as long as recording the command that it carries. A host that has
//! asked for it fetches the commands of a pass from memory of the guest instead, with the next call for the pass that
//! they belong to. On other hosts, and where there is no room, each command is a call.
//!
//! There is one such memory, and it is in the hands of one pass at a time: of the first that leaves a command there,
//! until the host has fetched it.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use wgpu::custom::{DispatchBindGroup, DispatchBuffer, DispatchComputePipeline, DispatchRenderPipeline};

use crate::commands::render_commands::length;
use crate::id::Id;
use crate::memory::{self, IN_USE};
use crate::name::Name;

include!("../../wit/tables/commands.rs");

/// What an operand is, by its kind; of a list, how long it is.
macro_rules! operand {
    (word) => { u32 };
    (signed) => { i32 };
    (name) => { u32 };
    (offset) => { u64 };
    (size) => { Option<u64> };
    (format) => { wgpu::IndexFormat };
    (list) => { u32 };
}

/// How many words an operand is; of a list, those before it.
macro_rules! count {
    (offset) => {
        2
    };
    (size) => {
        2
    };
    ($kind:ident) => {
        1
    };
}

/// A command as words: those in the brackets, and then its operands.
macro_rules! words {
    ([$($words:expr),+]) => { [$($words),+] };
    ([$($words:expr),+] $operand:ident: signed, $($rest:tt)*) => {
        words!([$($words,)+ $operand.cast_unsigned()] $($rest)*)
    };
    ([$($words:expr),+] $operand:ident: offset, $($rest:tt)*) => {
        words!([$($words,)+ low($operand), high($operand)] $($rest)*)
    };
    ([$($words:expr),+] $operand:ident: size, $($rest:tt)*) => {
        words!([$($words,)+ low($operand.unwrap_or(NO_SIZE)), high($operand.unwrap_or(NO_SIZE))] $($rest)*)
    };
    ([$($words:expr),+] $operand:ident: format, $($rest:tt)*) => {
        words!([$($words,)+ format_word($operand)] $($rest)*)
    };
    ([$($words:expr),+] $operand:ident: $kind:ident, $($rest:tt)*) => {
        words!([$($words,)+ $operand] $($rest)*)
    };
}

macro_rules! encoder {
    ($($of:ident {
        $($word:literal $Command:ident $call:literal { $($operand:ident: $kind:ident),+ })+
    })+) => {$($(
        #[doc = concat!("The operands of `", $call, "`.")]
        struct $Command {
            $($operand: operand!($kind)),+
        }

        impl $Command {
            #[inline]
            fn words(self) -> [u32; 1 $(+ count!($kind))+] {
                let Self { $($operand),+ } = self;
                words!([$word] $($operand: $kind,)+)
            }
        }
    )+)+};
}

commands!(encoder);

/// The commands that wait to be fetched.
struct Waiting {
    /// How many words they are.
    words: AtomicU32,
    /// The pass that they belong to.
    owner: AtomicU64,
}

static WAITING: Waiting = Waiting { words: AtomicU32::new(0), owner: AtomicU64::new(0) };

impl Waiting {
    /// Whether they are those of `pass`.
    #[inline]
    fn is_owned_by(&self, pass: Id) -> bool {
        self.owner.load(Ordering::Relaxed) == pass.number()
    }
}

/// The commands of one pass, or of a render bundle.
#[derive(Debug)]
pub(crate) struct Commands {
    /// `None`: the host fetches nothing for it.
    pass: Option<Id>,
    /// Objects that commands name, until the host has fetched these.
    kept: Vec<Kept>,
}

/// An object that the guest may drop before the host has fetched what names it.
#[derive(Debug)]
#[expect(dead_code, reason = "held, and never read")]
pub(crate) enum Kept {
    ComputePipeline(DispatchComputePipeline),
    RenderPipeline(DispatchRenderPipeline),
    BindGroup(DispatchBindGroup),
    Buffer(DispatchBuffer),
}

macro_rules! kept {
    ($($variant:ident $object:ident)*) => {$(
        impl From<&$object> for Kept {
            fn from(object: &$object) -> Self {
                Self::$variant(object.clone())
            }
        }
    )*};
}

kept! {
    ComputePipeline DispatchComputePipeline
    RenderPipeline DispatchRenderPipeline
    BindGroup DispatchBindGroup
    Buffer DispatchBuffer
}

impl Commands {
    /// Of a pass that begins.
    pub(crate) fn of_pass() -> Self {
        Self { pass: Some(Id::next()), kept: Vec::new() }
    }

    /// Of a render bundle, whose commands are recorded once for many passes: each is a call.
    pub(crate) fn of_bundle() -> Self {
        Self { pass: None, kept: Vec::new() }
    }

    /// Leaves `setPipeline` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    pub(crate) fn set_pipeline(&mut self, name: &Name, pipeline: impl Into<Kept>) -> bool {
        self.leave_named(name, pipeline, |name| SetPipeline { name }.words(), &[])
    }

    /// Leaves `setBindGroup` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    pub(crate) fn set_bind_group(
        &mut self,
        index: u32,
        group: Option<(&Name, &DispatchBindGroup)>,
        offsets: &[u32],
    ) -> bool {
        let Ok(dynamic_offsets) = u32::try_from(offsets.len()) else { return false };
        let words = |name| SetBindGroup { index, name, dynamic_offsets }.words();
        match group {
            Some((name, group)) => self.leave_named(name, group, words, offsets),
            None => self.leave(words(0), offsets),
        }
    }

    /// Leaves `setImmediates` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn set_immediates(&mut self, range_offset: u32, data: &[u8]) -> bool {
        let words = data.chunks_exact(4);
        if !words.remainder().is_empty() {
            return false;
        }
        let list: Vec<_> = words.filter_map(|word| Some(u32::from_le_bytes(word.try_into().ok()?))).collect();
        let Ok(words) = u32::try_from(list.len()) else { return false };
        self.leave(SetImmediates { range_offset, words }.words(), &list)
    }

    /// Leaves `dispatchWorkgroups` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    pub(crate) fn dispatch_workgroups(&mut self, [x, y, z]: [u32; 3]) -> bool {
        self.leave(DispatchWorkgroups { x, y, z }.words(), &[])
    }

    /// Leaves `dispatchWorkgroupsIndirect` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn dispatch_workgroups_indirect(
        &mut self,
        name: &Name,
        buffer: &DispatchBuffer,
        offset: u64,
    ) -> bool {
        self.leave_named(name, buffer, |name| DispatchWorkgroupsIndirect { name, offset }.words(), &[])
    }

    /// Leaves `setIndexBuffer` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn set_index_buffer(
        &mut self,
        name: &Name,
        buffer: &DispatchBuffer,
        format: wgpu::IndexFormat,
        offset: u64,
        size: Option<u64>,
    ) -> bool {
        let words = |name| SetIndexBuffer { name, format, offset, size }.words();
        size != Some(NO_SIZE) && self.leave_named(name, buffer, words, &[])
    }

    /// Leaves `setVertexBuffer` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn set_vertex_buffer(
        &mut self,
        slot: u32,
        buffer: Option<(&Name, &DispatchBuffer)>,
        offset: u64,
        size: Option<u64>,
    ) -> bool {
        if size == Some(NO_SIZE) {
            return false;
        }
        let words = |name| SetVertexBuffer { slot, name, offset, size }.words();
        match buffer {
            Some((name, buffer)) => self.leave_named(name, buffer, words, &[]),
            None => self.leave(words(0), &[]),
        }
    }

    /// Leaves `draw` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    pub(crate) fn draw(&mut self, vertices: &Range<u32>, instances: &Range<u32>) -> bool {
        let draw = Draw {
            vertex_count: length(vertices),
            instance_count: length(instances),
            first_vertex: vertices.start,
            first_instance: instances.start,
        };
        self.leave(draw.words(), &[])
    }

    /// Leaves `drawIndexed` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    pub(crate) fn draw_indexed(
        &mut self,
        indices: &Range<u32>,
        base_vertex: i32,
        instances: &Range<u32>,
    ) -> bool {
        let draw = DrawIndexed {
            index_count: length(indices),
            instance_count: length(instances),
            first_index: indices.start,
            base_vertex,
            first_instance: instances.start,
        };
        self.leave(draw.words(), &[])
    }

    /// Leaves `drawIndirect` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn draw_indirect(&mut self, name: &Name, buffer: &DispatchBuffer, offset: u64) -> bool {
        self.leave_named(name, buffer, |name| DrawIndirect { name, offset }.words(), &[])
    }

    /// Leaves `drawIndexedIndirect` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn draw_indexed_indirect(
        &mut self,
        name: &Name,
        buffer: &DispatchBuffer,
        offset: u64,
    ) -> bool {
        self.leave_named(name, buffer, |name| DrawIndexedIndirect { name, offset }.words(), &[])
    }

    /// Leaves `setScissorRect` for the host; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    pub(crate) fn set_scissor_rect(&mut self, [x, y, width, height]: [u32; 4]) -> bool {
        self.leave(SetScissorRect { x, y, width, height }.words(), &[])
    }

    /// Leaves a command with the name of `object`, if the host has it; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    fn leave_named<const N: usize>(
        &mut self,
        name: &Name,
        object: impl Into<Kept>,
        command: impl FnOnce(u32) -> [u32; N],
        rest: &[u32],
    ) -> bool {
        let (Some(pass), Some(number)) = (self.pass, name.sent_number()) else { return false };
        let left = self.leave(command(number), rest);
        if left && name.keep_for(pass) {
            self.kept.push(object.into());
        }
        left
    }

    /// Leaves a command, if there is room for it and no other pass has the memory; `false` where it has to be a call.
    #[must_use = "`false`: make the call"]
    #[inline]
    fn leave<const N: usize>(&self, command: [u32; N], rest: &[u32]) -> bool {
        let Some(pass) = self.pass.filter(|_| memory::is_read()) else { return false };
        let waiting = WAITING.words.load(Ordering::Relaxed);
        if waiting > 0 && !self.owns_what_waits() {
            return false;
        }
        let Ok(begin) = usize::try_from(waiting) else { return false };
        let end = begin + N + rest.len();
        let (Some(room), Ok(end)) = (memory::COMMANDS.get(begin..end), u32::try_from(end)) else {
            return false;
        };
        for (place, word) in room.iter().zip(command.iter().chain(rest)) {
            place.store(*word, Ordering::Relaxed);
        }
        WAITING.words.store(end, Ordering::Relaxed);
        WAITING.owner.store(pass.number(), Ordering::Relaxed);
        true
    }

    #[inline]
    fn owns_what_waits(&self) -> bool {
        self.pass.is_some_and(|pass| WAITING.is_owned_by(pass))
    }

    /// Makes a call for this pass, with which the host fetches what waits for that.
    pub(crate) fn call<T>(&self, call: impl FnOnce() -> T) -> T {
        let waiting = WAITING.words.load(Ordering::Relaxed);
        if waiting == 0 || !self.owns_what_waits() {
            return call();
        }
        IN_USE.store(waiting, Ordering::Relaxed);
        let result = call();
        IN_USE.store(0, Ordering::Relaxed);
        WAITING.words.store(0, Ordering::Relaxed);
        result
    }

    /// [`Self::call`] with an object; commands that follow may have its `name`.
    pub(crate) fn call_naming<T>(&self, name: &Name, call: impl FnOnce() -> T) -> T {
        let number = self.pass.filter(|_| memory::is_read()).and_then(|_| name.number_to_send());
        let sent = number.is_some_and(|number| self.leave([NAME, number], &[]));
        let result = self.call(call);
        if sent {
            name.set_sent();
        }
        result
    }
}

/// The low word of a number.
#[inline]
fn low(number: u64) -> u32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The high word of a number.
#[inline]
fn high(number: u64) -> u32 {
    low(number >> 32)
}

/// The word of a format.
fn format_word(format: wgpu::IndexFormat) -> u32 {
    match format {
        wgpu::IndexFormat::Uint16 => UINT16,
        wgpu::IndexFormat::Uint32 => UINT32,
    }
}

/// Makes the call that makes a bind group; commands that follow may have its `name`.
pub(crate) fn naming_new<T>(name: &Name, call: impl FnOnce() -> T) -> T {
    let number = if memory::is_read() { name.number_to_send() } else { None };
    let Some(number) = number else { return call() };
    let result = memory::with_argument(number, call);
    name.set_sent();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the host would fetch.
    fn in_use() -> Vec<u32> {
        let in_use = usize::try_from(IN_USE.load(Ordering::Relaxed)).unwrap();
        memory::COMMANDS[..in_use].iter().map(|word| word.load(Ordering::Relaxed)).collect()
    }

    #[test]
    fn commands_are_as_the_wit_says() {
        let (offset, size) = (0x3_0000_0002, Some(0x5_0000_0004));
        let (none, format) = (u32::MAX, wgpu::IndexFormat::Uint32);
        assert_eq!(SetPipeline { name: 7 }.words(), [2, 7]);
        assert_eq!(SetBindGroup { index: 1, name: 8, dynamic_offsets: 2 }.words(), [3, 1, 8, 2]);
        assert_eq!(SetImmediates { range_offset: 16, words: 1 }.words(), [4, 16, 1]);
        assert_eq!(DispatchWorkgroups { x: 1, y: 2, z: 3 }.words(), [5, 1, 2, 3]);
        assert_eq!(DispatchWorkgroupsIndirect { name: 4, offset }.words(), [6, 4, 2, 3]);
        assert_eq!(SetIndexBuffer { name: 1, format, offset, size }.words(), [7, 1, 1, 2, 3, 4, 5]);
        let vertex_buffer = SetVertexBuffer { slot: 9, name: 1, offset, size: None };
        assert_eq!(vertex_buffer.words(), [8, 9, 1, 2, 3, none, none]);
        let draw = Draw { vertex_count: 1, instance_count: 2, first_vertex: 3, first_instance: 4 };
        assert_eq!(draw.words(), [9, 1, 2, 3, 4]);
        let draw = DrawIndexed {
            index_count: 1,
            instance_count: 2,
            first_index: 3,
            base_vertex: -1,
            first_instance: 5,
        };
        assert_eq!(draw.words(), [10, 1, 2, 3, u32::MAX, 5]);
        assert_eq!(DrawIndirect { name: 4, offset }.words(), [11, 4, 2, 3]);
        assert_eq!(DrawIndexedIndirect { name: 4, offset }.words(), [12, 4, 2, 3]);
        assert_eq!(SetScissorRect { x: 1, y: 2, width: 3, height: 4 }.words(), [13, 1, 2, 3, 4]);
    }

    /// One test, for there is one memory.
    #[test]
    fn commands_wait_for_the_next_call_of_their_pass() {
        let mut pass = Commands::of_pass();
        assert!(!pass.dispatch_workgroups([1, 2, 3]), "nobody fetches");
        let name = Name::default();
        assert_eq!(pass.call_naming(&name, in_use), []);
        assert_eq!(name.sent_number(), None);
        memory::attach();

        assert!(pass.dispatch_workgroups([1, 2, 3]));
        assert!(pass.set_bind_group(2, None, &[256, 512]));
        assert!(pass.set_immediates(4, &[1, 0, 0, 0, 2, 0, 0, 0]));
        assert!(!pass.set_immediates(4, &[1, 0, 0]), "whole words alone");
        assert_eq!(in_use(), []);
        let words = [[5, 1, 2, 3].as_slice(), &[3, 2, 0, 2, 256, 512], &[4, 4, 2, 1, 2]].concat();

        let mut other = Commands::of_pass();
        assert!(!other.dispatch_workgroups([1; 3]), "the memory is another pass's");
        assert_eq!(other.call(in_use), []);
        assert_eq!(other.call_naming(&name, in_use), []);
        assert_eq!(name.sent_number(), None, "a call that sends no name");
        assert_eq!(pass.call_naming(&name, in_use), [&words[..], &[1, 1]].concat());
        assert_eq!(name.sent_number(), Some(1));
        assert_eq!(pass.call(in_use), [], "it was fetched");

        assert!(other.dispatch_workgroups([1; 3]));
        assert!(!pass.dispatch_workgroups([1; 3]));
        let second = Name::default();
        assert_eq!(other.call_naming(&second, in_use), [5, 1, 1, 1, 1, 2]);
        drop(name);
        let third = Name::default();
        assert_eq!(pass.call_naming(&third, in_use), [1, 1], "a number that is no longer in use");
        let (one, two) = (pass.pass.unwrap(), other.pass.unwrap());
        assert!(third.keep_for(one) && !third.keep_for(one) && third.keep_for(two));

        for left in [
            pass.draw(&(1..4), &(5..7)),
            pass.draw(&Range { start: 4, end: 1 }, &(0..1)),
            pass.draw_indexed(&(2..8), -3, &(4..5)),
            pass.set_scissor_rect([1, 2, 3, 4]),
            pass.set_vertex_buffer(2, None, 0, None),
            pass.set_vertex_buffer(2, None, 0x3_0000_0002, Some(0x5_0000_0004)),
        ] {
            assert!(left);
        }
        assert!(!pass.set_vertex_buffer(2, None, 0, Some(u64::MAX)), "that would be no size");
        let words = [
            [9, 3, 2, 1, 5].as_slice(),
            &[9, 0, 1, 4, 0],
            &[10, 6, 1, 2, -3_i32 as u32, 4],
            &[13, 1, 2, 3, 4],
            &[8, 2, 0, 0, 0, u32::MAX, u32::MAX],
            &[8, 2, 0, 2, 3, 4, 5],
        ];
        assert_eq!(pass.call(in_use), words.concat());

        let mut bundle = Commands::of_bundle();
        assert!(!bundle.draw(&(0..3), &(0..1)), "a bundle's commands are calls");
        let fourth = Name::default();
        assert_eq!(bundle.call_naming(&fourth, in_use), []);
        assert_eq!(fourth.number_to_send(), Some(3), "no number was spent on it");
        drop(fourth);

        let left = (0..memory::COMMANDS.len()).take_while(|_| pass.dispatch_workgroups([7; 3])).count();
        assert_eq!(left, memory::COMMANDS.len() / 4);
        let last = Name::default();
        assert_eq!(
            pass.call_naming(&last, || in_use().len()),
            4 * left + 2,
            "what is left is enough for a name"
        );
        assert!(pass.dispatch_workgroups([7; 3]), "there is room again");
        assert_eq!(pass.call(|| in_use().len()), 4);

        let new = Name::default();
        let sent = naming_new(&new, memory::argument);
        assert_eq!((new.sent_number(), memory::argument()), (Some(sent), 0));

        crate::name::skip_to(65_535);
        let (at_the_end, beyond) = (Name::default(), Name::default());
        assert_eq!(pass.call_naming(&at_the_end, in_use), [1, 65_535]);
        assert_eq!(pass.call_naming(&beyond, in_use), [], "all numbers are in use");
        assert_eq!(beyond.sent_number(), None);
    }
}
