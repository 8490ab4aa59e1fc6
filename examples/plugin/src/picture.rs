//! The program's own picture, drawn natively: an evening by a lake, with room for what the component draws.

use anyhow::Context as _;
use example_common::Gpu;

/// Size of the picture, in pixels. A row is a multiple of the 256 bytes that copies want.
pub(crate) const WIDTH: u32 = 768;
pub(crate) const HEIGHT: u32 = 640;

/// Width and height of what the component draws into.
pub(crate) const CANVAS: u32 = 512;

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// The picture before it is composed.
pub(crate) struct Picture {
    gpu: Gpu,
    pipeline: wgpu::RenderPipeline,
    sampler: wgpu::Sampler,
}

impl Picture {
    pub(crate) fn new(gpu: &Gpu) -> Self {
        let module = gpu.device.create_shader_module(wgpu::include_wgsl!("shaders/lake.wgsl"));
        let pipeline = gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("lake"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("corner"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("paint"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(FORMAT.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let sampler = gpu.device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        Self { gpu: gpu.clone(), pipeline, sampler }
    }

    /// A texture for the component to draw into.
    pub(crate) fn canvas(&self) -> wgpu::Texture {
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING;
        self.texture("canvas", CANVAS, CANVAS, usage)
    }

    /// Draws the picture with the canvas in it, and in the lake's reflection.
    pub(crate) fn compose(&self, canvas: &wgpu::Texture) -> anyhow::Result<image::RgbaImage> {
        let device = &self.gpu.device;
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
        let target = self.texture("picture", WIDTH, HEIGHT, usage);
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("canvas"),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&canvas.create_view(&Default::default())),
                },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&self.sampler) },
            ],
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("lake"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations::default(),
            })],
            ..Default::default()
        });
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.draw(0..3, 0..1);
        drop(pass);
        self.read(&target, encoder)
    }

    fn read(
        &self,
        target: &wgpu::Texture,
        mut encoder: wgpu::CommandEncoder,
    ) -> anyhow::Result<image::RgbaImage> {
        let size = u64::from(WIDTH * HEIGHT * 4);
        let usage = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ;
        let pixels = self.gpu.buffer("pixels", size, usage);
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(WIDTH * 4), rows_per_image: None };
        encoder.copy_texture_to_buffer(
            target.as_image_copy(),
            wgpu::TexelCopyBufferInfo { buffer: &pixels, layout },
            target.size(),
        );
        self.gpu.queue.submit([encoder.finish()]);
        let bytes = self.gpu.read(&pixels, size, <[u8]>::to_vec)?;
        image::RgbaImage::from_raw(WIDTH, HEIGHT, bytes).context("the picture has another size")
    }

    fn texture(&self, label: &str, width: u32, height: u32, usage: wgpu::TextureUsages) -> wgpu::Texture {
        self.gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some(label),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage,
            view_formats: &[],
        })
    }
}
