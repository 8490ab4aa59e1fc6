// The two substances' amounts, in x and y.
@group(0) @binding(0) var sown: texture_storage_2d<rg32float, write>;
@group(1) @binding(0) var after: texture_storage_2d<rg32float, write>;
@group(1) @binding(1) var before: texture_2d<f32>;
@group(0) @binding(0) var result: texture_2d<f32>;

const SIZE = vec2i(256, 192);

@compute @workgroup_size(8, 8)
fn sow(@builtin(global_invocation_id) id: vec3u) {
    var amount = vec2f(1.0, 0.0);
    // Seeds: spots on two rings, and a few anywhere.
    let at = vec2f(id.xy) - vec2f(128.0, 96.0);
    for (var i = 0u; i < 26u; i++) {
        let angle = f32(i) * TAU / 26.0;
        let radius = select(72.0, 34.0, i % 2u == 0u);
        let seed = radius * vec2f(cos(angle) * 1.35, sin(angle));
        let stray = vec2f(hash(i) - 0.5, hash(i + 50u) - 0.5) * vec2f(250.0, 186.0);
        if distance(at, seed) < 4.0 || distance(at, stray) < 3.0 {
            amount = vec2f(0.5, 0.3 + 0.1 * hash2(vec2i(id.xy)));
        }
    }
    textureStore(sown, id.xy, vec4f(amount, 0.0, 0.0));
}

fn look(at: vec2i) -> vec2f {
    // Round the edges to the other side.
    return textureLoad(before, (at + SIZE) % SIZE, 0).xy;
}

// The model of Gray and Scott.
@compute @workgroup_size(8, 8)
fn react(@builtin(global_invocation_id) id: vec3u) {
    let at = vec2i(id.xy);
    let here = look(at);
    let straight = look(at + vec2i(1, 0)) + look(at - vec2i(1, 0)) + look(at + vec2i(0, 1)) + look(at - vec2i(0, 1));
    let across = look(at + vec2i(1, 1)) + look(at - vec2i(1, 1)) + look(at + vec2i(1, -1)) + look(at - vec2i(1, -1));
    let spread = 0.2 * straight + 0.05 * across - here;
    // From left to right other patterns.
    let kill = mix(0.0605, 0.0635, f32(id.x) / 256.0);
    let feed = mix(0.034, 0.046, f32(id.y) / 192.0);
    let reaction = here.x * here.y * here.y;
    let change = vec2f(1.0 * spread.x - reaction + feed * (1.0 - here.x), 0.5 * spread.y + reaction - (kill + feed) * here.y);
    textureStore(after, id.xy, vec4f(clamp(here + change, vec2f(0.0), vec2f(1.0)), 0.0, 0.0));
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return vec4f(corner(vertex), 0.0, 1.0);
}

// Between the four points about a place; 32-bit floats have no filter of their own everywhere.
fn between(place: vec2f) -> f32 {
    let low = vec2i(floor(place));
    let f = place - floor(place);
    var corners: array<f32, 4>;
    for (var i = 0; i < 4; i++) {
        let at = clamp(low + vec2i(i & 1, i >> 1u), vec2i(0), SIZE - 1);
        corners[i] = textureLoad(result, at, 0).y;
    }
    return mix(mix(corners[0], corners[1], f.x), mix(corners[2], corners[3], f.x), f.y);
}

@fragment
fn fs(@builtin(position) clip: vec4f) -> @location(0) vec4f {
    let place = clip.xy * 0.5 - 0.5;
    let amount = between(place);
    let slope = vec2f(between(place + vec2f(0.7, 0.0)), between(place + vec2f(0.0, 0.7))) - amount;
    let normal = normalize(vec3f(-9.0 * slope, 1.0));
    let sun = normalize(vec3f(-0.5, -0.6, 0.7));
    let shine = pow(max(dot(normal, normalize(sun + vec3f(0.0, 0.0, 1.0))), 0.0), 40.0);
    let high = smoothstep(0.05, 0.32, amount);
    let coral = hue(0.93 + 0.28 * clip.x / 512.0 - 0.12 * clip.y / 384.0);
    let color = mix(vec3f(0.01, 0.06, 0.13), coral, high) * (0.25 + 0.95 * max(dot(normal, sun), 0.0));
    return vec4f(film(color * 1.6 + 0.5 * shine * high), 1.0);
}
