//! GPURenderPassEncoder — wit: gpu-render-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderpassencoder> — peer: host/src/render_pass.rs

use std::sync::Arc;

use wgpu::custom::{DispatchBuffer, DispatchQuerySet, DispatchRenderBundle, RenderPassInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::command_encoder::EncoderShared;
use crate::command_memory::Commands;
use crate::convert::{label, ours};
use crate::elide::Bound;
use crate::pass::{binding_commands, debug_commands};
use crate::query_set::QuerySet;
use crate::render_bundle::RenderBundle;
use crate::render_commands::render_commands;
use crate::texture_view::TextureView;
use crate::unsupported;

/// A render pass of the host.
#[derive(Debug)]
pub(crate) struct RenderPass {
    wit: wit::GpuRenderPassEncoder,
    encoder: Arc<EncoderShared>,
    bound: Bound,
    commands: Commands,
}

/// <https://www.w3.org/TR/webgpu/#dom-gpurenderpassdescriptor-maxdrawcount>
const MAX_DRAW_COUNT: u64 = 50_000_000;

/// Bytes of the arguments of one draw: <https://www.w3.org/TR/webgpu/#indirect-draw-parameters>
const DRAW_BYTES: wgpu::BufferAddress = 16;

/// Bytes of the arguments of one indexed draw: <https://www.w3.org/TR/webgpu/#indirect-drawindexed-parameters>
const DRAW_INDEXED_BYTES: wgpu::BufferAddress = 20;

impl RenderPass {
    pub(crate) fn begin(
        encoder: &Arc<EncoderShared>,
        wit: &wit::GpuCommandEncoder,
        desc: &wgpu::RenderPassDescriptor<'_>,
    ) -> Self {
        let call = "CommandEncoder::begin_render_pass";
        let wgpu::RenderPassDescriptor {
            label: name,
            color_attachments,
            depth_stencil_attachment,
            timestamp_writes,
            occlusion_query_set,
            multiview_mask,
        } = desc;
        if multiview_mask.is_some() {
            encoder.fail_unsupported(call, unsupported::MULTIVIEW);
        }
        let timestamp_writes = timestamp_writes.as_ref().and_then(|writes| {
            let wgpu::RenderPassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            } = writes;
            let query_set = ours(query_set.as_custom::<QuerySet>()).wit();
            Some(wit::GpuRenderPassTimestampWrites {
                query_set: query_set.map_err(|why| encoder.fail(call, why)).ok()?,
                // None is no timestamp, for both.
                beginning_of_pass_write_index: *beginning_of_pass_write_index,
                end_of_pass_write_index: *end_of_pass_write_index,
            })
        });
        let occlusion_query_set = occlusion_query_set.and_then(|query_set| {
            let query_set = ours(query_set.as_custom::<QuerySet>()).wit();
            query_set.map_err(|why| encoder.fail(call, why)).ok()
        });
        let color_attachments =
            color_attachments.iter().map(|attachment| attachment.as_ref().map(Into::into));
        let wit = wit.begin_render_pass(&wit::GpuRenderPassDescriptor {
            color_attachments: color_attachments.collect(),
            depth_stencil_attachment: depth_stencil_attachment.as_ref().map(Into::into),
            occlusion_query_set,
            timestamp_writes,
            max_draw_count: Some(MAX_DRAW_COUNT),
            label: label(*name),
        });
        Self { wit, encoder: Arc::clone(encoder), bound: Bound::default(), commands: Commands::of_pass() }
    }

    fn fail(&self, call: &str, why: String) {
        self.encoder.fail(call, why);
    }

    /// The offsets of the arguments of `count` draws, each `bytes` long.
    fn indirect_offsets(
        &self,
        call: &str,
        offset: wgpu::BufferAddress,
        count: u32,
        bytes: wgpu::BufferAddress,
    ) -> impl Iterator<Item = wgpu::BufferAddress> + use<> {
        let end = u64::from(count).checked_mul(bytes).and_then(|bytes| offset.checked_add(bytes));
        if end.is_none() {
            self.encoder.fail(call, "the arguments are outside the buffer");
        }
        let count = if end.is_some() { u64::from(count) } else { 0 };
        (0..count).map(move |index| offset + index * bytes)
    }
}

