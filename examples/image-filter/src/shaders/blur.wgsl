// Passes 3, 4, 6 and 7: one direction of a separable Gaussian blur, two values a pixel. A workgroup
// blurs 64 pixels of 4 lines; each line is fetched once, with its ends.

@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> source: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> blurred: array<vec2<f32>>;

override HORIZONTAL: bool;

// 64 + 2 * 96, the largest radius.
const LENGTH: u32 = 256;
var<workgroup> lines: array<vec2<f32>, 4 * LENGTH>;

fn index(along: u32, across: u32) -> u32 {
    return select(along * params.size.x + across, across * params.size.x + along, HORIZONTAL);
}

@compute @workgroup_size(64, 4)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
) {
    let size = select(params.size.yx, params.size, HORIZONTAL);
    let radius = params.base_radius;
    let line = local.y * LENGTH;
    let across = min(id.y, size.y - 1u);
    for (var i = local.x; i < 64u + 2u * radius; i += 64u) {
        let along = clamp(i32(group.x * 64u + i) - i32(radius), 0, i32(size.x) - 1);
        lines[line + i] = source[index(u32(along), across)];
    }
    workgroupBarrier();
    if any(id.xy >= size) {
        return;
    }

    let center = line + local.x + radius;
    var sum = weights[0] * lines[center];
    for (var k = 1u; k <= radius; k++) {
        sum += weights[k] * (lines[center - k] + lines[center + k]);
    }
    blurred[index(id.x, id.y)] = sum;
}
