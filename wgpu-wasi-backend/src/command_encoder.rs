//! GPUCommandEncoder — wit: gpu-command-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucommandencoder> — peer: host/src/command_encoder.rs

use std::sync::{Arc, Mutex};

use wgpu::custom::{
    CommandEncoderInterface, DispatchBuffer, DispatchCommandBuffer, DispatchComputePass, DispatchQuerySet,
    DispatchRenderPass, DispatchTexture,
};
use wgpu::wgt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::buffer;
use crate::clear_texture;
use crate::command_buffer::CommandBuffer;
use crate::compute_pass::ComputePass;
use crate::convert::{NotInWebGpu, label, ours};
use crate::device::DeviceShared;
use crate::query_set::QuerySet;
use crate::render_pass::RenderPass;
use crate::texture::Texture;
use crate::unsupported::{self, Unsupported};

/// The handle that wgpu holds.
#[derive(Debug)]
pub(crate) struct CommandEncoder {
    shared: Arc<EncoderShared>,
}

/// The encoder itself: passes hold on to it, so that it outlives them in whatever order a program
/// drops them.
#[derive(Debug)]
pub(crate) struct EncoderShared {
    pub(crate) device: Arc<DeviceShared>,
    wit: wit::GpuCommandEncoder,
    label: Option<String>,
    /// The first command that could not be recorded. As in WebGPU, `finish` tells.
    failure: Mutex<Option<String>>,
}

impl EncoderShared {
    /// Notes that a command cannot be recorded, which makes the command buffer invalid.
    pub(crate) fn fail(&self, call: &str, why: impl std::fmt::Display) {
        let mut failure = crate::wait::lock(&self.failure);
        if failure.is_none() {
            *failure = Some(format!("In {call}\n      {why}"));
        }
    }

    /// Whether the device has a feature; notes that `call` needs it where it has not.
    fn require(&self, call: &str, feature: wgpu::Features) -> bool {
        let has = self.device.features().contains(feature);
        if !has {
            self.fail(call, format_args!("Features {feature} are required but not enabled on the device"));
        }
        has
    }

    /// Notes that a command is not in the WIT.
    pub(crate) fn fail_unsupported(&self, call: &str, row: Unsupported) {
        self.fail(call, NotInWebGpu::from(row));
    }
}

impl CommandEncoder {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::CommandEncoderDescriptor<'_>) -> Self {
        let wgpu::CommandEncoderDescriptor { label: name } = desc;
        let label = label(*name);
        let descriptor = wit::GpuCommandEncoderDescriptor { label: label.clone() };
        let wit = device.wit.create_command_encoder(Some(&descriptor));
        device.created();
        let device = Arc::clone(device);
        Self { shared: Arc::new(EncoderShared { device, wit, label, failure: Mutex::new(None) }) }
    }

    /// Copies need textures that WIT can name parts of.
    fn texture_copy<'a>(
        &self,
        call: &str,
        info: wgpu::TexelCopyTextureInfo<'a>,
    ) -> Option<wit::GpuTexelCopyTextureInfo<'a>> {
        info.try_into().map_err(|why: NotInWebGpu| self.shared.fail(call, why)).ok()
    }
}

impl CommandEncoderInterface for CommandEncoder {
    fn begin_render_pass(&self, desc: &wgpu::RenderPassDescriptor<'_>) -> DispatchRenderPass {
        DispatchRenderPass::custom(RenderPass::begin(&self.shared, &self.shared.wit, desc))
    }

    fn begin_compute_pass(&self, desc: &wgpu::ComputePassDescriptor<'_>) -> DispatchComputePass {
        DispatchComputePass::custom(ComputePass::begin(&self.shared, &self.shared.wit, desc))
    }

    fn copy_buffer_to_buffer(
        &self,
        source: &DispatchBuffer,
        source_offset: wgpu::BufferAddress,
        destination: &DispatchBuffer,
        destination_offset: wgpu::BufferAddress,
        copy_size: Option<wgpu::BufferAddress>,
    ) {
        let source = buffer::handle(source);
        let destination = buffer::handle(destination);
        // No size is the rest of the source, for both.
        self.shared.wit.copy_buffer_to_buffer(
            source,
            Some(source_offset),
            destination,
            Some(destination_offset),
            copy_size,
        );
    }

    fn copy_buffer_to_texture(
        &self,
        source: wgpu::TexelCopyBufferInfo<'_>,
        destination: wgpu::TexelCopyTextureInfo<'_>,
        copy_size: wgpu::Extent3d,
    ) {
        let call = "CommandEncoder::copy_buffer_to_texture";
        if let Some(destination) = self.texture_copy(call, destination) {
            self.shared.wit.copy_buffer_to_texture(&source.into(), &destination, copy_size.into());
        }
    }

    fn copy_texture_to_buffer(
        &self,
        source: wgpu::TexelCopyTextureInfo<'_>,
        destination: wgpu::TexelCopyBufferInfo<'_>,
        copy_size: wgpu::Extent3d,
    ) {
        let call = "CommandEncoder::copy_texture_to_buffer";
        if let Some(source) = self.texture_copy(call, source) {
            self.shared.wit.copy_texture_to_buffer(&source, &destination.into(), copy_size.into());
        }
    }

