//! Command memory — wit: wgpu-wasi:commands/memory — peer: wgpu-wasi-backend/src/commands/memory.rs
//!
//! A call of the host takes ten times as long as the command that it carries takes to be recorded. A guest that offers
//! it leaves the commands of its passes in memory of its own, where the host fetches them with the next call that it
//! gets for that pass, `end` at the latest. To everybody else they are the calls that they stand for.

use std::{fmt, sync::Arc};

use wasmtime::{
    AsContext as _, AsContextMut, StoreContext,
    component::{Access, Instance, Resource, WasmList},
};

use crate::{
    commands::words::{INTERFACE, Name, Words, malformed, name},
    objects::{
        bind_group::{BindGroup, Bound},
        buffer::Buffer,
        pipeline::Weighed,
    },
    view::{Entry, WebGpu, WebGpuCtxView, WebGpuView},
};

/// The largest memory that is taken, in bytes: what is fetched at a time is copied.
const MAX_BYTES: usize = 1 << 20;

/// Fetches commands from the memory of `instance` from now on, if it offers that (`wgpu-wasi:commands/memory@0.2.0`)
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

/// What a name stands for.
#[derive(Debug)]
pub(crate) enum Named {
    ComputePipeline(Weighed<wgpu::ComputePipeline>),
    RenderPipeline(Weighed<wgpu::RenderPipeline>),
    BindGroup(Arc<Bound>),
    /// The guest's handle: unlike the others, a buffer may become another one, when it is lent and destroyed.
    Buffer(Resource<Buffer>),
}

impl Named {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ComputePipeline(one), Self::ComputePipeline(other)) => one == other,
            (Self::RenderPipeline(one), Self::RenderPipeline(other)) => one == other,
            (Self::BindGroup(one), Self::BindGroup(other)) => Arc::ptr_eq(one, other),
            (Self::Buffer(one), Self::Buffer(other)) => one.rep() == other.rep(),
            (
                Self::ComputePipeline(_) | Self::RenderPipeline(_) | Self::BindGroup(_) | Self::Buffer(_),
                _,
            ) => false,
        }
    }
}

/// A resource that may have a name.
pub(crate) trait Nameable: Entry {
    /// The place for its name.
    fn name_mut(&mut self) -> &mut Option<Name>;

    /// What commands with its name mean; `handle` is its handle.
    fn named(&self, handle: &Resource<Self>) -> Named
    where
        Self: Sized;
}

/// Objects by name. There are 65,535 names, so that what a guest can make this hold is bounded.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Option<Named>>);

/// The methods of [`Names`] that look a word up which has to be the name of an object of one type.
macro_rules! lookups {
    ($($visible:vis $method:ident $variant:ident $object:ty;)*) => {$(
        $visible fn $method(&self, name: u32) -> wasmtime::Result<&$object> {
            match self.get(name) {
                Some(Named::$variant(object)) => Ok(object),
                _ => Err(malformed(format_args!("{name} names no object that the command takes"))),
            }
        }
    )*};
}

impl Names {
    fn get(&self, name: u32) -> Option<&Named> {
        self.0.get(usize::try_from(name).ok()?)?.as_ref()
    }

    lookups! {
        pub(crate) compute_pipeline ComputePipeline Weighed<wgpu::ComputePipeline>;
        pub(crate) render_pipeline RenderPipeline Weighed<wgpu::RenderPipeline>;
        pub(crate) buffer Buffer Resource<Buffer>;
        bind_group BindGroup Arc<Bound>;
    }

    /// The bind group that a `set-bind-group` means: none where the word is 0.
    pub(crate) fn bound(&self, name: u32) -> wasmtime::Result<Option<Arc<Bound>>> {
        if name == 0 { Ok(None) } else { self.bind_group(name).map(|group| Some(Arc::clone(group))) }
    }

    fn insert(&mut self, name: Name, named: Named) {
        let name = usize::from(name.get());
        if self.0.len() <= name {
            self.0.resize_with(name + 1, || None);
        }
        if let Some(slot) = self.0.get_mut(name) {
            *slot = Some(named);
        }
    }

