// Dust in a flow without sources: the flow is the curl of a smooth random field. Light is added up in
// whole numbers, so that the order in which the grains come does not matter.

struct Settings {
    width: u32,
    height: u32,
    grains: u32,
    steps: u32,
}

struct Grain {
    position: vec2f,
    hue: f32,
    weight: f32,
}

struct Light {
    brightest: atomic<u32>,
    // Red, green and blue of each pixel.
    sums: array<atomic<u32>>,
}

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read_write> grains: array<Grain>;
@group(0) @binding(2) var<storage, read_write> light: Light;
@group(0) @binding(3) var picture: texture_storage_2d<rgba8unorm, write>;

fn mix_bits(value: u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn chance(value: u32) -> f32 {
    return f32(mix_bits(value) >> 8u) / 16777216.0;
}

fn lattice(cell: vec2i) -> f32 {
    return chance((u32(cell.x) * 1597334677u) ^ (u32(cell.y) * 3812015801u));
}

fn field(at: vec2f) -> f32 {
    let cell = floor(at);
    let inside = at - cell;
    let blend = inside * inside * inside * (inside * (inside * 6.0 - 15.0) + 10.0);
    let corner = vec2i(cell);
    let above = mix(lattice(corner), lattice(corner + vec2i(1, 0)), blend.x);
    let below = mix(lattice(corner + vec2i(0, 1)), lattice(corner + vec2i(1, 1)), blend.x);
    return mix(above, below, blend.y);
}

fn potential(at: vec2f) -> f32 {
    return field(at / 230.0 + 7.0) + 0.42 * field(at / 95.0 + 31.0) + 0.10 * field(at / 34.0 + 53.0);
}

fn flow(at: vec2f) -> vec2f {
    let e = 1.5;
    let across = potential(at + vec2f(e, 0.0)) - potential(at - vec2f(e, 0.0));
    let down = potential(at + vec2f(0.0, e)) - potential(at - vec2f(0.0, e));
    return vec2f(down, -across) / (2.0 * e);
}

fn color(hue: f32) -> vec3f {
    let stops = array<vec3f, 5>(
        vec3f(0.05, 0.32, 0.95),
        vec3f(0.00, 0.75, 0.80),
        vec3f(0.95, 0.85, 0.45),
        vec3f(1.00, 0.36, 0.18),
        vec3f(0.75, 0.10, 0.65),
    );
    let place = clamp(hue, 0.0, 0.999) * 4.0;
    let below = u32(place);
    return mix(stops[below], stops[below + 1u], fract(place));
}

@compute @workgroup_size(64)
fn seed(@builtin(global_invocation_id) id: vec3u) {
    let size = vec2f(f32(settings.width), f32(settings.height));
    let place = vec2f(chance(2u * id.x), chance(2u * id.x + 1u));
    let position = place * (size + 160.0) - 80.0;
    let hue = 0.72 * field(position / 300.0 + 91.0) + 0.28 * place.x + 0.06 * (chance(id.x ^ 0x5a5a5a5au) - 0.5);
    let weight = 0.25 + 0.75 * chance(id.x ^ 0x3c3c3c3cu);
    grains[id.x] = Grain(position, hue, weight * weight);
}

@compute @workgroup_size(64)
fn drift(@builtin(global_invocation_id) id: vec3u) {
    var grain = grains[id.x];
    let tint = vec3u(color(grain.hue) * grain.weight * 256.0);
    for (var step = 0u; step < settings.steps; step++) {
        let speed = flow(grain.position);
        // One pixel a step, whatever the speed: the streaks are then without gaps.
        grain.position += speed / max(length(speed), 1e-4);
        let pixel = vec2i(floor(grain.position));
        let size = vec2i(i32(settings.width), i32(settings.height));
        if (all(pixel >= vec2i(0)) && all(pixel < size)) {
            let at = 3u * u32(pixel.y * size.x + pixel.x);
            atomicAdd(&light.sums[at], tint.x);
            atomicAdd(&light.sums[at + 1u], tint.y);
            atomicAdd(&light.sums[at + 2u], tint.z);
        }
    }
    grains[id.x] = grain;
}

@compute @workgroup_size(8, 8)
fn brightest(@builtin(global_invocation_id) id: vec3u) {
    let at = 3u * (id.y * settings.width + id.x);
    let sum = atomicLoad(&light.sums[at]) + atomicLoad(&light.sums[at + 1u]) + atomicLoad(&light.sums[at + 2u]);
    atomicMax(&light.brightest, sum);
}

@compute @workgroup_size(8, 8)
fn develop(@builtin(global_invocation_id) id: vec3u) {
    let at = 3u * (id.y * settings.width + id.x);
    let sums = vec3u(
        atomicLoad(&light.sums[at]),
        atomicLoad(&light.sums[at + 1u]),
        atomicLoad(&light.sums[at + 2u]),
    );
    let exposed = vec3f(sums) * (14.0 / f32(max(atomicLoad(&light.brightest), 1u)));
    let place = vec2f(id.xy) / vec2f(f32(settings.width), f32(settings.height)) - 0.5;
    let night = vec3f(0.010, 0.014, 0.035);
    let linear = (night + 1.0 - exp(-exposed)) * (1.0 - 0.9 * dot(place, place));
    textureStore(picture, id.xy, vec4f(pow(clamp(linear, vec3f(0.0), vec3f(1.0)), vec3f(1.0 / 2.2)), 1.0));
}
