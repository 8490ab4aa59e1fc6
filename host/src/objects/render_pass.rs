//! GPURenderPassEncoder — wit: gpu-render-pass-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderpassencoder> — peer: wgpu-wasi-backend/src/objects/render_pass.rs
//!
//! The draws and the bindings for them are in `commands/draw.rs`, shared with render bundles; how a pass begins is in
//! `attachments.rs`.

use std::sync::Arc;

use wasmtime::component::{Access, Resource};

use crate::{
    bindings::wit,
    commands::{
        bound::Bound,
        draw::{Binding, DrawState},
        fetch::{Naming, Replay, fetched, fetched_alone},
        holder::PassId,
        kept::Weighed,
        memory::Names,
        pass::{self, Pass},
        words::{self, Words, function, misplaced, only},
    },
    objects::{
        attachments::finite, bind_group::BindGroup, buffer::Buffer, render_bundle::RenderBundle,
        render_pipeline::RenderPipeline,
    },
    view::{WebGpu, WebGpuCtxView, label_methods, labelled, trace},
    weights,
};

/// <https://www.w3.org/TR/webgpu/#dom-gpurenderpassdescriptor-maxdrawcount>
const DEFAULT_MAX_DRAW_COUNT: u64 = 50_000_000;

/// Records the commands of one render pass.
#[derive(Debug)]
pub struct RenderPassEncoder {
    pub(crate) pass: Pass<wgpu::RenderPass<'static>>,
    pub(crate) label: String,
    draws: DrawState,
    max_draw_count: u64,
}

labelled!(RenderPassEncoder, crate::weights::ENCODER);

impl RenderPassEncoder {
    /// A pass that has begun.
    pub(crate) fn begun(
        pass: Pass<wgpu::RenderPass<'static>>,
        label: String,
        max_draw_count: Option<u64>,
    ) -> Self {
        let max_draw_count = max_draw_count.unwrap_or(DEFAULT_MAX_DRAW_COUNT);
        Self { pass, label, draws: DrawState::default(), max_draw_count }
    }

