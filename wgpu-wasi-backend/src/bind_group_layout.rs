//! GPUBindGroupLayout — wit: gpu-bind-group-layout — spec: <https://www.w3.org/TR/webgpu/#gpubindgrouplayout> — peer: host/src/bind_group_layout.rs

use std::sync::{Arc, OnceLock};

use wgpu::custom::BindGroupLayoutInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label};
use crate::device::DeviceShared;
use crate::elide::Id;
use crate::unsupported;

/// A bind group layout of the host.
#[derive(Clone, Debug)]
pub(crate) struct BindGroupLayout {
    wit: Arc<wit::GpuBindGroupLayout>,
    id: Id,
}

impl BindGroupLayout {
    pub(crate) fn create(device: &DeviceShared, desc: &wgpu::BindGroupLayoutDescriptor<'_>) -> Self {
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => device.wit.create_bind_group_layout(&descriptor),
            Err(why) => {
                device.refuse("Device::create_bind_group_layout", desc.label, why);
                Self::invalid(device)
            }
        };
        device.created();
        Self::from_host(wit)
    }

    fn from_host(wit: wit::GpuBindGroupLayout) -> Self {
        Self { wit: Arc::new(wit), id: Id::next() }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuBindGroupLayout {
        &self.wit
    }

    #[inline]
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    fn descriptor(
        desc: &wgpu::BindGroupLayoutDescriptor<'_>,
    ) -> Result<wit::GpuBindGroupLayoutDescriptor, NotInWebGpu> {
        let wgpu::BindGroupLayoutDescriptor { label: name, entries } = desc;
        let entries = entries.iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(wit::GpuBindGroupLayoutDescriptor { entries, label: label(*name) })
    }

    /// A layout with a binding twice is invalid: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createbindgrouplayout>
    pub(crate) fn invalid(device: &DeviceShared) -> wit::GpuBindGroupLayout {
        let entry = || wit::GpuBindGroupLayoutEntry {
            binding: 0,
            visibility: wit::GpuShaderStage::COMPUTE,
            buffer: None,
            sampler: Some(wit::GpuSamplerBindingLayout {
                type_: Some(wit::GpuSamplerBindingType::Filtering),
            }),
            texture: None,
            storage_texture: None,
        };
        let desc = wit::GpuBindGroupLayoutDescriptor { entries: vec![entry(), entry()], label: None };
        device.invalid(|device| device.create_bind_group_layout(&desc))
    }
}

impl BindGroupLayoutInterface for BindGroupLayout {}

/// Groups whose layouts are kept; those of higher ones are asked for each time. Twice what WebGPU
/// guarantees: <https://www.w3.org/TR/webgpu/#dom-supported-limits-maxbindgroups>
const KEPT: usize = 8;

/// The bind group layouts of a pipeline. Programs that make bind groups as they go ask for them before
/// each dispatch, and every answer of the host is an object more to be made and dropped there.
#[derive(Debug, Default)]
pub(crate) struct PipelineLayouts([OnceLock<BindGroupLayout>; KEPT]);

impl PipelineLayouts {
    /// The layout of a group: what the host has answered before, or answers now.
    pub(crate) fn get(
        &self,
        device: &DeviceShared,
        index: u32,
        ask: impl FnOnce() -> wit::GpuBindGroupLayout,
    ) -> BindGroupLayout {
        let place = usize::try_from(index).ok().and_then(|index| self.0.get(index));
        if let Some(kept) = place.and_then(OnceLock::get) {
            return kept.clone();
        }
        let (wit, error) = device.checked(ask);
        let layout = BindGroupLayout::from_host(wit);
        match (error, place) {
            // The same question is an error again the next time.
            (Some(error), _) => device.report(error),
            (None, Some(place)) => return place.get_or_init(|| layout).clone(),
            (None, None) => {}
        }
        layout
    }
}

impl TryFrom<&wgpu::BindGroupLayoutEntry> for wit::GpuBindGroupLayoutEntry {
    type Error = NotInWebGpu;

    fn try_from(value: &wgpu::BindGroupLayoutEntry) -> Result<Self, NotInWebGpu> {
        let wgpu::BindGroupLayoutEntry { binding, visibility, ty, count } = value;
        if count.is_some() {
            return Err(unsupported::BINDING_ARRAY.into());
        }
        let mut entry = Self {
            binding: *binding,
            visibility: (*visibility).try_into()?,
            buffer: None,
            sampler: None,
            texture: None,
            storage_texture: None,
        };
        match *ty {
            wgpu::BindingType::Buffer { ty, has_dynamic_offset, min_binding_size } => {
                entry.buffer = Some(wit::GpuBufferBindingLayout {
                    type_: Some(ty.into()),
                    has_dynamic_offset: Some(has_dynamic_offset),
                    min_binding_size: Some(min_binding_size.map_or(0, wgpu::BufferSize::get)),
                });
            }
            wgpu::BindingType::Sampler(ty) => {
                entry.sampler = Some(wit::GpuSamplerBindingLayout { type_: Some(ty.into()) });
            }
            wgpu::BindingType::Texture { sample_type, view_dimension, multisampled } => {
                entry.texture = Some(wit::GpuTextureBindingLayout {
                    sample_type: Some(sample_type.into()),
                    view_dimension: Some(view_dimension.into()),
                    multisampled: Some(multisampled),
                });
            }
            wgpu::BindingType::StorageTexture { access, format, view_dimension } => {
                entry.storage_texture = Some(wit::GpuStorageTextureBindingLayout {
                    access: Some(access.try_into()?),
                    format: format.try_into()?,
                    view_dimension: Some(view_dimension.into()),
                });
            }
            wgpu::BindingType::AccelerationStructure { vertex_return: _ } => {
                return Err(unsupported::RAY_TRACING.into());
            }
            wgpu::BindingType::ExternalTexture => return Err(unsupported::EXTERNAL_TEXTURE.into()),
        }
        Ok(entry)
    }
}
