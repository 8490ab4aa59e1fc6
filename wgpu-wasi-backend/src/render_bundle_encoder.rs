//! GPURenderBundleEncoder — wit: gpu-render-bundle-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundleencoder> — peer: host/src/render_bundle_encoder.rs

use std::ops::Range;
use std::sync::Arc;

use wgpu::custom::{
    DispatchBindGroup, DispatchBuffer, DispatchRenderBundle, DispatchRenderPipeline,
    RenderBundleEncoderInterface,
};

use crate::bind_group::{BindGroup, dynamic_offsets};
use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::buffer::Buffer;
use crate::convert::{NotInWebGpu, label, ours};
use crate::device::DeviceShared;
use crate::elide::Bound;
use crate::render_bundle::RenderBundle;
use crate::render_pass::length;
use crate::render_pipeline::RenderPipeline;
use crate::unsupported;

/// A render bundle encoder of the host.
#[derive(Debug)]
pub(crate) struct RenderBundleEncoder {
    wit: wit::GpuRenderBundleEncoder,
    device: Arc<DeviceShared>,
    label: Option<String>,
    /// The first command that could not be recorded; `finish` tells.
    failure: Option<String>,
    bound: Bound,
}

impl RenderBundleEncoder {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::RenderBundleEncoderDescriptor<'_>) -> Self {
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => device.wit.create_render_bundle_encoder(&descriptor),
            Err(why) => {
                device.refuse("Device::create_render_bundle_encoder", desc.label, why);
                Self::invalid(device)
            }
        };
        device.created();
        Self {
            wit,
            device: Arc::clone(device),
            label: label(desc.label),
            failure: None,
            bound: Bound::default(),
        }
    }

    fn descriptor(
        desc: &wgpu::RenderBundleEncoderDescriptor<'_>,
    ) -> Result<wit::GpuRenderBundleEncoderDescriptor, NotInWebGpu> {
        let wgpu::RenderBundleEncoderDescriptor {
            label: name,
            color_formats,
            depth_stencil,
            sample_count,
            multiview,
        } = desc;
        if multiview.is_some() {
            return Err(unsupported::MULTIVIEW.into());
        }
        let color_formats = color_formats.iter().map(|format| format.map(TryInto::try_into).transpose());
        let (format, depth_read_only, stencil_read_only) = match depth_stencil {
            Some(wgpu::RenderBundleDepthStencil { format, depth_read_only, stencil_read_only }) => {
                (Some((*format).try_into()?), *depth_read_only, *stencil_read_only)
            }
            None => (None, false, false),
        };
        Ok(wit::GpuRenderBundleEncoderDescriptor {
            depth_read_only: Some(depth_read_only),
            stencil_read_only: Some(stencil_read_only),
            color_formats: color_formats.collect::<Result<_, _>>()?,
            depth_stencil_format: format,
            sample_count: Some(*sample_count),
            label: label(*name),
        })
    }

    /// An encoder without any attachment is invalid, and so will its bundle be: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createrenderbundleencoder>
    fn invalid(device: &DeviceShared) -> wit::GpuRenderBundleEncoder {
        let desc = wit::GpuRenderBundleEncoderDescriptor {
            depth_read_only: None,
            stencil_read_only: None,
            color_formats: Vec::new(),
            depth_stencil_format: None,
            sample_count: None,
            label: None,
        };
        device.invalid(|device| device.create_render_bundle_encoder(&desc))
    }
}

impl RenderBundleEncoderInterface for RenderBundleEncoder {
    fn finish(self, desc: &wgpu::RenderBundleDescriptor<'_>) -> DispatchRenderBundle {
        let wgpu::RenderBundleDescriptor { label: name } = desc;
        let descriptor = wit::GpuRenderBundleDescriptor { label: label(*name) };
        let bundle = self.wit.finish(Some(&descriptor));
        self.device.created();
        if let Some(why) = self.failure {
            self.device.refuse("RenderBundleEncoder::finish", self.label.as_deref(), why);
        }
        DispatchRenderBundle::custom(RenderBundle::from_host(bundle))
    }

    fn finish_boxed(self: Box<Self>, desc: &wgpu::RenderBundleDescriptor<'_>) -> DispatchRenderBundle {
        (*self).finish(desc)
    }

    fn set_bind_group(
        &mut self,
        index: u32,
        bind_group: Option<&DispatchBindGroup>,
        offsets: &[wgpu::DynamicOffset],
    ) {
        let group = bind_group.map(|group| ours(group.as_custom::<BindGroup>()));
        if self.bound.set_bind_group(index, group.map(BindGroup::id), offsets) {
            let (data, start, length) = dynamic_offsets(offsets);
            let group = group.map(BindGroup::wit);
            if let Err(error) = self.wit.set_bind_group(index, group, data, start, length) {
                self.failure.get_or_insert(error.message);
            }
        }
    }

    fn set_immediates(&mut self, offset: u32, data: &[u8]) {
        self.wit.set_immediates(offset, data, Some(0), Some(data.len() as u64));
    }

    fn set_pipeline(&mut self, pipeline: &DispatchRenderPipeline) {
        let pipeline = ours(pipeline.as_custom::<RenderPipeline>());
        if self.bound.set_pipeline(pipeline.id) {
            self.wit.set_pipeline(&pipeline.wit);
        }
    }

    fn set_index_buffer(
        &mut self,
        buffer: &DispatchBuffer,
        index_format: wgpu::IndexFormat,
        offset: wgpu::BufferAddress,
        size: Option<wgpu::BufferSize>,
    ) {
        let buffer = ours(buffer.as_custom::<Buffer>()).wit();
        let size = size.map(wgpu::BufferSize::get);
        self.wit.set_index_buffer(buffer, index_format.into(), Some(offset), size);
    }

    fn set_vertex_buffer(
        &mut self,
        slot: u32,
        buffer: Option<&DispatchBuffer>,
        offset: wgpu::BufferAddress,
        size: Option<wgpu::BufferSize>,
    ) {
        let buffer = buffer.map(|buffer| ours(buffer.as_custom::<Buffer>()).wit());
        let size = size.map(wgpu::BufferSize::get);
        self.wit.set_vertex_buffer(slot, buffer, Some(offset), size);
    }

    fn draw(&mut self, vertices: Range<u32>, instances: Range<u32>) {
        self.wit.draw(
            length(&vertices),
            Some(length(&instances)),
            Some(vertices.start),
            Some(instances.start),
        );
    }

    fn draw_indexed(&mut self, indices: Range<u32>, base_vertex: i32, instances: Range<u32>) {
        self.wit.draw_indexed(
            length(&indices),
            Some(length(&instances)),
            Some(indices.start),
            Some(base_vertex),
            Some(instances.start),
        );
    }

    fn draw_indirect(&mut self, indirect_buffer: &DispatchBuffer, indirect_offset: wgpu::BufferAddress) {
        let buffer = ours(indirect_buffer.as_custom::<Buffer>());
        self.wit.draw_indirect(buffer.wit(), indirect_offset);
    }

    fn draw_indexed_indirect(
        &mut self,
        indirect_buffer: &DispatchBuffer,
        indirect_offset: wgpu::BufferAddress,
    ) {
        let buffer = ours(indirect_buffer.as_custom::<Buffer>());
        self.wit.draw_indexed_indirect(buffer.wit(), indirect_offset);
    }
}
