struct Plain {
    vertices: u32,
    instances: u32,
    first_vertex: u32,
    first_instance: u32,
}

struct Indexed {
    indices: u32,
    instances: u32,
    first_index: u32,
    base_vertex: i32,
    first_instance: u32,
}

@group(0) @binding(0) var<storage, read_write> petals: array<Plain>;
@group(0) @binding(1) var<storage, read_write> hearts: array<Indexed>;

const FLOWERS = 70u;
// A petal is a band of squares; a flower's corners begin at a multiple of this.
const BANDS = 10u;
const STRIDE = 4096u;

fn petals_of(flower: u32) -> u32 {
    return 5u + u32(hash(flower * 7u + 1u) * 9.0);
}

@compute @workgroup_size(1)
fn arrange(@builtin(global_invocation_id) id: vec3u) {
    let flower = id.x;
    petals[flower] = Plain(petals_of(flower) * BANDS * 6u, 1u, flower * STRIDE, 0u);
    let sides = 8u + flower % 40u;
    hearts[flower] = Indexed(sides * 3u, 1u, 0u, i32(flower * 64u), 0u);
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) color: vec4f,
}

// Middle and size; the later, the nearer.
fn place(flower: u32) -> vec3f {
    let near = f32(flower) / f32(FLOWERS);
    let x = fract(f32(flower) * 0.618034 + 0.1 * hash(flower)) * 2.3 - 1.15;
    let y = 0.8 - 1.55 * near + 0.22 * (hash(flower + 500u) - 0.5);
    return vec3f(x, y, 0.07 + 0.16 * near);
}

fn put(flower: u32, at: vec2f, color: vec4f) -> Corner {
    let middle = place(flower);
    // Seen a little from the side.
    let tilt = vec2f(0.75, 0.82);
    return Corner(vec4f(middle.xy + middle.z * at * tilt, 0.0, 1.0), color);
}

@vertex
fn petal(@builtin(vertex_index) vertex: u32) -> Corner {
    let flower = vertex / STRIDE;
    let own = vertex % STRIDE;
    let count = petals_of(flower);
    let which = own / (BANDS * 6u);
    let band = own / 6u % BANDS;
    let edge = square(own) * 0.5 + 0.5;
    let along = (f32(band) + edge.x) / f32(BANDS);
    let width = sin(along * 3.14159 * 0.93 + 0.12) * 2.4 / f32(count) * (0.35 + along);
    let side = (edge.y - 0.5) * 2.0 * width;
    let angle = (f32(which) + hash(flower)) * TAU / f32(count);
    let outward = vec2f(cos(angle), sin(angle));
    let at = outward * (0.12 + 0.88 * along) + vec2f(-outward.y, outward.x) * side;
    let base = hue(hash(flower + 90u) * 0.55 + 0.72);
    let shade = 0.55 + 0.45 * along - 0.22 * abs(edge.y - 0.5);
    return put(flower, at, vec4f(mix(base, vec3f(1.0), 0.25 * along) * shade, 0.93));
}

@vertex
fn heart(@builtin(vertex_index) vertex: u32) -> Corner {
    let flower = vertex / 64u;
    let own = vertex % 64u;
    let sides = f32(8u + flower % 40u);
    let angle = f32(own) * TAU / sides;
    let rim = 0.24 + 0.03 * f32(own & 1u);
    let at = select(rim, 0.0, own == 0u) * vec2f(cos(angle), sin(angle));
    return put(flower, at, vec4f(select(vec3f(0.75, 0.32, 0.02), vec3f(1.0, 0.85, 0.2), own == 0u), 1.0));
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    return in.color;
}

@vertex
fn everywhere(@builtin(vertex_index) vertex: u32) -> Corner {
    let at = corner(vertex);
    return Corner(vec4f(at, 0.0, 1.0), vec4f(at, 0.0, 1.0));
}

@fragment
fn meadow(in: Corner) -> @location(0) vec4f {
    let at = in.color.xy;
    let blades = clouds(at * vec2f(26.0, 5.0) + 3.0);
    let low = mix(vec3f(0.02, 0.1, 0.03), vec3f(0.2, 0.42, 0.08), blades);
    return vec4f(mix(low, vec3f(0.5, 0.75, 0.9), smoothstep(0.55, 1.1, at.y + 0.15 * blades)), 1.0);
}
