//! GPUBindGroup — wit: gpu-bind-group — spec: <https://www.w3.org/TR/webgpu/#gpubindgroup> — peer: host/src/objects/bind_group.rs

use std::sync::Arc;

use wgpu::custom::BindGroupInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::commands::memory::naming_new;
use crate::convert::{NotInWebGpu, label, ours};
use crate::device::reuse::{Found, SharedBindGroup, Writer};
use crate::device::shared::DeviceShared;
use crate::id::Id;
use crate::lock::lock;
use crate::name::Name;
use crate::objects::bind_group_layout::BindGroupLayout;
use crate::objects::buffer::Buffer;
use crate::objects::sampler::Sampler;
use crate::objects::texture_view::TextureView;
use crate::unsupported;

/// The handle that wgpu holds. Those that were made of the same description may share a group.
#[derive(Debug)]
pub(crate) struct BindGroup(Arc<SharedBindGroup>);

impl BindGroup {
    pub(crate) fn create(device: &DeviceShared, desc: &wgpu::BindGroupDescriptor<'_>) -> Self {
        let found = lock(&device.reuse).find(|writer| Self::describe(desc, writer));
        let description = match found {
            Found::Group(group) => return Self(group),
            Found::Again(description) => Some(description),
            Found::Nothing => None,
        };
        let name = Name::default();
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => naming_new(&name, || device.wit.create_bind_group(&descriptor)),
            Err(why) => {
                device.refuse("Device::create_bind_group", desc.label, why);
                Self::invalid(device)
            }
        };
        let group = Arc::new(SharedBindGroup { wit, id: Id::next(), name });
        if let Some(description) = description {
            lock(&device.reuse).keep(description, Arc::clone(&group));
        }
        // After that: an error that this reports is about what the store has.
        device.created();
        Self(group)
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuBindGroup {
        &self.0.wit
    }

    #[inline]
    pub(crate) fn id(&self) -> Id {
        self.0.id
    }

    #[inline]
    pub(crate) fn name(&self) -> &Name {
        &self.0.name
    }

    /// By what a group is found again. `false` where it binds anything but buffers: samplers and textures are
    /// bound for drawing, by groups that a program keeps.
    fn describe(desc: &wgpu::BindGroupDescriptor<'_>, writer: &mut Writer) -> bool {
        let wgpu::BindGroupDescriptor { label, layout, entries } = desc;
        writer.begin(ours(layout.as_custom::<BindGroupLayout>()).id(), entries.len());
        for wgpu::BindGroupEntry { binding, resource } in *entries {
            let wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size }) = resource else {
                return false;
            };
            let buffer = ours(buffer.as_custom::<Buffer>()).id();
            writer.binding(*binding, buffer, *offset, size.map_or(0, wgpu::BufferSize::get));
        }
        if let Some(label) = label {
            writer.label(label);
        }
        true
    }

    fn descriptor<'a>(
        desc: &wgpu::BindGroupDescriptor<'a>,
    ) -> Result<wit::GpuBindGroupDescriptor<'a>, String> {
        let wgpu::BindGroupDescriptor { label: name, layout, entries } = desc;
        Ok(wit::GpuBindGroupDescriptor {
            layout: ours(layout.as_custom::<BindGroupLayout>()).wit(),
            entries: entries.iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            label: label(*name),
        })
    }

    /// A bind group of an invalid layout is invalid.
    fn invalid(device: &DeviceShared) -> wit::GpuBindGroup {
        let layout = BindGroupLayout::invalid(device);
        let desc = wit::GpuBindGroupDescriptor { layout: &layout, entries: Vec::new(), label: None };
        device.invalid(|device| device.create_bind_group(&desc))
    }
}

impl BindGroupInterface for BindGroup {}

impl<'a> TryFrom<&wgpu::BindGroupEntry<'a>> for wit::GpuBindGroupEntry<'a> {
    type Error = String;

    fn try_from(value: &wgpu::BindGroupEntry<'a>) -> Result<Self, String> {
        let wgpu::BindGroupEntry { binding, resource } = value;
        let resource = match resource {
            wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size }) => {
                wit::GpuBindingResource::GpuBufferBinding(wit::GpuBufferBinding {
                    buffer: ours(buffer.as_custom::<Buffer>()).wit(),
                    offset: Some(*offset),
                    // None is the rest of the buffer for both, and only the host can say whether
                    // there is any.
                    size: size.map(wgpu::BufferSize::get),
                })
            }
            wgpu::BindingResource::Sampler(sampler) => {
                wit::GpuBindingResource::GpuSampler(ours(sampler.as_custom::<Sampler>()).wit())
            }
            wgpu::BindingResource::TextureView(view) => {
                wit::GpuBindingResource::GpuTextureView(ours(view.as_custom::<TextureView>()).wit())
            }
            wgpu::BindingResource::BufferArray(_)
            | wgpu::BindingResource::SamplerArray(_)
            | wgpu::BindingResource::TextureViewArray(_) => {
                // No layout here has an array, so wgpu has these words.
                let why = "Binding declared as a single item, but bind group is using it as an array";
                return Err(why.to_owned());
            }
            wgpu::BindingResource::AccelerationStructure(_)
            | wgpu::BindingResource::AccelerationStructureArray(_) => {
                return Err(NotInWebGpu::from(unsupported::RAY_TRACING).into());
            }
            wgpu::BindingResource::ExternalTexture(_) => {
                return Err(NotInWebGpu::from(unsupported::EXTERNAL_TEXTURE).into());
            }
            // `BindingResource` is non-exhaustive: what comes next is not in this WIT either.
            _ => return Err(NotInWebGpu::value("BindingResource").into()),
        };
        Ok(Self { binding: *binding, resource })
    }
}
