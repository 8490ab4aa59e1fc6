//! Draws whose arguments come from a buffer, plain and indexed, in passes and in bundles.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) number: u32) -> @builtin(position) vec4<f32> {
        var corners = array<vec2<f32>, 3>(vec2(-0.2, -0.2), vec2(0.2, -0.2), vec2(0.0, 0.2));
        return vec4<f32>(corners[index % 3u] + vec2<f32>(f32(number) * 0.4 - 0.8, f32(index / 3u) * 0.5 - 0.5), 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(0.0, 0.2, 1.0, 1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let arguments = kit::buffer(&device, 64, wgpu::BufferUsages::INDIRECT | wgpu::BufferUsages::COPY_DST);
    // At 4: vertices, instances, first vertex, first instance. At 20: indices, instances, first index,
    // base vertex, first instance.
    queue.write_buffer(&arguments, 4, bytemuck::cast_slice(&[3_u32, 4, 0, 0, 3, 2, 1, 3, 0]));
    let indices = kit::buffer(&device, 16, wgpu::BufferUsages::INDEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&indices, 0, bytemuck::cast_slice(&[0_u32, 0, 1, 2]));
    let pipeline = Draw::new(SHADER).pipeline(&device);

    let mut bundle = device.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
        label: None,
        color_formats: &[Some(wgpu::TextureFormat::Rgba8Unorm)],
        depth_stencil: None,
        sample_count: 1,
        multiview: None,
    });
    bundle.set_pipeline(&pipeline);
    bundle.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
    bundle.draw_indirect(&arguments, 4);
    bundle.draw_indexed_indirect(&arguments, 20);
    let bundle = bundle.finish(&wgpu::RenderBundleDescriptor::default());

    for bundled in [false, true] {
        let target = canvas::target(&device, [40, 40], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        if bundled {
            pass.execute_bundles([&bundle]);
        } else {
            pass.set_pipeline(&pipeline);
            pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
            pass.draw_indirect(&arguments, 4);
            pass.draw_indexed_indirect(&arguments, 20);
        }
        drop(pass);
        queue.submit([encoder.finish()]);
        let found = kit::read_texture(&device, &queue, &target);
        // A fifth of 255, which no rounding moves: something was drawn.
        assert!(found.contains(&51));
        r.bytes(format!("in a bundle: {bundled}"), found);
    }
}
