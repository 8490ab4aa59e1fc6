//! A kernel that only the GPU can make faster.

use wgpu::BufferUsages as Usage;

use crate::{
    Result,
    gpu::Gpu,
    options::Options,
    repeat::{row, seconds},
};

/// Dependent multiplications and additions, and no memory until the end.
const SHADER: &str = "
    @group(0) @binding(0) var<uniform> iterations: u32;
    @group(0) @binding(1) var<storage, read_write> results: array<f32>;

    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let step = vec4<f32>(0.25, 0.5, 0.125, 0.0625) + f32(id.x & 255u) * 1e-4;
        var state = vec4<f32>(0.1, 0.2, 0.3, 0.4);
        for (var i = 0u; i < iterations; i++) {
            state = fma(state, vec4<f32>(0.9990234375), step);
            state = fma(state, vec4<f32>(0.5), -step.wzyx);
        }
        results[id.x] = state.x + state.y + state.z + state.w;
    }
";

/// Workgroups of 64: enough to fill a large GPU.
const GROUPS: u32 = 4096;
/// Where the search for the number of iterations ends, whatever the GPU.
const MOST_ITERATIONS: u32 = 1 << 30;

/// One long dispatch; the value is the time of one iteration of the whole grid, so that it does not
/// depend on how many iterations `--gpu-seconds` takes.
pub(crate) fn rows(gpu: &Gpu, options: &Options) -> Result<()> {
    let name = "gpu_bound";
    if !options.wants(name) {
        return Ok(());
    }
    let pipeline = gpu.pipeline(SHADER, None);
    let count = gpu.buffer(4, Usage::UNIFORM | Usage::COPY_DST);
    let results = gpu.buffer(u64::from(GROUPS) * 64 * 4, Usage::STORAGE);
    let group = gpu.bind(&pipeline.get_bind_group_layout(0), &[&count, &results]);
    let once = |iterations: u32| {
        gpu.queue.write_buffer(&count, 0, &iterations.to_le_bytes());
        let mut encoder = gpu.encoder();
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(GROUPS, 1, 1);
        drop(pass);
        let buffer = encoder.finish();
        let (took, result) = seconds(|| {
            gpu.queue.submit([buffer]);
            gpu.wait()
        });
        result.map(|()| took)
    };

    let mut iterations = 16;
    once(iterations)?;
    while once(iterations)? < options.gpu_seconds * 0.7 && iterations < MOST_ITERATIONS {
        iterations *= 2;
    }
    row(options, name, "us", f64::from(iterations), || once(iterations))
}
