//! The same bind groups in two passes that are open at once, set in turns, and dropped before either ends.

use crate::{Gpu, Report, kit};

// In which order they ran can be told from the number.
const SHADER: &str = "
    @group(0) @binding(0) var<storage, read_write> from_left: array<u32>;
    @group(1) @binding(0) var<storage, read_write> from_right: array<u32>;

    @compute @workgroup_size(1)
    fn main() {
        from_left[0] = from_left[0] * 3u + from_right[0];
        from_right[0] = from_right[0] * 5u + 1u;
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &[kit::storage_entry(0)],
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: Some(&device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout), Some(&layout)],
            immediate_size: 0,
        })),
        module: &kit::shader(&device, SHADER),
        entry_point: None,
        compilation_options: Default::default(),
        cache: None,
    });
    let numbers: Vec<_> = (1..=5_u32).map(|number| kit::storage(&device, &[number])).collect();
    let groups: Vec<_> =
        numbers.iter().map(|number| kit::bind(&device, &layout, &[number.as_entire_binding()])).collect();

    let mut encoders = [kit::encoder(&device), kit::encoder(&device)];
    let mut passes = encoders.each_mut().map(|encoder| {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass
    });
    // One pass takes them in this order, the other in the opposite one, so that a group is at another place
    // in each.
    let pairs = [(0, 1), (1, 2), (0, 1), (3, 0), (2, 4), (3, 0), (4, 1), (1, 2)];
    for (first, second) in pairs.into_iter().zip(pairs.into_iter().rev()) {
        for (pass, (left, right)) in passes.iter_mut().zip([first, second]) {
            pass.set_bind_group(0, &groups[left], &[]);
            pass.set_bind_group(1, &groups[right], &[]);
            pass.dispatch_workgroups(1, 1, 1);
            pass.set_bind_group(1, None, &[]);
        }
    }
    drop(groups);
    drop(passes);
    let [first, second] = encoders.map(wgpu::CommandEncoder::finish);
    queue.submit([second, first]);

    let mut expected = [1_u32, 2, 3, 4, 5];
    for (left, right) in pairs.into_iter().rev().chain(pairs) {
        expected[left] = expected[left].wrapping_mul(3).wrapping_add(expected[right]);
        expected[right] = expected[right].wrapping_mul(5).wrapping_add(1);
    }
    let found: Vec<u32> =
        numbers.iter().flat_map(|number| kit::read::<u32>(&device, &queue, number)).collect();
    assert_eq!(found, expected);
    r.bytes("numbers", bytemuck::cast_slice(&found));
}
