//! Errors name the object that they are about by its label.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("the blue buffer"),
        size: 64,
        usage: wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    r.caught("copy from it", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(&buffer, 0, &kit::storage_of_size(&device, 64), 0, 64);
        queue.submit([encoder.finish()]);
    })
    .await;
    r.number("names the buffer", r.last_error_text().contains("the blue buffer"));

    r.caught("bad shader", &device, || {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("the green shader"),
            source: wgpu::ShaderSource::Wgsl("fn f() { let x = ; }".into()),
        })
    })
    .await;
    r.number("names the shader", r.last_error_text().contains("the green shader"));

    r.caught("bad texture", &device, || {
        device.create_texture(&wgpu::TextureDescriptor {
            label: Some("the red texture"),
            size: wgpu::Extent3d { width: 0, height: 1, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::R8Unorm,
            usage: wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        })
    })
    .await;
    r.number("names the texture", r.last_error_text().contains("the red texture"));
}
