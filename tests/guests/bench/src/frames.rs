//! Whole frames, as a program that draws many small things makes them: each sprite has numbers of its own.

use wgpu::{BufferUsages as Usage, SubmissionIndex};

use crate::{
    Result,
    gpu::{FORMAT, Gpu, begin},
    options::Options,
    repeat::{row, seconds},
};

const SHADER: &str = "
    struct Sprite { position: vec2<f32>, size: vec2<f32>, color: vec4<f32> }
    @group(0) @binding(0) var<uniform> sprite: Sprite;

    @vertex fn vertex(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4<f32> {
        let at = vec2<f32>(f32(corner & 1u), f32(corner >> 1u));
        return vec4<f32>(sprite.position + at * sprite.size, 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return sprite.color; }
";

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;

const SPRITES: u32 = 100_000;
/// The numbers of the next sprite begin so many bytes later: every adapter takes this as a dynamic offset.
const STRIDE: u32 = 256;
/// The bytes of a sprite's numbers.
const SPRITE: usize = 32;

/// Frames that are drawn one after the other and measured together.
const FRAMES: u32 = 8;

/// What the frames need.
struct Scene {
    pipeline: wgpu::RenderPipeline,
    /// The numbers of all sprites, each at a multiple of [`STRIDE`].
    sprites: wgpu::Buffer,
    group: wgpu::BindGroup,
    view: wgpu::TextureView,
}

impl Scene {
    fn new(gpu: &Gpu) -> Self {
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let of_one = wgpu::BufferSize::new(SPRITE as u64);
        let layout = gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Uniform,
                    has_dynamic_offset: true,
                    min_binding_size: of_one,
                },
                count: None,
            }],
        });
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                ..Default::default()
            },
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
        let sprites = gpu.buffer(u64::from(SPRITES) * u64::from(STRIDE), Usage::UNIFORM | Usage::COPY_DST);
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &sprites,
                    offset: 0,
                    size: of_one,
                }),
            }],
        });
        let view = gpu.target(WIDTH, HEIGHT);
        Self { pipeline, sprites, group, view }
    }

    /// Uploads where the sprites are, and draws each with a bind group of its own and a draw.
    fn frame(&self, gpu: &Gpu, numbers: &[u8]) -> SubmissionIndex {
        gpu.queue.write_buffer(&self.sprites, 0, numbers);
        let mut encoder = gpu.encoder();
        let mut pass = begin(&mut encoder, &self.view);
        pass.set_pipeline(&self.pipeline);
        for sprite in 0..SPRITES {
            pass.set_bind_group(0, &self.group, &[sprite * STRIDE]);
            pass.draw(0..4, 0..1);
        }
        drop(pass);
        gpu.queue.submit([encoder.finish()])
    }
}

/// Moves every sprite a little.
fn place(numbers: &mut [u8], frame: u32) {
    for (sprite, of_one) in (0u32..).zip(numbers.chunks_exact_mut(STRIDE as usize)) {
        let along = (sprite.wrapping_mul(7).wrapping_add(frame) % 1000) as f32 / 500.0 - 1.0;
        let across = (sprite.wrapping_mul(13).wrapping_add(frame) % 997) as f32 / 498.5 - 1.0;
        let values = [along, across, 0.004, 0.007, 1.0, 0.5, 0.25, 1.0];
        for (bytes, value) in of_one.chunks_exact_mut(4).zip(values) {
            bytes.copy_from_slice(&f32::to_le_bytes(value));
        }
    }
}

/// A frame while the GPU is at most one behind, as in a window.
pub(crate) fn rows(gpu: &Gpu, options: &Options) -> Result<()> {
    let name = "frame/100000_sprites";
    if !options.wants(name) {
        return Ok(());
    }
    let scene = Scene::new(gpu);
    let mut numbers = vec![0; (SPRITES * STRIDE) as usize];
    let mut drawn = 0;
    row(options, name, "us", f64::from(FRAMES), || {
        let (took, waited) = seconds(|| {
            let mut before = None;
            for _ in 0..FRAMES {
                place(&mut numbers, drawn);
                drawn += 1;
                if let Some(submission_index) = before.replace(scene.frame(gpu, &numbers)) {
                    let submission_index = Some(submission_index);
                    gpu.device.poll(wgpu::PollType::Wait { submission_index, timeout: None })?;
                }
            }
            gpu.wait()
        });
        waited.map(|()| took)
    })
}
