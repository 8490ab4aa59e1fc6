//! The picture: one instanced draw, a disc for each floret.

use std::borrow::Cow;

/// Florets of the flower.
const FLORETS: u32 = 1_000;

/// What the shader has to know, in the layout of its `Moment`.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Moment {
    seconds: f32,
    florets: f32,
    /// Of a pixel, where the picture is two wide.
    pixel: f32,
    _padding: f32,
}

/// What is made once and drawn many times.
pub(crate) struct Painting {
    device: wgpu::Device,
    queue: wgpu::Queue,
    module: wgpu::ShaderModule,
    moment: wgpu::Buffer,
    /// For the format of the last texture.
    pipeline: Option<(wgpu::TextureFormat, wgpu::RenderPipeline, wgpu::BindGroup)>,
}

impl Painting {
    pub(crate) fn new(device: wgpu::Device, queue: wgpu::Queue) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("flower"),
            source: wgpu::ShaderSource::Wgsl(Cow::Borrowed(include_str!("flower.wgsl"))),
        });
        let moment = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("moment"),
            size: size_of::<Moment>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self { device, queue, module, moment, pipeline: None }
    }

    pub(crate) fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// Draws the flower as it is `seconds` after the start.
    pub(crate) fn draw(&mut self, target: &wgpu::Texture, seconds: f32) {
        let pixel = 2.0 / target.width().max(1) as f32;
        let moment = Moment { seconds, florets: FLORETS as f32, pixel, _padding: 0.0 };
        self.queue.write_buffer(&self.moment, 0, bytemuck::bytes_of(&moment));

        let format = target.format();
        let (_, pipeline, group) = match self.pipeline.take() {
            Some(made) if made.0 == format => self.pipeline.insert(made),
            _ => {
                let (pipeline, group) = self.pipeline_for(format);
                self.pipeline.insert((format, pipeline, group))
            }
        };
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("flower"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &*group, &[]);
        pass.draw(0..4, 0..FLORETS);
        drop(pass);
        self.queue.submit([encoder.finish()]);
    }

    fn pipeline_for(&self, format: wgpu::TextureFormat) -> (wgpu::RenderPipeline, wgpu::BindGroup) {
        let pipeline = self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("flower"),
            layout: None,
            vertex: wgpu::VertexState {
                module: &self.module,
                entry_point: Some("floret"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                ..wgpu::PrimitiveState::default()
            },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &self.module,
                entry_point: Some("paint"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format,
                    blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        });
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("moment"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: self.moment.as_entire_binding() }],
        });
        (pipeline, group)
    }
}
