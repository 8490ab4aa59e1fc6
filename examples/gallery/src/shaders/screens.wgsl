@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;
@group(0) @binding(2) var image: texture_2d<f32>;
@group(0) @binding(3) var filtering: sampler;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
    @location(3) uv: vec2f,
}

@vertex
fn vs(
    @location(0) position: vec3f,
    @location(1) normal: vec3f,
    @location(2) uv: vec2f,
    @builtin(instance_index) index: u32,
) -> Corner {
    let body = bodies[index];
    let world = body.model * vec4f(position, 1.0);
    return Corner(camera.matrix * world, world.xyz, (body.model * vec4f(normal, 0.0)).xyz, body.color.rgb, uv);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let look = normalize(camera.eye.xyz - in.world);
    let sun = normalize(vec3f(0.5, 0.8, 0.9));
    let shine = pow(max(dot(normal, normalize(sun + look)), 0.0), 40.0);
    return vec4f(film(in.color * (0.25 + 1.3 * max(dot(normal, sun), 0.0)) + shine), 1.0);
}

@fragment
fn screen(in: Corner) -> @location(0) vec4f {
    let seen = textureSample(image, filtering, vec2f(in.uv.x, 1.0 - in.uv.y)).rgb;
    let look = normalize(camera.eye.xyz - in.world);
    let normal = normalize(in.normal);
    if in.color.r == 0.0 {
        // The floor: a grid, lit by the screens.
        let line = abs(fract(in.world.xz) - 0.5);
        let grid = smoothstep(0.47, 0.5, max(line.x, line.y));
        let light = 1.0 / (1.0 + 0.12 * dot(in.world.xz, in.world.xz));
        return vec4f(mix(vec3f(0.03, 0.035, 0.06), vec3f(0.2, 0.4, 0.7), grid) * light + 0.012, 1.0);
    }
    let edge = smoothstep(0.455, 0.47, max(abs(in.uv.x - 0.5), abs(in.uv.y - 0.5)));
    let rim = 0.12 + 0.4 * pow(1.0 - abs(dot(normal, look)), 2.0);
    let shade = 0.55 + 0.45 * max(dot(normal, normalize(vec3f(-0.3, 0.6, 0.8))), 0.0);
    return vec4f(mix(seen * 1.3 + 0.02, vec3f(0.5, 0.55, 0.6) * rim * 2.0, edge) * shade, 1.0);
}
