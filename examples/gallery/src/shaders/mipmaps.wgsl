@group(0) @binding(0) var image: texture_2d<f32>;
@group(0) @binding(1) var filtering: sampler;
@group(0) @binding(2) var<uniform> camera: Camera;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) uv: vec2f,
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32) -> Corner {
    let at = corner(vertex);
    return Corner(vec4f(at, 0.0, 1.0), vec2f(0.5, -0.5) * at + 0.5);
}

// Eight by eight patches, each with rings in two of its colours.
@fragment
fn quilt(in: Corner) -> @location(0) vec4f {
    let patch_at = vec2i(floor(in.uv * 8.0));
    let inside = fract(in.uv * 8.0) - 0.5;
    let own = hash2(patch_at);
    let rings = max(abs(inside.x), abs(inside.y)) * select(1.0, 0.0, own > 0.5)
        + length(inside) * select(0.0, 1.0, own > 0.5);
    let first = hue(own * 3.0);
    let second = mix(vec3f(1.0, 0.95, 0.85), hue(own * 3.0 + 0.5), 0.25);
    let seam = step(0.46, max(abs(inside.x), abs(inside.y)));
    let color = mix(first, second, step(0.5, fract(rings * 6.0)));
    return vec4f(mix(color, vec3f(0.03, 0.03, 0.08), seam), 1.0);
}

// The middle of four pixels, where the linear filter takes a quarter of each.
@fragment
fn halve(in: Corner) -> @location(0) vec4f {
    return textureSample(image, filtering, in.uv);
}

struct Far {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
}

@vertex
fn plane_vs(@builtin(vertex_index) vertex: u32) -> Far {
    let at = corner(vertex);
    return Far(vec4f(at, 0.0, 1.0), at);
}

@fragment
fn plane(in: Far) -> @location(0) vec4f {
    let direction = ray(camera, in.at);
    // Where the ray meets the ground; above the horizon, somewhere harmless.
    let reach = 1.0 / max(-direction.y, 1e-3);
    let ground = textureSample(image, filtering, (camera.eye.xyz + direction * reach).xz * 0.35).rgb;
    let haze = vec3f(0.75, 0.85, 1.0);
    let far = smoothstep(10.0, 90.0, reach);
    let sky = mix(haze, vec3f(0.1, 0.3, 0.8), smoothstep(0.0, 0.4, direction.y));
    return vec4f(select(mix(ground, haze, far), sky, direction.y > 0.0), 1.0);
}
