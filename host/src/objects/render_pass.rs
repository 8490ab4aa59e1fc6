//! GPURenderPassEncoder — wit: gpu-render-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderpassencoder> — peer: wgpu-wasi-backend/src/objects/render_pass.rs
//!
//! What these functions do is in `commands/draw.rs`, which bundles share, and in `commands/render.rs`; how a pass begins
//! is in `attachments.rs`.

use wasmtime::component::{Access, Resource};

use crate::{
    bindings::wit,
    commands::{
        binding::BindingCommands as _,
        draw::RenderCommands as _,
        fetch::{Encoder, NewName, Replay, fetched, fetched_alone},
        memory::Names,
        pass::Pass,
        render::RenderPassDescriptor,
        words::{self, Words, function, misplaced, only},
    },
    objects::{
        buffer::Buffer,
        mixins::{binding_commands, debug_commands_and_end, render_commands, set_pipeline},
        render_bundle::RenderBundle,
    },
    view::{WebGpu, WebGpuCtxView, label_methods, labelled, trace},
};

/// <https://www.w3.org/TR/webgpu/#dom-gpurenderpassdescriptor-maxdrawcount>
const DEFAULT_MAX_DRAW_COUNT: u64 = 50_000_000;

/// Records the commands of one render pass.
#[derive(Debug)]
pub struct RenderPassEncoder {
    pub(crate) pass: Pass<RenderPassDescriptor>,
    pub(crate) label: String,
    max_draw_count: u64,
}

labelled!(RenderPassEncoder, crate::weights::ENCODER);

impl RenderPassEncoder {
    /// A pass that has begun.
    pub(crate) fn begun(
        pass: Pass<RenderPassDescriptor>,
        label: String,
        max_draw_count: Option<u64>,
    ) -> Self {
        Self { pass, label, max_draw_count: max_draw_count.unwrap_or(DEFAULT_MAX_DRAW_COUNT) }
    }

    /// `end`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-end>
    pub(crate) fn end(&mut self) {
        let (draws, max) = (self.pass.draws().draw_count, self.max_draw_count);
        if draws > max {
            self.pass.refuse_parameter(&format!("{draws} draws are more than maxDrawCount, {max}"));
        }
        self.pass.end(&self.label);
    }
}

impl Encoder for RenderPassEncoder {
    type Recorder = Pass<RenderPassDescriptor>;

    const REPLAY: Option<Replay<Self>> = Some(replay);

    #[inline]
    fn recorder(&mut self) -> &mut Self::Recorder {
        &mut self.pass
    }
}

/// Does what the guest's memory says.
#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn replay(
    view: &mut WebGpuCtxView<'_>,
    this: &Resource<RenderPassEncoder>,
    mut words: Words<'_>,
    names: &Names,
) -> wasmtime::Result<NewName> {
    use words::Command;

    let mut pass = &mut view.get_mut(this)?.pass;
    let id = pass.id();
    while let Some(command) = words.command()? {
        match command {
            Command::Name(name) => return Ok(NewName(Some(name))),
            Command::SetPipeline { name } => {
                trace(function!(render SetPipeline));
                pass.set_pipeline(names.render_pipeline(name)?);
            }
            Command::SetBindGroup { index, name, dynamic_offsets } => {
                trace(function!(render SetBindGroup));
                pass.set_bind_group(index, names.optional_bind_group(name)?, dynamic_offsets);
            }
            Command::SetImmediates { range_offset, words } => {
                trace(function!(render SetImmediates));
                pass.set_immediates(range_offset, &words::bytes(words), None, None);
            }
            Command::SetIndexBuffer { name, format, offset, size } => {
                trace(function!(render SetIndexBuffer));
                let buffer = Resource::new_borrow(*names.buffer(name)?);
                pass = view.set_index_buffer(this, id, &buffer, format, Some(offset), size)?;
            }
            Command::SetVertexBuffer { slot, name, offset, size } => {
                trace(function!(render SetVertexBuffer));
                let buffer = if name == 0 { None } else { Some(Resource::new_borrow(*names.buffer(name)?)) };
                pass = view.set_vertex_buffer(this, id, slot, buffer.as_ref(), Some(offset), size)?;
            }
            Command::Draw { vertex_count, instance_count, first_vertex, first_instance } => {
                trace(function!(render Draw));
                pass.draw(vertex_count, Some(instance_count), Some(first_vertex), Some(first_instance));
            }
            Command::DrawIndexed {
                index_count,
                instance_count,
                first_index,
                base_vertex,
                first_instance,
            } => {
                trace(function!(render DrawIndexed));
                pass.draw_indexed(
                    index_count,
                    Some(instance_count),
                    Some(first_index),
                    Some(base_vertex),
                    Some(first_instance),
                );
            }
            Command::DrawIndirect { name, offset } => {
                trace(function!(render DrawIndirect));
                let buffer;
                (pass, buffer) = view.with_buffer(this, id, &Resource::new_borrow(*names.buffer(name)?))?;
                pass.draw_indirect(buffer, offset);
            }
            Command::DrawIndexedIndirect { name, offset } => {
                trace(function!(render DrawIndexedIndirect));
                let buffer;
                (pass, buffer) = view.with_buffer(this, id, &Resource::new_borrow(*names.buffer(name)?))?;
                pass.draw_indexed_indirect(buffer, offset);
            }
            Command::SetScissorRect { x, y, width, height } => {
                trace(function!(render SetScissorRect));
                pass.set_scissor_rect([x, y, width, height]);
            }
            only!(compute) => return Err(misplaced(&command, "render pass")),
        }
    }
    Ok(NewName::default())
}

impl<T: Send + 'static> wit::HostGpuRenderPassEncoderWithStore<T> for WebGpu {
    render_commands!(RenderPassEncoder);
    binding_commands!(RenderPassEncoder);
    debug_commands_and_end!(RenderPassEncoder);

    fn set_viewport(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        min_depth: f32,
        max_depth: f32,
    ) -> wasmtime::Result<()> {
        let viewport = [x, y, width, height, min_depth, max_depth];
        fetched_alone(&mut access, &this, |this| this.pass.set_viewport(viewport))
    }

    fn set_scissor_rect(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        x: u32,
        y: u32,
        width: u32,
        height: u32,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| this.pass.set_scissor_rect([x, y, width, height]))
    }

    fn set_blend_constant(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        color: wit::GpuColor,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| this.pass.set_blend_constant(color.into()))
    }

    fn set_stencil_reference(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        reference: u32,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| this.pass.set_stencil_reference(reference))
    }

    fn begin_occlusion_query(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        query_index: u32,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| this.pass.begin_occlusion_query(query_index))
    }

    fn end_occlusion_query(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| this.pass.end_occlusion_query())
    }

    fn execute_bundles(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        bundles: Vec<Resource<RenderBundle>>,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, new_name| {
            new_name.none()?;
            view.execute_bundles(&this, &bundles)
        })
    }
}

impl wit::HostGpuRenderPassEncoder for WebGpuCtxView<'_> {
    label_methods!(RenderPassEncoder);

    fn drop(&mut self, this: Resource<RenderPassEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
