//! GPUBindGroupLayout — wit: gpu-bind-group-layout — spec: <https://www.w3.org/TR/webgpu/#gpubindgrouplayout> — peer: wgpu-wasi-backend/src/objects/bind_group_layout.rs

use std::{num::NonZeroU64, sync::Arc};

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    device::{core::DeviceCore, lent_scopes::collecting},
    view::{WebGpuCtxView, label_methods, labelled},
    weights,
};

/// A bind group layout of the guest.
#[derive(Debug)]
pub struct BindGroupLayout {
    pub(crate) inner: wgpu::BindGroupLayout,
    pub(crate) label: String,
    /// How many it has, as far as the guest has made it.
    pub(crate) entries: usize,
}

labelled!(BindGroupLayout, weights::BIND_GROUP_LAYOUT, |layout| layout
    .entries
    .saturating_mul(weights::BINDING));

impl BindGroupLayout {
    /// A layout that wgpu refuses to use anywhere.
    pub(crate) fn invalid(device: &DeviceCore, label: String) -> Self {
        // Two entries of one binding are never valid.
        let entry = wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
            count: None,
        };
        let descriptor = wgpu::BindGroupLayoutDescriptor { label: Some(&label), entries: &[entry, entry] };
        let (inner, _) = collecting(|| device.wgpu.create_bind_group_layout(&descriptor));
        Self { inner, label, entries: 0 }
    }
}

impl WebGpuCtxView<'_> {
    /// `createBindGroupLayout`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createbindgrouplayout>
    pub(crate) fn new_bind_group_layout(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuBindGroupLayoutDescriptor,
    ) -> wasmtime::Result<BindGroupLayout> {
        let wit::GpuBindGroupLayoutDescriptor { entries, label } = descriptor;
        let label = label.unwrap_or_default();
        let entries: Result<Vec<wgpu::BindGroupLayoutEntry>, String> =
            entries.into_iter().map(layout_entry).collect();
        Ok(match entries {
            Ok(entries) => {
                let inner = device.wgpu.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                    label: Some(&label),
                    entries: &entries,
                });
                BindGroupLayout { inner, label, entries: entries.len() }
            }
            Err(reason) => {
                device.errors.refuse("Device::create_bind_group_layout", &label, reason);
                BindGroupLayout::invalid(device, label)
            }
        })
    }
}

