//! Four samples, resolved; a sample mask and alpha to coverage.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        var corners = array<vec2<f32>, 3>(vec2(-0.83, -0.71), vec2(0.92, -0.33), vec2(-0.14, 0.95));
        return vec4<f32>(corners[index], 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0, 1.0, 1.0, 0.5); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let many = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 32, height: 32, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 4,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    for (name, mask, alpha_to_coverage_enabled) in
        [("all samples", !0, false), ("two samples", 0b0101, false), ("alpha to coverage", !0, true)]
    {
        let multisample = wgpu::MultisampleState { count: 4, mask, alpha_to_coverage_enabled };
        let pipeline = Draw { multisample, ..Draw::new(SHADER) }.pipeline(&device);
        let target = canvas::target(&device, [32, 32], wgpu::TextureFormat::Rgba8Unorm);
        let mut encoder = kit::encoder(&device);
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &kit::view(&many),
                depth_slice: None,
                resolve_target: Some(&kit::view(&target)),
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Discard,
                },
            })],
            ..Default::default()
        });
        pass.set_pipeline(&pipeline);
        pass.draw(0..3, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        let found = kit::read_texture(&device, &queue, &target);
        assert!(found.iter().any(|&byte| byte != 0 && byte != 255), "{name}: edges are smoothed");
        r.bytes(name, found);
    }
}
