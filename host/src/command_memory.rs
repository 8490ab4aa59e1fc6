//! Command memory — wit: wgpu-wasi:commands/memory — peer: wgpu-wasi-backend/src/command_memory.rs
//!
//! A call of the host takes ten times as long as the command that it carries takes to be recorded. A guest that offers
//! it leaves the commands of its compute passes in memory of its own, where the host fetches them with the next call
//! that it gets for that pass, `end` at the latest. To everybody else they are the calls that they stand for.

use std::{fmt, num::NonZeroU16, slice, sync::Arc};

use wasmtime::{
    AsContext as _, AsContextMut, StoreContext,
    component::{Access, Instance, Resource, WasmList},
};

use crate::{
    bind_group::Bound,
    compute_pass::ComputePassEncoder,
    view::{WebGpu, WebGpuCtxView, WebGpuView, trace},
};

include!("../../wit/tables/command_words.rs");

const INTERFACE: &str = "wgpu-wasi:commands/memory@0.1.0";

/// The largest memory that is taken, in bytes: what is fetched at a time is copied.
const MAX_BYTES: usize = 1 << 20;

/// Fetches commands from the memory of `instance` from now on, if it offers that (`wgpu-wasi:commands/memory@0.1.0`)
/// and its [`WebGpuCtx`](crate::WebGpuCtx) admits it; returns whether it does. Has to be called before the guest calls
/// anything of `wasi:webgpu`. [`command::Runtime`](crate::command::Runtime) does this by itself.
///
/// Of several instances in one store, only the first can have it; the others make calls. wasmtime does not say which
/// instance a call comes from, so one that breaks the rules of the interface can have its commands done at a call of
/// another: where instances of one store don't trust each other, leave this out.
///
/// # Errors
///
/// When what the guest exports under that name has another type, traps, or offers more than 1 MiB.
pub async fn attach_command_memory<T: WebGpuView + 'static>(
    mut store: impl AsContextMut<Data = T>,
    instance: &Instance,
) -> wasmtime::Result<bool> {
    let mut store = store.as_context_mut();
    // The memory counts as bytes of the call that offers it.
    if !store.data_mut().webgpu().ctx.admits_command_memory() || store.hostcall_fuel() < MAX_BYTES {
        return Ok(false);
    }
    let Some(interface) = instance.get_export_index(&mut store, None, INTERFACE) else { return Ok(false) };
    let Some(attach) = instance.get_export_index(&mut store, Some(&interface), "attach") else {
        return Ok(false);
    };
    let attach = instance.get_typed_func::<(), (WasmList<u32>,)>(&mut store, attach)?;
    let (words,) = attach.call_async(&mut store, ()).await?;
    if words.len() > MAX_BYTES / size_of::<u32>() {
        return Err(malformed(format_args!(
            "a memory of {} words; {MAX_BYTES} bytes are the most",
            words.len()
        )));
    }
    store.data_mut().webgpu().ctx.command_memory =
        Some(Box::new(CommandMemory { words, fetched: Vec::new(), names: Names::default() }));
    Ok(true)
}

/// The guest's memory for commands, and what the names in it mean.
pub(crate) struct CommandMemory {
    words: WasmList<u32>,
    /// What was fetched last.
    fetched: Vec<u32>,
    names: Names,
}

impl fmt::Debug for CommandMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { words, fetched: _, names } = self;
        f.debug_struct("CommandMemory")
            .field("words", &words.len())
            .field("names", names)
            .finish_non_exhaustive()
    }
}

/// The guest's number for a pipeline or a bind group.
pub(crate) type Name = NonZeroU16;

/// What a name stands for.
#[derive(Debug)]
pub(crate) enum Named {
    Pipeline(wgpu::ComputePipeline),
    BindGroup(Arc<Bound>),
}

