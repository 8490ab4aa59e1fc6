//! Parts of one buffer, bound apart; `arrayLength` follows the bound size.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> first: array<u32>;
    @group(0) @binding(1) var<storage, read> second: array<u32>;
    @group(0) @binding(2) var<storage, read_write> output: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        output[0] = arrayLength(&first);
        output[1] = arrayLength(&second);
        output[2] = first[0];
        output[3] = second[0];
        output[4] = second[arrayLength(&second) - 1];
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let align = u64::from(device.limits().min_storage_buffer_offset_alignment);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let words: Vec<u32> = (0..1024).collect();
    let input = kit::storage(&device, &words);
    let output = kit::storage_of_size(&device, 20);
    let part = |offset, size| {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &input,
            offset,
            size: wgpu::BufferSize::new(size),
        })
    };
    // The second is bound without a size: it goes on to the end of the buffer.
    let resources = [part(align, 64), part(2 * align, 0), output.as_entire_binding()];
    kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);

    let found: Vec<u32> = kit::read(&device, &queue, &output);
    let align = u32::try_from(align).unwrap();
    assert_eq!(found, [16, 1024 - align / 2, align / 4, align / 2, 1023]);
    r.bytes("found", bytemuck::cast_slice(&found));
}
