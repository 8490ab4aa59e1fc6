// Points, the glow around them and the haze around whole galaxies; then tones for the eye.

@group(0) @binding(1) var<storage, read> points: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> glow: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> haze: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> picture: array<u32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= view.size) {
        return;
    }
    let i = id.y * view.size.x + id.x;
    let light = 0.9 * points[i].rgb + 0.9 * glow[i].rgb + 2.2 * haze[i].rgb;
    // Faint light is lifted and bright light held back, without losing its colour at once.
    let level = dot(light, vec3<f32>(0.2126, 0.7152, 0.0722)) + 1e-6;
    let target_level = log2(1.0 + 9.0 * level) / 5.0;
    var color = light * (target_level / level);
    let over = max(max(color.r, max(color.g, color.b)) - 1.0, 0.0);
    color = mix(color, vec3<f32>(target_level), over / (over + 0.6)) + vec3<f32>(0.0022, 0.0026, 0.0048);
    color = clamp(color, vec3<f32>(0.0), vec3<f32>(1.0));

    let low = color * 12.92;
    let high = 1.055 * pow(color, vec3<f32>(1.0 / 2.4)) - 0.055;
    let encoded = select(high, low, color <= vec3<f32>(0.0031308));
    let bytes = vec3<u32>(encoded * 255.0 + 0.5);
    picture[i] = 0xff000000u | (bytes.b << 16u) | (bytes.g << 8u) | bytes.r;
}
