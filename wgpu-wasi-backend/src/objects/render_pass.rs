//! GPURenderPassEncoder — wit: gpu-render-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderpassencoder> — peer: host/src/objects/render_pass.rs

use std::sync::Arc;

use wgpu::custom::{DispatchBuffer, DispatchRenderBundle, RenderPassInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::commands::binding_commands::{binding_commands, debug_commands, query_commands};
use crate::commands::elide::Bound;
use crate::commands::encoder::EncoderShared;
use crate::commands::memory::Commands;
use crate::commands::render_commands::render_commands;
use crate::convert::{NotInWebGpu, label, ours};
use crate::objects::bind_group::BindGroup;
use crate::objects::buffer::{self, Buffer};
use crate::objects::query_set::QuerySet;
use crate::objects::render_bundle::RenderBundle;
use crate::objects::render_pipeline::RenderPipeline;
use crate::objects::texture_view::TextureView;
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
        let wgpu::RenderPassDescriptor {
            label: name,
            color_attachments,
            depth_stencil_attachment,
            timestamp_writes,
            occlusion_query_set,
            multiview_mask,
        } = desc;
        if encoder.device.is_strict() {
            if let Some(why) = dont_care(color_attachments, depth_stencil_attachment.as_ref()) {
                encoder.fail_to_begin(why);
            }
        }
        let timestamp_writes = timestamp_writes.as_ref().and_then(|writes| {
            let wgpu::RenderPassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            } = writes;
            let query_set = encoder.timestamps(ours(query_set.as_custom::<QuerySet>()).wit());
            Some(wit::GpuRenderPassTimestampWrites {
                query_set: query_set?,
                // None is no timestamp, for both.
                beginning_of_pass_write_index: *beginning_of_pass_write_index,
                end_of_pass_write_index: *end_of_pass_write_index,
            })
        });
        let occlusion_query_set = occlusion_query_set.and_then(|query_set| {
            let query_set = ours(query_set.as_custom::<QuerySet>()).wit();
            query_set.map_err(|why| encoder.fail_to_begin(why)).ok()
        });
        if multiview_mask.is_some() {
            encoder.fail_to_begin(NotInWebGpu::from(unsupported::MULTIVIEW));
        }
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

    fn fail(&self, why: String) {
        self.encoder.fail(why);
    }

    /// The offsets of the arguments of `count` draws, each `bytes` long. Where wgpu would refuse them all, the first
    /// is left for the host to have its say about the rest of the draw.
    fn indirect_offsets(
        &self,
        buffer: &DispatchBuffer,
        offset: wgpu::BufferAddress,
        count: u32,
        bytes: wgpu::BufferAddress,
    ) -> impl Iterator<Item = wgpu::BufferAddress> + use<> {
        let size = ours(buffer.as_custom::<Buffer>()).size();
        let all = u64::from(count).checked_mul(bytes);
        let fits = all.and_then(|all| offset.checked_add(all)).is_some_and(|end| end <= size);
        let wrong = if count < 2 {
            // The host says the same.
            None
        } else if !offset.is_multiple_of(4) {
            Some(format!("Indirect buffer offset {offset} is not a multiple of 4"))
        } else if fits {
            None
        } else {
            let all = all.unwrap_or(u64::MAX);
            Some(format!(
                "Indirect draw arguments of {all} bytes (count = {count}) starting at {offset} would overrun \
                 buffer size of {size}"
            ))
        };
        let (first, count) =
            if wrong.is_some() { (0, u64::from(size >= bytes)) } else { (offset, count.into()) };
        if let Some(why) = wrong {
            self.encoder.fail(format_args!("In a draw command, kind: MultiDrawIndirect\n  {why}"));
        }
        (0..count).map(move |index| first + index * bytes)
    }

    /// Notes that a draw is one of meshes, for which there are no pipelines.
    fn fail_mesh(&self, kind: &str) {
        self.encoder.fail(format_args!(
            "In a draw command, kind: {kind}\n  Wrong pipeline type for this draw command. Attempted to call mesh \
             shader draw command on standard pipeline"
        ));
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

    binding_commands!(BindGroup);
    debug_commands!();
    query_commands!(QuerySet);
    render_commands!(RenderPipeline, buffer);

    fn multi_draw_indirect(
        &mut self,
        indirect_buffer: &DispatchBuffer,
        indirect_offset: wgpu::BufferAddress,
        count: u32,
    ) {
        for offset in self.indirect_offsets(indirect_buffer, indirect_offset, count, DRAW_BYTES) {
            self.draw_indirect(indirect_buffer, offset);
        }
    }

    fn multi_draw_indexed_indirect(
        &mut self,
        indirect_buffer: &DispatchBuffer,
        indirect_offset: wgpu::BufferAddress,
        count: u32,
    ) {
        for offset in self.indirect_offsets(indirect_buffer, indirect_offset, count, DRAW_INDEXED_BYTES) {
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
        self.encoder
            .fail_unsupported("draw command, kind: MultiDrawIndirectCount", unsupported::MULTI_DRAW_COUNT);
    }

    fn multi_draw_indexed_indirect_count(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count_buffer: &DispatchBuffer,
        _count_buffer_offset: wgpu::BufferAddress,
        _max_count: u32,
    ) {
        self.encoder
            .fail_unsupported("draw command, kind: MultiDrawIndirectCount", unsupported::MULTI_DRAW_COUNT);
    }

    fn draw_mesh_tasks(&mut self, _group_count_x: u32, _group_count_y: u32, _group_count_z: u32) {
        self.fail_mesh("Draw");
    }

    fn draw_mesh_tasks_indirect(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
    ) {
        self.fail_mesh("DrawIndirect");
    }

    fn multi_draw_mesh_tasks_indirect(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count: u32,
    ) {
        self.fail_mesh("MultiDrawIndirect");
    }

    fn multi_draw_mesh_tasks_indirect_count(
        &mut self,
        _indirect_buffer: &DispatchBuffer,
        _indirect_offset: wgpu::BufferAddress,
        _count_buffer: &DispatchBuffer,
        _count_buffer_offset: wgpu::BufferAddress,
        _max_count: u32,
    ) {
        self.fail_mesh("MultiDrawIndirectCount");
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

/// What is wrong with attachments whose contents nobody cares about, which WebGPU does not have.
fn dont_care(
    colors: &[Option<wgpu::RenderPassColorAttachment<'_>>],
    depth_stencil: Option<&wgpu::RenderPassDepthStencilAttachment<'_>>,
) -> Option<&'static str> {
    fn is_dont_care<V>(ops: &wgpu::Operations<V>) -> bool {
        matches!(ops.load, wgpu::LoadOp::DontCare(_))
    }
    if colors.iter().flatten().any(|color| is_dont_care(&color.ops)) {
        return Some(
            "Color attachment's load op is `LoadOp::DontCare` but \
             `InstanceFlags::STRICT_WEBGPU_COMPLIANCE` is set",
        );
    }
    let in_depth_stencil = depth_stencil.is_some_and(|attachment| {
        attachment.depth_ops.as_ref().is_some_and(is_dont_care)
            || attachment.stencil_ops.as_ref().is_some_and(is_dont_care)
    });
    in_depth_stencil.then_some("Load op is `DontCare` but `InstanceFlags::STRICT_WEBGPU_COMPLIANCE` is set")
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
