// Each shining body leaves a small round spot.

@group(0) @binding(1) var<storage, read> positions: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> velocities: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> light: array<atomic<u32>>;

fn tint(kind: u32) -> vec3<f32> {
    switch kind {
        case 1u: { return vec3<f32>(0.42, 0.66, 1.30); }
        case 2u: { return vec3<f32>(1.25, 0.86, 0.52); }
        case 3u: { return vec3<f32>(1.30, 0.50, 0.30); }
        case 4u: { return vec3<f32>(1.25, 0.92, 0.62); }
        // Dark matter.
        default: { return vec3<f32>(0.0); }
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= view.count {
        return;
    }
    let color = tint(u32(velocities[id.x].w));
    if color.r == 0.0 {
        return;
    }
    let at = positions[id.x].xyz;
    let depth = dot(view.forward.xyz, at) - view.forward.w;
    if depth < 0.2 {
        return;
    }
    let slope = vec2<f32>(dot(view.right.xyz, at) - view.right.w, view.up.w - dot(view.up.xyz, at)) / depth;
    let place = slope * view.focal + 0.5 * vec2<f32>(view.size);
    if any(place < vec2<f32>(-4.0)) || any(place > vec2<f32>(view.size) + 4.0) {
        return;
    }
    let near = view.reference / depth;
    let bright = view.light * min(near * near, 9.0) * UNIT;
    // The spot's width is that of a good lens; its light adds up to `bright`.
    let spread = 0.85;
    let middle = vec2<i32>(floor(place));
    for (var dy = -3; dy <= 3; dy++) {
        for (var dx = -3; dx <= 3; dx++) {
            let pixel = middle + vec2<i32>(dx, dy);
            if any(pixel < vec2<i32>(0)) || any(pixel >= vec2<i32>(view.size)) {
                continue;
            }
            let apart = vec2<f32>(pixel) + 0.5 - place;
            let share = exp(-0.5 * dot(apart, apart) / (spread * spread)) / (6.2832 * spread * spread);
            let amount = vec3<u32>(color * bright * share + 0.5);
            let i = 3u * (u32(pixel.y) * view.size.x + u32(pixel.x));
            atomicAdd(&light[i], amount.r);
            atomicAdd(&light[i + 1u], amount.g);
            atomicAdd(&light[i + 2u], amount.b);
        }
    }
}