    fn copy_texture_to_texture(
        &self,
        source: wgpu::TexelCopyTextureInfo<'_>,
        destination: wgpu::TexelCopyTextureInfo<'_>,
        copy_size: wgpu::Extent3d,
    ) {
        let call = "CommandEncoder::copy_texture_to_texture";
        let source = self.texture_copy(call, source);
        let destination = self.texture_copy(call, destination);
        if let (Some(source), Some(destination)) = (source, destination) {
            self.shared.wit.copy_texture_to_texture(&source, &destination, copy_size.into());
        }
    }

    fn clear_buffer(
        &self,
        buffer: &DispatchBuffer,
        offset: wgpu::BufferAddress,
        size: Option<wgpu::BufferAddress>,
    ) {
        // No size is the rest of the buffer, for both.
        self.shared.wit.clear_buffer(buffer::handle(buffer), Some(offset), size);
    }

    fn clear_texture(&self, texture: &DispatchTexture, subresource_range: &wgpu::ImageSubresourceRange) {
        let call = "CommandEncoder::clear_texture";
        if !self.shared.require(call, wgpu::Features::CLEAR_TEXTURE) {
            return;
        }
        let texture = ours(texture.as_custom::<Texture>()).wit();
        let device = &self.shared.device;
        if let Err(why) = clear_texture::clear(device, &self.shared.wit, texture, subresource_range) {
            self.shared.fail(call, why);
        }
    }

    fn resolve_query_set(
        &self,
        query_set: &DispatchQuerySet,
        first_query: u32,
        query_count: u32,
        destination: &DispatchBuffer,
        destination_offset: wgpu::BufferAddress,
    ) {
        let destination = buffer::handle(destination);
        match ours(query_set.as_custom::<QuerySet>()).wit() {
            Ok(query_set) => self.shared.wit.resolve_query_set(
                query_set,
                first_query,
                query_count,
                destination,
                destination_offset,
            ),
            Err(why) => self.shared.fail("CommandEncoder::resolve_query_set", why),
        }
    }

    fn write_timestamp(&self, query_set: &DispatchQuerySet, query_index: u32) {
        let call = "CommandEncoder::write_timestamp";
        if !self.shared.require(call, wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS) {
            return;
        }
        match ours(query_set.as_custom::<QuerySet>()).wit() {
            // A pass that does nothing writes its timestamps nevertheless.
            Ok(query_set) => self
                .shared
                .wit
                .begin_compute_pass(Some(&wit::GpuComputePassDescriptor {
                    timestamp_writes: Some(wit::GpuComputePassTimestampWrites {
                        query_set,
                        beginning_of_pass_write_index: Some(query_index),
                        end_of_pass_write_index: None,
                    }),
                    label: None,
                }))
                .end(),
            Err(why) => self.shared.fail(call, why),
        }
    }

    fn finish(&mut self) -> DispatchCommandBuffer {
        let shared = &self.shared;
        let descriptor = wit::GpuCommandBufferDescriptor { label: shared.label.clone() };
        let wit = shared.wit.finish(Some(&descriptor));
        shared.device.created();
        let failure = crate::wait::lock(&shared.failure).take();
        if let Some(why) = &failure {
            shared.device.refuse("CommandEncoder::finish", shared.label.as_deref(), why);
        }
        DispatchCommandBuffer::custom(CommandBuffer { wit, refused: failure.is_some() })
    }

    fn push_debug_group(&self, label: &str) {
        self.shared.wit.push_debug_group(label);
    }

    fn pop_debug_group(&self) {
        self.shared.wit.pop_debug_group();
    }

    fn insert_debug_marker(&self, label: &str) {
        self.shared.wit.insert_debug_marker(label);
    }

    fn mark_acceleration_structures_built<'a>(
        &self,
        _blas: &mut dyn Iterator<Item = &'a wgpu::Blas>,
        _tlas: &mut dyn Iterator<Item = &'a wgpu::Tlas>,
    ) {
        let call = "CommandEncoder::mark_acceleration_structures_built";
        self.shared.fail_unsupported(call, unsupported::RAY_TRACING);
    }

    fn build_acceleration_structures<'a>(
        &self,
        _blas: &mut dyn Iterator<Item = &'a wgpu::BlasBuildEntry<'a>>,
        _tlas: &mut dyn Iterator<Item = &'a wgpu::Tlas>,
    ) {
        let call = "CommandEncoder::build_acceleration_structures";
        self.shared.fail_unsupported(call, unsupported::RAY_TRACING);
    }

    fn transition_resources<'a>(
        &mut self,
        _buffer_transitions: &mut dyn Iterator<Item = wgt::BufferTransition<&'a DispatchBuffer>>,
        _texture_transitions: &mut dyn Iterator<Item = wgt::TextureTransition<&'a DispatchTexture>>,
    ) {
        // WebGPU does this by itself, and leaves no state that a program could see.
    }
}
