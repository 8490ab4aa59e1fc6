// Exposure metering: a histogram of log luminance, 256 bins over twelve stops.

@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read_write> histogram: array<atomic<u32>, 256>;

// Counted per workgroup first: global atomics on few bins are slow everywhere.
var<workgroup> bins: array<atomic<u32>, 256>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let count = params.size.x * params.size.y;
    for (var i = group.x * 256u + local; i < count; i += groups.x * 256u) {
        let level = log_luminance(srgb_to_linear(unpack4x8unorm(pixels[i]).rgb));
        let bin = clamp((level + 12.0) / 12.0, 0.0, 1.0) * 255.0 + 0.5;
        atomicAdd(&bins[u32(bin)], 1u);
    }
    workgroupBarrier();
    atomicAdd(&histogram[local], atomicLoad(&bins[local]));
}
