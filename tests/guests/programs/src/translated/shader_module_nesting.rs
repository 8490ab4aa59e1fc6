//! Long chains of `else if`, which are one `if` within another in naga's IR, and long sums.

use std::borrow::Cow;
use std::fmt::Write;

use naga::ShaderStage;

use super::shader_module_layout::spirv;
use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let module = naga::front::wgsl::parse_str(&wgsl(140)).unwrap();
    // naga's parser of GLSL takes more stack for each of them than a thread may have.
    let short = glsl(40).into();
    for (name, last, source) in [
        ("GLSL", 39, wgpu::ShaderSource::Glsl { shader: short, stage: ShaderStage::Compute, defines: &[] }),
        ("SPIR-V", 139, wgpu::ShaderSource::SpirV(spirv(&module).into())),
        ("IR", 139, wgpu::ShaderSource::Naga(Cow::Owned(module))),
    ] {
        let pipeline = r
            .caught(name, &device, || {
                let module =
                    device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: None,
                    layout: None,
                    module: &module,
                    entry_point: Some("main"),
                    compilation_options: Default::default(),
                    cache: None,
                })
            })
            .await;
        let data = kit::storage(&device, &[3_u32, last, 500, 0]);
        kit::dispatch(&device, &queue, &pipeline, &[data.as_entire_binding()], [1, 1, 1]);
        let found: Vec<u32> = kit::read(&device, &queue, &data);
        assert_eq!(found[0], 3 * 7 + 3, "{name}");
        r.bytes(format!("{name}: found"), bytemuck::cast_slice(&found));
    }
}

/// Each condition reads the variable anew, and a branch changes it.
fn glsl(count: u32) -> String {
    let mut text = "#version 450
        layout(local_size_x = 1) in;
        layout(set = 0, binding = 0) buffer Data { uint d[]; };
        void main() { for (uint k = 0u; k < 3u; k++) { uint x = d[k]; uint s = 1u;
        if (x == 9999u) { s = 4u; }"
        .to_owned();
    for at in 0..count {
        let _ = write!(text, " else if (x + d[3] == {at}u) {{ x += 1000u; s = (x - 1000u) * 7u + d[3]; }}");
    }
    text + " d[k] = s + (x > 1000u ? 3u : 0u); } }"
}

fn wgsl(count: u32) -> String {
    let mut text = "
        @group(0) @binding(0) var<storage, read_write> d: array<u32>;
        @compute @workgroup_size(1) fn main() { for (var k = 0u; k < 3u; k++) { var x = d[k]; var s = 1u;
        if x == 9999u { s = 4u; }"
        .to_owned();
    for at in 0..count {
        let _ = write!(text, " else if x + d[3] == {at}u {{ x += 1000u; s = (x - 1000u) * 7u + d[3]; }}");
    }
    let sum = " + d[3] * 2u".repeat(600);
    text + " d[k] = s + select(0u, 3u, x > 1000u)" + &sum + "; } }"
}
