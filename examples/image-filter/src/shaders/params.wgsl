// Stands before every pass: what all of them know about the tile and the look. Its twin is `Params`
// in filter.rs, field for field.

struct Params {
    // The rectangle that was uploaded: the tile and its surroundings, cut at the image's border.
    size: vec2<u32>,
    // Where it lies in the image.
    origin: vec2<u32>,
    // The tile inside the rectangle: the part that is written.
    core_offset: vec2<u32>,
    core_size: vec2<u32>,
    // The whole image.
    image: vec2<u32>,
    // Bilateral filter: window radius in pixels, falloff exponents by distance and by colour.
    radius: u32,
    falloff_distance: f32,
    falloff_color: f32,
    // Guided filter: window radius in pixels, and the variance below which it smooths.
    base_radius: u32,
    epsilon: f32,
    // Grading, see grade.wgsl.
    exposure: f32,
    pivot: f32,
    flatten: f32,
    strength: f32,
    contrast: f32,
    curve_offset: f32,
    curve_scale: f32,
    saturation: f32,
    warmth: f32,
    vignette: f32,
    padding: f32,
}

@group(0) @binding(0) var<uniform> params: Params;

// The smallest luminance that is told from black: twelve stops below white.
const DARKEST: f32 = 0.000244140625;

fn luminance(linear: vec3<f32>) -> f32 {
    return dot(linear, vec3<f32>(0.2126, 0.7152, 0.0722));
}

fn log_luminance(linear: vec3<f32>) -> f32 {
    return log2(max(luminance(linear), DARKEST));
}

fn srgb_to_linear(encoded: vec3<f32>) -> vec3<f32> {
    let low = encoded / 12.92;
    let high = pow((encoded + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, encoded <= vec3<f32>(0.04045));
}

fn linear_to_srgb(linear: vec3<f32>) -> vec3<f32> {
    let low = linear * 12.92;
    let high = 1.055 * pow(linear, vec3<f32>(1.0 / 2.4)) - 0.055;
    return select(high, low, linear <= vec3<f32>(0.0031308));
}
