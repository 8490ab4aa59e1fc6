// Second half of a leapfrog step: the pull of all bodies on each, then the other half of the kick.
// A workgroup fetches 256 bodies at a time and lets all its members use them; a member has four
// bodies of its own, one in each component of its vectors, so that a fetched body is used four times.

struct Params {
    count: u32,
    softening_squared: f32,
    drift: f32,
    kick: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> velocities: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> accelerations: array<vec4<f32>>;

const MEMBERS: u32 = 64;
const TILE: u32 = 256;
var<workgroup> tile: array<vec4<f32>, TILE>;

// Beyond the last body there are bodies without mass.
fn body(i: u32) -> vec4<f32> {
    return select(vec4<f32>(0.0), positions[min(i, params.count - 1u)], i < params.count);
}

fn finish(i: u32, acceleration: vec3<f32>) {
    if i < params.count {
        accelerations[i] = vec4<f32>(acceleration, 0.0);
        velocities[i] = vec4<f32>(velocities[i].xyz + params.kick * acceleration, velocities[i].w);
    }
}

@compute @workgroup_size(MEMBERS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let own = group.x * TILE + local;
    let first = body(own);
    let second = body(own + MEMBERS);
    let third = body(own + 2u * MEMBERS);
    let fourth = body(own + 3u * MEMBERS);
    let x = vec4<f32>(first.x, second.x, third.x, fourth.x);
    let y = vec4<f32>(first.y, second.y, third.y, fourth.y);
    let z = vec4<f32>(first.z, second.z, third.z, fourth.z);
    var total_x = vec4<f32>(0.0);
    var total_y = vec4<f32>(0.0);
    var total_z = vec4<f32>(0.0);
    for (var start = 0u; start < params.count; start += TILE) {
        for (var i = local; i < TILE; i += MEMBERS) {
            tile[i] = body(start + i);
        }
        workgroupBarrier();
        // Summed tile by tile, so that a small term meets a small sum: less is lost to rounding.
        var sum_x = vec4<f32>(0.0);
        var sum_y = vec4<f32>(0.0);
        var sum_z = vec4<f32>(0.0);
        for (var k = 0u; k < TILE; k++) {
            let other = tile[k];
            let dx = other.x - x;
            let dy = other.y - y;
            let dz = other.z - z;
            let inverse = inverseSqrt(dx * dx + dy * dy + dz * dz + params.softening_squared);
            let pull = other.w * inverse * inverse * inverse;
            sum_x += pull * dx;
            sum_y += pull * dy;
            sum_z += pull * dz;
        }
        total_x += sum_x;
        total_y += sum_y;
        total_z += sum_z;
        workgroupBarrier();
    }
    finish(own, vec3<f32>(total_x.x, total_y.x, total_z.x));
    finish(own + MEMBERS, vec3<f32>(total_x.y, total_y.y, total_z.y));
    finish(own + 2u * MEMBERS, vec3<f32>(total_x.z, total_y.z, total_z.z));
    finish(own + 3u * MEMBERS, vec3<f32>(total_x.w, total_y.w, total_z.w));
}
