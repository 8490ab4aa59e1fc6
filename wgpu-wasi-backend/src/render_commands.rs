//! What render passes and render bundle encoders share: `GPURenderCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpurendercommandsmixin>) — peer: host/src/render_commands.rs

use std::ops::Range;

/// The methods that draw, and that say of what; a macro for the reason that [`crate::pass`] has.
macro_rules! render_commands {
    () => {
        fn set_pipeline(&mut self, pipeline: &wgpu::custom::DispatchRenderPipeline) {
            let pipeline =
                $crate::convert::ours(pipeline.as_custom::<$crate::render_pipeline::RenderPipeline>());
            if self.bound.set_pipeline(pipeline.id) {
                self.wit.set_pipeline(&pipeline.wit);
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
            self.wit.set_index_buffer(
                $crate::buffer::handle(buffer),
                index_format.into(),
                Some(offset),
                size,
            );
        }

        fn set_vertex_buffer(
            &mut self,
            slot: u32,
            buffer: Option<&wgpu::custom::DispatchBuffer>,
            offset: wgpu::BufferAddress,
            size: Option<wgpu::BufferSize>,
        ) {
            let size = size.map(wgpu::BufferSize::get);
            self.wit.set_vertex_buffer(slot, buffer.map($crate::buffer::handle), Some(offset), size);
        }

        fn draw(&mut self, vertices: std::ops::Range<u32>, instances: std::ops::Range<u32>) {
            use $crate::render_commands::length;

            self.wit.draw(
                length(&vertices),
                Some(length(&instances)),
                Some(vertices.start),
                Some(instances.start),
            );
        }

        fn draw_indexed(
            &mut self,
            indices: std::ops::Range<u32>,
            base_vertex: i32,
            instances: std::ops::Range<u32>,
        ) {
            use $crate::render_commands::length;

            self.wit.draw_indexed(
                length(&indices),
                Some(length(&instances)),
                Some(indices.start),
                Some(base_vertex),
                Some(instances.start),
            );
        }

        fn draw_indirect(
            &mut self,
            indirect_buffer: &wgpu::custom::DispatchBuffer,
            indirect_offset: wgpu::BufferAddress,
        ) {
            self.wit.draw_indirect($crate::buffer::handle(indirect_buffer), indirect_offset);
        }

        fn draw_indexed_indirect(
            &mut self,
            indirect_buffer: &wgpu::custom::DispatchBuffer,
            indirect_offset: wgpu::BufferAddress,
        ) {
            self.wit.draw_indexed_indirect($crate::buffer::handle(indirect_buffer), indirect_offset);
        }
    };
}

pub(crate) use render_commands;

/// A range that ends before it starts draws nothing.
#[inline]
pub(crate) fn length(range: &Range<u32>) -> u32 {
    range.end.saturating_sub(range.start)
}
