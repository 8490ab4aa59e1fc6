//! `write-buffer-with-copy`: parts of the data, and parts that are not there.

use crate::{Checks, kit, wit::GpuBufferUsage};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let queue = device.queue();
    let target = kit::storage(&device, &[0; 4]);
    let data = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
    c.granted("a part of the data", queue.write_buffer_with_copy(&target, 4, &data, Some(4), Some(4)));
    c.granted("the rest of it", queue.write_buffer_with_copy(&target, 8, &data, Some(8), None));
    c.granted("nothing", queue.write_buffer_with_copy(&target, 16, &data, Some(12), None));
    for (name, data_offset, size) in [
        ("offset beyond the data", Some(13), None),
        ("size beyond the data", None, Some(16)),
        ("part beyond the data", Some(8), Some(8)),
        ("size that is no multiple of 4", None, Some(3)),
        ("overflow", Some(u64::MAX), Some(8)),
        ("far too large", Some(4), Some(u64::MAX)),
    ] {
        let result = queue.write_buffer_with_copy(&target, 0, &data, data_offset, size);
        c.refused(name, result);
    }
    // Where it goes is a matter of validation.
    c.invalid("beyond the buffer", &device, || queue.write_buffer_with_copy(&target, 12, &data, None, None))
        .await
        .ok();
    c.invalid("misaligned", &device, || queue.write_buffer_with_copy(&target, 2, &data, None, Some(4)))
        .await
        .ok();
    c.invalid("overflow", &device, || queue.write_buffer_with_copy(&target, u64::MAX - 3, &data, None, None))
        .await
        .ok();
    let unwritable = kit::buffer(&device, 16, GpuBufferUsage::COPY_SRC);
    c.invalid("usage", &device, || queue.write_buffer_with_copy(&unwritable, 0, &data, None, None))
        .await
        .ok();
    c.equal("only the good ones were written", kit::read(&device, &target).await, vec![0, 2, 3, 0]);
}
