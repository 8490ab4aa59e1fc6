@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;
@group(1) @binding(0) var reflection: texture_2d<f32>;
@group(1) @binding(1) var filtering: sampler;

// -1 draws the world as the water mirrors it.
override UP: f32 = 1.0;

const SUN = vec3f(-0.42, 0.14, -0.9);

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @builtin(instance_index) index: u32) -> Corner {
    let body = bodies[index];
    let world = body.model * vec4f(position, 1.0);
    let seen = camera.matrix * (world * vec4f(1.0, UP, 1.0, 1.0));
    return Corner(seen, world.xyz, (body.model * vec4f(normal, 0.0)).xyz, body.color.rgb);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    // What is under water is not mirrored.
    if UP < 0.0 && in.world.y < 0.0 {
        discard;
    }
    let normal = normalize(in.normal);
    let sun = normalize(SUN + vec3f(0.0, 0.25, 0.5));
    let light = vec3f(0.4, 0.38, 0.5) * (0.6 + 0.4 * normal.y) + vec3f(1.6, 1.1, 0.7) * max(dot(normal, sun), 0.0);
    let color = in.color * light * (0.8 + 0.4 * noise3(in.world * 9.0));
    let fog = smoothstep(8.0, 30.0, distance(camera.eye.xyz, in.world));
    return vec4f(mix(film(color), vec3f(0.85, 0.52, 0.36), 0.85 * fog), 1.0);
}

struct Sky {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
}

@vertex
fn sky_vs(@builtin(vertex_index) vertex: u32) -> Sky {
    let at = corner(vertex);
    return Sky(vec4f(at, 1.0, 1.0), at);
}

@fragment
fn sky_fs(in: Sky) -> @location(0) vec4f {
    var direction = ray(camera, in.at) * vec3f(1.0, UP, 1.0);
    // Below the horizon is open sea, as bright as the sky at the horizon.
    direction.y = abs(direction.y);
    var color = evening(direction, normalize(SUN));
    let spread = direction.xz / (direction.y + 0.2);
    color = mix(color, vec3f(1.0, 0.62, 0.55), 0.7 * smoothstep(0.45, 0.8, clouds(spread * vec2f(1.0, 2.0) + 3.0)));
    return vec4f(film(color), 1.0);
}

@vertex
fn water_vs(@location(0) position: vec3f) -> Corner {
    let world = vec4f(position * 45.0, 1.0);
    return Corner(camera.matrix * world, world.xyz, vec3f(0.0, 1.0, 0.0), vec3f(0.0));
}

fn waves(p: vec2f) -> f32 {
    return clouds(p * vec2f(1.1, 2.4)) + 0.4 * clouds(p * vec2f(4.0, 7.0) + 40.0);
}

@fragment
fn water_fs(in: Corner) -> @location(0) vec4f {
    let p = in.world.xz;
    let away = distance(camera.eye.xyz, in.world);
    let slope = vec2f(waves(p + vec2f(0.02, 0.0)), waves(p + vec2f(0.0, 0.02))) - waves(p);
    let calm = 1.0 / (1.0 + 0.06 * away * away);
    let normal = normalize(vec3f(-6.0 * slope.x * calm, 1.0, -6.0 * slope.y * calm));
    let screen = in.clip.xy / vec2f(512.0, 384.0) + normal.xz * vec2f(0.09, 0.16);
    let mirrored = textureSampleLevel(reflection, filtering, screen, 0.0).rgb;
    let look = normalize(camera.eye.xyz - in.world);
    let fresnel = 0.08 + 0.92 * pow(1.0 - max(dot(look, normal), 0.0), 3.0);
    let glint = pow(max(dot(reflect(-look, normal), normalize(SUN)), 0.0), 300.0);
    let color = mix(vec3f(0.01, 0.09, 0.12), mirrored, fresnel) + glint * vec3f(1.0, 0.7, 0.4);
    return vec4f(color, mix(0.62, 1.0, fresnel));
}
