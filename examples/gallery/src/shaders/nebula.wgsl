@group(0) @binding(0) var written: texture_storage_3d<rgba8unorm, write>;
@group(1) @binding(0) var volume: texture_3d<f32>;
@group(1) @binding(1) var filtering: sampler;
@group(1) @binding(2) var<uniform> camera: Camera;

const SIDE = 96.0;
const SLICES = 96u;

fn turbulence(p: vec3f) -> f32 {
    return 0.5 * noise3(p) + 0.25 * noise3(p * 2.1 + 5.0) + 0.15 * noise3(p * 4.3 + 9.0) + 0.1 * noise3(p * 8.7);
}

// Two arms of gas about a bright middle.
@compute @workgroup_size(4, 4, 4)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    let p = (vec3f(id) + 0.5) / SIDE * 2.0 - 1.0;
    let radius = length(p.xz);
    let angle = atan2(p.z, p.x);
    let arm = 0.5 + 0.5 * cos(2.0 * angle - 8.0 * radius);
    let gas = turbulence(p * 5.5 + 7.0);
    let flat_disc = exp(-abs(p.y) * (7.0 + 9.0 * radius));
    let edge = smoothstep(1.0, 0.55, length(p));
    let density = edge * (flat_disc * (0.04 + 1.3 * arm * arm * arm) * smoothstep(0.32, 0.68, gas) + 0.6 * exp(-60.0 * dot(p, p)));
    let tint = mix(vec3f(1.0, 0.8, 0.5), mix(vec3f(0.95, 0.2, 0.5), vec3f(0.12, 0.4, 1.0), smoothstep(0.3, 0.75, radius + 0.8 * (gas - 0.5))), smoothstep(0.0, 0.3, radius));
    textureStore(written, id, vec4f(tint * (0.5 + gas), density));
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) at: vec3f,
}

// A square that faces the eye, larger than the volume from whatever side.
@vertex
fn vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) slice: u32) -> Corner {
    let at = square(vertex) * 1.75;
    let along = 1.75 - 3.5 * (f32(slice) + 0.5) / f32(SLICES);
    let place = at.x * normalize(camera.right.xyz) + at.y * normalize(camera.up.xyz) + along * camera.forward.xyz;
    return Corner(camera.matrix * vec4f(place, 1.0), place);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let texel = textureSample(volume, filtering, in.at * 0.5 + 0.5);
    let inside = all(abs(in.at) < vec3f(1.0));
    return vec4f(texel.rgb * (0.7 + 1.4 * texel.a), select(0.0, min(texel.a * 0.3, 0.9), inside));
}

@vertex
fn everywhere(@builtin(vertex_index) vertex: u32) -> Corner {
    let at = corner(vertex);
    return Corner(vec4f(at, 0.0, 1.0), vec3f(at, 0.0));
}

@fragment
fn stars(in: Corner) -> @location(0) vec4f {
    let at = in.at.xy * vec2f(40.0, 30.0);
    let cell = vec2i(floor(at));
    let place = fract(at) - 0.2 - 0.6 * vec2f(hash2(cell), hash2(cell + 77));
    let bright = pow(hash2(cell + 191), 12.0);
    let star = bright * smoothstep(0.16, 0.02, length(place));
    return vec4f(vec3f(0.006, 0.006, 0.02) + 0.03 * clouds(in.at.xy * 2.0) * vec3f(0.3, 0.2, 0.6) + star * mix(vec3f(1.0), hue(hash2(cell + 5)), 0.3), 1.0);
}
