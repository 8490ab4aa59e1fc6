//! A destroyed device: objects can still be made and dropped, nothing runs, nobody panics.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let before = kit::buffer(&device, 64, usage);
    let mapped = kit::buffer(&device, 64, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    kit::map(&device, mapped.slice(..), wgpu::MapMode::Read).unwrap();
    device.destroy();
    device.destroy();
    r.number("still mapped", mapped.get_mapped_range(..).is_ok());

    // Errors of a lost device reach nobody.
    let (texture, error) = crate::caught(&device, || {
        kit::texture_2d(&device, [4, 4], wgpu::TextureFormat::Rgba8Unorm, wgpu::TextureUsages::COPY_DST)
    })
    .await;
    r.error("create a texture", error.as_ref());
    r.number("texture width", texture.width());
    r.caught("create a buffer", &device, || kit::buffer(&device, 64, usage)).await;
    r.caught("write", &device, || queue.write_buffer(&before, 0, &[1; 16])).await;
    r.caught("submit", &device, || {
        let mut encoder = kit::encoder(&device);
        encoder.clear_buffer(&before, 0, None);
        queue.submit([encoder.finish()]);
    })
    .await;
    r.number("poll", device.poll(wgpu::PollType::Poll).is_ok());

    // The adapter gives another.
    let (device, queue) = gpu.device().await;
    r.bytes("another device", kit::read_bytes(&device, &queue, &kit::storage(&device, &[9_u32; 4])));
}
