// Kinetic and potential energy of each body; each pair's energy is shared by its two bodies.

struct Params {
    count: u32,
    softening_squared: f32,
    drift: f32,
    kick: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> velocities: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> energies: array<vec2<f32>>;

const MEMBERS: u32 = 64;
const TILE: u32 = 256;
var<workgroup> tile: array<vec4<f32>, TILE>;

// Beyond the last body there are bodies without mass.
fn body(i: u32) -> vec4<f32> {
    return select(vec4<f32>(0.0), positions[min(i, params.count - 1u)], i < params.count);
}

fn finish(i: u32, mass: f32, potential: f32) {
    if i < params.count {
        let velocity = velocities[i].xyz;
        energies[i] = 0.5 * mass * vec2<f32>(dot(velocity, velocity), -potential);
    }
}

// Four bodies a member, as in accelerate.wgsl.
@compute @workgroup_size(MEMBERS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let own = group.x * TILE + local + MEMBERS * vec4<u32>(0u, 1u, 2u, 3u);
    let first = body(own.x);
    let second = body(own.y);
    let third = body(own.z);
    let fourth = body(own.w);
    let x = vec4<f32>(first.x, second.x, third.x, fourth.x);
    let y = vec4<f32>(first.y, second.y, third.y, fourth.y);
    let z = vec4<f32>(first.z, second.z, third.z, fourth.z);
    var total = vec4<f32>(0.0);
    for (var start = 0u; start < params.count; start += TILE) {
        for (var i = local; i < TILE; i += MEMBERS) {
            tile[i] = body(start + i);
        }
        workgroupBarrier();
        var sum = vec4<f32>(0.0);
        for (var k = 0u; k < TILE; k++) {
            let other = tile[k];
            let dx = other.x - x;
            let dy = other.y - y;
            let dz = other.z - z;
            let inverse = inverseSqrt(dx * dx + dy * dy + dz * dz + params.softening_squared);
            // A body is no partner of itself.
            sum += select(other.w * inverse, vec4<f32>(0.0), own == vec4<u32>(start + k));
        }
        total += sum;
        workgroupBarrier();
    }
    finish(own.x, first.w, total.x);
    finish(own.y, second.w, total.y);
    finish(own.z, third.w, total.z);
    finish(own.w, fourth.w, total.w);
}