impl RenderPassInterface for RenderPass {
    fn set_viewport(&mut self, x: f32, y: f32, width: f32, height: f32, min_depth: f32, max_depth: f32) {
        self.commands.call(|| self.wit.set_viewport(x, y, width, height, min_depth, max_depth));
    }

    fn set_scissor_rect(&mut self, x: u32, y: u32, width: u32, height: u32) {
        if !self.commands.set_scissor_rect([x, y, width, height]) {
            self.commands.call(|| self.wit.set_scissor_rect(x, y, width, height));
        }
    }

    fn set_blend_constant(&mut self, color: wgpu::Color) {
        self.commands.call(|| self.wit.set_blend_constant(color.into()));
    }

    fn set_stencil_reference(&mut self, reference: u32) {
        self.commands.call(|| self.wit.set_stencil_reference(reference));
    }

    fn begin_occlusion_query(&mut self, query_index: u32) {
        self.commands.call(|| self.wit.begin_occlusion_query(query_index));
    }

    fn end_occlusion_query(&mut self) {
        self.commands.call(|| self.wit.end_occlusion_query());
    }

    fn execute_bundles(&mut self, render_bundles: &mut dyn Iterator<Item = &DispatchRenderBundle>) {
        let bundles: Vec<&wit::GpuRenderBundle> =
            render_bundles.map(|bundle| ours(bundle.as_custom::<RenderBundle>()).wit()).collect();
        self.commands.call(|| self.wit.execute_bundles(&bundles));
        self.bound.reset();
    }

    binding_commands!("RenderPass");
    debug_commands!();
    render_commands!();

    fn multi_draw_indirect(
        &mut self,
        indirect_buffer: &DispatchBuffer,
        indirect_offset: wgpu::BufferAddress,
        count: u32,
    ) {
        let call = "RenderPass::multi_draw_indirect";
        for offset in self.indirect_offsets(call, indirect_offset, count, DRAW_BYTES) {
            self.draw_indirect(indirect_buffer, offset);
        }
    }

    fn multi_draw_indexed_indirect(
        &mut self,
        indirect_buffer: &DispatchBuffer,
        indirect_offset: wgpu::BufferAddress,
        count: u32,
    ) {
        let call = "RenderPass::multi_draw_indexed_indirect";
        for offset in self.indirect_offsets(call, indirect_offset, count, DRAW_INDEXED_BYTES) {
            self.draw_indexed_indirect(indirect_buffer, offset);
        }
    }

    fn multi_draw_indirect_count(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count_buffer: &DispatchBuffer,
        _count_buffer_offset: wgpu::BufferAddress,
        _max_count: u32,
    ) {
        let call = "RenderPass::multi_draw_indirect_count";
        self.encoder.fail_unsupported(call, unsupported::MULTI_DRAW_COUNT);
    }

    fn multi_draw_indexed_indirect_count(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count_buffer: &DispatchBuffer,
        _count_buffer_offset: wgpu::BufferAddress,
        _max_count: u32,
    ) {
        let call = "RenderPass::multi_draw_indexed_indirect_count";
        self.encoder.fail_unsupported(call, unsupported::MULTI_DRAW_COUNT);
    }

    fn draw_mesh_tasks(&mut self, _group_count_x: u32, _group_count_y: u32, _group_count_z: u32) {
        self.encoder.fail_unsupported("RenderPass::draw_mesh_tasks", unsupported::MESH_SHADERS);
    }

    fn draw_mesh_tasks_indirect(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
    ) {
        self.encoder.fail_unsupported("RenderPass::draw_mesh_tasks_indirect", unsupported::MESH_SHADERS);
    }

    fn multi_draw_mesh_tasks_indirect(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count: u32,
    ) {
        let call = "RenderPass::multi_draw_mesh_tasks_indirect";
        self.encoder.fail_unsupported(call, unsupported::MESH_SHADERS);
    }

