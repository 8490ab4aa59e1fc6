@group(0) @binding(0) var<uniform> camera: Camera;

const PARTS = 8u;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    // Along the frond, 0 to 1, and across, -1 to 1.
    @location(1) at: vec2f,
    @location(2) color: vec3f,
}

@vertex
fn vs(
    @builtin(vertex_index) vertex: u32,
    @location(0) place: vec2f,
    @location(1) tint: vec4f,
    @location(2) form: vec4u,
) -> Corner {
    let edge = square(vertex);
    let along = (f32(vertex / 6u) + 0.5 + 0.5 * edge.x) / f32(PARTS);
    let angle = f32(form.x) / 256.0 * TAU;
    let size = f32(form.y) / 150.0;
    let bend = f32(form.z) / 255.0;
    let outward = vec3f(cos(angle), 0.0, sin(angle));
    let sideways = vec3f(-outward.z, 0.0, outward.x);
    let rise = size * (1.35 * along - bend * 1.25 * along * along);
    let reach = size * (0.25 * along + 0.6 * bend * along * along);
    var out: Corner;
    out.world = vec3f(place.x * 12.0, 0.0, place.y * 12.0) + outward * reach + vec3f(0.0, rise, 0.0)
        + sideways * edge.y * 0.2 * size;
    out.clip = camera.matrix * vec4f(out.world, 1.0);
    out.at = vec2f(along, edge.y);
    out.color = tint.rgb * tint.a;
    return out;
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    // Leaflets on both sides of a stalk, shorter towards the tip.
    let outline = sin(pow(in.at.x, 0.7) * 3.0 + 0.12) * 0.95;
    let across = abs(in.at.y);
    let leaflet = abs(fract(in.at.x * 13.0 - across * 0.9) - 0.5) * 2.0;
    let width = 0.9 - 0.75 * across / max(outline, 0.05);
    let alpha = max(smoothstep(-0.12, 0.12, width - leaflet) * step(across, outline), smoothstep(0.07, 0.03, across));
    let light = 0.3 + 0.9 * in.at.x + 0.3 * (1.0 - across);
    let sun = vec3f(1.25, 1.15, 0.75);
    let far = smoothstep(5.0, 22.0, distance(camera.eye.xyz, in.world));
    let color = mix(in.color * sun * light * smoothstep(-0.3, 0.9, in.world.y), vec3f(0.55, 0.72, 0.6), far * 0.92);
    return vec4f(film(color * 1.5), alpha);
}

struct Ground {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
}

@vertex
fn ground_vs(@builtin(vertex_index) vertex: u32) -> Ground {
    let at = corner(vertex);
    return Ground(vec4f(at, 0.0, 1.0), at);
}

@fragment
fn ground_fs(in: Ground) -> @location(0) vec4f {
    let direction = ray(camera, in.at);
    let haze = vec3f(0.55, 0.72, 0.6);
    let sky = mix(haze, vec3f(1.0, 0.85, 0.45), smoothstep(0.0, 0.3, direction.y));
    let beam = clouds(vec2f(in.at.x * 5.0 - in.at.y * 1.6, 0.3)) * smoothstep(-0.05, 0.3, direction.y);
    let reach = camera.eye.y / max(-direction.y, 0.01);
    let soil = vec3f(0.05, 0.08, 0.03) + 0.12 * vec3f(0.5, 0.6, 0.2) * clouds((camera.eye.xyz + direction * reach).xz * 2.0);
    let ground = mix(soil, haze, smoothstep(5.0, 26.0, reach));
    return vec4f(select(sky * (1.0 + 0.5 * beam), ground, direction.y < 0.0), 1.0);
}
