@group(0) @binding(0) var tiles: texture_2d_array<f32>;
@group(0) @binding(1) var filtering: sampler;

const ACROSS = 32u;
const DOWN = 24u;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) uv: vec2f,
    @location(1) @interpolate(flat) layer: u32,
    @location(2) @interpolate(flat) light: f32,
}

// The land's height over the sea, at a tile.
fn height(tile: vec2f) -> f32 {
    let at = (tile + 0.5) / vec2f(f32(ACROSS), f32(DOWN)) * 2.0 - 1.0;
    return 1.75 * clouds(tile * 0.14 + 31.0) - 0.42 - 0.62 * dot(at, at);
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) index: u32) -> Corner {
    let tile = vec2f(f32(index % ACROSS), f32(index / ACROSS));
    let at = square(vertex);
    let place = (tile + 0.5 + 0.5 * at) / vec2f(f32(ACROSS), f32(DOWN)) * 2.0 - 1.0;
    let high = height(tile);
    let steps = array(-0.14, 0.0, 0.07, 0.19, 0.25, 0.34, 0.42, 0.5, 0.6);
    var layer = 0u;
    for (var i = 0u; i < 9u; i++) {
        layer += u32(high > steps[i]);
    }
    // Lit from the upper left.
    let slope = high - height(tile - vec2f(1.0, 1.0));
    var out: Corner;
    out.clip = vec4f(place.x, -place.y, 0.0, 1.0);
    out.uv = 0.5 + 0.5 * at;
    out.layer = layer;
    out.light = select(clamp(1.0 + 1.2 * slope, 0.7, 1.3), 1.0, layer < 2u);
    return out;
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    return vec4f(textureSample(tiles, filtering, in.uv, in.layer).rgb * in.light, 1.0);
}
