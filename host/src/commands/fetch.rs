//! Fetching commands — wit: wgpu-wasi:commands/memory — peer: wgpu-wasi-backend/src/commands/memory.rs
//!
//! A call of the host takes ten times as long as the command that it carries takes to be recorded. A guest that offers
//! it leaves the commands of its passes in memory of its own, where the host fetches them with the next call that it
//! gets for that pass, `end` at the latest. To everybody else they are the calls that they stand for.

use wasmtime::{
    AsContext as _, AsContextMut,
    component::{Access, Instance, Resource, WasmList},
};

use crate::{
    commands::{
        memory::{CommandMemory, MayHaveName, Names},
        words::{INTERFACE, Name, Words, malformed, name},
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
/// another, or have it wait for too little: where instances of one store don't trust each other, leave this out.
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
    store.data_mut().webgpu().ctx.command_memory = Some(Box::new(CommandMemory::new(words)));
    Ok(true)
}

/// What the guest's memory said last: that the object of the call has a name.
#[must_use = "a call without an object has none to name"]
#[derive(Debug, Default)]
pub(crate) struct NewName(pub(crate) Option<Name>);

impl NewName {
    /// For a call that has no object.
    pub(crate) fn none(self) -> wasmtime::Result<()> {
        match self.0 {
            None => Ok(()),
            Some(name) => Err(malformed(format_args!("the call has no object to be named {name}"))),
        }
    }
}

/// An object of the guest that records commands.
pub(crate) trait Encoder: Entry + Sized {
    /// What records them.
    type Recorder;

    /// How the commands that the guest leaves for it in its memory are done; `None` where it leaves none.
    const REPLAY: Option<Replay<Self>> = None;

    fn recorder(&mut self) -> &mut Self::Recorder;
}

/// Does what the words say with an encoder; returns what they say about the call that has the host look there.
pub(crate) type Replay<E> =
    fn(&mut WebGpuCtxView<'_>, &Resource<E>, Words<'_>, &Names) -> wasmtime::Result<NewName>;

/// Does what the guest's memory says, and then `call`, a call for `encoder`.
#[inline]
pub(crate) fn fetched<T: 'static, E: Encoder, R>(
    access: &mut Access<'_, T, WebGpu>,
    encoder: &Resource<E>,
    call: impl FnOnce(&mut WebGpuCtxView<'_>, NewName) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    let mut view = access.get();
    let Some(replay) = E::REPLAY else { return call(&mut view, NewName::default()) };
    let Some(mut memory) = view.ctx.command_memory.take() else {
        return call(&mut view, NewName::default());
    };
    drop(view);
    let read = memory.read(access.as_context());
    let mut view = access.get();
    let new_name = read.and_then(|()| {
        if memory.fetched.is_empty() {
            return Ok(NewName::default());
        }
        replay(&mut view, encoder, Words(memory.fetched.iter()), &memory.names)
    });
    view.ctx.command_memory = Some(memory);
    call(&mut view, new_name?)
}

/// [`fetched`], for a call that has no object which could be named.
#[inline]
pub(crate) fn fetched_alone<T: 'static, E: Encoder>(
    access: &mut Access<'_, T, WebGpu>,
    encoder: &Resource<E>,
    call: impl FnOnce(&mut E),
) -> wasmtime::Result<()> {
    fetched(access, encoder, |view, new_name| {
        new_name.none()?;
        call(view.get_mut(encoder)?);
        Ok(())
    })
}

/// The name that the guest's memory says a new bind group has.
#[inline]
pub(crate) fn name_of_new_group<T: 'static>(access: &mut Access<'_, T, WebGpu>) -> wasmtime::Result<NewName> {
    match argument(access) {
        None | Some(0) => Ok(NewName::default()),
        Some(word) => Ok(NewName(Some(name(word)?))),
    }
}

/// How many of the submits to a queue, counted from the last, the guest does not wait for, as its memory says.
pub(crate) fn submits_not_waited_for<T: 'static>(access: &mut Access<'_, T, WebGpu>) -> u32 {
    argument(access).unwrap_or(0)
}

/// The word of the guest's memory that belongs to calls without an encoder; `None` where there is no such memory.
#[inline]
fn argument<T: 'static>(access: &mut Access<'_, T, WebGpu>) -> Option<u32> {
    let memory = access.get().ctx.command_memory.take()?;
    let word = memory.argument(access.as_context());
    access.get().ctx.command_memory = Some(memory);
    Some(word)
}

impl WebGpuCtxView<'_> {
    /// The object of a call, which from now on has the name that the guest's memory says.
    #[inline]
    pub(crate) fn get_and_name<T: MayHaveName + Entry>(
        &mut self,
        object: &Resource<T>,
        NewName(name): NewName,
    ) -> wasmtime::Result<&T> {
        let entry = self.table.get_mut(object)?;
        if let Some(name) = name {
            let old = entry.name_mut().replace(name);
            let named = entry.named_object(object.rep());
            if let Some(memory) = &mut self.ctx.command_memory {
                if let Some(old) = old {
                    memory.names.forget(old, &named);
                }
                memory.names.insert(name, named);
            }
        }
        Ok(entry)
    }

    /// [`Self::delete`], for a resource that may have a name.
    pub(crate) fn delete_with_name<T: MayHaveName + Entry>(
        &mut self,
        object: Resource<T>,
    ) -> wasmtime::Result<T> {
        let entry = self.table.get_mut(&object)?;
        if let Some(name) = entry.name_mut().take() {
            let named = entry.named_object(object.rep());
            if let Some(memory) = &mut self.ctx.command_memory {
                memory.names.forget(name, &named);
            }
        }
        self.delete(object)
    }
}
