// Pass 2: a bilateral filter takes the noise and leaves the edges. A neighbour counts by its
// distance and by its likeness; likeness is judged by square roots of linear light, near enough to
// how the eye does.
// Also leaves what pass 3 averages: log luminance and its square.

@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> smooth_color: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2<f32>>;

// 16 + 2 * 8 a side: the largest window around a workgroup's pixels, and just the 16 KiB that every
// implementation of WebGPU has.
const SIDE: u32 = 32;
var<workgroup> window: array<vec4<f32>, SIDE * SIDE>;

@compute @workgroup_size(16, 16)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
) {
    let radius = i32(params.radius);
    let side = 16u + 2u * params.radius;
    let last = vec2<i32>(params.size) - 1;
    for (var y = local.y; y < side; y += 16u) {
        for (var x = local.x; x < side; x += 16u) {
            let wanted = vec2<i32>(group.xy * 16u + vec2<u32>(x, y)) - radius;
            let at = vec2<u32>(clamp(wanted, vec2<i32>(0), last));
            let here = source[at.y * params.size.x + at.x];
            window[y * SIDE + x] = vec4<f32>(sqrt(here.rgb), 0.0);
        }
    }
    workgroupBarrier();
    if any(id.xy >= params.size) {
        return;
    }

    let center = window[(local.y + params.radius) * SIDE + local.x + params.radius].rgb;
    var sum = vec3<f32>(0.0);
    var weights = 0.0;
    for (var dy = -radius; dy <= radius; dy++) {
        let row = u32(i32(local.y) + dy + radius) * SIDE + local.x;
        for (var dx = -radius; dx <= radius; dx++) {
            let there = window[row + u32(dx + radius)].rgb;
            let apart = there - center;
            let distance = f32(dx * dx + dy * dy);
            let weight = exp(params.falloff_distance * distance + params.falloff_color * dot(apart, apart));
            sum += weight * there;
            weights += weight;
        }
    }
    let mean = sum / weights;
    let rgb = mean * mean;
    let level = log_luminance(rgb);
    let i = id.y * params.size.x + id.x;
    smooth_color[i] = vec4<f32>(rgb, level);
    moments[i] = vec2<f32>(level, level * level);
}
