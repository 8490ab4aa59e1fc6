@group(0) @binding(0) var<uniform> camera: Camera;
@group(1) @binding(0) var<uniform> body: Instance;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
    @location(3) uv: vec2f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @location(2) uv: vec2f) -> Corner {
    let world = body.model * vec4f(position, 1.0);
    return Corner(camera.matrix * world, world.xyz, (body.model * vec4f(normal, 0.0)).xyz, body.color.rgb, uv);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let look = normalize(camera.eye.xyz - in.world);
    let sun = normalize(vec3f(-0.3, 0.9, 0.5));
    let edge = smoothstep(0.4, 0.46, max(abs(in.uv.x - 0.5), abs(in.uv.y - 0.5)));
    let shine = pow(max(dot(normal, normalize(sun + look)), 0.0), 30.0);
    let light = 0.3 + 0.3 * normal.y * normal.y + 1.1 * max(dot(normal, sun), 0.0);
    let color = mix(in.color, vec3f(1.0), 0.55 * edge) * light + 0.4 * shine;
    let fog = smoothstep(6.0, 15.0, distance(camera.eye.xyz, in.world));
    return vec4f(mix(film(color), vec3f(0.9, 0.88, 0.82), fog), 1.0);
}