    #[inline]
    fn open(&mut self, call: &'static str) -> Option<&mut wgpu::RenderPass<'static>> {
        self.pass.open(call)
    }

    /// Runs `record` on the pass while it is open; its `Err` makes the pass invalid.
    #[inline]
    fn record<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        record: impl FnOnce(&mut DrawState, &mut wgpu::RenderPass<'static>) -> Result<(), E>,
    ) {
        self.record_for(call, 0, record);
    }

    /// [`Self::record`] for a command that takes `bytes` beside itself.
    #[inline]
    pub(crate) fn record_for<E: AsRef<str>>(
        &mut self,
        call: &'static str,
        bytes: usize,
        record: impl FnOnce(&mut DrawState, &mut wgpu::RenderPass<'static>) -> Result<(), E>,
    ) {
        if let Some(inner) = self.pass.open_for(call, bytes)
            && let Err(reason) = record(&mut self.draws, inner)
        {
            self.pass.refuse(call, reason.as_ref());
        }
    }

    /// `setPipeline`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setpipeline>
    #[inline]
    fn set_pipeline(&mut self, pipeline: &Weighed<wgpu::RenderPipeline>) {
        if let Some(pass) = self.open("set_pipeline") {
            pass.set_pipeline(&pipeline.inner);
        }
        self.pass.keep(pipeline.kept_by(self.pass.id()));
    }

    /// `setBindGroup`: <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setbindgroup>
    fn set_bind_group(&mut self, index: u32, group: Option<&Arc<Bound>>, offsets: &[u32]) {
        const CALL: &str = "set_bind_group";
        let made = group.map(|group| group.made(&self.pass.device.timeline)).transpose();
        let Some(pass) = self.pass.open_for(CALL, size_of_val(offsets)) else { return };
        match made {
            Ok(group) => pass.set_bind_group(index, group, offsets),
            Err(reason) => self.pass.refuse(CALL, reason),
        }
        self.pass.keep(group.and_then(|group| self.pass.keeps_group(group)));
    }

    /// `setImmediates`: <https://www.w3.org/TR/webgpu/#dom-gpubindingcommandsmixin-setimmediates>
    fn set_immediates(
        &mut self,
        range_offset: u32,
        data: &[u8],
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) {
        if let Some((pass, bytes)) = self.pass.immediates(range_offset, data, data_offset, data_size) {
            pass.set_immediates(range_offset, bytes);
        }
    }

    /// `draw`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-draw>
    #[inline]
    fn draw(
        &mut self,
        vertex_count: u32,
        instance_count: Option<u32>,
        first_vertex: Option<u32>,
        first_instance: Option<u32>,
    ) {
        self.record("draw", |draws, pass| {
            draws.draw(pass, vertex_count, instance_count, first_vertex, first_instance)
        });
    }

    /// `drawIndexed`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindexed>
    #[inline]
    fn draw_indexed(
        &mut self,
        index_count: u32,
        instance_count: Option<u32>,
        first_index: Option<u32>,
        base_vertex: Option<i32>,
        first_instance: Option<u32>,
    ) {
        self.record("draw_indexed", |draws, pass| {
            draws.draw_indexed(pass, index_count, instance_count, first_index, base_vertex, first_instance)
        });
    }

    /// `setScissorRect`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-setscissorrect>
    fn set_scissor_rect(&mut self, [x, y, width, height]: [u32; 4]) {
        if let Some(pass) = self.open("set_scissor_rect") {
            pass.set_scissor_rect(x, y, width, height);
        }
    }

    /// `end`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-end>
    pub(crate) fn end(&mut self) {
        if self.draws.draw_count > self.max_draw_count {
            let (draws, max) = (self.draws.draw_count, self.max_draw_count);
            let reason = format!("{draws} draws are more than maxDrawCount, {max}");
            self.pass.encoder.invalidate(format!("In a pass parameter\n  {reason}"));
        }
        // wgpu ends a pass when it is dropped.
        drop(self.pass.end(&self.label));
    }
}

impl WebGpuCtxView<'_> {
    /// `setIndexBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setindexbuffer>
    fn set_index_buffer(
        &mut self,
        this: &Resource<RenderPassEncoder>,
        pass: PassId,
        buffer: &Resource<Buffer>,
        format: wgpu::IndexFormat,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<&mut RenderPassEncoder> {
        let buffer = self.get(buffer)?;
        let (binding, kept) = (
            Binding::index(buffer.bindable(wit::GpuBufferUsage::INDEX), format, offset, size),
            buffer.kept_by(pass),
        );
        let this = self.get_mut(this)?;
        let binding = binding.and_then(|binding| binding.on(&this.pass.device));
        this.pass.keep(kept);
        this.record("set_index_buffer", |draws, pass| {
            draws.set_index_buffer(pass, binding?, format);
            Ok::<_, String>(())
        });
        Ok(this)
    }

    /// `setVertexBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setvertexbuffer>
    fn set_vertex_buffer(
        &mut self,
        this: &Resource<RenderPassEncoder>,
        pass: PassId,
        slot: u32,
        buffer: Option<&Resource<Buffer>>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<&mut RenderPassEncoder> {
        let (binding, kept) = match buffer {
            Some(buffer) => {
                let buffer = self.get(buffer)?;
                (
                    Binding::vertex(buffer.bindable(wit::GpuBufferUsage::VERTEX), offset, size).map(Some),
                    buffer.kept_by(pass),
                )
            }
            None => (Binding::none(offset, size).map(|()| None), None),
        };
        let this = self.get_mut(this)?;
        let binding =
            binding.and_then(|binding| binding.map(|binding| binding.on(&this.pass.device)).transpose());
        this.pass.keep(kept);
        this.record("set_vertex_buffer", |draws, pass| {
            draws.set_vertex_buffer(pass, slot, binding?);
            Ok::<_, String>(())
        });
        Ok(this)
    }

    /// `drawIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindirect>
    fn draw_indirect(
        &mut self,
        this: &Resource<RenderPassEncoder>,
        pass: PassId,
        buffer: &Resource<Buffer>,
        offset: u64,
    ) -> wasmtime::Result<&mut RenderPassEncoder> {
        self.draw_from_buffer(this, pass, "draw_indirect", buffer, |draws, pass, buffer| {
            draws.draw_indirect(pass, buffer, offset);
        })
    }

    /// `drawIndexedIndirect`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-drawindexedindirect>
    fn draw_indexed_indirect(
        &mut self,
        this: &Resource<RenderPassEncoder>,
        pass: PassId,
        buffer: &Resource<Buffer>,
        offset: u64,
    ) -> wasmtime::Result<&mut RenderPassEncoder> {
        self.draw_from_buffer(this, pass, "draw_indexed_indirect", buffer, |draws, pass, buffer| {
            draws.draw_indexed_indirect(pass, buffer, offset);
        })
    }

    /// Records a draw whose arguments are in a buffer.
    fn draw_from_buffer(
        &mut self,
        this: &Resource<RenderPassEncoder>,
        pass: PassId,
        call: &'static str,
        buffer: &Resource<Buffer>,
        draw: impl FnOnce(&mut DrawState, &mut wgpu::RenderPass<'static>, &wgpu::Buffer),
    ) -> wasmtime::Result<&mut RenderPassEncoder> {
        let buffer = self.get(buffer)?;
        let (buffer, kept) = buffer.used_by(pass);
        let this = self.get_mut(this)?;
        if let Some(pass) = this.pass.open_for(call, weights::INDIRECT) {
            draw(&mut this.draws, pass, &buffer);
            this.pass.keep(kept);
        }
        Ok(this)
    }
}

impl Replay for RenderPassEncoder {
    fn replay(
        view: &mut WebGpuCtxView<'_>,
        this: &Resource<Self>,
        mut words: Words<'_>,
        names: &Names,
    ) -> wasmtime::Result<Naming> {
        use words::Command;

        let mut pass = view.get_mut(this)?;
        let id = pass.pass.id();
        while let Some(command) = words.command()? {
            match command {
                Command::Name(name) => return Ok(Naming(Some(name))),
                Command::SetPipeline { name } => {
                    trace(function!(render SetPipeline));
                    pass.set_pipeline(names.render_pipeline(name)?);
                }
                Command::SetBindGroup { index, name, dynamic_offsets } => {
                    trace(function!(render SetBindGroup));
                    pass.set_bind_group(index, names.bound(name)?.as_ref(), dynamic_offsets);
                }
                Command::SetImmediates { range_offset, words } => {
                    trace(function!(render SetImmediates));
                    pass.set_immediates(range_offset, &words::bytes(words), None, None);
                }
                Command::SetIndexBuffer { name, format, offset, size } => {
                    trace(function!(render SetIndexBuffer));
                    let buffer = Resource::new_borrow(names.buffer(name)?);
                    pass = view.set_index_buffer(this, id, &buffer, format, Some(offset), size)?;
                }
                Command::SetVertexBuffer { slot, name, offset, size } => {
                    trace(function!(render SetVertexBuffer));
                    let buffer =
                        if name == 0 { None } else { Some(Resource::new_borrow(names.buffer(name)?)) };
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
                    let buffer = Resource::new_borrow(names.buffer(name)?);
                    pass = view.draw_indirect(this, id, &buffer, offset)?;
                }
                Command::DrawIndexedIndirect { name, offset } => {
                    trace(function!(render DrawIndexedIndirect));
                    let buffer = Resource::new_borrow(names.buffer(name)?);
                    pass = view.draw_indexed_indirect(this, id, &buffer, offset)?;
                }
                Command::SetScissorRect { x, y, width, height } => {
                    trace(function!(render SetScissorRect));
                    pass.set_scissor_rect([x, y, width, height]);
                }
                only!(compute) => return Err(misplaced(&command, "render pass")),
            }
        }
        Ok(Naming::default())
    }
}

impl<T: Send + 'static> wit::HostGpuRenderPassEncoderWithStore<T> for WebGpu {
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
        fetched_alone(&mut access, &this, |this| {
            this.record("set_viewport", |_, pass| {
                // A `float` of WebIDL is finite, and wgpu's comparisons let NaN through to the driver:
                // https://webidl.spec.whatwg.org/#js-float
                if ![x, y, width, height, min_depth, max_depth].into_iter().all(f32::is_finite) {
                    return Err("the viewport is not finite");
                }
                pass.set_viewport(x, y, width, height, min_depth, max_depth);
                Ok(())
            });
        })
    }

    fn set_scissor_rect(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        x: u32,
        y: u32,
        width: u32,
        height: u32,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| this.set_scissor_rect([x, y, width, height]))
    }

    fn set_blend_constant(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        color: wit::GpuColor,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            this.record("set_blend_constant", |_, pass| {
                let color = wgpu::Color::from(color);
                finite(&color)?;
                pass.set_blend_constant(color);
                Ok::<_, &str>(())
            });
        })
    }

    fn set_stencil_reference(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        reference: u32,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            if let Some(pass) = this.open("set_stencil_reference") {
                pass.set_stencil_reference(reference);
            }
        })
    }

    fn begin_occlusion_query(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        query_index: u32,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            if let Some(pass) = this.open("begin_occlusion_query") {
                pass.begin_occlusion_query(query_index);
            }
        })
    }

    fn end_occlusion_query(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            if let Some(pass) = this.open("end_occlusion_query") {
                pass.end_occlusion_query();
            }
        })
    }

    fn execute_bundles(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        bundles: Vec<Resource<RenderBundle>>,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            naming.none()?;
            view.execute_bundles(&this, &bundles)
        })
    }

    fn end(mut access: Access<'_, T, Self>, this: Resource<RenderPassEncoder>) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, RenderPassEncoder::end)
    }

    fn push_debug_group(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        group_label: String,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            if let Some(pass) = this.pass.open_for("push_debug_group", group_label.len()) {
                pass.push_debug_group(&group_label);
            }
        })
    }

    fn pop_debug_group(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            if let Some(pass) = this.open("pop_debug_group") {
                pass.pop_debug_group();
            }
        })
    }

    fn insert_debug_marker(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        marker_label: String,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            if let Some(pass) = this.pass.open_for("insert_debug_marker", marker_label.len()) {
                pass.insert_debug_marker(&marker_label);
            }
        })
    }

    fn set_bind_group(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        index: u32,
        bind_group: Option<Resource<BindGroup>>,
        dynamic_offsets_data: Option<Vec<u32>>,
        dynamic_offsets_data_start: Option<u64>,
        dynamic_offsets_data_length: Option<u32>,
    ) -> wasmtime::Result<Result<(), wit::SetBindGroupError>> {
        fetched(&mut access, &this, |view, naming| {
            let group = view.named_bound(bind_group, naming)?;
            let offsets = pass::dynamic_offsets(
                dynamic_offsets_data.as_deref(),
                dynamic_offsets_data_start,
                dynamic_offsets_data_length,
            );
            let this = view.get_mut(&this)?;
            Ok(offsets.map(|offsets| this.set_bind_group(index, group.as_ref(), offsets)).map_err(Into::into))
        })
    }

    fn set_immediates(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        range_offset: u32,
        data: Vec<u8>,
        data_offset: Option<u64>,
        data_size: Option<u64>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            this.set_immediates(range_offset, &data, data_offset, data_size);
        })
    }

    fn set_pipeline(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        pipeline: Resource<RenderPipeline>,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            let pipeline = view.named(&pipeline, naming)?.inner.clone();
            view.get_mut(&this)?.set_pipeline(&pipeline);
            Ok(())
        })
    }

    fn set_index_buffer(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        buffer: Resource<Buffer>,
        index_format: wit::GpuIndexFormat,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            view.named(&buffer, naming)?;
            let pass = view.get(&this)?.pass.id();
            view.set_index_buffer(&this, pass, &buffer, index_format.into(), offset, size)?;
            Ok(())
        })
    }

    fn set_vertex_buffer(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        slot: u32,
        buffer: Option<Resource<Buffer>>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            match &buffer {
                Some(buffer) => {
                    view.named(buffer, naming)?;
                }
                None => naming.none()?,
            }
            let pass = view.get(&this)?.pass.id();
            view.set_vertex_buffer(&this, pass, slot, buffer.as_ref(), offset, size)?;
            Ok(())
        })
    }

    fn draw(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        vertex_count: u32,
        instance_count: Option<u32>,
        first_vertex: Option<u32>,
        first_instance: Option<u32>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            this.draw(vertex_count, instance_count, first_vertex, first_instance);
        })
    }

    fn draw_indexed(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        index_count: u32,
        instance_count: Option<u32>,
        first_index: Option<u32>,
        base_vertex: Option<i32>,
        first_instance: Option<u32>,
    ) -> wasmtime::Result<()> {
        fetched_alone(&mut access, &this, |this| {
            this.draw_indexed(index_count, instance_count, first_index, base_vertex, first_instance);
        })
    }

    fn draw_indirect(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            view.named(&indirect_buffer, naming)?;
            let pass = view.get(&this)?.pass.id();
            view.draw_indirect(&this, pass, &indirect_buffer, indirect_offset)?;
            Ok(())
        })
    }

    fn draw_indexed_indirect(
        mut access: Access<'_, T, Self>,
        this: Resource<RenderPassEncoder>,
        indirect_buffer: Resource<Buffer>,
        indirect_offset: u64,
    ) -> wasmtime::Result<()> {
        fetched(&mut access, &this, |view, naming| {
            view.named(&indirect_buffer, naming)?;
            let pass = view.get(&this)?.pass.id();
            view.draw_indexed_indirect(&this, pass, &indirect_buffer, indirect_offset)?;
            Ok(())
        })
    }
}

impl wit::HostGpuRenderPassEncoder for WebGpuCtxView<'_> {
    label_methods!(RenderPassEncoder);

    fn drop(&mut self, this: Resource<RenderPassEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
