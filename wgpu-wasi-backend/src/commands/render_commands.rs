//! What render passes and render bundle encoders share: `GPURenderCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpurendercommandsmixin>) — peer: host/src/commands/draw.rs

use std::ops::Range;

/// The methods that draw, and that say of what; a macro for the reason that `binding_commands.rs` has. `$pipeline` is
/// the object of this backend, and `$buffer::named` gives the host's buffer behind one of wgpu's, and its name.
macro_rules! render_commands {
    ($pipeline:ty, $buffer:ident) => {
        fn set_pipeline(&mut self, pipeline: &wgpu::custom::DispatchRenderPipeline) {
            let ours = $crate::convert::ours(pipeline.as_custom::<$pipeline>());
            if self.bound.set_pipeline(ours.id) && !self.commands.set_pipeline(&ours.name, pipeline) {
                self.commands.call_naming(&ours.name, || self.wit.set_pipeline(&ours.wit));
            }
        }

        fn set_index_buffer(
            &mut self,
            buffer: &wgpu::custom::DispatchBuffer,
            index_format: wgpu::IndexFormat,
            offset: wgpu::BufferAddress,
            size: Option<wgpu::BufferSize>,
        ) {
            let size = size.map(wgpu::BufferSize::get);
            let (wit, name) = $buffer::named(buffer);
            if !self.commands.set_index_buffer(name, buffer, index_format, offset, size) {
                let call = || self.wit.set_index_buffer(wit, index_format.into(), Some(offset), size);
                self.commands.call_naming(name, call);
            }
        }

        fn set_vertex_buffer(
            &mut self,
            slot: u32,
            buffer: Option<&wgpu::custom::DispatchBuffer>,
            offset: wgpu::BufferAddress,
            size: Option<wgpu::BufferSize>,
        ) {
            let size = size.map(wgpu::BufferSize::get);
            let named = buffer.map($buffer::named);
            let name_and_buffer = named.map(|(_, name)| name).zip(buffer);
            if self.commands.set_vertex_buffer(slot, name_and_buffer, offset, size) {
                return;
            }
            let call = |buffer| self.wit.set_vertex_buffer(slot, buffer, Some(offset), size);
            match named {
                Some((buffer, name)) => self.commands.call_naming(name, || call(Some(buffer))),
                None => self.commands.call(|| call(None)),
            }
        }

        fn draw(&mut self, vertices: std::ops::Range<u32>, instances: std::ops::Range<u32>) {
            use $crate::commands::render_commands::length;

            if !self.commands.draw(&vertices, &instances) {
                let (count, instance_count) = (length(&vertices), Some(length(&instances)));
                let (first, first_instance) = (Some(vertices.start), Some(instances.start));
                self.commands.call(|| self.wit.draw(count, instance_count, first, first_instance));
            }
        }

        fn draw_indexed(
            &mut self,
            indices: std::ops::Range<u32>,
            base_vertex: i32,
            instances: std::ops::Range<u32>,
        ) {
            use $crate::commands::render_commands::length;

            if !self.commands.draw_indexed(&indices, base_vertex, &instances) {
                self.commands.call(|| {
                    self.wit.draw_indexed(
                        length(&indices),
                        Some(length(&instances)),
                        Some(indices.start),
                        Some(base_vertex),
                        Some(instances.start),
                    );
                });
            }
        }

        fn draw_indirect(
            &mut self,
            indirect_buffer: &wgpu::custom::DispatchBuffer,
            indirect_offset: wgpu::BufferAddress,
        ) {
            let (buffer, name) = $buffer::named(indirect_buffer);
            if !self.commands.draw_indirect(name, indirect_buffer, indirect_offset) {
                let call = || self.wit.draw_indirect(buffer, indirect_offset);
                self.commands.call_naming(name, call);
            }
        }

        fn draw_indexed_indirect(
            &mut self,
            indirect_buffer: &wgpu::custom::DispatchBuffer,
            indirect_offset: wgpu::BufferAddress,
        ) {
            let (buffer, name) = $buffer::named(indirect_buffer);
            if !self.commands.draw_indexed_indirect(name, indirect_buffer, indirect_offset) {
                let call = || self.wit.draw_indexed_indirect(buffer, indirect_offset);
                self.commands.call_naming(name, call);
            }
        }
    };
}

pub(crate) use render_commands;

/// A range that ends before it starts draws nothing.
#[inline]
pub(crate) fn length(range: &Range<u32>) -> u32 {
    range.end.saturating_sub(range.start)
}
