@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;
@group(1) @binding(0) var image: texture_2d<f32>;
@group(1) @binding(1) var filtering: sampler;
@group(0) @binding(0) var whole: texture_2d<f32>;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec4f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @builtin(instance_index) index: u32) -> Corner {
    let body = bodies[index];
    let world = body.model * vec4f(position, 1.0);
    return Corner(camera.matrix * world, world.xyz, (body.model * vec4f(normal, 0.0)).xyz, body.color);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let look = normalize(camera.eye.xyz - in.world);
    let facing = max(dot(normal, look), 0.0);
    let fog = 1.0 / (1.0 + 0.004 * dot(in.world - camera.eye.xyz, in.world - camera.eye.xyz));
    if in.color.a > 1.5 {
        return vec4f(in.color.rgb * (0.35 + 0.65 * facing) * fog, 1.0);
    }
    let moon = max(dot(normal, normalize(vec3f(-0.6, 0.6, 0.4))), 0.0);
    return vec4f(mix(vec3f(0.003, 0.004, 0.014), in.color.rgb * (0.4 + vec3f(0.8, 1.0, 1.6) * moon), fog), 1.0);
}

struct Everywhere {
    @builtin(position) clip: vec4f,
    @location(0) uv: vec2f,
}

@vertex
fn everywhere(@builtin(vertex_index) vertex: u32) -> Everywhere {
    let at = corner(vertex);
    return Everywhere(vec4f(at, 0.0, 1.0), vec2f(0.5, -0.5) * at + 0.5);
}

// Sixteen pixels about the middle, by four looks between them.
fn soft(uv: vec2f, reach: f32) -> vec3f {
    let step = reach / vec2f(textureDimensions(image));
    var sum = vec3f(0.0);
    for (var i = 0u; i < 4u; i++) {
        let way = vec2f(f32(i & 1u), f32(i >> 1u)) * 2.0 - 1.0;
        sum += 0.25 * textureSampleLevel(image, filtering, uv + way * step, 0.0).rgb;
    }
    return sum;
}

@fragment
fn halve(in: Everywhere) -> @location(0) vec4f {
    return vec4f(soft(in.uv, 1.0), 1.0);
}

@fragment
fn spread(in: Everywhere) -> @location(0) vec4f {
    return vec4f(soft(in.uv, 0.75) * 0.8, 1.0);
}

@fragment
fn tone(in: Everywhere) -> @location(0) vec4f {
    let light = textureLoad(whole, vec2u(in.clip.xy), 0).rgb;
    return vec4f(1.0 - exp(-0.8 * light), 1.0);
}
