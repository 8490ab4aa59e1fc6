//! A bundle, executed in two passes; with bind groups, buffers, debug groups, and state of the pass
//! that does not survive it.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @group(0) @binding(0) var<uniform> color: vec4<f32>;
    @vertex fn vertex(@location(0) at: vec2<f32>, @builtin(instance_index) number: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(at * 0.5 + vec2<f32>(f32(number) - 0.5, 0.0), 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return color; }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let pipeline = Draw {
        buffers: &[Some(wgpu::VertexBufferLayout {
            array_stride: 8,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &wgpu::vertex_attr_array![0 => Float32x2],
        })],
        ..Draw::new(SHADER)
    }
    .pipeline(&device);
    let corners = kit::buffer(&device, 24, wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&corners, 0, bytemuck::cast_slice(&[[-1.0_f32, -1.0], [1.0, -1.0], [0.0, 1.0]]));
    let indices = kit::buffer(&device, 8, wgpu::BufferUsages::INDEX | wgpu::BufferUsages::COPY_DST);
    queue.write_buffer(&indices, 0, bytemuck::cast_slice(&[2_u16, 0, 1, 0]));
    let color = |values: [f32; 4]| {
        let buffer = kit::uniform(&device, &values);
        kit::bind(&device, &pipeline.get_bind_group_layout(0), &[buffer.as_entire_binding()])
    };
    let (red, blue) = (color([1.0, 0.0, 0.0, 1.0]), color([0.0, 0.0, 1.0, 1.0]));

    let mut bundle = device.create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
        label: Some("bundle"),
        color_formats: &[Some(wgpu::TextureFormat::Rgba8Unorm)],
        depth_stencil: None,
        sample_count: 1,
        multiview: None,
    });
    bundle.set_pipeline(&pipeline);
    bundle.set_vertex_buffer(0, corners.slice(..));
    bundle.set_bind_group(0, &red, &[]);
    bundle.draw(0..3, 0..1);
    bundle.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint16);
    bundle.set_bind_group(0, &blue, &[]);
    bundle.draw_indexed(0..3, 0, 1..2);
    let bundle = bundle.finish(&wgpu::RenderBundleDescriptor { label: Some("finished") });
    let empty = device
        .create_render_bundle_encoder(&wgpu::RenderBundleEncoderDescriptor {
            color_formats: &[Some(wgpu::TextureFormat::Rgba8Unorm)],
            sample_count: 1,
            ..Default::default()
        })
        .finish(&wgpu::RenderBundleDescriptor::default());

    for again in [false, true] {
        let target = canvas::target(&device, [32, 32], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.push_debug_group("around the bundle");
        pass.execute_bundles([&bundle, &empty]);
        pass.pop_debug_group();
        if again {
            // The bundle has reset what the pass had set: all is set anew.
            pass.set_pipeline(&pipeline);
            pass.set_vertex_buffer(0, corners.slice(..));
            pass.set_bind_group(0, &blue, &[]);
            pass.draw(0..3, 0..1);
        }
        pass.insert_debug_marker("the end");
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(format!("drawn again: {again}"), kit::read_texture(&device, &queue, &target));
    }

    // Drawing after a bundle without setting the pipeline anew is an error.
    r.caught("state is reset", &device, || {
        let target = canvas::target(&device, [8, 8], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.set_vertex_buffer(0, corners.slice(..));
        pass.set_bind_group(0, &blue, &[]);
        pass.execute_bundles([&empty]);
        pass.draw(0..3, 0..1);
        drop(pass);
        encoder.finish();
    })
    .await;
}
