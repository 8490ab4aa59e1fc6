//! The commands of a render bundle, which wgpu is told when it is finished.

use std::ops::Range;

use crate::commands::draw::RenderCommands;

/// The commands of a bundle, with the handles that they need.
#[derive(Debug, Default)]
pub(crate) struct Commands(Vec<Command>);

impl Commands {
    /// Tells wgpu all of them.
    pub(crate) fn replay<'a>(&'a self, encoder: &mut wgpu::RenderBundleEncoder<'a>) {
        for command in &self.0 {
            command.replay(encoder);
        }
    }
}

#[derive(Debug)]
enum Command {
    SetPipeline(wgpu::RenderPipeline),
    SetBindGroup { index: u32, bind_group: Option<wgpu::BindGroup>, offsets: Box<[u32]> },
    SetImmediates { offset: u32, data: Box<[u8]> },
    SetIndexBuffer { buffer: wgpu::Buffer, range: Range<u64>, format: wgpu::IndexFormat },
    SetVertexBuffer { slot: u32, binding: Option<(wgpu::Buffer, Range<u64>)> },
    Draw { vertices: Range<u32>, instances: Range<u32> },
    DrawIndexed { indices: Range<u32>, base_vertex: i32, instances: Range<u32> },
    DrawIndirect { buffer: wgpu::Buffer, offset: u64 },
    DrawIndexedIndirect { buffer: wgpu::Buffer, offset: u64 },
}

impl Command {
    fn replay<'a>(&'a self, encoder: &mut wgpu::RenderBundleEncoder<'a>) {
        match self {
            Self::SetPipeline(pipeline) => encoder.set_pipeline(pipeline),
            Self::SetBindGroup { index, bind_group, offsets } => {
                encoder.set_bind_group(*index, bind_group.as_ref(), offsets);
            }
            Self::SetImmediates { offset, data } => encoder.set_immediates(*offset, data),
            Self::SetIndexBuffer { buffer, range, format } => {
                encoder.set_index_buffer(buffer.slice(range.clone()), *format);
            }
            Self::SetVertexBuffer { slot, binding } => {
                let binding = binding.as_ref().map(|(buffer, range)| buffer.slice(range.clone()));
                encoder.set_vertex_buffer(*slot, binding);
            }
            Self::Draw { vertices, instances } => encoder.draw(vertices.clone(), instances.clone()),
            Self::DrawIndexed { indices, base_vertex, instances } => {
                encoder.draw_indexed(indices.clone(), *base_vertex, instances.clone());
            }
            Self::DrawIndirect { buffer, offset } => encoder.draw_indirect(buffer, *offset),
            Self::DrawIndexedIndirect { buffer, offset } => encoder.draw_indexed_indirect(buffer, *offset),
        }
    }
}

impl RenderCommands for Commands {
    fn set_pipeline(&mut self, pipeline: &wgpu::RenderPipeline) {
        self.0.push(Command::SetPipeline(pipeline.clone()));
    }

    fn set_bind_group(&mut self, index: u32, bind_group: Option<&wgpu::BindGroup>, offsets: &[u32]) {
        self.0.push(Command::SetBindGroup {
            index,
            bind_group: bind_group.cloned(),
            offsets: offsets.into(),
        });
    }

    fn set_immediates(&mut self, offset: u32, data: &[u8]) {
        self.0.push(Command::SetImmediates { offset, data: data.into() });
    }

    fn set_index_buffer(&mut self, buffer: &wgpu::Buffer, range: Range<u64>, format: wgpu::IndexFormat) {
        self.0.push(Command::SetIndexBuffer { buffer: buffer.clone(), range, format });
    }

    fn set_vertex_buffer(&mut self, slot: u32, binding: Option<(&wgpu::Buffer, Range<u64>)>) {
        let binding = binding.map(|(buffer, range)| (buffer.clone(), range));
        self.0.push(Command::SetVertexBuffer { slot, binding });
    }

    fn draw(&mut self, vertices: Range<u32>, instances: Range<u32>) {
        self.0.push(Command::Draw { vertices, instances });
    }

    fn draw_indexed(&mut self, indices: Range<u32>, base_vertex: i32, instances: Range<u32>) {
        self.0.push(Command::DrawIndexed { indices, base_vertex, instances });
    }

    fn draw_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64) {
        self.0.push(Command::DrawIndirect { buffer: buffer.clone(), offset });
    }

    fn draw_indexed_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64) {
        self.0.push(Command::DrawIndexedIndirect { buffer: buffer.clone(), offset });
    }
}