impl Named {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pipeline(one), Self::Pipeline(other)) => one == other,
            (Self::BindGroup(one), Self::BindGroup(other)) => Arc::ptr_eq(one, other),
            (Self::Pipeline(_), Self::BindGroup(_)) | (Self::BindGroup(_), Self::Pipeline(_)) => false,
        }
    }
}

/// Objects by name. There are 65,535 names, so that what a guest can make this hold is bounded.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Option<Named>>);

impl Names {
    /// The object behind a word that is a name, as `what` takes it out.
    fn get<'a, T>(
        &'a self,
        name: u32,
        what: impl FnOnce(&'a Named) -> Option<&'a T>,
    ) -> wasmtime::Result<&'a T> {
        let named = usize::try_from(name).ok().and_then(|name| self.0.get(name)?.as_ref());
        named
            .and_then(what)
            .ok_or_else(|| malformed(format_args!("{name} names no object that the command takes")))
    }

    pub(crate) fn pipeline(&self, name: u32) -> wasmtime::Result<&wgpu::ComputePipeline> {
        self.get(name, |named| match named {
            Named::Pipeline(pipeline) => Some(pipeline),
            Named::BindGroup(_) => None,
        })
    }

    pub(crate) fn bind_group(&self, name: u32) -> wasmtime::Result<&Arc<Bound>> {
        self.get(name, |named| match named {
            Named::BindGroup(group) => Some(group),
            Named::Pipeline(_) => None,
        })
    }

    pub(crate) fn insert(&mut self, name: Name, named: Named) {
        let name = usize::from(name.get());
        if self.0.len() <= name {
            self.0.resize_with(name + 1, || None);
        }
        if let Some(slot) = self.0.get_mut(name) {
            *slot = Some(named);
        }
    }

    /// Forgets that `name` is the name of `object`, if it still is.
    pub(crate) fn forget(&mut self, name: Name, object: &Named) {
        if let Some(slot) = self.0.get_mut(usize::from(name.get()))
            && slot.as_ref().is_some_and(|named| named.is(object))
        {
            *slot = None;
        }
    }
}

/// What the guest's memory said last: that the object of the call has a name.
#[must_use = "a call without an object has none to name"]
#[derive(Debug, Default)]
pub(crate) struct Naming(pub(crate) Option<Name>);

impl Naming {
    /// For a call that has no object.
    pub(crate) fn none(self) -> wasmtime::Result<()> {
        match self.0 {
            None => Ok(()),
            Some(name) => Err(malformed(format_args!("the call has no object to be named {name}"))),
        }
    }
}

/// Does what the guest's memory says, and then `call`, a call for `pass`.
#[inline]
pub(crate) fn fetched<T: 'static, R>(
    access: &mut Access<'_, T, WebGpu>,
    pass: &Resource<ComputePassEncoder>,
    call: impl FnOnce(&mut WebGpuCtxView<'_>, Naming) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    let mut view = access.get();
    let Some(mut memory) = view.ctx.command_memory.take() else {
        return call(&mut view, Naming::default());
    };
    drop(view);
    memory.read(access.as_context())?;
    let mut view = access.get();
    let naming = if memory.fetched.is_empty() {
        Naming::default()
    } else {
        view.get_mut(pass)?.replay(Words(memory.fetched.iter()), &memory.names)?
    };
    view.ctx.command_memory = Some(memory);
    call(&mut view, naming)
}

/// The name that the guest's memory says a new bind group has.
#[inline]
pub(crate) fn name_of_new<T: 'static>(access: &mut Access<'_, T, WebGpu>) -> wasmtime::Result<Option<Name>> {
    let Some(memory) = access.get().ctx.command_memory.take() else { return Ok(None) };
    let word = match memory.words.as_le_slice(access.as_context()) {
        [_, name, ..] => u32::from_le(*name),
        _ => 0,
    };
    access.get().ctx.command_memory = Some(memory);
    if word == 0 { Ok(None) } else { name(word).map(Some) }
}

/// A word that has to be a name.
fn name(word: u32) -> wasmtime::Result<Name> {
    let name = u16::try_from(word).ok().and_then(Name::new);
    name.ok_or_else(|| malformed(format_args!("the name {word} is out of range")))
}