    fn multi_draw_mesh_tasks_indirect_count(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count_buffer: &DispatchBuffer,
        _count_buffer_offset: wgpu::BufferAddress,
        _max_count: u32,
    ) {
        let call = "RenderPass::multi_draw_mesh_tasks_indirect_count";
        self.encoder.fail_unsupported(call, unsupported::MESH_SHADERS);
    }

    fn write_timestamp(&mut self, _query_set: &DispatchQuerySet, _query_index: u32) {
        self.encoder.fail_unsupported("RenderPass::write_timestamp", unsupported::WRITE_TIMESTAMP);
    }

    fn begin_pipeline_statistics_query(&mut self, _query_set: &DispatchQuerySet, _query_index: u32) {
        let call = "RenderPass::begin_pipeline_statistics_query";
        self.encoder.fail_unsupported(call, unsupported::PIPELINE_STATISTICS);
    }

    fn end_pipeline_statistics_query(&mut self) {
        let call = "RenderPass::end_pipeline_statistics_query";
        self.encoder.fail_unsupported(call, unsupported::PIPELINE_STATISTICS);
    }
}

impl Drop for RenderPass {
    fn drop(&mut self) {
        self.commands.call(|| self.wit.end());
    }
}

impl<'a> From<&wgpu::RenderPassColorAttachment<'a>> for wit::GpuRenderPassColorAttachment<'a> {
    fn from(value: &wgpu::RenderPassColorAttachment<'a>) -> Self {
        let wgpu::RenderPassColorAttachment { view, depth_slice, resolve_target, ops } = value;
        let wgpu::Operations { load, store } = ops;
        let (load_op, clear_value) = load_op(load, wgpu::Color::TRANSPARENT);
        Self {
            view: ours(view.as_custom::<TextureView>()).wit(),
            depth_slice: *depth_slice,
            resolve_target: resolve_target.map(|view| ours(view.as_custom::<TextureView>()).wit()),
            clear_value: clear_value.map(Into::into),
            load_op,
            store_op: (*store).into(),
        }
    }
}

impl<'a> From<&wgpu::RenderPassDepthStencilAttachment<'a>> for wit::GpuRenderPassDepthStencilAttachment<'a> {
    fn from(value: &wgpu::RenderPassDepthStencilAttachment<'a>) -> Self {
        let wgpu::RenderPassDepthStencilAttachment { view, depth_ops, stencil_ops } = value;
        // An aspect without operations is read-only in wgpu.
        let depth = depth_ops.map(|ops| (load_op(&ops.load, 0.0), ops.store));
        let stencil = stencil_ops.map(|ops| (load_op(&ops.load, 0), ops.store));
        Self {
            view: ours(view.as_custom::<TextureView>()).wit(),
            depth_clear_value: depth.and_then(|((_, clear), _)| clear),
            depth_load_op: depth.map(|((load, _), _)| load),
            depth_store_op: depth.map(|(_, store)| store.into()),
            depth_read_only: Some(depth.is_none()),
            stencil_clear_value: stencil.and_then(|((_, clear), _)| clear),
            stencil_load_op: stencil.map(|((load, _), _)| load),
            stencil_store_op: stencil.map(|(_, store)| store.into()),
            stencil_read_only: Some(stencil.is_none()),
        }
    }
}

/// What is done to an attachment at first, and the value for it. Contents that nobody cares about
/// are cleared: on GPUs that draw in tiles that is cheaper than loading them.
fn load_op<V: Copy>(load: &wgpu::LoadOp<V>, zero: V) -> (wit::GpuLoadOp, Option<V>) {
    match load {
        wgpu::LoadOp::Clear(value) => (wit::GpuLoadOp::Clear, Some(*value)),
        wgpu::LoadOp::Load => (wit::GpuLoadOp::Load, None),
        wgpu::LoadOp::DontCare(_) => (wit::GpuLoadOp::Clear, Some(zero)),
    }
}
