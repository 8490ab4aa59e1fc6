//! A bind group as commands have it, which may be made later than they are recorded.

use std::sync::OnceLock;

use crate::{
    commands::holder::Holder,
    device::{budget::SharedReservation, timeline::Timeline, unusable::Usability},
};

/// The group of wgpu, and what commands that use it have to hold.
#[derive(Debug)]
pub(crate) struct BindGroupCell {
    /// Empty until it is its turn to be made ([`DeviceCore::later`](crate::device::core::DeviceCore::later)), and after a panic in that, which was reported.
    inner: OnceLock<wgpu::BindGroup>,
    /// Of its buffers and textures: their memory stays in use for as long as the group can be.
    reservations: Vec<SharedReservation>,
    holder: Holder,
}

impl BindGroupCell {
    /// One that is still to be made, of what has these reservations.
    pub(crate) fn new(reservations: Vec<SharedReservation>) -> Self {
        Self { inner: OnceLock::new(), reservations, holder: Holder::default() }
    }

    /// It is made.
    pub(crate) fn set(&self, inner: wgpu::BindGroup) {
        // Nobody else sets it.
        let _ = self.inner.set(inner);
    }

    /// What `look` finds first at its buffers and textures.
    pub(crate) fn find<T>(&self, look: fn(&Usability) -> Option<T>) -> Option<T> {
        self.reservations.iter().find_map(|resource| look(resource.usability()))
    }

    /// Which pass holds it.
    #[inline]
    pub(crate) fn holder(&self) -> &Holder {
        &self.holder
    }

    /// wgpu's; `Err` says that there is none.
    pub(crate) fn made(&self, timeline: &Timeline) -> Result<&wgpu::BindGroup, &'static str> {
        if self.inner.get().is_none() {
            timeline.settle();
        }
        self.inner.get().ok_or("the bind group could not be made")
    }
}