impl CommandMemory {
    /// Copies the words in use.
    fn read<T: 'static>(&mut self, store: StoreContext<'_, T>) -> wasmtime::Result<()> {
        let Self { words, fetched, names: _ } = self;
        fetched.clear();
        // An empty memory is one in which nothing is in use.
        let [used, _, words @ ..] = words.as_le_slice(store) else { return Ok(()) };
        let used = u32::from_le(*used);
        if used > 0 {
            let in_use = usize::try_from(used).ok().and_then(|used| words.get(..used));
            let in_use = in_use.ok_or_else(|| {
                malformed(format_args!("{used} words are said to be in use, and there are {}", words.len()))
            })?;
            fetched.extend(in_use.iter().map(|word| u32::from_le(*word)));
        }
        Ok(())
    }
}

impl WebGpuCtxView<'_> {
    /// The object of a call has a name from now on; `old` is the one that it has had.
    pub(crate) fn name(&mut self, name: Name, old: Option<Name>, object: Named) {
        if let Some(memory) = &mut self.ctx.command_memory {
            if let Some(old) = old {
                memory.names.forget(old, &object);
            }
            memory.names.insert(name, object);
        }
    }

    /// The object is dropped.
    pub(crate) fn forget(&mut self, name: Option<Name>, object: impl FnOnce() -> Named) {
        if let (Some(name), Some(memory)) = (name, &mut self.ctx.command_memory) {
            memory.names.forget(name, &object());
        }
    }
}

/// Words that are still to be done.
#[derive(Clone, Debug)]
pub(crate) struct Words<'a>(slice::Iter<'a, u32>);

/// A command as it stands in the guest's memory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command<'a> {
    Name(Name),
    SetPipeline { name: u32 },
    SetBindGroup { index: u32, name: u32, offsets: &'a [u32] },
    SetImmediates { range_offset: u32, words: &'a [u32] },
    DispatchWorkgroups([u32; 3]),
}

impl<'a> Words<'a> {
    /// The next command, or that there is none; `Err` traps.
    #[inline]
    pub(crate) fn command(&mut self) -> wasmtime::Result<Option<Command<'a>>> {
        let Some(word) = self.0.next() else { return Ok(None) };
        Ok(Some(match *word {
            NAME => {
                let name = name(self.word()?)?;
                if self.0.len() > 0 {
                    return Err(malformed(format_args!("the name {name} is not the last word")));
                }
                Command::Name(name)
            }
            SET_PIPELINE => Command::SetPipeline { name: self.word()? },
            SET_BIND_GROUP => {
                let (index, name) = (self.word()?, self.word()?);
                Command::SetBindGroup { index, name, offsets: self.list()? }
            }
            SET_IMMEDIATES => Command::SetImmediates { range_offset: self.word()?, words: self.list()? },
            DISPATCH_WORKGROUPS => Command::DispatchWorkgroups([self.word()?, self.word()?, self.word()?]),
            other => return Err(malformed(format_args!("{other} is no command"))),
        }))
    }

    fn word(&mut self) -> wasmtime::Result<u32> {
        self.0.next().copied().ok_or_else(cut_short)
    }

    /// As many words as the next one says.
    fn list(&mut self) -> wasmtime::Result<&'a [u32]> {
        let length = self.word()?;
        let rest = self.0.as_slice();
        let (list, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| rest.split_at_checked(length))
            .ok_or_else(cut_short)?;
        self.0 = rest.iter();
        Ok(list)
    }
}

#[cold]
fn cut_short() -> wasmtime::Error {
    malformed(format_args!("the last command is cut short"))
}

/// What traps a guest whose memory says what it may not.
#[cold]
fn malformed(what: fmt::Arguments<'_>) -> wasmtime::Error {
    wasmtime::format_err!("{INTERFACE}: {what}")
}

