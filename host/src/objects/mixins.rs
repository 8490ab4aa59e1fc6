//! What encoders share: `GPUBindingCommandsMixin` (<https://www.w3.org/TR/webgpu/#gpubindingcommandsmixin>),
//! `GPUDebugCommandsMixin` (<https://www.w3.org/TR/webgpu/#gpudebugcommandsmixin>) and `GPURenderCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpurendercommandsmixin>) — peer: wgpu-wasi-backend/src/commands/binding_commands.rs, wgpu-wasi-backend/src/commands/render_commands.rs
//!
//! The WIT has a resource for each encoder, and the bindings a trait; none of them have anything in common. So these are
//! macros, for methods of those traits. They resolve handles and fill in what was left out; `commands/` does the rest.

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        binding::BindingCommands,
        draw::{Binding, RenderCommands},
        fetch::{Encoder, NewName},
        holder::PassId,
        used::UsedBuffer,
    },
    objects::buffer::Buffer,
    view::WebGpuCtxView,
};

impl WebGpuCtxView<'_> {
    /// `setIndexBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setindexbuffer>
    pub(crate) fn set_index_buffer<E: Encoder<Recorder: RenderCommands>>(
        &mut self,
        this: &Resource<E>,
        id: PassId,
        buffer: &Resource<Buffer>,
        format: wgpu::IndexFormat,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<&mut E::Recorder> {
        let buffer = self.get(buffer)?;
        let binding = Binding::index(buffer.bindable(id, wit::GpuBufferUsage::INDEX), format, offset, size);
        let recorder = self.get_mut(this)?.recorder();
        recorder.set_index_buffer(binding, format);
        Ok(recorder)
    }

    /// `setVertexBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpurendercommandsmixin-setvertexbuffer>
    pub(crate) fn set_vertex_buffer<E: Encoder<Recorder: RenderCommands>>(
        &mut self,
        this: &Resource<E>,
        id: PassId,
        slot: u32,
        buffer: Option<&Resource<Buffer>>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<&mut E::Recorder> {
        let binding = match buffer {
            Some(buffer) => {
                let buffer = self.get(buffer)?.bindable(id, wit::GpuBufferUsage::VERTEX);
                Binding::vertex(buffer, offset, size).map(Some)
            }
            None => Binding::none(offset, size).map(|()| None),
        };
        let recorder = self.get_mut(this)?.recorder();
        recorder.set_vertex_buffer(slot, binding);
        Ok(recorder)
    }

    /// What records the commands of `this`, whose number is `id`; with a buffer for a command.
    #[inline]
    pub(crate) fn with_buffer<E: Encoder>(
        &mut self,
        this: &Resource<E>,
        id: PassId,
        buffer: &Resource<Buffer>,
    ) -> wasmtime::Result<(&mut E::Recorder, UsedBuffer)> {
        let buffer = self.get(buffer)?.used_by(id);
        Ok((self.get_mut(this)?.recorder(), buffer))
    }

    /// [`Self::with_buffer`] for a call in which the buffer may get a name.
    pub(crate) fn with_named_buffer<E: Encoder<Recorder: BindingCommands>>(
        &mut self,
        this: &Resource<E>,
        buffer: &Resource<Buffer>,
        new_name: NewName,
    ) -> wasmtime::Result<(&mut E::Recorder, UsedBuffer)> {
        self.get_and_name(buffer, new_name)?;
        let id = self.get_mut(this)?.recorder().id();
        self.with_buffer(this, id, buffer)
    }
}

/// The methods that bind: `set-bind-group` and `set-immediates`.
macro_rules! binding_commands {
    ($Encoder:ty) => {
        fn set_bind_group(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            index: u32,
            bind_group: Option<Resource<$crate::objects::bind_group::BindGroup>>,
            dynamic_offsets_data: Option<Vec<u32>>,
            dynamic_offsets_data_start: Option<u64>,
            dynamic_offsets_data_length: Option<u32>,
        ) -> wasmtime::Result<Result<(), wit::SetBindGroupError>> {
            fetched(&mut access, &this, |view, new_name| {
                let group = view.get_group_and_name(bind_group, new_name)?;
                let offsets = $crate::commands::binding::dynamic_offsets(
                    dynamic_offsets_data.as_deref(),
                    dynamic_offsets_data_start,
                    dynamic_offsets_data_length,
                );
                let recorder = view.get_mut(&this)?.recorder();
                Ok(offsets
                    .map(|offsets| recorder.set_bind_group(index, group.as_ref(), offsets))
                    .map_err(Into::into))
            })
        }

        fn set_immediates(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            range_offset: u32,
            data: Vec<u8>,
            data_offset: Option<u64>,
            data_size: Option<u64>,
        ) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, |this| {
                this.recorder().set_immediates(range_offset, &data, data_offset, data_size);
            })
        }
    };
}

