//! What nobody has written is zero, also where the memory of a texture was another's before.

use crate::{Gpu, Report, kit};

const FORMATS: [wgpu::TextureFormat; 4] = [
    wgpu::TextureFormat::Rgba8Unorm,
    wgpu::TextureFormat::R32Float,
    wgpu::TextureFormat::Rgba16Float,
    wgpu::TextureFormat::Depth32Float,
];

fn texture(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::Texture {
    let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
    kit::texture_2d(device, [128, 64], format, usage)
}

/// A pass that sets every texel.
fn fill(device: &wgpu::Device, queue: &wgpu::Queue, texture: &wgpu::Texture) {
    let view = kit::view(texture);
    let depth = texture.format().has_depth_aspect();
    let color = wgpu::RenderPassColorAttachment {
        view: &view,
        depth_slice: None,
        resolve_target: None,
        ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::WHITE), store: wgpu::StoreOp::Store },
    };
    let ops = wgpu::Operations { load: wgpu::LoadOp::Clear(1.0), store: wgpu::StoreOp::Store };
    let depth_stencil =
        wgpu::RenderPassDepthStencilAttachment { view: &view, depth_ops: Some(ops), stencil_ops: None };
    let colors = [Some(color)];
    let mut encoder = kit::encoder(device);
    drop(encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: None,
        color_attachments: if depth { &[] } else { &colors },
        depth_stencil_attachment: depth.then_some(depth_stencil),
        ..Default::default()
    }));
    queue.submit([encoder.finish()]);
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for format in FORMATS {
        let before: Vec<_> = (0..4).map(|_| texture(&device, format)).collect();
        before.iter().for_each(|texture| fill(&device, &queue, texture));
        let full = kit::read_texture(&device, &queue, &before[3]);
        assert!(full.iter().any(|byte| *byte != 0), "{format:?} was filled");
        before.iter().for_each(wgpu::Texture::destroy);
        drop(before);
        kit::wait(&device);
        for number in 0..4 {
            let found = kit::read_texture(&device, &queue, &texture(&device, format));
            let set = found.iter().filter(|byte| **byte != 0).count();
            assert_eq!(set, 0, "texture {number} of {format:?} has bytes that nobody wrote");
            r.number(format!("{format:?}, texture {number}"), kit::checksum(&found));
        }
    }
}
