//! Occlusion queries: what is hidden counts nothing.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) depth: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, f32(depth) / 10.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let format = wgpu::TextureFormat::Depth24Plus;
    let depth_stencil = Some(wgpu::DepthStencilState {
        format,
        depth_write_enabled: Some(true),
        depth_compare: Some(wgpu::CompareFunction::Less),
        stencil: Default::default(),
        bias: Default::default(),
    });
    let pipeline = Draw { depth_stencil, ..Draw::new(SHADER) }.pipeline(&device);
    let target = canvas::target(&device, [8, 8], wgpu::TextureFormat::Rgba8Unorm);
    let depth = kit::texture_2d(&device, [8, 8], format, wgpu::TextureUsages::RENDER_ATTACHMENT);
    let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
        label: None,
        ty: wgpu::QueryType::Occlusion,
        count: 4,
    });
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[canvas::cleared(&kit::view(&target), wgpu::Color::BLACK)],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &kit::view(&depth),
            depth_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(1.0),
                store: wgpu::StoreOp::Discard,
            }),
            stencil_ops: None,
        }),
        occlusion_query_set: Some(&queries),
        ..Default::default()
    });
    pass.set_pipeline(&pipeline);
    for (query, depth) in [(0, 5), (1, 8), (2, 2)] {
        pass.begin_occlusion_query(query);
        pass.draw(0..3, depth..depth + 1);
        pass.end_occlusion_query();
    }
    pass.begin_occlusion_query(3);
    pass.end_occlusion_query();
    drop(pass);
    let resolved = kit::buffer(&device, 32, wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
    encoder.resolve_query_set(&queries, 0..4, &resolved, 0);
    queue.submit([encoder.finish()]);
    let found: Vec<u64> = kit::read(&device, &queue, &resolved);
    let visible: Vec<bool> = found.iter().map(|&samples| samples > 0).collect();
    assert_eq!(visible, [true, false, true, false]);
    r.text("visible", format!("{visible:?}"));
}
