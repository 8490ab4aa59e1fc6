//! Several entry points in one module; the name may be left out where there is only one.

use crate::{Gpu, Report, kit};

const MANY: &str = "
    @group(0) @binding(0) var<storage, read_write> output: array<u32>;
    @compute @workgroup_size(1) fn first() { output[0] = 1u; }
    @compute @workgroup_size(1) fn second() { output[0] = 2u; }
    @compute @workgroup_size(1) fn größe() { output[0] = 3u; }
    @vertex fn other() -> @builtin(position) vec4<f32> { return vec4<f32>(); }
";

const ONE: &str = "
    @group(0) @binding(0) var<storage, read_write> output: array<u32>;
    @compute @workgroup_size(1) fn only() { output[0] = 4u; }
    @vertex fn other() -> @builtin(position) vec4<f32> { return vec4<f32>(); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let (many, one) = (kit::shader(&device, MANY), kit::shader(&device, ONE));
    let choices =
        [(&many, Some("first"), 1), (&many, Some("second"), 2), (&many, Some("größe"), 3), (&one, None, 4)];
    for (module, entry_point, expected) in choices {
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module,
            entry_point,
            compilation_options: Default::default(),
            cache: None,
        });
        let output = kit::storage_of_size(&device, 4);
        kit::dispatch(&device, &queue, &pipeline, &[output.as_entire_binding()], [1, 1, 1]);
        let found: Vec<u32> = kit::read(&device, &queue, &output);
        assert_eq!(found, [expected]);
        r.number(format!("{entry_point:?}"), found[0]);
    }
}
