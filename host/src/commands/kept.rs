//! What commands hold for as long as they may be done.

use std::sync::Arc;

use crate::{
    commands::{bind_group_cell::BindGroupCell, holder::Holder},
    device::{budget::SharedReservation, unusable::Usability},
};

/// The memory that recorded commands need, which therefore counts as the guest's until they are submitted
/// or dropped, whatever the guest does with its handles.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Resource(SharedReservation),
    BindGroup(Arc<BindGroupCell>),
    Bundle(Arc<[Kept]>),
    Pipeline(#[expect(dead_code, reason = "held, and never read")] Arc<Weight>),
}

impl Kept {
    /// What `look` finds first at the buffers and textures that the commands use. It takes as long as wgpu does to encode
    /// them, at most.
    pub(crate) fn find<T>(&self, look: fn(&Usability) -> Option<T>) -> Option<T> {
        match self {
            Self::Resource(resource) => look(resource.usability()),
            Self::BindGroup(group) => group.find(look),
            // A bundle holds no bundle.
            Self::Bundle(kept) => kept.iter().find_map(|kept| kept.find(look)),
            Self::Pipeline(_) => None,
        }
    }
}

/// A pipeline of wgpu with what it takes of the host's memory, which commands that use it hold as well.
#[derive(Clone, Debug)]
pub(crate) struct Weighed<P> {
    pub(crate) inner: P,
    weight: Arc<Weight>,
}

/// What a pipeline counts as, and its modules, which wgpu keeps with it.
#[derive(Debug, Default)]
pub(crate) struct Weight {
    #[expect(dead_code, reason = "held, and never read")]
    held: Vec<SharedReservation>,
    holder: Holder,
}

impl Weight {
    pub(crate) fn new(held: Vec<SharedReservation>) -> Arc<Self> {
        Arc::new(Self { held, holder: Holder::default() })
    }
}

impl<P> Weighed<P> {
    pub(crate) fn new(inner: P, weight: Arc<Weight>) -> Self {
        Self { inner, weight }
    }

    /// What a command that uses it has to hold.
    pub(crate) fn kept(&self) -> Kept {
        Kept::Pipeline(Arc::clone(&self.weight))
    }

    /// Which pass holds it.
    #[inline]
    pub(crate) fn holder(&self) -> &Holder {
        &self.weight.holder
    }
}

impl<P: PartialEq> PartialEq for Weighed<P> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}
