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

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let sun = normalize(vec3f(-0.7, 0.55, 0.2));
    var color = in.color * (0.8 + 0.4 * noise3(in.world * 26.0));
    if in.world.y < 0.001 {
        let leaves = clouds(in.world.xz * 1.5);
        color = mix(vec3f(0.13, 0.22, 0.05), vec3f(0.55, 0.26, 0.06), smoothstep(0.4, 0.62, leaves)) * (0.6 + 0.5 * noise(in.world.xz * 11.0));
    }
    let light = vec3f(0.25, 0.28, 0.4) * (0.7 + 0.3 * normal.y) + vec3f(1.8, 1.4, 0.9) * max(dot(normal, sun), 0.0);
    let low = exp(-0.35 * in.world.y);
    let fog = 1.0 - exp(-0.03 * max(distance(camera.eye.xyz, in.world) - 7.0, 0.0) * (0.55 + low));
    return vec4f(mix(film(color * light), vec3f(0.72, 0.72, 0.74), fog), 1.0);
}