    /// Forgets that `name` is the name of `object`, if it still is.
    fn forget(&mut self, name: Name, object: &Named) {
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

/// An encoder whose commands the host fetches.
pub(crate) trait Replay: Entry + Sized {
    /// Does what the words say with the encoder `this`; returns what they say about the call that has the host look
    /// there.
    fn replay(
        view: &mut WebGpuCtxView<'_>,
        this: &Resource<Self>,
        words: Words<'_>,
        names: &Names,
    ) -> wasmtime::Result<Naming>;
}

/// Does what the guest's memory says, and then `call`, a call for `encoder`.
#[inline]
pub(crate) fn fetched<T: 'static, E: Replay, R>(
    access: &mut Access<'_, T, WebGpu>,
    encoder: &Resource<E>,
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
        E::replay(&mut view, encoder, Words(memory.fetched.iter()), &memory.names)?
    };
    view.ctx.command_memory = Some(memory);
    call(&mut view, naming)
}

/// [`fetched`], for a call that has no object that could be named.
#[inline]
pub(crate) fn fetched_alone<T: 'static, E: Replay>(
    access: &mut Access<'_, T, WebGpu>,
    encoder: &Resource<E>,
    call: impl FnOnce(&mut E),
) -> wasmtime::Result<()> {
    fetched(access, encoder, |view, naming| {
        naming.none()?;
        call(view.get_mut(encoder)?);
        Ok(())
    })
}

/// The name that the guest's memory says a new bind group has.
#[inline]
pub(crate) fn name_of_new<T: 'static>(access: &mut Access<'_, T, WebGpu>) -> wasmtime::Result<Naming> {
    let Some(memory) = access.get().ctx.command_memory.take() else { return Ok(Naming::default()) };
    let word = match memory.words.as_le_slice(access.as_context()) {
        [_, name, ..] => u32::from_le(*name),
        _ => 0,
    };
    access.get().ctx.command_memory = Some(memory);
    if word == 0 { Ok(Naming::default()) } else { Ok(Naming(Some(name(word)?))) }
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
    /// The object of a call, which from now on has the name that the guest's memory says.
    #[inline]
    pub(crate) fn named<T: Nameable>(
        &mut self,
        object: &Resource<T>,
        Naming(name): Naming,
    ) -> wasmtime::Result<&T> {
        let entry = self.table.get_mut(object)?;
        if let Some(name) = name {
            let old = entry.name_mut().replace(name);
            let named = entry.named(object);
            if let Some(memory) = &mut self.ctx.command_memory {
                if let Some(old) = old {
                    memory.names.forget(old, &named);
                }
                memory.names.insert(name, named);
            }
        }
        Ok(entry)
    }

    /// The bind group of a `setBindGroup`, likewise.
    #[inline]
    pub(crate) fn named_bound(
        &mut self,
        group: Option<Resource<BindGroup>>,
        naming: Naming,
    ) -> wasmtime::Result<Option<Arc<Bound>>> {
        match group {
            Some(group) => Ok(Some(Arc::clone(&self.named(&group, naming)?.bound))),
            None => naming.none().map(|()| None),
        }
    }

    /// [`Self::delete`], for a resource that may have a name.
    pub(crate) fn delete_named<T: Nameable>(&mut self, object: Resource<T>) -> wasmtime::Result<T> {
        let entry = self.table.get_mut(&object)?;
        if let Some(name) = entry.name_mut().take() {
            let named = entry.named(&object);
            if let Some(memory) = &mut self.ctx.command_memory {
                memory.names.forget(name, &named);
            }
        }
        self.delete(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_forgotten_by_its_object_alone() {
        let group = || Named::BindGroup(Arc::new(Bound::empty()));
        let again = |named: &Named| match named {
            Named::BindGroup(group) => Named::BindGroup(Arc::clone(group)),
            _ => unreachable!(),
        };
        let (one, other) = (group(), group());
        let name = Name::new(1000).unwrap();
        let mut names = Names::default();
        names.insert(name, again(&one));
        assert!(names.bind_group(1000).is_ok() && names.bind_group(999).is_err());
        assert!(names.compute_pipeline(1000).is_err() && names.render_pipeline(1000).is_err());
        assert!(names.buffer(1000).is_err() && names.bind_group(u32::MAX).is_err());
        names.insert(name, again(&other));
        names.forget(name, &one);
        assert!(names.bind_group(1000).is_ok(), "it is another object's by now");
        names.forget(name, &other);
        assert!(names.bind_group(1000).is_err());
        names.forget(Name::MAX, &other);
    }
}
