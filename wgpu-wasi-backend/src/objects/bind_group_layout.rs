//! GPUBindGroupLayout — wit: gpu-bind-group-layout — spec: <https://www.w3.org/TR/webgpu/#gpubindgrouplayout> — peer: host/src/objects/bind_group_layout.rs

use std::sync::{Arc, OnceLock};

use wgpu::custom::BindGroupLayoutInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label, texture_format};
use crate::device::shared::DeviceShared;
use crate::id::Id;
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
    ) -> Result<wit::GpuBindGroupLayoutDescriptor, String> {
        let wgpu::BindGroupLayoutDescriptor { label: name, entries } = desc;
        let entries = entries.iter().map(|entry| {
            entry
                .try_into()
                .map_err(|why: String| format!("Binding {} entry is invalid\n  {why}", entry.binding))
        });
        let entries = entries.collect::<Result<_, _>>()?;
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
    type Error = String;

    fn try_from(value: &wgpu::BindGroupLayoutEntry) -> Result<Self, String> {
        let wgpu::BindGroupLayoutEntry { binding, visibility, ty, count } = value;
        let mut entry = Self {
            binding: *binding,
            // Of a stage that there is not, no shader is bound to.
            visibility: (*visibility & STAGES).try_into()?,
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
                    access: Some(access.try_into().map_err(|_: NotInWebGpu| NOT_ATOMIC)?),
                    format: texture_format(format)?,
                    view_dimension: Some(view_dimension.into()),
                });
            }
            wgpu::BindingType::AccelerationStructure { vertex_return: _ } => {
                return Err(NotInWebGpu::from(unsupported::RAY_TRACING).into());
            }
            wgpu::BindingType::ExternalTexture => {
                return Err(NotInWebGpu::from(unsupported::EXTERNAL_TEXTURE).into());
            }
        }
        if count.is_some() {
            return Err(array_of(*ty).into());
        }
        Ok(entry)
    }
}

/// The stages of WebGPU. `ShaderStages::all()` is more.
const STAGES: wgpu::ShaderStages =
    wgpu::ShaderStages::VERTEX.union(wgpu::ShaderStages::FRAGMENT).union(wgpu::ShaderStages::COMPUTE);

/// In the words of wgpu.
const NOT_ATOMIC: &str = "Atomic storage textures are not allowed by baseline webgpu, they require the native only \
                          feature TEXTURE_ADAPTER_SPECIFIC_FORMAT_FEATURES";

/// What wgpu would need for an array of such bindings.
fn array_of(ty: wgpu::BindingType) -> NotInWebGpu {
    let arrays = match ty {
        wgpu::BindingType::Buffer { ty, has_dynamic_offset: _, min_binding_size: _ } => match ty {
            wgpu::BufferBindingType::Uniform => wgpu::Features::BUFFER_BINDING_ARRAY,
            wgpu::BufferBindingType::Storage { read_only: _ } => {
                wgpu::Features::BUFFER_BINDING_ARRAY.union(wgpu::Features::STORAGE_RESOURCE_BINDING_ARRAY)
            }
        },
        wgpu::BindingType::Sampler(_)
        | wgpu::BindingType::Texture { sample_type: _, view_dimension: _, multisampled: _ } => {
            wgpu::Features::TEXTURE_BINDING_ARRAY
        }
        wgpu::BindingType::StorageTexture { access: _, format: _, view_dimension: _ } => {
            wgpu::Features::TEXTURE_BINDING_ARRAY.union(wgpu::Features::STORAGE_RESOURCE_BINDING_ARRAY)
        }
        wgpu::BindingType::AccelerationStructure { vertex_return: _ } => {
            return unsupported::RAY_TRACING.into();
        }
        wgpu::BindingType::ExternalTexture => return unsupported::EXTERNAL_TEXTURE.into(),
    };
    NotInWebGpu::without(arrays)
}
