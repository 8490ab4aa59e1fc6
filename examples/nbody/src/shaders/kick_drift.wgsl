// First half of a leapfrog step: half a kick, then the drift.

struct Params {
    count: u32,
    softening_squared: f32,
    drift: f32,
    kick: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Position and mass.
@group(0) @binding(1) var<storage, read_write> positions: array<vec4<f32>>;
// Velocity and what kind of body it is.
@group(0) @binding(2) var<storage, read_write> velocities: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> accelerations: array<vec4<f32>>;

@compute @workgroup_size(128)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if i >= params.count {
        return;
    }
    let velocity = velocities[i].xyz + params.kick * accelerations[i].xyz;
    velocities[i] = vec4<f32>(velocity, velocities[i].w);
    positions[i] = vec4<f32>(positions[i].xyz + params.drift * velocity, positions[i].w);
}
