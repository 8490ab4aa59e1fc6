//! What it costs to record the commands of a render pass.

use wgpu::BufferUsages as Usage;

use crate::{
    Result,
    gpu::{FORMAT, Gpu, begin},
    options::Options,
    record::COMMANDS,
    repeat::{row, seconds},
};

const SHADER: &str = "
    @vertex fn vertex(@location(0) at: vec4<f32>) -> @builtin(position) vec4<f32> { return at; }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

/// What the passes need.
struct Scene {
    pipeline: wgpu::RenderPipeline,
    /// Two, as programs have one for each object that they draw.
    vertices: [wgpu::Buffer; 2],
    view: wgpu::TextureView,
}

impl Scene {
    fn new(gpu: &Gpu) -> Self {
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let pipeline = gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: None,
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                buffers: &[Some(wgpu::VertexBufferLayout {
                    array_stride: 16,
                    step_mode: wgpu::VertexStepMode::Vertex,
                    attributes: &wgpu::vertex_attr_array![0 => Float32x4],
                })],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                targets: &[Some(FORMAT.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        Self { pipeline, vertices: [(); 2].map(|()| gpu.buffer(48, Usage::VERTEX)), view: gpu.target(16, 16) }
    }

    /// Records into a pass that is ready to draw; only what `record` does is measured. What is recorded is thrown
    /// away.
    fn measure(&self, gpu: &Gpu, record: impl Fn(&mut wgpu::RenderPass<'_>)) -> f64 {
        let Self { pipeline, vertices: [vertices, _], view } = self;
        let mut encoder = gpu.encoder();
        let mut pass = begin(&mut encoder, view);
        pass.set_pipeline(pipeline);
        pass.set_vertex_buffer(0, vertices.slice(..));
        seconds(|| record(&mut pass)).0
    }
}

pub(crate) fn rows(gpu: &Gpu, options: &Options) -> Result<()> {
    let scene = Scene::new(gpu);
    let Scene { vertices: [first, second], .. } = &scene;
    let per = COMMANDS as f64;

    row(options, "record/draw", "ns", per, || {
        Ok(scene.measure(gpu, |pass| (0..COMMANDS).for_each(|_| pass.draw(0..3, 0..1))))
    })?;
    row(options, "record/set_vertex_buffer", "ns", per, || {
        Ok(scene.measure(gpu, |pass| {
            for _ in 0..COMMANDS / 2 {
                pass.set_vertex_buffer(0, second.slice(..));
                pass.set_vertex_buffer(0, first.slice(..));
            }
        }))
    })
}
