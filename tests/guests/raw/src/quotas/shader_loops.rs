//! Loops of shaders: each invocation begins 1000 iterations of all its loops together, and then goes on to its
//! end. The shaders count in a buffer, so that it is known what ended them: drivers that end loops by
//! themselves do so much later.

use crate::{
    Checks,
    cases::render_bundle::pass_on,
    kit,
    wit::{
        GpuColorTargetState, GpuComputePipeline, GpuComputePipelineDescriptor, GpuDevice, GpuFragmentState,
        GpuLayoutMode, GpuProgrammableStage, GpuRenderPipelineDescriptor, GpuShaderModule, GpuTextureFormat,
        GpuTextureUsage, GpuVertexState, RecordGpuPipelineConstantValue,
    },
};

/// What one invocation counts in.
pub const COUNTS: &str = "@group(0) @binding(0) var<storage, read_write> n: array<u32, 4>;";

/// What several invocations count in.
const SUMS: &str = "@group(0) @binding(0) var<storage, read_write> n: array<atomic<u32>, 4>;";

/// What one invocation does, and what it has counted then.
const ALONE: [(&str, &str, [u32; 4]); 20] = [
    ("loop", "loop { n[0]++; } n[3] = 7u;", [1000, 0, 0, 7]),
    ("while", "while n[2] == 0u { n[0]++; } n[3] = 7u;", [1000, 0, 0, 7]),
    ("for", "for (;;) { n[0]++; } n[3] = 7u;", [1000, 0, 0, 7]),
    ("999 iterations", "for (var i = 0; i < 999; i++) { n[0]++; }", [999, 0, 0, 0]),
    ("1000 iterations", "for (var i = 0; i < 1000; i++) { n[0]++; }", [1000, 0, 0, 0]),
    ("1001 iterations", "for (var i = 0; i < 1001; i++) { n[0]++; }", [1000, 0, 0, 0]),
    ("the next loop", "loop { n[0]++; } for (var i = 0; i < 9; i++) { n[1]++; } n[3] = 7u;", [1000, 0, 0, 7]),
    ("one in another", "loop { n[0]++; loop { n[1]++; } } n[3] = 7u;", [1, 999, 0, 7]),
    // 10 times 1 + 21 of the inner loop, which finds in the last that it is over, and the last of the outer.
    (
        "a few in a few",
        "for (var i = 0; i < 10; i++) { n[0]++; for (var j = 0; j < 20; j++) { n[1]++; } }",
        [10, 200, 0, 0],
    ),
    // 45 times 22, then 1 of the outer and 9 of the inner.
    (
        "a few in many",
        "for (var i = 0; i < 100; i++) { n[0]++; for (var j = 0; j < 20; j++) { n[1]++; } }",
        [46, 909, 0, 0],
    ),
    ("a function", "endless(); n[3] = 7u; endless();", [1000, 0, 0, 7]),
    // 142 times 1 + 6, then 1 and 5.
    ("a function in a loop", "loop { n[1]++; few(); }", [715, 143, 0, 0]),
    ("a result of a loop", "n[1] = result(); n[2] = result();", [1000, 1000, 1000, 0]),
    (
        "break of a switch",
        "loop { switch n[1] { case 3u: { break; } default: { n[1]++; } } n[0]++; }",
        [1000, 3, 0, 0],
    ),
    (
        "continue",
        "loop { n[0]++; if n[0] > 5u { continue; } n[1]++; continuing { n[2]++; } }",
        [1000, 5, 1000, 0],
    ),
    ("break if", "loop { n[0]++; continuing { break if n[0] == 10u; } }", [10, 0, 0, 0]),
    ("a loop between two", "loop { n[0]++; continuing { loop { n[1]++; } } }", [1, 999, 0, 0]),
    ("a block", "if n[0] == 0u { { loop { n[0]++; } } } else { n[1]++; } n[3] = 7u;", [1000, 0, 0, 7]),
    ("return", "loop { n[0]++; if n[0] == 100u { return; } }", [100, 0, 0, 0]),
    ("a name of its own", "var loop_iterations = 5u; loop { n[0]++; loop_iterations++; }", [1000, 0, 0, 0]),
];

const FUNCTIONS: &str = "
    fn endless() { loop { n[0]++; } }
    fn few() { for (var i = 0; i < 5; i++) { n[0]++; } }
    fn result() -> u32 { var x = 0u; loop { n[0]++; x++; if x == 2000u { return 1u; } } return n[0]; }
";

/// What 64 invocations in each of 4 workgroups do, and what they have counted then.
const TOGETHER: [(&str, &str, [u32; 4]); 4] = [
    ("each for itself", "loop { atomicAdd(&n[0], 1u); }", [256_000, 0, 0, 0]),
    // 0, 100, …, 900, and 54 times 1000.
    (
        "each as far as it goes",
        "for (var i = 0u; i < local * 100u; i++) { atomicAdd(&n[0], 1u); }",
        [4 * (4500 + 54_000), 0, 0, 0],
    ),
    (
        "barriers in a loop",
        "cells[local] = local;
        for (var half = 32u; half > 0u; half /= 2u) {
            workgroupBarrier();
            if local < half { cells[local] += cells[local + half]; }
        }
        if local == 0u { atomicAdd(&n[0], cells[0]); }",
        [4 * (63 * 64 / 2), 0, 0, 0],
    ),
    (
        "barriers in a loop without end",
        "loop {
            workgroupBarrier();
            cells[local] += 1u;
            workgroupBarrier();
            if cells[63u - local] == cells[local] { atomicAdd(&n[0], 1u); }
        }
        workgroupBarrier();
        atomicMax(&n[1], cells[63u - local]);",
        [256_000, 1000, 0, 0],
    ),
];

