//! wgpu's own `TextureBlitter` works over the backend.

use crate::{Gpu, Report, canvas, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let source = kit::texture_2d(
        &device,
        [4, 4],
        wgpu::TextureFormat::Rgba8Unorm,
        wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
    );
    queue.write_texture(
        source.as_image_copy(),
        bytemuck::cast_slice(&kit::noise(16, 61)),
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(16), rows_per_image: None },
        source.size(),
    );
    for filter in [wgpu::FilterMode::Nearest, wgpu::FilterMode::Linear] {
        let target = canvas::target(&device, [12, 6], wgpu::TextureFormat::Bgra8Unorm);
        let blitter = wgpu::util::TextureBlitterBuilder::new(&device, wgpu::TextureFormat::Bgra8Unorm)
            .sample_type(filter)
            .build();
        let mut encoder = kit::encoder(&device);
        blitter.copy(&device, &mut encoder, &kit::view(&source), &kit::view(&target));
        queue.submit([encoder.finish()]);
        r.bytes(format!("{filter:?}"), kit::read_texture(&device, &queue, &target));
    }
}
