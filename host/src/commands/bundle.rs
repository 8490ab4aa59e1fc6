//! What is recorded of a render bundle. wgpu is told when it is finished.

use std::{ops::Range, sync::Arc};

use crate::{
    commands::{
        draw::{DrawState, RenderCommands},
        kept::Kept,
    },
    device::{
        budget::{Budget, Ledger},
        core::DeviceCore,
        fence,
    },
};

/// Bytes of a bundle's label that wgpu gets to see.
const MAX_LABEL: usize = 64;

/// What was asked of an encoder so far.
#[derive(Debug)]
pub(crate) struct Recording {
    format: Format,
    pub(crate) commands: Commands,
    pub(crate) draws: DrawState,
    /// wgpu's bundles have no debug groups; that they are balanced is a rule all the same.
    pub(crate) debug_groups: u32,
    /// Why the encoder is invalid; the first reason counts.
    pub(crate) error: Option<String>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) ledger: Ledger,
}

/// What the bundle's passes have to look like.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) colors: Vec<Option<wgpu::TextureFormat>>,
    pub(crate) depth_stencil: Option<wgpu::RenderBundleDepthStencil>,
    pub(crate) sample_count: u32,
}

impl Format {
    pub(crate) fn encoder<'a>(&self, device: &'a wgpu::Device, label: &str) -> wgpu::RenderBundleEncoder<'a> {
        device.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
            label: Some(label),
            color_formats: &self.colors,
            depth_stencil: self.depth_stencil,
            sample_count: self.sample_count,
            // Not in WebGPU.
            multiview: None,
        })
    }
}

impl Recording {
    /// `error`: why the encoder is invalid from the start.
    pub(crate) fn new(format: Format, error: Option<String>, host_memory: &Arc<Budget>) -> Self {
        Self {
            format,
            commands: Commands::default(),
            draws: DrawState::default(),
            debug_groups: 0,
            error,
            kept: Vec::new(),
            ledger: Ledger::new(host_memory),
        }
    }

    #[cold]
    pub(crate) fn refuse(&mut self, call: &'static str, reason: &str) {
        self.error.get_or_insert_with(|| format!("In RenderBundleEncoder::{call}: {reason}"));
    }

    /// `finish`: <https://www.w3.org/TR/webgpu/#dom-gpurenderbundleencoder-finish>
    pub(crate) fn finish(self, device: &DeviceCore, label: &str) -> Result<wgpu::RenderBundle, String> {
        let Self { format, commands, draws: _, debug_groups, error, kept: _, ledger: _ } = self;
        if let Some(error) = error {
            return Err(error);
        }
        if debug_groups > 0 {
            return Err(format!(
                "In RenderBundleEncoder::finish: {debug_groups} debug groups were not popped"
            ));
        }
        // A bundle that wgpu refuses stays in its tables together with its label.
        let label = label.get(..label.floor_char_boundary(MAX_LABEL)).unwrap_or_default();
        fence::catch(|| {
            let mut encoder = format.encoder(&device.wgpu, label);
            commands.replay(&mut encoder);
            encoder.finish(&wgpu::RenderBundleDescriptor { label: Some(label) })
        })
    }
}

/// The commands of a bundle, with the handles that they need.
#[derive(Debug, Default)]
pub(crate) struct Commands(Vec<Command>);

impl Commands {
    /// Tells wgpu all of them.
    fn replay<'a>(&'a self, encoder: &mut wgpu::RenderBundleEncoder<'a>) {
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
    #[inline]
    fn set_pipeline(&mut self, pipeline: &wgpu::RenderPipeline) {
        self.0.push(Command::SetPipeline(pipeline.clone()));
    }

    #[inline]
    fn set_bind_group(&mut self, index: u32, bind_group: Option<&wgpu::BindGroup>, offsets: &[u32]) {
        self.0.push(Command::SetBindGroup {
            index,
            bind_group: bind_group.cloned(),
            offsets: offsets.into(),
        });
    }

    #[inline]
    fn set_immediates(&mut self, offset: u32, data: &[u8]) {
        self.0.push(Command::SetImmediates { offset, data: data.into() });
    }

    #[inline]
    fn set_index_buffer(&mut self, buffer: &wgpu::Buffer, range: Range<u64>, format: wgpu::IndexFormat) {
        self.0.push(Command::SetIndexBuffer { buffer: buffer.clone(), range, format });
    }

    #[inline]
    fn set_vertex_buffer(&mut self, slot: u32, binding: Option<(&wgpu::Buffer, Range<u64>)>) {
        let binding = binding.map(|(buffer, range)| (buffer.clone(), range));
        self.0.push(Command::SetVertexBuffer { slot, binding });
    }

    #[inline]
    fn draw(&mut self, vertices: Range<u32>, instances: Range<u32>) {
        self.0.push(Command::Draw { vertices, instances });
    }

    #[inline]
    fn draw_indexed(&mut self, indices: Range<u32>, base_vertex: i32, instances: Range<u32>) {
        self.0.push(Command::DrawIndexed { indices, base_vertex, instances });
    }

    #[inline]
    fn draw_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64) {
        self.0.push(Command::DrawIndirect { buffer: buffer.clone(), offset });
    }

    #[inline]
    fn draw_indexed_indirect(&mut self, buffer: &wgpu::Buffer, offset: u64) {
        self.0.push(Command::DrawIndexedIndirect { buffer: buffer.clone(), offset });
    }
}
