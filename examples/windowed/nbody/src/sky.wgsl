// Bodies as round spots of light, the fast ones whiter.

struct Body {
    place: vec4f,
    velocity: vec4f,
}

struct Camera {
    clip_from_world: mat4x4f,
    // Half the size of a spot at distance 1, in each direction of the picture.
    spot: vec4f,
}

@group(0) @binding(0) var<storage, read> bodies: array<Body>;
@group(0) @binding(1) var<uniform> camera: Camera;

struct Spot {
    @builtin(position) position: vec4f,
    @location(0) corner: vec2f,
    @location(1) color: vec3f,
}

@vertex
fn spot(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> Spot {
    let body = bodies[instance];
    let corner = vec2f(f32(vertex & 1) * 2 - 1, f32(vertex >> 1) * 2 - 1);
    var position = camera.clip_from_world * vec4f(body.place.xyz, 1);
    position += vec4f(corner * camera.spot.xy, 0, 0);
    let speed = saturate(0.35 * length(body.velocity.xyz));
    // The first half is one galaxy, the second the other.
    let own = select(vec3f(0.9, 0.45, 0.2), vec3f(0.25, 0.5, 0.95), instance * 2 < arrayLength(&bodies));
    return Spot(position, corner, mix(own, vec3f(1), speed * speed));
}

@fragment
fn light(spot: Spot) -> @location(0) vec4f {
    let light = saturate(1 - dot(spot.corner, spot.corner));
    return vec4f(0.22 * light * light * spot.color, 1);
}
