//! The guest's memory for commands, and the names in it — wit: wgpu-wasi:commands/memory — peer: wgpu-wasi-backend/src/commands/memory.rs
//!
//! `fetch.rs` says when it is read.

use std::{fmt, sync::Arc};

use wasmtime::{StoreContext, component::WasmList};

use crate::commands::{
    bind_group_cell::BindGroupCell,
    kept::Weighed,
    words::{Name, malformed},
};

/// The guest's memory for commands, and what the names in it stand for.
pub(crate) struct CommandMemory {
    words: WasmList<u32>,
    /// What was fetched last.
    pub(crate) fetched: Vec<u32>,
    pub(crate) names: Names,
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
pub(crate) enum NamedObject {
    ComputePipeline(Weighed<wgpu::ComputePipeline>),
    RenderPipeline(Weighed<wgpu::RenderPipeline>),
    BindGroup(Arc<BindGroupCell>),
    /// The number of the guest's handle: unlike the others, a buffer may become another one, when it is lent and
    /// destroyed.
    Buffer(u32),
}

impl NamedObject {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ComputePipeline(one), Self::ComputePipeline(other)) => one == other,
            (Self::RenderPipeline(one), Self::RenderPipeline(other)) => one == other,
            (Self::BindGroup(one), Self::BindGroup(other)) => Arc::ptr_eq(one, other),
            (Self::Buffer(one), Self::Buffer(other)) => one == other,
            (
                Self::ComputePipeline(_) | Self::RenderPipeline(_) | Self::BindGroup(_) | Self::Buffer(_),
                _,
            ) => false,
        }
    }
}

/// A resource that may have a name.
pub(crate) trait MayHaveName {
    /// The place for its name.
    fn name_mut(&mut self) -> &mut Option<Name>;

    /// What its name stands for in commands; `handle` is the number of its handle.
    fn named_object(&self, handle: u32) -> NamedObject;
}

/// Objects by name. There are 65,535 names, so that what a guest can make this hold is bounded.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Option<NamedObject>>);

/// The methods of [`Names`] that look a word up which has to be the name of an object of one type.
macro_rules! lookups {
    ($($visible:vis $method:ident $variant:ident $object:ty;)*) => {$(
        $visible fn $method(&self, name: u32) -> wasmtime::Result<&$object> {
            match self.get(name) {
                Some(NamedObject::$variant(object)) => Ok(object),
                _ => Err(malformed(format_args!("{name} names no object that the command takes"))),
            }
        }
    )*};
}

impl Names {
    fn get(&self, name: u32) -> Option<&NamedObject> {
        self.0.get(usize::try_from(name).ok()?)?.as_ref()
    }

    lookups! {
        pub(crate) compute_pipeline ComputePipeline Weighed<wgpu::ComputePipeline>;
        pub(crate) render_pipeline RenderPipeline Weighed<wgpu::RenderPipeline>;
        pub(crate) buffer Buffer u32;
        bind_group BindGroup Arc<BindGroupCell>;
    }

    /// The bind group that a `set-bind-group` names: none where the word is 0.
    pub(crate) fn optional_bind_group(&self, name: u32) -> wasmtime::Result<Option<&Arc<BindGroupCell>>> {
        if name == 0 { Ok(None) } else { self.bind_group(name).map(Some) }
    }

    pub(crate) fn insert(&mut self, name: Name, named: NamedObject) {
        let name = usize::from(name.get());
        if self.0.len() <= name {
            self.0.resize_with(name + 1, || None);
        }
        if let Some(slot) = self.0.get_mut(name) {
            *slot = Some(named);
        }
    }

    /// Forgets that `name` is the name of `object`, if it still is.
    pub(crate) fn forget(&mut self, name: Name, object: &NamedObject) {
        if let Some(slot) = self.0.get_mut(usize::from(name.get()))
            && slot.as_ref().is_some_and(|named| named.is(object))
        {
            *slot = None;
        }
    }
}

impl CommandMemory {
    pub(crate) fn new(words: WasmList<u32>) -> Self {
        Self { words, fetched: Vec::new(), names: Names::default() }
    }

    /// Copies the words in use.
    pub(crate) fn read<T: 'static>(&mut self, store: StoreContext<'_, T>) -> wasmtime::Result<()> {
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

    /// The word beside the commands, which says more about a call that has no encoder: 0 is nothing.
    pub(crate) fn argument<T: 'static>(&self, store: StoreContext<'_, T>) -> u32 {
        match self.words.as_le_slice(store) {
            [_, argument, ..] => u32::from_le(*argument),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_forgotten_by_its_object_alone() {
        let group = || NamedObject::BindGroup(Arc::new(BindGroupCell::new(Vec::new())));
        let again = |named: &NamedObject| match named {
            NamedObject::BindGroup(group) => NamedObject::BindGroup(Arc::clone(group)),
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
