//! Override constants: by name, by number, as workgroup size and array length, defaults kept.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    override factor: f32 = 2.0;
    @id(17) override offset: i32 = 5;
    override flag: bool = false;
    override width: u32 = 4u;
    override derived: u32 = width * 2u;
    var<workgroup> scratch: array<u32, derived>;
    @group(0) @binding(0) var<storage, read_write> output: array<f32>;

    @compute @workgroup_size(width)
    fn main(@builtin(local_invocation_index) index: u32) {
        scratch[index] = index;
        workgroupBarrier();
        if index == 0u {
            output[0] = factor;
            output[1] = f32(offset);
            output[2] = select(0.0, 1.0, flag);
            output[3] = f32(derived);
            output[4] = f32(scratch[width - 1u]);
        }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let module = kit::shader(&device, SHADER);
    let sets: [&[(&str, f64)]; 3] =
        [&[], &[("factor", 0.125), ("17", -3.0)], &[("flag", 1.0), ("width", 16.0), ("factor", -1.5)]];
    for (number, constants) in sets.into_iter().enumerate() {
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
            cache: None,
        });
        let output = kit::storage_of_size(&device, 20);
        kit::dispatch(&device, &queue, &pipeline, &[output.as_entire_binding()], [1, 1, 1]);
        let found: Vec<f32> = kit::read(&device, &queue, &output);
        let expected =
            [[2.0, 5.0, 0.0, 8.0, 3.0], [0.125, -3.0, 0.0, 8.0, 3.0], [-1.5, 5.0, 1.0, 32.0, 15.0]];
        assert_eq!(found, expected[number]);
        r.floats(format!("set {number}"), &found, 0.0);
    }
}
