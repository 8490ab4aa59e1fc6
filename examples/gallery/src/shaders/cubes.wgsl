@group(0) @binding(0) var<uniform> camera: Camera;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @location(3) block: vec4f) -> Corner {
    var out: Corner;
    // Each stands on the ground, half a cube wide to either side, less a gap.
    let half_height = 0.5 * block.z;
    out.world = vec3f(block.x, half_height, block.y) + position * vec3f(0.44, half_height, 0.44);
    out.clip = camera.matrix * vec4f(out.world, 1.0);
    out.normal = normal;
    out.color = hue(block.w);
    return out;
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let sun = normalize(vec3f(0.5, 0.9, 0.15));
    let view = normalize(camera.eye.xyz - in.world);
    let shine = pow(max(dot(in.normal, normalize(sun + view)), 0.0), 40.0);
    let light = 0.25 + 1.4 * max(dot(in.normal, sun), 0.0);
    // The lower, the darker: less of the sky is seen from there.
    let open = smoothstep(-0.4, 2.2, in.world.y);
    let color = in.color * light * open + 0.3 * shine;
    let fog = smoothstep(16.0, 36.0, distance(camera.eye.xyz, in.world));
    return vec4f(film(mix(color, vec3f(0.02, 0.02, 0.05), fog)), 1.0);
}
