// Pass 2: takes the noise. In space a bilateral filter: a neighbour counts by its distance and by its likeness, and from
// some unlikeness on not at all. In time the picture before, as this pass has left it, counts where nothing moves. Each
// plane is for itself.

@group(0) @binding(1) var<storage, read> samples: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>;
@group(0) @binding(3) var<storage, read_write> clean: array<f32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let is_luma = id.z == 0u;
    let size = select(params.chroma, params.size, is_luma);
    if any(id.xy >= size) {
        return;
    }
    let first = select(luma_samples() + (id.z - 1u) * chroma_samples(), 0u, is_luma);
    let falloff = select(params.falloff_chroma, params.falloff_luma, is_luma);

    let radius = i32(params.radius);
    let last = vec2<i32>(size) - 1;
    let here = first + id.y * size.x + id.x;
    let center = samples[here];
    var sum = 0.0;
    var weights = 0.0;
    for (var dy = -radius; dy <= radius; dy++) {
        let row = first + u32(clamp(i32(id.y) + dy, 0, last.y)) * size.x;
        for (var dx = -radius; dx <= radius; dx++) {
            let at = row + u32(clamp(i32(id.x) + dx, 0, last.x));
            let there = samples[at];
            let difference = there - center;
            let near = 1.0 - params.falloff_distance * f32(dx * dx + dy * dy);
            let alike = max(1.0 - falloff * difference * difference, 0.0);
            let weight = near * near * alike * alike;
            sum += weight * there;
            weights += weight;
        }
    }
    clean[here] = sum / weights;
    if params.temporal == 0.0 {
        return;
    }

    // How unlike the pictures are around here: a single sample has too much noise to tell. Noise is above and below; what
    // moves is one of them.
    var apart = 0.0;
    for (var dy = -1; dy <= 1; dy++) {
        let row = first + u32(clamp(i32(id.y) + dy, 0, last.y)) * size.x;
        for (var dx = -1; dx <= 1; dx++) {
            let at = row + u32(clamp(i32(id.x) + dx, 0, last.x));
            apart += samples[at] - before[at];
        }
    }
    let moved = smoothstep(0.5 * params.motion, params.motion, abs(apart) / 9.0);
    // A detail that is small against this window moves too.
    let jumped = smoothstep(2.0 * params.motion, 4.0 * params.motion, abs(center - before[here]));
    let still = params.temporal * (1.0 - max(moved, jumped));
    clean[here] = mix(sum / weights, before[here], still);
}
