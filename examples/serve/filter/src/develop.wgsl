// Develops a photograph: takes its noise by a bilateral filter, exposes it, and gives it contrast and colour.

struct Settings {
    size: vec2u,
    radius: i32,
    exposure: f32,
    contrast: f32,
    saturation: f32,
}

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read_write> developed: array<u32>;

/// Linear light of a pixel, the nearest one at the edges.
fn light(at: vec2i) -> vec4f {
    let inside = vec2u(clamp(at, vec2i(0), vec2i(settings.size) - 1));
    let pixel = unpack4x8unorm(source[inside.y * settings.size.x + inside.x]);
    return vec4f(pow(pixel.rgb, vec3f(2.2)), pixel.a);
}

fn luminance(color: vec3f) -> f32 {
    return dot(color, vec3f(0.2126, 0.7152, 0.0722));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if any(id.xy >= settings.size) {
        return;
    }
    let here = vec2i(id.xy);
    let center = light(here);
    let center_stops = log2(luminance(center.rgb) + 0.001);
    var sum = vec3f(0);
    var weights = 0.0;
    let reach = f32(max(settings.radius, 1));
    for (var y = -settings.radius; y <= settings.radius; y++) {
        for (var x = -settings.radius; x <= settings.radius; x++) {
            let there = light(here + vec2i(x, y)).rgb;
            let distance = f32(x * x + y * y) / (reach * reach);
            let stops = (log2(luminance(there) + 0.001) - center_stops) / 0.35;
            let weight = exp(-2.0 * distance - stops * stops);
            sum += weight * there;
            weights += weight;
        }
    }
    var color = sum / weights * exp2(settings.exposure);
    color = mix(vec3f(luminance(color)), color, settings.saturation);
    // Around the middle grey, and without an end at white.
    color = 0.18 * pow(max(color, vec3f(0)) / 0.18, vec3f(settings.contrast));
    color = color * (1.0 + color / 16.0) / (1.0 + color * 0.25) * 1.18;
    let out = pow(clamp(color, vec3f(0), vec3f(1)), vec3f(1.0 / 2.2));
    developed[id.y * settings.size.x + id.x] = pack4x8unorm(vec4f(out, center.a));
}
