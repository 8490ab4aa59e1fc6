//! GPUBindGroup — wit: gpu-bind-group — spec: <https://www.w3.org/TR/webgpu/#gpubindgroup> — peer: wgpu-wasi-backend/src/objects/bind_group.rs

use std::{num::NonZeroU64, sync::Arc};

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        bind_group_cell::BindGroupCell,
        binding::OutOfData,
        fetch::NewName,
        memory::{MayHaveName, NamedObject},
        words::Name,
    },
    device::{budget::SharedReservation, core::DeviceCore, errors::GpuError, fence, lent_scopes::collecting},
    view::{WebGpuCtxView, label_methods, labelled},
    weights,
};

/// The most entries, and bytes of a label, that a group may have to be made in its turn and not at once: what waits
/// takes memory that nobody counts.
const MAX_ENTRIES_PUT_OFF: usize = 64;
const MAX_LABEL_PUT_OFF: usize = 256;

/// A bind group of the guest.
#[derive(Debug)]
pub struct BindGroup {
    pub(crate) cell: Arc<BindGroupCell>,
    pub(crate) label: String,
    entries: usize,
    /// What the guest calls it in its command memory.
    pub(crate) name: Option<Name>,
}

labelled!(BindGroup, weights::BIND_GROUP, |group| group.entries.saturating_mul(weights::BINDING));

impl MayHaveName for BindGroup {
    fn name_mut(&mut self) -> &mut Option<Name> {
        &mut self.name
    }

    fn named_object(&self, _: u32) -> NamedObject {
        NamedObject::BindGroup(Arc::clone(&self.cell))
    }
}

/// An entry whose handle is resolved. It owns its object: wgpu's own type borrows one, and the view of a
/// texture that is bound as such belongs to nobody else.
struct Entry {
    binding: u32,
    resource: BoundResource,
    reservation: Option<SharedReservation>,
}

enum BoundResource {
    Buffer { buffer: wgpu::Buffer, offset: u64, size: Option<u64> },
    Sampler(wgpu::Sampler),
    View(wgpu::TextureView),
}

impl Entry {
    fn as_wgpu(&self) -> wgpu::BindGroupEntry<'_> {
        let Self { binding, resource, reservation: _ } = self;
        let resource = match resource {
            BoundResource::Buffer { buffer, offset, size } => {
                let size = size.and_then(NonZeroU64::new);
                wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: *offset, size })
            }
            BoundResource::Sampler(sampler) => wgpu::BindingResource::Sampler(sampler),
            BoundResource::View(view) => wgpu::BindingResource::TextureView(view),
        };
        wgpu::BindGroupEntry { binding: *binding, resource }
    }
}

