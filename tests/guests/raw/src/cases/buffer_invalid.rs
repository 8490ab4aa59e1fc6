//! A buffer that could not be made can still be used, and every use is an error.

use crate::{
    Checks, kit,
    wit::{GpuBufferDescriptor, GpuBufferUsage, GpuMapMode},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    for mapped_at_creation in [false, true] {
        let bad = c
            .invalid("create", &device, || {
                device.create_buffer(&GpuBufferDescriptor {
                    size: 64,
                    usage: GpuBufferUsage::MAP_READ | GpuBufferUsage::STORAGE,
                    mapped_at_creation: Some(mapped_at_creation),
                    label: Some("bad".to_owned()),
                })
            })
            .await;
        c.equal("size", bad.size(), 64);
        c.equal("label", bad.label(), "bad".to_owned());
        // Either answer will do as long as there is one: the guest of a browser could not know yet.
        let _ = bad.get_mapped_range_get_with_copy(None, None);
        let _ = bad.get_mapped_range_set_with_copy(&[0; 64], None, None);
        let _ = bad.unmap();
        c.refused("map", bad.map_async(GpuMapMode::READ, None, None).await);
        let (written, _) =
            kit::caught(&device, || device.queue().write_buffer_with_copy(&bad, 0, &[0; 16], None, None))
                .await;
        let _ = written;
        c.invalid("copy", &device, || {
            let encoder = kit::encoder(&device);
            encoder.copy_buffer_to_buffer(&bad, None, &kit::storage(&device, &[0; 16]), None, Some(16));
            encoder.finish(None)
        })
        .await;
        bad.destroy();
        bad.destroy();
    }
    c.equal("the device lives", kit::read(&device, &kit::storage(&device, &[5])).await, vec![5]);
}
