@group(0) @binding(0) var<uniform> light: mat4x4f;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;
@group(0) @binding(2) var<uniform> camera: Camera;
@group(0) @binding(3) var map: texture_depth_2d;
@group(0) @binding(4) var compare: sampler_comparison;

@vertex
fn from_light(@location(0) position: vec3f, @builtin(instance_index) index: u32) -> @builtin(position) vec4f {
    return light * bodies[index].model * vec4f(position, 1.0);
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
    @location(3) lit: vec4f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @builtin(instance_index) index: u32) -> Corner {
    let body = bodies[index];
    let world = body.model * vec4f(position, 1.0);
    var out: Corner;
    out.world = world.xyz;
    out.clip = camera.matrix * world;
    out.normal = (body.model * vec4f(normal, 0.0)).xyz;
    out.color = body.color.rgb;
    out.lit = light * world;
    return out;
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let at = vec2f(0.5, -0.5) * in.lit.xy + 0.5;
    var open = 0.0;
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let shift = vec2f(f32(x), f32(y)) * 1.3 / 1024.0;
            open += textureSampleCompareLevel(map, compare, at + shift, in.lit.z) / 9.0;
        }
    }
    // What the light does not see at all is not in its shadow.
    open = select(open, 1.0, any(abs(in.lit.xy) > vec2f(0.99)));
    let normal = normalize(in.normal);
    let sun = normalize(vec3f(7.0, 9.0, 4.0));
    let view = normalize(camera.eye.xyz - in.world);
    let facing = max(dot(normal, sun), 0.0);
    let shine = pow(max(dot(normal, normalize(sun + view)), 0.0), 60.0);
    let sky = mix(vec3f(0.12, 0.1, 0.1), vec3f(0.2, 0.28, 0.42), 0.5 + 0.5 * normal.y);
    var color = in.color;
    if in.world.y < 0.001 {
        // Rings in the pavement.
        let ring = fract(length(in.world.xz) * 0.8);
        color *= 0.82 + 0.18 * smoothstep(0.02, 0.06, ring) * smoothstep(0.98, 0.94, ring);
    }
    color = color * (sky + vec3f(1.7, 1.5, 1.15) * facing * open) + shine * open * 0.5;
    let fog = smoothstep(14.0, 34.0, distance(camera.eye.xyz, in.world));
    return vec4f(mix(film(color), vec3f(0.55, 0.7, 0.9), fog), 1.0);
}
