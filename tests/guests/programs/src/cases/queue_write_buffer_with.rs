//! `write_buffer_with`: the view is written in place and sent when it is dropped.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let target = kit::storage(&device, &[u32::MAX; 64]);
    {
        let mut view = queue.write_buffer_with(&target, 16, wgpu::BufferSize::new(64).unwrap()).unwrap();
        r.number("length", view.len() as u64);
        for part in 0..4_u8 {
            view.slice(usize::from(part) * 16..usize::from(part) * 16 + 16).copy_from_slice(&[part; 16]);
        }
    }
    {
        let mut view = queue.write_buffer_with(&target, 128, wgpu::BufferSize::new(128).unwrap()).unwrap();
        view.copy_from_slice(&[0x77; 128]);
    }
    let found = kit::read_bytes(&device, &queue, &target);
    assert_eq!((found[15], found[16], found[79], found[80], found[255]), (255, 0, 3, 255, 0x77));
    r.bytes("found", found);
    let size = wgpu::BufferSize::new(64).unwrap();
    let refused =
        r.caught("beyond the end", &device, || queue.write_buffer_with(&target, 240, size).is_none()).await;
    r.number("refused", refused);
}
