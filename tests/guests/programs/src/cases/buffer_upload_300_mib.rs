//! One `write_buffer` of 300 MiB, summed up by a shader, a third at a time.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> data: array<vec4<u32>>;
    @group(0) @binding(1) var<storage, read_write> sums: array<u32>;

    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
        let stride = groups.x * 64;
        var sum = 0u;
        for (var at = id.x; at < arrayLength(&data); at += stride) {
            let v = data[at];
            sum = sum * 31 + (v.x ^ v.y) + (v.z ^ v.w);
        }
        sums[id.x] = sum;
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    const SIZE: usize = 300 << 20;
    const THIRD: u64 = SIZE as u64 / 3;
    let limits = wgpu::Limits { max_buffer_size: SIZE as u64, ..Default::default() };
    let (device, queue) = gpu.device_with(wgpu::Features::empty(), limits).await;
    let data = kit::storage_of_size(&device, SIZE as u64);
    let sums = kit::storage_of_size(&device, 1 << 14);
    {
        let mut word = 1_u32;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            word.to_le_bytes()
        })
        .take(SIZE / 4)
        .flatten()
        .collect();
        queue.write_buffer(&data, 0, &bytes);
        queue.submit([]);
    }
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    for part in 0..3 {
        let third =
            wgpu::BufferBinding { buffer: &data, offset: part * THIRD, size: wgpu::BufferSize::new(THIRD) };
        let resources = [wgpu::BindingResource::Buffer(third), sums.as_entire_binding()];
        kit::dispatch(&device, &queue, &pipeline, &resources, [64, 1, 1]);
        r.bytes(format!("sums of part {part}"), kit::read_bytes(&device, &queue, &sums));
    }
}