/// Bytes of words, as the guest has them.
pub(crate) fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The event of a command that came without a call.
#[inline]
pub(crate) fn trace_command(command: &Command<'_>) {
    let function = match command {
        Command::Name(_) => return,
        Command::SetPipeline { .. } => "[method]gpu-compute-pass-encoder.set-pipeline",
        Command::SetBindGroup { .. } => "[method]gpu-compute-pass-encoder.set-bind-group",
        Command::SetImmediates { .. } => "[method]gpu-compute-pass-encoder.set-immediates",
        Command::DispatchWorkgroups(_) => "[method]gpu-compute-pass-encoder.dispatch-workgroups",
    };
    trace(function);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(words: &[u32]) -> wasmtime::Result<Vec<Command<'_>>> {
        let mut words = Words(words.iter());
        let mut commands = Vec::new();
        while let Some(command) = words.command()? {
            commands.push(command);
        }
        Ok(commands)
    }

    #[test]
    fn commands_are_as_the_wit_says() {
        let words = [
            [2, 7].as_slice(),
            &[3, 1, 8, 2, 256, 512],
            &[3, 0, 0, 0],
            &[4, 16, 1, 99],
            &[5, 1, 2, 3],
            &[1, 65_535],
        ];
        let expected = [
            Command::SetPipeline { name: 7 },
            Command::SetBindGroup { index: 1, name: 8, offsets: &[256, 512] },
            Command::SetBindGroup { index: 0, name: 0, offsets: &[] },
            Command::SetImmediates { range_offset: 16, words: &[99] },
            Command::DispatchWorkgroups([1, 2, 3]),
            Command::Name(Name::MAX),
        ];
        assert_eq!(commands(&words.concat()).unwrap(), expected);
        assert_eq!(bytes(&[0x0403_0201, 5]), [1, 2, 3, 4, 5, 0, 0, 0]);
    }

    #[test]
    fn other_words_are_refused() {
        let bad: [&[u32]; 11] = [
            &[0],
            &[6],
            &[u32::MAX],
            &[2],
            &[3, 0, 1],
            &[3, 0, 1, 1],
            &[3, 0, 1, u32::MAX, 0],
            &[4, 0, 2, 1],
            &[5, 1, 1],
            &[1, 0],
            &[1, 65_536],
        ];
        for words in bad {
            let error = commands(words).unwrap_err().to_string();
            assert!(error.starts_with(INTERFACE), "{words:?}: {error}");
        }
        assert!(commands(&[1, 1, 5, 1, 1, 1]).is_err(), "a name is of the call that follows");
    }

    #[test]
    fn a_name_is_forgotten_by_its_object_alone() {
        let group = || Named::BindGroup(Arc::new(Bound::empty()));
        let again = |named: &Named| match named {
            Named::BindGroup(group) => Named::BindGroup(Arc::clone(group)),
            Named::Pipeline(_) => unreachable!(),
        };
        let (one, other) = (group(), group());
        let name = Name::new(1000).unwrap();
        let mut names = Names::default();
        names.insert(name, again(&one));
        assert!(names.bind_group(1000).is_ok() && names.bind_group(999).is_err());
        assert!(names.pipeline(1000).is_err() && names.bind_group(u32::MAX).is_err());
        names.insert(name, again(&other));
        names.forget(name, &one);
        assert!(names.bind_group(1000).is_ok(), "it is another object's by now");
        names.forget(name, &other);
        assert!(names.bind_group(1000).is_err());
        names.forget(Name::MAX, &other);
    }

    #[test]
    fn any_words_are_commands_or_an_error() {
        let mut words = [0; 5];
        for number in 0..8_usize.pow(5) {
            for (place, word) in (0..).zip(&mut words) {
                *word = u32::try_from(number >> (3 * place) & 7).unwrap();
            }
            if let Ok(commands) = commands(&words) {
                assert!((1..=2).contains(&commands.len()), "{words:?}: {commands:?}");
            }
        }
    }
}
