// What the scenes' shaders share.

const TAU = 6.2831853;

struct Camera {
    matrix: mat4x4f,
    eye: vec4f,
    // Half the picture's width and height at distance 1, and the middle.
    right: vec4f,
    up: vec4f,
    forward: vec4f,
}

struct Instance {
    model: mat4x4f,
    color: vec4f,
}

// The direction of the ray through a point of the picture, -1 to 1 each way, y up.
fn ray(camera: Camera, at: vec2f) -> vec3f {
    return normalize(camera.forward.xyz + at.x * camera.right.xyz + at.y * camera.up.xyz);
}

// The corners of a triangle that covers the picture.
fn corner(index: u32) -> vec2f {
    return vec2f(f32((index << 1u) & 2u), f32(index & 2u)) * 2.0 - 1.0;
}

// The corners of a square of two triangles, -1 to 1.
fn square(index: u32) -> vec2f {
    let order = array(vec2f(-1, -1), vec2f(1, -1), vec2f(-1, 1), vec2f(-1, 1), vec2f(1, -1), vec2f(1, 1));
    return order[index % 6u];
}

fn scramble(seed: u32) -> u32 {
    let state = seed * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

// 0 to 1, different for each seed.
fn hash(seed: u32) -> f32 {
    return f32(scramble(seed) >> 8u) / 16777216.0;
}

fn hash2(cell: vec2i) -> f32 {
    return hash(bitcast<u32>(cell.x) + scramble(bitcast<u32>(cell.y)));
}

fn hash3(cell: vec3i) -> f32 {
    return hash(bitcast<u32>(cell.x) + scramble(bitcast<u32>(cell.y) + scramble(bitcast<u32>(cell.z))));
}

// Smooth, 0 to 1.
fn noise(p: vec2f) -> f32 {
    let cell = vec2i(floor(p));
    let f = fract(p);
    let t = f * f * (3.0 - 2.0 * f);
    let low = mix(hash2(cell), hash2(cell + vec2i(1, 0)), t.x);
    let high = mix(hash2(cell + vec2i(0, 1)), hash2(cell + vec2i(1, 1)), t.x);
    return mix(low, high, t.y);
}

fn noise3(p: vec3f) -> f32 {
    let cell = vec3i(floor(p));
    let f = fract(p);
    let t = f * f * (3.0 - 2.0 * f);
    let a = mix(hash3(cell), hash3(cell + vec3i(1, 0, 0)), t.x);
    let b = mix(hash3(cell + vec3i(0, 1, 0)), hash3(cell + vec3i(1, 1, 0)), t.x);
    let c = mix(hash3(cell + vec3i(0, 0, 1)), hash3(cell + vec3i(1, 0, 1)), t.x);
    let d = mix(hash3(cell + vec3i(0, 1, 1)), hash3(cell + vec3i(1, 1, 1)), t.x);
    return mix(mix(a, b, t.y), mix(c, d, t.y), t.z);
}

// Noise of five sizes, 0 to 1.
fn clouds(p: vec2f) -> f32 {
    var at = p;
    var sum = 0.0;
    var weight = 0.5;
    for (var octave = 0; octave < 5; octave++) {
        sum += weight * noise(at);
        at = mat2x2f(1.6, 1.2, -1.2, 1.6) * at + 17.0;
        weight *= 0.5;
    }
    return sum;
}

// A circle of strong colours.
fn hue(turn: f32) -> vec3f {
    return 0.5 + 0.45 * cos(TAU * (turn - vec3f(0.0, 0.33, 0.67)));
}

// A bright, soft evening sky; the sun stands at `sun`.
fn evening(direction: vec3f, sun: vec3f) -> vec3f {
    let height = max(direction.y, 0.0);
    var color = mix(vec3f(1.0, 0.55, 0.3), vec3f(0.12, 0.25, 0.6), pow(height, 0.45));
    let near = max(dot(direction, sun), 0.0);
    color += vec3f(1.0, 0.6, 0.3) * (0.5 * pow(near, 12.0) + 3.0 * pow(near, 600.0));
    return color;
}

// Light that is too strong comes out white rather than cut off.
fn film(color: vec3f) -> vec3f {
    return color * (1.0 + color * 0.12) / (1.0 + color * 0.75);
}
