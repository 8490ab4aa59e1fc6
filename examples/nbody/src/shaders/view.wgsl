// Stands before every pass of the renderer.

struct View {
    // Axes of the camera; w is the camera's place along that axis.
    right: vec4<f32>,
    up: vec4<f32>,
    forward: vec4<f32>,
    size: vec2<u32>,
    count: u32,
    // Pixels per unit of slope.
    focal: f32,
    // Light of one body at the distance `reference`.
    light: f32,
    reference: f32,
    padding: vec2<f32>,
}

@group(0) @binding(0) var<uniform> view: View;

// Light is added up in whole numbers: in whatever order the GPU adds, the sum is the same.
const UNIT: f32 = 4096.0;
