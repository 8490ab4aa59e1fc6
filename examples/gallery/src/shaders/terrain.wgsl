@group(0) @binding(0) var raised: texture_storage_2d<r32float, write>;
@group(1) @binding(0) var heights: texture_2d<f32>;
@group(1) @binding(1) var<uniform> camera: Camera;

const SIDE = 240u;

// Ridges: noise folded at its middle, each size weighed by the one before.
@compute @workgroup_size(8, 8)
fn raise(@builtin(global_invocation_id) id: vec3u) {
    let at = vec2f(id.xy) / f32(SIDE - 1u) * 2.0 - 1.0;
    var p = at * 1.9 + vec2f(11.3, 4.1);
    var height = 0.0;
    var weight = 0.55;
    var last = 1.0;
    for (var octave = 0; octave < 6; octave++) {
        let ridge = 1.0 - abs(2.0 * noise(p) - 1.0);
        height += weight * ridge * ridge * last;
        last = clamp(1.3 * ridge, 0.0, 1.0);
        p = mat2x2f(1.6, 1.2, -1.2, 1.6) * p + 3.7;
        weight *= 0.5;
    }
    let island = smoothstep(1.0, 0.35, length(at));
    textureStore(raised, id.xy, vec4f(1.75 * height * island, 0.0, 0.0, 0.0));
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
}

fn height(at: vec2i) -> f32 {
    return textureLoad(heights, clamp(at, vec2i(0), vec2i(i32(SIDE) - 1)), 0).x;
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32) -> Corner {
    let at = vec2i(vec2u(vertex % SIDE, vertex / SIDE));
    let cell = 6.4 / f32(SIDE - 1u);
    let slope = vec2f(height(at + vec2i(1, 0)) - height(at - vec2i(1, 0)), height(at + vec2i(0, 1)) - height(at - vec2i(0, 1)));
    var out: Corner;
    out.world = vec3f(f32(at.x) * cell - 3.2, height(at), f32(at.y) * cell - 3.2);
    out.normal = vec3f(-slope.x, 2.0 * cell, -slope.y);
    out.clip = camera.matrix * vec4f(out.world, 1.0);
    return out;
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let sun = normalize(vec3f(-0.75, 0.6, 0.25));
    let high = in.world.y;
    // Layers of cut paper.
    let layer = floor(high * 9.0) / 9.0;
    var color = mix(vec3f(0.02, 0.2, 0.34), vec3f(0.06, 0.45, 0.42), smoothstep(0.0, 0.2, layer));
    color = mix(color, vec3f(0.88, 0.72, 0.3), smoothstep(0.15, 0.4, layer));
    color = mix(color, vec3f(0.82, 0.25, 0.12), smoothstep(0.4, 0.8, layer));
    color = mix(color, vec3f(0.3, 0.06, 0.16), smoothstep(0.75, 1.15, layer));
    let steps = high * 9.0;
    let width = fwidth(steps);
    let line = 1.0 - smoothstep(0.6 * width, 1.6 * width, abs(fract(steps + 0.5) - 0.5));
    let light = 0.35 + 0.95 * max(dot(normal, sun), 0.0);
    color = color * light * 1.3 + 0.25 * line * select(0.0, 1.0, high > 0.05);
    return vec4f(film(color) * 1.1, 1.0);
}
