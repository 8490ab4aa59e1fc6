//! A depth buffer that is tested against and sampled in the same pass, read-only.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @group(0) @binding(0) var depth: texture_depth_2d;
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        let x = f32(index & 1u) * 4.0 - 1.0;
        return vec4<f32>(x, f32(index >> 1u) * 4.0 - 1.0, (x + 1.0) / 4.0, 1.0);
    }
    @fragment fn fragment(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
        return vec4<f32>(textureLoad(depth, vec2<u32>(at.xy), 0), at.z, 1.0, 1.0);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let format = wgpu::TextureFormat::Depth32Float;
    let depth = kit::texture_2d(
        &device,
        [16, 16],
        format,
        wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
    );
    let target = canvas::target(&device, [16, 16], wgpu::TextureFormat::Rgba8Unorm);
    let pipeline = Draw {
        depth_stencil: Some(wgpu::DepthStencilState {
            format,
            depth_write_enabled: Some(false),
            depth_compare: Some(wgpu::CompareFunction::Less),
            stencil: Default::default(),
            bias: wgpu::DepthBiasState { constant: 0, slope_scale: 0.0, clamp: 0.0 },
        }),
        ..Draw::new(SHADER)
    }
    .pipeline(&device);
    let view = kit::view(&depth);
    let group =
        kit::bind(&device, &pipeline.get_bind_group_layout(0), &[wgpu::BindingResource::TextureView(&view)]);
    let attachment = |depth_ops| {
        Some(wgpu::RenderPassDepthStencilAttachment { view: &view, depth_ops, stencil_ops: None })
    };
    let clear = wgpu::Operations { load: wgpu::LoadOp::Clear(0.3), store: wgpu::StoreOp::Store };
    let mut encoder = kit::encoder(&device);
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        depth_stencil_attachment: attachment(Some(clear)),
        ..Default::default()
    });
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::TRANSPARENT)],
        depth_stencil_attachment: attachment(None),
        ..Default::default()
    });
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.draw(0..3, 0..1);
    drop(pass);
    queue.submit([encoder.finish()]);
    let found = kit::read_texture(&device, &queue, &target);
    assert!(
        found.chunks(4).any(|texel| texel[3] == 0)
            && found.chunks(4).any(|texel| matches!(texel[0], 76 | 77))
    );
    r.bytes("color", found);
}
