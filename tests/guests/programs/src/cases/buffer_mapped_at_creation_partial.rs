//! A second range of a buffer mapped at creation starts from what the first has written.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 512,
        usage: wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: true,
    });
    buffer.get_mapped_range_mut(0..256).unwrap().copy_from_slice(&[0xaa; 256]);
    {
        let mut whole = buffer.get_mapped_range_mut(..).unwrap();
        whole.slice(480..).copy_from_slice(&[0xbb; 32]);
    }
    // Taken and dropped without a write.
    drop(buffer.get_mapped_range_mut(..).unwrap());
    r.bytes("seen while mapped", buffer.get_mapped_range(..).unwrap());
    buffer.unmap();
    let found = kit::read_bytes(&device, &queue, &buffer);
    assert_eq!(found[..256], [0xaa; 256]);
    assert_eq!(found[256..480], [0; 224]);
    assert_eq!(found[480..], [0xbb; 32]);
    r.bytes("found", found);
}
