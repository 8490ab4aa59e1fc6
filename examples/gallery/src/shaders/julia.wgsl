@group(0) @binding(0) var plane: texture_storage_2d<rgba16float, write>;
@group(0) @binding(0) var computed: texture_2d<f32>;

const C = vec2f(-0.7454, 0.1130);
const STEPS = 300;

// The colour at a point: by how soon it leaves, and how near it came to a cross on its way.
fn color(start: vec2f) -> vec3f {
    var z = start;
    var near = vec2f(10.0);
    for (var i = 0; i < STEPS; i++) {
        z = vec2f(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + C;
        near = min(near, abs(z));
        let size = dot(z, z);
        if size > 256.0 {
            let smoothed = f32(i) + 1.0 - log2(log2(size) * 0.5 / 4.0);
            let turn = sqrt(max(smoothed, 0.0)) * 0.19;
            let glow = exp(-9.0 * near.x) + exp(-9.0 * near.y);
            return hue(turn + 0.55) * (0.25 + 0.75 * smoothstep(0.0, 14.0, smoothed)) + 0.35 * glow * vec3f(1.0, 0.85, 0.6);
        }
    }
    return vec3f(0.01, 0.0, 0.03);
}

@compute @workgroup_size(8, 8)
fn julia(@builtin(global_invocation_id) id: vec3u) {
    var sum = vec3f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let at = vec2f(id.xy) + vec2f(0.25) + 0.5 * vec2f(f32(i & 1u), f32(i >> 1u));
        let p = (at - vec2f(256.0, 192.0)) / 192.0 * 0.98;
        sum += color(mat2x2f(0.94, 0.34, -0.34, 0.94) * p) / 4.0;
    }
    textureStore(plane, id.xy, vec4f(sum, 1.0));
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return vec4f(corner(vertex), 0.0, 1.0);
}

@fragment
fn fs(@builtin(position) at: vec4f) -> @location(0) vec4f {
    return vec4f(film(textureLoad(computed, vec2u(at.xy), 0).rgb * 1.4), 1.0);
}
