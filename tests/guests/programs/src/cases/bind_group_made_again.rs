//! The same bind group made over and over, as programs do that make one for each dispatch.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> input: array<u32>;
    @group(0) @binding(1) var<storage, read_write> output: array<u32>;

    @compute @workgroup_size(4)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        output[id.x] = output[id.x] * 3u + input[id.x];
    }
";

fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    label: Option<&str>,
    [input, output]: [wgpu::BufferBinding<'_>; 2],
) -> wgpu::BindGroup {
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label,
        layout,
        entries: &[
            wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(input) },
            wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Buffer(output) },
        ],
    })
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let alignment = u64::from(device.limits().min_storage_buffer_offset_alignment);
    let words: Vec<u32> = (0..1024).collect();
    let [one, two] = [kit::storage(&device, &words), kit::storage(&device, &words)];
    let output = kit::storage_of_size(&device, 16);
    let whole = wgpu::Buffer::as_entire_buffer_binding;
    let part = |buffer, offset| wgpu::BufferBinding { buffer, offset, size: wgpu::BufferSize::new(16) };

    // In turns, so that what is alike and what is not stands side by side in one pass.
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    for turn in 0..12 {
        let layout = pipeline.get_bind_group_layout(0);
        let input = match turn % 4 {
            0 => part(&one, 0),
            1 => part(&two, alignment),
            2 => part(&one, alignment),
            _ => whole(&one),
        };
        let label = (turn % 3 == 1).then_some("named");
        pass.set_bind_group(0, &bind(&device, &layout, label, [input, whole(&output)]), &[]);
        pass.dispatch_workgroups(1, 1, 1);
    }
    drop(pass);
    queue.submit([encoder.finish()]);
    r.bytes("in turns", kit::read_bytes(&device, &queue, &output));

    // A mistake is one each time.
    let layout = pipeline.get_bind_group_layout(0);
    for again in 0..3 {
        let name = format!("misaligned, {again}");
        r.caught(name, &device, || bind(&device, &layout, None, [part(&one, 4), whole(&output)])).await;
    }
    let outer = device.push_error_scope(wgpu::ErrorFilter::Validation);
    for again in 0..2 {
        let name = format!("too long, {again}");
        r.caught(name, &device, || bind(&device, &layout, None, [part(&one, 4096), whole(&output)])).await;
    }
    r.error("around those", outer.pop().await.as_ref());

    // What was right is a mistake once the buffer is destroyed.
    drop(bind(&device, &layout, None, [whole(&two), whole(&output)]));
    two.destroy();
    for again in 0..2 {
        let name = format!("destroyed, {again}");
        r.caught(name, &device, || bind(&device, &layout, None, [whole(&two), whole(&output)])).await;
    }

    // Groups do not keep the buffers that the program gives up: together, they are more than there may be.
    let usage = wgpu::BufferUsages::STORAGE;
    for _ in 0..1200 {
        let large = kit::buffer(&device, 64 << 20, usage);
        drop(bind(&device, &layout, None, [whole(&large), whole(&output)]));
    }
    drop(bind(&device, &layout, None, [whole(&one), whole(&output)]));
    r.number("still right", kit::read::<u32>(&device, &queue, &one)[9]);
}
