//! A compute shader in GLSL, with a definition for its preprocessor.

use crate::{Gpu, Report, kit};

const SHADER: &str = "#version 450
layout(local_size_x = 8) in;
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 1) uniform Factor { uint factor; };
void main() {
    uint at = gl_GlobalInvocationID.x;
    data[at] = data[at] * factor + ADDEND;
}
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let glsl = |shader: &'static str| {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("glsl"),
            source: wgpu::ShaderSource::Glsl {
                shader: shader.into(),
                stage: naga::ShaderStage::Compute,
                defines: &[("ADDEND", "1000")],
            },
        })
    };
    let module = r.caught("good", &device, || glsl(SHADER)).await;
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    });
    let data = kit::storage(&device, &(0..16).collect::<Vec<u32>>());
    let factor = kit::uniform(&device, &[7_u32, 0, 0, 0]);
    let resources = [data.as_entire_binding(), factor.as_entire_binding()];
    kit::dispatch(&device, &queue, &pipeline, &resources, [2, 1, 1]);
    let found: Vec<u32> = kit::read(&device, &queue, &data);
    assert!((0..16).all(|at| found[at as usize] == at * 7 + 1000));
    r.bytes("found", bytemuck::cast_slice(&found));
    let bad = r.caught("bad", &device, || glsl("#version 450\nvoid main() { nothing; }")).await;
    r.number("messages", bad.get_compilation_info().await.messages.len() as u64);
}
