//! Submits that are refused: mapped buffers, destroyed objects, invalid command buffers.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let target = kit::storage_of_size(&device, 64);
    let copy_from = |source: &wgpu::Buffer| {
        let mut encoder = kit::encoder(&device);
        encoder.copy_buffer_to_buffer(source, 0, &target, 0, 64);
        encoder.finish()
    };
    let source = kit::storage_of_size(&device, 64);
    let good = copy_from(&source);
    let destroyed = copy_from(&source);
    r.told("good", &device, || {
        queue.submit([good]);
    })
    .await;
    source.destroy();
    r.told("destroyed buffer", &device, || {
        queue.submit([destroyed]);
    })
    .await;

    let mapped = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 64,
        usage: wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    let commands = copy_from(&mapped);
    let again = copy_from(&mapped);
    r.told("mapped buffer", &device, || {
        queue.submit([commands]);
    })
    .await;
    mapped.unmap();
    r.told("unmapped since", &device, || {
        queue.submit([again]);
    })
    .await;

    let texture =
        kit::texture_2d(&device, [4, 4], wgpu::TextureFormat::Rgba8Unorm, wgpu::TextureUsages::COPY_DST);
    let mut encoder = kit::encoder(&device);
    encoder.copy_buffer_to_texture(
        wgpu::TexelCopyBufferInfo {
            buffer: &target,
            layout: wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256), rows_per_image: None },
        },
        texture.as_image_copy(),
        wgpu::Extent3d { width: 4, height: 1, depth_or_array_layers: 1 },
    );
    let commands = encoder.finish();
    texture.destroy();
    r.told("destroyed texture", &device, || {
        queue.submit([commands]);
    })
    .await;

    let (bad, error) = crate::caught(&device, || {
        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&target, 3, None);
        encoder.finish()
    })
    .await;
    r.error("bad commands", error.as_ref());
    let fine = kit::encoder(&device).finish();
    r.told("invalid beside valid", &device, || {
        queue.submit([fine, bad]);
    })
    .await;
    r.told("nothing", &device, || {
        queue.submit([]);
    })
    .await;
    r.told("good at the end", &device, || {
        queue.submit([kit::encoder(&device).finish()]);
        kit::wait(&device);
    })
    .await;
}
