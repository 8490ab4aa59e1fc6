//! `write_buffer` of many sizes at many offsets.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let target = kit::storage_of_size(&device, 1 << 20);
    let bytes: Vec<u8> = kit::noise(1 << 18, 19).into_iter().flat_map(u32::to_le_bytes).collect();
    let mut expected = vec![0; 1 << 20];
    for (offset, size) in [
        (0, 4),
        (4, 8),
        (1000, 1 << 16),
        (1 << 19, 1 << 19),
        ((1 << 20) - 4, 4),
        (512, 0),
        (1024, 4096),
        (1028, 4),
    ] {
        queue.write_buffer(&target, offset as u64, &bytes[size / 2..][..size]);
        expected[offset..offset + size].copy_from_slice(&bytes[size / 2..][..size]);
    }
    let found = kit::read_bytes(&device, &queue, &target);
    assert!(found == expected);
    r.bytes("start", &found[..4096]);
    r.number("checksum", kit::checksum(&found));
}