/// A pixel whose place the vertices count out, and whose color the fragment does.
const DRAW: &str = "
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        var count = 0u;
        loop { count++; }
        let size = select(0.0, 4.0, count == 1000u);
        return vec4<f32>(f32(index & 1u) * size - 1.0, f32(index >> 1u) * size - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {
        var slope = 0.0;
        for (var i = 0; ; i++) { n[0]++; slope += dpdx(at.x); }
        n[1] = u32(slope);
        return vec4<f32>();
    }
";

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    for (name, body, expected) in ALONE {
        let code =
            format!("{COUNTS}{FUNCTIONS}@compute @workgroup_size(1) fn main() {{ n[3] = 0u; {body} }}");
        let counted = counted(c, name, &device, &code, None, 1).await;
        c.equal(name, counted, expected.to_vec());
    }
    for (name, body, expected) in TOGETHER {
        let code = format!(
            "{SUMS} var<workgroup> cells: array<u32, 64>;
            @compute @workgroup_size(64)
            fn main(@builtin(local_invocation_index) local: u32) {{ {body} }}"
        );
        let counted = counted(c, name, &device, &code, None, 4).await;
        c.equal(name, counted, expected.to_vec());
    }
    constants(c, &device).await;
    draw(c, &device).await;
}

/// A loop that ends when a constant of the pipeline says.
async fn constants(c: &mut Checks, device: &GpuDevice) {
    let code = format!(
        "{COUNTS}override count: u32; override size = 1u;
        var<workgroup> cells: array<u32, count>;
        @compute @workgroup_size(size) fn main() {{
            for (var i = 0u; i < count; i++) {{ n[0]++; cells[i] = i; }}
            n[1] = cells[count - 1u];
        }}"
    );
    for (count, expected) in [(10, [10, 9, 0, 0]), (1000, [1000, 999, 0, 0]), (2000, [1000, 0, 0, 0])] {
        let counted = counted(c, "constants", device, &code, Some(count), 1).await;
        c.equal("constants", counted, expected.to_vec());
    }
}

async fn draw(c: &mut Checks, device: &GpuDevice) {
    let module = kit::shader(device, &format!("{COUNTS}{DRAW}"));
    let format = GpuTextureFormat::Rgba8unorm;
    let describe = || GpuRenderPipelineDescriptor {
        vertex: GpuVertexState {
            buffers: None,
            module: &module,
            entry_point: Some("vertex".to_owned()),
            constants: None,
        },
        primitive: None,
        depth_stencil: None,
        multisample: None,
        fragment: Some(GpuFragmentState {
            targets: vec![Some(GpuColorTargetState { format, blend: None, write_mask: None })],
            module: &module,
            entry_point: Some("fragment".to_owned()),
            constants: None,
        }),
        layout: GpuLayoutMode::Auto,
        label: None,
    };
    let pipeline = c.fine("a render pipeline", device, || device.create_render_pipeline(describe())).await;
    let data = kit::storage(device, &[0; 4]);
    let group = kit::bind(device, &pipeline.get_bind_group_layout(0), &data);
    let view = kit::texture(device, 1, format, GpuTextureUsage::RENDER_ATTACHMENT).create_view(None);
    let encoder = kit::encoder(device);
    let pass = encoder.begin_render_pass(&pass_on(&view));
    pass.set_pipeline(&pipeline);
    c.granted("set-bind-group", pass.set_bind_group(0, Some(&group), None, None, None));
    pass.draw(3, None, None, None);
    pass.end();
    device.queue().submit(&[&encoder.finish(None)]);
    let counted = kit::read(device, &data).await;
    c.equal("a pixel", counted.get(..2), Some(&[1000, 1000][..]));
}

/// Runs the entry point `main` in some workgroups; what was counted.
pub async fn counted(
    c: &mut Checks,
    name: &str,
    device: &GpuDevice,
    code: &str,
    count: Option<u32>,
    workgroups: u32,
) -> Vec<u32> {
    let pipeline = c.fine(name, device, || pipeline(device, &kit::shader(device, code), count)).await;
    let data = kit::storage(device, &[0; 4]);
    let group = kit::bind(device, &pipeline.get_bind_group_layout(0), &data);
    let encoder = kit::encoder(device);
    let pass = encoder.begin_compute_pass(None);
    pass.set_pipeline(&pipeline);
    c.granted(name, pass.set_bind_group(0, Some(&group), None, None, None));
    pass.dispatch_workgroups(workgroups, None, None);
    pass.end();
    device.queue().submit(&[&encoder.finish(None)]);
    kit::read(device, &data).await
}

/// A pipeline with a value for the constant `count`.
fn pipeline(device: &GpuDevice, module: &GpuShaderModule, count: Option<u32>) -> GpuComputePipeline {
    let constants = count.map(|count| {
        let constants = RecordGpuPipelineConstantValue::new();
        constants.add("count", f64::from(count));
        constants
    });
    let stage = GpuProgrammableStage { module, entry_point: Some("main".to_owned()), constants };
    let layout = GpuLayoutMode::Auto;
    device.create_compute_pipeline(GpuComputePipelineDescriptor { compute: stage, layout, label: None })
}