/// The methods of a pass that leave notes for a debugger, and `end`.
macro_rules! debug_commands_and_end {
    ($Encoder:ty) => {
        fn push_debug_group(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            group_label: String,
        ) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, |this| this.recorder().push_debug_group(group_label))
        }

        fn pop_debug_group(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
        ) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, |this| this.recorder().pop_debug_group())
        }

        fn insert_debug_marker(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            marker_label: String,
        ) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, |this| this.recorder().insert_debug_marker(marker_label))
        }

        fn end(mut access: Access<'_, T, Self>, this: Resource<$Encoder>) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, <$Encoder>::end)
        }
    };
}

/// `set-pipeline`; `$Pipeline` is the object.
macro_rules! set_pipeline {
    ($Encoder:ty, $Pipeline:ty) => {
        fn set_pipeline(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            pipeline: Resource<$Pipeline>,
        ) -> wasmtime::Result<()> {
            fetched(&mut access, &this, |view, new_name| {
                let pipeline = view.get_and_name(&pipeline, new_name)?.inner.clone();
                view.get_mut(&this)?.recorder().set_pipeline(&pipeline);
                Ok(())
            })
        }
    };
}

/// The methods that draw, and that say of what.
macro_rules! render_commands {
    ($Encoder:ty) => {
        set_pipeline!($Encoder, $crate::objects::render_pipeline::RenderPipeline);

        fn set_index_buffer(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            buffer: Resource<Buffer>,
            index_format: wit::GpuIndexFormat,
            offset: Option<u64>,
            size: Option<u64>,
        ) -> wasmtime::Result<()> {
            fetched(&mut access, &this, |view, new_name| {
                view.get_and_name(&buffer, new_name)?;
                let id = view.get_mut(&this)?.recorder().id();
                view.set_index_buffer(&this, id, &buffer, index_format.into(), offset, size)?;
                Ok(())
            })
        }

        fn set_vertex_buffer(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            slot: u32,
            buffer: Option<Resource<Buffer>>,
            offset: Option<u64>,
            size: Option<u64>,
        ) -> wasmtime::Result<()> {
            fetched(&mut access, &this, |view, new_name| {
                match &buffer {
                    Some(buffer) => {
                        view.get_and_name(buffer, new_name)?;
                    }
                    None => new_name.none()?,
                }
                let id = view.get_mut(&this)?.recorder().id();
                view.set_vertex_buffer(&this, id, slot, buffer.as_ref(), offset, size)?;
                Ok(())
            })
        }

        fn draw(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            vertex_count: u32,
            instance_count: Option<u32>,
            first_vertex: Option<u32>,
            first_instance: Option<u32>,
        ) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, |this| {
                this.recorder().draw(vertex_count, instance_count, first_vertex, first_instance);
            })
        }

        fn draw_indexed(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            index_count: u32,
            instance_count: Option<u32>,
            first_index: Option<u32>,
            base_vertex: Option<i32>,
            first_instance: Option<u32>,
        ) -> wasmtime::Result<()> {
            fetched_alone(&mut access, &this, |this| {
                this.recorder().draw_indexed(
                    index_count,
                    instance_count,
                    first_index,
                    base_vertex,
                    first_instance,
                );
            })
        }

        fn draw_indirect(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            indirect_buffer: Resource<Buffer>,
            indirect_offset: u64,
        ) -> wasmtime::Result<()> {
            fetched(&mut access, &this, |view, new_name| {
                let (recorder, buffer) = view.with_named_buffer(&this, &indirect_buffer, new_name)?;
                recorder.draw_indirect(buffer, indirect_offset);
                Ok(())
            })
        }

        fn draw_indexed_indirect(
            mut access: Access<'_, T, Self>,
            this: Resource<$Encoder>,
            indirect_buffer: Resource<Buffer>,
            indirect_offset: u64,
        ) -> wasmtime::Result<()> {
            fetched(&mut access, &this, |view, new_name| {
                let (recorder, buffer) = view.with_named_buffer(&this, &indirect_buffer, new_name)?;
                recorder.draw_indexed_indirect(buffer, indirect_offset);
                Ok(())
            })
        }
    };
}

pub(crate) use {binding_commands, debug_commands_and_end, render_commands, set_pipeline};
