//! Passes that only clear: colors in several formats, loaded again, discarded.

use crate::{Gpu, Report, canvas, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureFormat::{R32Uint, Rgba8Unorm, Rgba8UnormSrgb, Rgba16Float};
    let (device, queue) = gpu.device().await;
    let color = wgpu::Color { r: 0.25, g: 0.5, b: 0.75, a: 1.0 };
    for format in [Rgba8Unorm, Rgba8UnormSrgb, Rgba16Float] {
        let target = canvas::target(&device, [7, 5], format);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[canvas::cleared(&view, color)],
            ..Default::default()
        });
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        queue.submit([encoder.finish()]);
        r.bytes(format!("{format:?}"), kit::read_texture(&device, &queue, &target));
    }
    let target = canvas::target(&device, [3, 3], R32Uint);
    let mut encoder = kit::encoder(&device);
    let number = wgpu::Color { r: 77.0, g: 0.0, b: 0.0, a: 0.0 };
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[canvas::cleared(&kit::view(&target), number)],
        ..Default::default()
    });
    queue.submit([encoder.finish()]);
    let found = kit::read_texture(&device, &queue, &target);
    assert_eq!(found[..4], [77, 0, 0, 0]);
    r.bytes("R32Uint", found);
}