impl WebGpuCtxView<'_> {
    /// `createBindGroup`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createbindgroup>
    pub(crate) fn new_bind_group(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuBindGroupDescriptor,
    ) -> wasmtime::Result<BindGroup> {
        let wit::GpuBindGroupDescriptor { layout, entries, label } = descriptor;
        let label = label.unwrap_or_default();
        let layout = self.get(&layout)?.inner.clone();
        let mut entries =
            entries.iter().map(|entry| self.bind_group_entry(entry)).collect::<wasmtime::Result<Vec<_>>>()?;
        let reservations = entries.iter_mut().filter_map(|entry| entry.reservation.take()).collect();
        let cell = Arc::new(BindGroupCell::new(reservations));
        let count = entries.len();
        let may_wait = entries.len() <= MAX_ENTRIES_PUT_OFF && label.len() <= MAX_LABEL_PUT_OFF;
        let make = {
            let (device, cell, label) = (Arc::clone(device), Arc::clone(&cell), label.clone());
            move || match fence::catch(|| make(&device, &label, &layout, entries)) {
                Ok(inner) => cell.set(inner),
                Err(panic) => {
                    let message = format!("In Device::create_bind_group: {panic}");
                    device.errors.report(GpuError::internal(message));
                }
            }
        };
        device.later_or_now(may_wait, make);
        Ok(BindGroup { cell, label, entries: count, name: None })
    }

    /// What `setBindGroup` sets, in a call in which the group may get a name; without a group it unsets.
    #[inline]
    pub(crate) fn get_group_and_name(
        &mut self,
        group: Option<Resource<BindGroup>>,
        new_name: NewName,
    ) -> wasmtime::Result<Option<Arc<BindGroupCell>>> {
        match group {
            Some(group) => Ok(Some(Arc::clone(&self.get_and_name(&group, new_name)?.cell))),
            None => new_name.none().map(|()| None),
        }
    }

    /// Resolves one entry: <https://www.w3.org/TR/webgpu/#typedefdef-gpubindingresource>
    fn bind_group_entry(&self, entry: &wit::GpuBindGroupEntry) -> wasmtime::Result<Entry> {
        let wit::GpuBindGroupEntry { binding, resource } = entry;
        let (resource, reservation) = match resource {
            // The whole buffer.
            wit::GpuBindingResource::GpuBuffer(buffer) => {
                let buffer = self.get(buffer)?;
                let resource = BoundResource::Buffer { buffer: buffer.inner.clone(), offset: 0, size: None };
                (resource, Some(buffer.reservation.clone()))
            }
            wit::GpuBindingResource::GpuBufferBinding(wit::GpuBufferBinding { buffer, offset, size }) => {
                let buffer = self.get(buffer)?;
                let resource = BoundResource::Buffer {
                    buffer: buffer.inner.clone(),
                    // https://www.w3.org/TR/webgpu/#dom-gpubufferbinding-offset
                    offset: offset.unwrap_or(0),
                    size: *size,
                };
                (resource, Some(buffer.reservation.clone()))
            }
            wit::GpuBindingResource::GpuSampler(sampler) => {
                (BoundResource::Sampler(self.get(sampler)?.inner.clone()), None)
            }
            // The texture's default view, which the group keeps alive.
            wit::GpuBindingResource::GpuTexture(texture) => {
                let texture = self.get(texture)?;
                let view = texture.inner.create_view(&wgpu::TextureViewDescriptor::default());
                (BoundResource::View(view), Some(texture.reservation.clone()))
            }
            wit::GpuBindingResource::GpuTextureView(view) => {
                let view = self.get(view)?;
                (BoundResource::View(view.inner.clone()), Some(view.reservation.clone()))
            }
        };
        Ok(Entry { binding: *binding, resource, reservation })
    }
}

impl From<OutOfData> for wit::SetBindGroupError {
    fn from(error: OutOfData) -> Self {
        Self { kind: wit::SetBindGroupErrorKind::RangeError, message: error.to_string() }
    }
}

impl wit::HostGpuBindGroup for WebGpuCtxView<'_> {
    label_methods!(BindGroup);

    fn drop(&mut self, this: Resource<BindGroup>) -> wasmtime::Result<()> {
        self.delete_with_name(this).map(drop)
    }
}

/// Has wgpu make a group, an invalid one after an error.
fn make(
    device: &DeviceCore,
    label: &str,
    layout: &wgpu::BindGroupLayout,
    mut entries: Vec<Entry>,
) -> wgpu::BindGroup {
    let empty = refuse_empty_binding(&mut entries);
    let entries: Vec<_> = entries.iter().map(Entry::as_wgpu).collect();
    let descriptor = wgpu::BindGroupDescriptor { label: Some(label), layout, entries: &entries };
    let Some(binding) = empty else { return device.wgpu.create_bind_group(&descriptor) };
    let why = format!("the size of binding {binding} is 0");
    device.errors.refuse("Device::create_bind_group", label, why);
    let (inner, _) = collecting(|| device.wgpu.create_bind_group(&descriptor));
    inner
}

/// A size of 0 is an error in WebGPU, and the type of wgpu has no such value. If there is one, this gives
/// its binding, and has made that entry one that wgpu refuses as well: no offset is that large.
/// <https://www.w3.org/TR/webgpu/#dom-gpudevice-createbindgroup>
fn refuse_empty_binding(entries: &mut [Entry]) -> Option<u32> {
    entries.iter_mut().find_map(|entry| match &mut entry.resource {
        BoundResource::Buffer { buffer: _, offset, size: Some(0) } => {
            *offset = u64::MAX;
            Some(entry.binding)
        }
        BoundResource::Buffer { buffer: _, offset: _, size: _ }
        | BoundResource::Sampler(_)
        | BoundResource::View(_) => None,
    })
}
