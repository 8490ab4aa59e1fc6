@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;

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

// This world: an afternoon in the desert.
@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let sun = normalize(vec3f(0.6, 0.7, 0.5));
    var color = in.color;
    if in.world.y < 0.001 {
        color *= 0.8 + 0.35 * clouds(in.world.xz * 1.2) + 0.06 * sin(in.world.z * 9.0 + 4.0 * clouds(in.world.xz));
    }
    color *= vec3f(0.32, 0.28, 0.33) + vec3f(1.3, 1.1, 0.85) * max(dot(normal, sun), 0.0);
    let fog = smoothstep(9.0, 32.0, distance(camera.eye.xyz, in.world));
    return vec4f(mix(film(color), vec3f(0.95, 0.75, 0.5), fog), 1.0);
}

// The other one: a night among crystals.
@fragment
fn night(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let look = normalize(camera.eye.xyz - in.world);
    var color = vec3f(0.02, 0.04, 0.09);
    if in.world.y > 0.001 {
        let rim = pow(1.0 - abs(dot(normal, look)), 2.0);
        color = in.color * (0.35 + 1.6 * rim + 0.25 * in.world.y);
    } else {
        color += 0.3 * hue(0.6 + 0.02 * in.world.x) * pow(noise(in.world.xz * 1.5), 3.0);
    }
    let fog = smoothstep(12.0, 34.0, distance(camera.eye.xyz, in.world));
    return vec4f(mix(film(color), vec3f(0.03, 0.05, 0.16), fog), 1.0);
}

@fragment
fn glow(in: Corner) -> @location(0) vec4f {
    return vec4f(1.0, 0.95, 0.3, 1.0);
}

struct Far {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
}

@vertex
fn far(@builtin(vertex_index) vertex: u32) -> Far {
    let at = corner(vertex);
    return Far(vec4f(at, 1.0, 1.0), at);
}

@fragment
fn stars(in: Far) -> @location(0) vec4f {
    let direction = ray(camera, in.at);
    let at = direction.xy / -direction.z * 60.0;
    let cell = vec2i(floor(at));
    let place = fract(at) - 0.2 - 0.6 * vec2f(hash2(cell), hash2(cell + 77));
    let star = smoothstep(0.16, 0.0, length(place)) * step(0.72, hash2(cell + 191));
    let veil = clouds(at * 0.12);
    let color = mix(vec3f(0.03, 0.05, 0.16), vec3f(0.25, 0.08, 0.4), veil * veil) + star;
    return vec4f(color + vec3f(0.0, 0.35, 0.25) * pow(noise(vec2f(at.x * 0.12, 0.4)), 2.0) * smoothstep(0.0, 14.0, at.y), 1.0);
}
