@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;
// A result is 64 bits wide; how many samples passed is nobody's business, whether any did is.
@group(0) @binding(0) var<storage, read> seen: array<vec2u>;

const BALLS = 24u;

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
    return Corner(camera.matrix * world, world.xyz, (body.model * vec4f(normal, 0.0)).xyz, body.color.rgb);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let look = normalize(camera.eye.xyz - in.world);
    let sun = normalize(vec3f(-0.4, 0.8, 0.6));
    var color = in.color;
    if in.world.y < 0.001 {
        color *= 0.85 + 0.3 * noise(in.world.xz * vec2f(0.6, 6.0));
    } else if in.color.r < 0.63 && in.color.r > 0.61 {
        // Bricks.
        let row = floor(in.world.y * 5.0);
        let brick = fract(vec2f(in.world.x * 2.2 + 0.5 * row, in.world.y * 5.0));
        let mortar = step(0.07, brick.x) * step(0.14, brick.y);
        color = mix(vec3f(0.7, 0.66, 0.6), vec3f(0.5, 0.2, 0.13) * (0.7 + 0.6 * hash2(vec2i(vec2f(in.world.x * 2.2 + 0.5 * row + 100.0, row)))), mortar);
    }
    let shine = pow(max(dot(normal, normalize(sun + look)), 0.0), 50.0);
    let light = vec3f(0.35, 0.4, 0.5) + vec3f(1.3, 1.15, 0.9) * max(dot(normal, sun), 0.0);
    let fog = smoothstep(9.0, 32.0, distance(camera.eye.xyz, in.world));
    return vec4f(mix(film(color * light) + 0.3 * shine, vec3f(0.5, 0.62, 0.75), fog), 1.0);
}

struct Bar {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
    @location(1) color: vec3f,
}

@vertex
fn bar_vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) index: u32) -> Bar {
    let at = square(vertex);
    let any_seen = any(seen[index] != vec2u(0u));
    let middle = (f32(index) + 0.5) / f32(BALLS) * 1.9 - 0.95;
    let height = select(0.02, 0.13, any_seen);
    let own = hue(0.85 * f32(index) / f32(BALLS - 1u));
    let place = vec2f(middle + at.x * 0.03, -0.95 + height * (at.y + 1.0));
    return Bar(vec4f(place, 0.0, 1.0), at, select(vec3f(0.02), own, any_seen));
}

@fragment
fn bar_fs(in: Bar) -> @location(0) vec4f {
    return vec4f(in.color * (0.75 + 0.25 * in.at.y) * (1.0 - 0.4 * in.at.x * in.at.x), 1.0);
}
