//! GPUCommandEncoder — wit: gpu-command-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucommandencoder> — peer: host/src/objects/command_encoder.rs

use std::sync::Arc;

use wgpu::custom::{
    CommandEncoderInterface, DispatchBuffer, DispatchCommandBuffer, DispatchComputePass, DispatchQuerySet,
    DispatchRenderPass, DispatchTexture,
};
use wgpu::wgt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::commands::encoder::{EncoderShared, Failure};
use crate::convert::{NotInWebGpu, label, ours};
use crate::device::shared::DeviceShared;
use crate::objects::buffer;
use crate::objects::clear_texture;
use crate::objects::command_buffer::CommandBuffer;
use crate::objects::compute_pass::ComputePass;
use crate::objects::query_set::QuerySet;
use crate::objects::render_pass::RenderPass;
use crate::objects::texture::Texture;
use crate::unsupported;

/// The handle that wgpu holds.
#[derive(Debug)]
pub(crate) struct CommandEncoder {
    shared: Arc<EncoderShared>,
}

impl CommandEncoder {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::CommandEncoderDescriptor<'_>) -> Self {
        let wgpu::CommandEncoderDescriptor { label: name } = desc;
        let label = label(*name);
        let descriptor = wit::GpuCommandEncoderDescriptor { label: label.clone() };
        let wit = device.wit.create_command_encoder(Some(&descriptor));
        device.created();
        Self { shared: Arc::new(EncoderShared::new(device, wit, label)) }
    }

    /// Copies need textures that WIT can name parts of.
    fn texture_copy<'a>(
        &self,
        info: wgpu::TexelCopyTextureInfo<'a>,
    ) -> Option<wit::GpuTexelCopyTextureInfo<'a>> {
        info.try_into().map_err(|why: String| self.shared.fail(why)).ok()
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
        if let Some(wit) = self.shared.open() {
            wit.copy_buffer_to_buffer(
                source,
                Some(source_offset),
                destination,
                Some(destination_offset),
                copy_size,
            );
        }
    }

    fn copy_buffer_to_texture(
        &self,
        source: wgpu::TexelCopyBufferInfo<'_>,
        destination: wgpu::TexelCopyTextureInfo<'_>,
        copy_size: wgpu::Extent3d,
    ) {
        if let (Some(destination), Some(wit)) = (self.texture_copy(destination), self.shared.open()) {
            wit.copy_buffer_to_texture(&source.into(), &destination, copy_size.into());
        }
    }

    fn copy_texture_to_buffer(
        &self,
        source: wgpu::TexelCopyTextureInfo<'_>,
        destination: wgpu::TexelCopyBufferInfo<'_>,
        copy_size: wgpu::Extent3d,
    ) {
        if let (Some(source), Some(wit)) = (self.texture_copy(source), self.shared.open()) {
            wit.copy_texture_to_buffer(&source, &destination.into(), copy_size.into());
        }
    }

    fn copy_texture_to_texture(
        &self,
        source: wgpu::TexelCopyTextureInfo<'_>,
        destination: wgpu::TexelCopyTextureInfo<'_>,
        copy_size: wgpu::Extent3d,
    ) {
        let source = self.texture_copy(source);
        let destination = self.texture_copy(destination);
        if let (Some(source), Some(destination), Some(wit)) = (source, destination, self.shared.open()) {
            wit.copy_texture_to_texture(&source, &destination, copy_size.into());
        }
    }

    fn clear_buffer(
        &self,
        buffer: &DispatchBuffer,
        offset: wgpu::BufferAddress,
        size: Option<wgpu::BufferAddress>,
    ) {
        // No size is the rest of the buffer, for both.
        if let Some(wit) = self.shared.open() {
            wit.clear_buffer(buffer::handle(buffer), Some(offset), size);
        }
    }

    fn clear_texture(&self, texture: &DispatchTexture, subresource_range: &wgpu::ImageSubresourceRange) {
        if !self.shared.require(wgpu::Features::CLEAR_TEXTURE) {
            return;
        }
        let texture = ours(texture.as_custom::<Texture>()).wit();
        let device = &self.shared.device;
        if let Err(why) = clear_texture::clear(device, &self.shared.wit, texture, subresource_range) {
            self.shared.fail(why);
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
            Ok(query_set) => {
                if let Some(wit) = self.shared.open() {
                    wit.resolve_query_set(
                        query_set,
                        first_query,
                        query_count,
                        destination,
                        destination_offset,
                    );
                }
            }
            Err(why) => self.shared.fail_at_once(why),
        }
    }

    fn write_timestamp(&self, query_set: &DispatchQuerySet, query_index: u32) {
        let query_set = match ours(query_set.as_custom::<QuerySet>()).wit() {
            Ok(query_set) => query_set,
            Err(why) => return self.shared.fail_at_once(why),
        };
        if !self.shared.require(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS) {
            return;
        }
        // A pass that does nothing writes its timestamps nevertheless.
        let pass = self.shared.wit.begin_compute_pass(Some(&wit::GpuComputePassDescriptor {
            timestamp_writes: Some(wit::GpuComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index: Some(query_index),
                end_of_pass_write_index: None,
            }),
            label: None,
        }));
        pass.end();
    }

    fn finish(&mut self) -> DispatchCommandBuffer {
        let shared = &self.shared;
        let descriptor = wit::GpuCommandBufferDescriptor { label: shared.label.clone() };
        let finish = || shared.wit.finish(Some(&descriptor));
        let Some(Failure { why, at_once }) = shared.take_failure() else {
            let wit = finish();
            shared.device.created();
            return DispatchCommandBuffer::custom(CommandBuffer { wit, refused: None });
        };
        // There is one error for one encoder: what the host has found in it was there before, unless wgpu would not
        // have looked any more.
        let (wit, found) = shared.device.checked(finish);
        let refused = match found {
            Some(error) if !at_once => {
                shared.device.report(error);
                None
            }
            Some(_) | None => {
                let (call, label) = ("a CommandEncoder", shared.label.as_deref());
                if at_once {
                    shared.device.refuse_in_any_case(call, label, &why);
                } else {
                    shared.device.refuse(call, label, &why);
                }
                Some(why)
            }
        };
        DispatchCommandBuffer::custom(CommandBuffer { wit, refused })
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
        self.shared.fail(NotInWebGpu::from(unsupported::RAY_TRACING));
    }

    fn build_acceleration_structures<'a>(
        &self,
        _blas: &mut dyn Iterator<Item = &'a wgpu::BlasBuildEntry<'a>>,
        _tlas: &mut dyn Iterator<Item = &'a wgpu::Tlas>,
    ) {
        self.shared.fail(NotInWebGpu::from(unsupported::RAY_TRACING));
    }

    fn transition_resources<'a>(
        &mut self,
        _buffer_transitions: &mut dyn Iterator<Item = wgt::BufferTransition<&'a DispatchBuffer>>,
        _texture_transitions: &mut dyn Iterator<Item = wgt::TextureTransition<&'a DispatchTexture>>,
    ) {
        // WebGPU does this by itself, and leaves no state that a program could see.
    }
}