impl wit::HostGpuBindGroupLayout for WebGpuCtxView<'_> {
    label_methods!(BindGroupLayout);

    fn drop(&mut self, this: Resource<BindGroupLayout>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// An entry has exactly one kind, which wgpu's type can't break and WebGPU's can; `Err` says how it does.
/// <https://www.w3.org/TR/webgpu/#dictdef-gpubindgrouplayoutentry>
fn layout_entry(entry: wit::GpuBindGroupLayoutEntry) -> Result<wgpu::BindGroupLayoutEntry, String> {
    let wit::GpuBindGroupLayoutEntry { binding, visibility, buffer, sampler, texture, storage_texture } =
        entry;
    let mut kinds = [
        buffer.map(wgpu::BindingType::from),
        sampler.map(wgpu::BindingType::from),
        texture.map(wgpu::BindingType::from),
        storage_texture.map(wgpu::BindingType::from),
    ]
    .into_iter()
    .flatten();
    match (kinds.next(), kinds.next()) {
        (Some(ty), None) => {
            Ok(wgpu::BindGroupLayoutEntry { binding, visibility: visibility.into(), ty, count: None })
        }
        (None, _) => {
            Err(format!("the entry of binding {binding} is no buffer, sampler, texture or storage texture"))
        }
        (Some(_), Some(_)) => Err(format!(
            "the entry of binding {binding} is more than one of buffer, sampler, texture and storage texture"
        )),
    }
}

impl From<wit::GpuBufferBindingLayout> for wgpu::BindingType {
    fn from(layout: wit::GpuBufferBindingLayout) -> Self {
        let wit::GpuBufferBindingLayout { type_, has_dynamic_offset, min_binding_size } = layout;
        Self::Buffer {
            // https://www.w3.org/TR/webgpu/#dom-gpubufferbindinglayout-type
            ty: type_.map_or(wgpu::BufferBindingType::Uniform, Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gpubufferbindinglayout-hasdynamicoffset
            has_dynamic_offset: has_dynamic_offset.unwrap_or(false),
            // 0 is the default, and means that draws and dispatches check the size instead:
            // https://www.w3.org/TR/webgpu/#dom-gpubufferbindinglayout-minbindingsize
            min_binding_size: min_binding_size.and_then(NonZeroU64::new),
        }
    }
}

impl From<wit::GpuSamplerBindingLayout> for wgpu::BindingType {
    fn from(layout: wit::GpuSamplerBindingLayout) -> Self {
        let wit::GpuSamplerBindingLayout { type_ } = layout;
        // https://www.w3.org/TR/webgpu/#dom-gpusamplerbindinglayout-type
        Self::Sampler(type_.map_or(wgpu::SamplerBindingType::Filtering, Into::into))
    }
}

impl From<wit::GpuTextureBindingLayout> for wgpu::BindingType {
    fn from(layout: wit::GpuTextureBindingLayout) -> Self {
        let wit::GpuTextureBindingLayout { sample_type, view_dimension, multisampled } = layout;
        Self::Texture {
            // https://www.w3.org/TR/webgpu/#dom-gputexturebindinglayout-sampletype
            sample_type: sample_type.map_or(wgpu::TextureSampleType::Float { filterable: true }, Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gputexturebindinglayout-viewdimension
            view_dimension: view_dimension.map_or(wgpu::TextureViewDimension::D2, Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gputexturebindinglayout-multisampled
            multisampled: multisampled.unwrap_or(false),
        }
    }
}

impl From<wit::GpuStorageTextureBindingLayout> for wgpu::BindingType {
    fn from(layout: wit::GpuStorageTextureBindingLayout) -> Self {
        let wit::GpuStorageTextureBindingLayout { access, format, view_dimension } = layout;
        Self::StorageTexture {
            // https://www.w3.org/TR/webgpu/#dom-gpustoragetexturebindinglayout-access
            access: access.map_or(wgpu::StorageTextureAccess::WriteOnly, Into::into),
            format: format.into(),
            // https://www.w3.org/TR/webgpu/#dom-gpustoragetexturebindinglayout-viewdimension
            view_dimension: view_dimension.map_or(wgpu::TextureViewDimension::D2, Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: wit::GpuBindGroupLayoutEntry = wit::GpuBindGroupLayoutEntry {
        binding: 3,
        visibility: wit::GpuShaderStage::COMPUTE,
        buffer: None,
        sampler: None,
        texture: None,
        storage_texture: None,
    };
    const BUFFER: wit::GpuBufferBindingLayout =
        wit::GpuBufferBindingLayout { type_: None, has_dynamic_offset: None, min_binding_size: Some(0) };
    const STORAGE_TEXTURE: wit::GpuStorageTextureBindingLayout = wit::GpuStorageTextureBindingLayout {
        access: None,
        format: wit::GpuTextureFormat::Rgba8unorm,
        view_dimension: None,
    };

    #[test]
    fn an_entry_has_exactly_one_kind() {
        assert!(layout_entry(NOTHING).is_err());
        let two = wit::GpuBindGroupLayoutEntry {
            buffer: Some(BUFFER),
            storage_texture: Some(STORAGE_TEXTURE),
            ..NOTHING
        };
        assert!(layout_entry(two).is_err());
    }

    #[test]
    fn layouts_have_the_defaults_of_webgpu() {
        let entry = wit::GpuBindGroupLayoutEntry { buffer: Some(BUFFER), ..NOTHING };
        assert_eq!(
            layout_entry(entry),
            Ok(wgpu::BindGroupLayoutEntry {
                binding: 3,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Uniform,
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
        );
        assert_eq!(
            wgpu::BindingType::from(STORAGE_TEXTURE),
            wgpu::BindingType::StorageTexture {
                access: wgpu::StorageTextureAccess::WriteOnly,
                format: wgpu::TextureFormat::Rgba8Unorm,
                view_dimension: wgpu::TextureViewDimension::D2,
            }
        );
    }
}
