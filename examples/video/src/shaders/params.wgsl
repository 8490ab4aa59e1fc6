// Stands before every pass: what all of them know about the pictures and the look. Its twin is `Params` in params.rs,
// field for field.

struct Params {
    // Luma, and each plane of colour differences.
    size: vec2<u32>,
    chroma: vec2<u32>,
    // A sample of the colour differences is for a block of 1 << shift of luma, and lies at `site` in it.
    shift: vec2<u32>,
    site: vec2<f32>,
    // 1 or 3.
    planes: u32,
    // Samples in a word, 4 or 2, and the largest sample.
    in_word: u32,
    largest: f32,
    // Whether colours are changed.
    grade: u32,
    // What black is and how much white is more; the middle of colour differences and their span. In shares of `largest`.
    black: f32,
    white: f32,
    middle: f32,
    span: f32,
    // The shares of red and blue in luma.
    red: f32,
    blue: f32,
    // Noise filter: window radius; how fast weights fall with the square of the distance, and of the difference in luma
    // and in colour; the share of the picture before, and the difference from which on something moves.
    radius: u32,
    falloff_distance: f32,
    falloff_luma: f32,
    falloff_chroma: f32,
    temporal: f32,
    motion: f32,
    // Grading: grade.wgsl.
    exposure: f32,
    contrast: f32,
    saturation: f32,
    warmth: f32,
    split: f32,
    // Workgroups in a row of those that work on words.
    row: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

// Samples of luma, and of one plane of colour differences.
fn luma_samples() -> u32 {
    return params.size.x * params.size.y;
}

fn chroma_samples() -> u32 {
    return params.chroma.x * params.chroma.y;
}
