@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<storage, read> bodies: array<Instance>;
@group(1) @binding(0) var colors: texture_2d<f32>;
@group(1) @binding(1) var normals: texture_2d<f32>;
@group(1) @binding(2) var places: texture_2d<f32>;
@group(2) @binding(0) var<uniform> eye: Camera;
@group(2) @binding(1) var<uniform> lamps: array<Lamp, 64>;

struct Lamp {
    // And strength.
    place: vec4f,
    color: vec4f,
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) color: vec3f,
}

struct Written {
    @location(0) color: vec4f,
    @location(1) normal: vec4f,
    @location(2) place: vec4f,
}

@vertex
fn vs(@location(0) position: vec3f, @location(1) normal: vec3f, @builtin(instance_index) index: u32) -> Corner {
    let body = bodies[index];
    let world = body.model * vec4f(position, 1.0);
    return Corner(camera.matrix * world, world.xyz, (body.model * vec4f(normal, 0.0)).xyz, body.color.rgb);
}

@fragment
fn write(in: Corner) -> Written {
    var color = in.color;
    if in.world.y < 0.001 {
        let check = (i32(floor(in.world.x * 0.59 + 0.5)) + i32(floor(in.world.z * 0.59 + 0.5))) & 1;
        color *= select(0.55, 1.0, check == 0);
    }
    return Written(vec4f(color, 1.0), vec4f(normalize(in.normal), 1.0), vec4f(in.world, 1.0));
}

struct Everywhere {
    @builtin(position) clip: vec4f,
    @location(0) uv: vec2f,
    @location(1) @interpolate(flat) which: u32,
}

@vertex
fn fill(@builtin(vertex_index) vertex: u32, @builtin(instance_index) which: u32) -> Everywhere {
    let at = corner(vertex);
    return Everywhere(vec4f(at, 0.0, 1.0), vec2f(0.5, -0.5) * at + 0.5, which);
}

@fragment
fn light(in: Everywhere) -> @location(0) vec4f {
    let pixel = vec2u(in.clip.xy);
    let place = textureLoad(places, pixel, 0);
    let color = textureLoad(colors, pixel, 0).rgb;
    let normal = textureLoad(normals, pixel, 0).xyz;
    let look = normalize(eye.eye.xyz - place.xyz);
    var sum = color * vec3f(0.012, 0.012, 0.03);
    for (var i = 0; i < 64; i++) {
        let lamp = lamps[i];
        let to = lamp.place.xyz - place.xyz;
        let away = dot(to, to);
        let toward = to * inverseSqrt(away);
        let strength = lamp.place.w * max(1.0 - away / 9.0, 0.0) / (0.25 + away);
        let shine = pow(max(dot(normal, normalize(toward + look)), 0.0), 48.0);
        sum += lamp.color.rgb * strength * (color * max(dot(normal, toward), 0.0) + 0.6 * shine);
    }
    return vec4f(select(vec3f(0.0), film(sum * 1.9), place.w > 0.0), 1.0);
}

@fragment
fn inset(in: Everywhere) -> @location(0) vec4f {
    let pixel = vec2u(in.uv * vec2f(512.0, 384.0));
    let color = textureLoad(colors, pixel, 0).rgb;
    let normal = textureLoad(normals, pixel, 0).xyz * 0.5 + 0.5;
    let place = fract(textureLoad(places, pixel, 0).xyz * 0.3);
    return vec4f(select(select(color, normal, in.which == 1u), place, in.which == 2u), 1.0);
}
