@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var sky: texture_cube<f32>;
@group(0) @binding(2) var filtering: sampler;
@group(0) @binding(3) var<storage, read> spheres: array<Instance>;

struct Face {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
    @location(1) @interpolate(flat) face: u32,
}

@vertex
fn face_vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) face: u32) -> Face {
    let at = corner(vertex);
    // In a cube map's faces, v goes down.
    return Face(vec4f(at, 0.0, 1.0), vec2f(at.x, -at.y), face);
}

fn direction_of(face: u32, at: vec2f) -> vec3f {
    switch face {
        case 0u: { return vec3f(1.0, -at.y, -at.x); }
        case 1u: { return vec3f(-1.0, -at.y, at.x); }
        case 2u: { return vec3f(at.x, 1.0, at.y); }
        case 3u: { return vec3f(at.x, -1.0, -at.y); }
        case 4u: { return vec3f(at.x, -at.y, 1.0); }
        default: { return vec3f(-at.x, -at.y, -1.0); }
    }
}

// Hills below an evening sky with clouds and stars.
@fragment
fn face_fs(in: Face) -> @location(0) vec4f {
    let direction = normalize(direction_of(in.face, in.at));
    let sun = normalize(vec3f(-0.5, 0.22, -0.8));
    var color = evening(direction, sun);
    let spread = direction.xz / (abs(direction.y) + 0.12);
    let cloud = smoothstep(0.42, 0.8, clouds(spread * 1.3 + 4.0)) * smoothstep(0.0, 0.25, direction.y);
    color = mix(color, vec3f(1.0, 0.75, 0.7), 0.75 * cloud);
    let around = atan2(direction.z, direction.x);
    for (var range = 0; range < 3; range++) {
        let k = f32(range);
        let height = (0.16 - 0.09 * k) * (0.4 + clouds(vec2f(sin(around), cos(around)) * (2.0 + 2.0 * k) + 9.0 * k)) - 0.02;
        let tint = mix(vec3f(0.35, 0.22, 0.4), vec3f(0.03, 0.09, 0.08), 0.5 * k);
        color = mix(color, tint, smoothstep(height + 0.004, height - 0.004, direction.y));
    }
    // A floor of tiles, as if it lay a little below.
    let floor_at = direction.xz / max(-direction.y, 0.02) * 1.7;
    let check = (i32(floor(floor_at.x)) + i32(floor(floor_at.y))) & 1;
    let far = smoothstep(2.0, 26.0, length(floor_at));
    var tile = select(vec3f(0.62, 0.5, 0.42), vec3f(0.1, 0.05, 0.1), check == 0);
    tile = mix(tile * (0.7 + 0.5 * clouds(floor_at * 3.0)), vec3f(0.3, 0.2, 0.24), far);
    color = mix(color, tile, smoothstep(-0.005, -0.03, direction.y));
    return vec4f(color, 1.0);
}

struct Sky {
    @builtin(position) clip: vec4f,
    @location(0) direction: vec3f,
}

@vertex
fn sky_vs(@builtin(vertex_index) vertex: u32) -> Sky {
    let at = corner(vertex);
    // As far away as the depth buffer goes.
    return Sky(vec4f(at, 1.0, 1.0), camera.forward.xyz + at.x * camera.right.xyz + at.y * camera.up.xyz);
}

@fragment
fn sky_fs(in: Sky) -> @location(0) vec4f {
    return vec4f(film(textureSample(sky, filtering, in.direction).rgb), 1.0);
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @builtin(instance_index) index: u32) -> Corner {
    let sphere = spheres[index];
    let world = sphere.model * vec4f(position, 1.0);
    return Corner(camera.matrix * world, world.xyz, (sphere.model * vec4f(normal, 0.0)).xyz, sphere.color.rgb);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let normal = normalize(in.normal);
    let look = normalize(in.world - camera.eye.xyz);
    let mirrored = textureSample(sky, filtering, reflect(look, normal)).rgb;
    let rim = pow(1.0 - max(dot(-look, normal), 0.0), 4.0);
    let sun = pow(max(dot(reflect(look, normal), normalize(vec3f(-0.5, 0.22, -0.8))), 0.0), 200.0);
    return vec4f(film(mirrored * mix(in.color, vec3f(1.0), rim) * (0.75 + 0.5 * normal.y * normal.y) + sun), 1.0);
}
