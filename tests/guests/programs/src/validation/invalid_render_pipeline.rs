//! Render pipelines that are refused, each for one reason.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
};

const SHADER: &str = "
    @vertex fn vertex(@location(0) at: vec4<f32>) -> @builtin(position) vec4<f32> { return at; }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let layout = |array_stride, attributes| {
        [Some(wgpu::VertexBufferLayout { array_stride, step_mode: wgpu::VertexStepMode::Vertex, attributes })]
    };
    let good = &wgpu::vertex_attr_array![0 => Float32x4];
    let good = &layout(16, good);
    let stencil_only = wgpu::DepthStencilState {
        format: wgpu::TextureFormat::Stencil8,
        depth_write_enabled: Some(true),
        depth_compare: Some(wgpu::CompareFunction::Less),
        stencil: Default::default(),
        bias: Default::default(),
    };
    let blend_uint = [Some(wgpu::ColorTargetState {
        format: wgpu::TextureFormat::Rgba8Uint,
        blend: None,
        write_mask: wgpu::ColorWrites::ALL,
    })];
    let blend_float32 = [Some(wgpu::ColorTargetState {
        format: wgpu::TextureFormat::Rgba32Float,
        blend: Some(wgpu::BlendState::ALPHA_BLENDING),
        write_mask: wgpu::ColorWrites::ALL,
    })];
    let not_renderable = [Some(wgpu::TextureFormat::Rgba8Snorm.into())];
    let too_many = vec![canvas::RGBA[0].clone(); 99];
    let misaligned =
        [wgpu::VertexAttribute { format: wgpu::VertexFormat::Float32x4, offset: 2, shader_location: 0 }];
    let outside =
        [wgpu::VertexAttribute { format: wgpu::VertexFormat::Float32x4, offset: 8, shader_location: 0 }];
    let kind =
        [wgpu::VertexAttribute { format: wgpu::VertexFormat::Uint32x4, offset: 0, shader_location: 0 }];
    let twice = wgpu::vertex_attr_array![0 => Float32x4, 0 => Float32x4];
    let fragment_only = "@fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }";
    let samples = |count| wgpu::MultisampleState { count, ..Default::default() };
    let strip = wgpu::PrimitiveState {
        topology: wgpu::PrimitiveTopology::TriangleList,
        strip_index_format: Some(wgpu::IndexFormat::Uint16),
        ..Default::default()
    };
    for (name, draw) in [
        ("good", Draw { buffers: good, ..Draw::new(SHADER) }),
        ("no vertex buffer", Draw::new(SHADER)),
        ("no vertex stage", Draw::new(fragment_only)),
        ("kinds differ", Draw { buffers: &layout(16, &kind), ..Draw::new(SHADER) }),
        ("misaligned attribute", Draw { buffers: &layout(32, &misaligned), ..Draw::new(SHADER) }),
        ("attribute outside", Draw { buffers: &layout(16, &outside), ..Draw::new(SHADER) }),
        ("misaligned stride", Draw { buffers: &layout(17, &misaligned), ..Draw::new(SHADER) }),
        ("stride over the limit", Draw { buffers: &layout(1 << 20, &kind), ..Draw::new(SHADER) }),
        ("a location twice", Draw { buffers: &layout(32, &twice), ..Draw::new(SHADER) }),
        (
            "depth without depth",
            Draw { buffers: good, depth_stencil: Some(stencil_only), ..Draw::new(SHADER) },
        ),
        ("output of another kind", Draw { buffers: good, targets: &blend_uint, ..Draw::new(SHADER) }),
        ("blending 32-bit floats", Draw { buffers: good, targets: &blend_float32, ..Draw::new(SHADER) }),
        ("not renderable", Draw { buffers: good, targets: &not_renderable, ..Draw::new(SHADER) }),
        ("too many targets", Draw { buffers: good, targets: &too_many, ..Draw::new(SHADER) }),
        ("three samples", Draw { buffers: good, multisample: samples(3), ..Draw::new(SHADER) }),
        ("strip format for a list", Draw { buffers: good, primitive: strip, ..Draw::new(SHADER) }),
    ] {
        r.caught(name, &device, || draw.pipeline(&device)).await;
    }
}
