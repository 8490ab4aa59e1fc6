// An evening sky over a lake. The canvas stands above the water, and upside down in it.

@group(0) @binding(0) var canvas: texture_2d<f32>;
@group(0) @binding(1) var smoothly: sampler;

// Pixels.
const SIZE = vec2f(768.0, 640.0);
const CANVAS = 400.0;
const HORIZON = 430.0;
// Of the canvas; its lower part is behind the shore.
const LEFT = 184.0;
const TOP = 24.0;

@vertex
fn corner(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    // One triangle that covers the picture.
    return vec4f(f32(vertex & 1u) * 4.0 - 1.0, f32(vertex >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

fn sky(at: vec2f) -> vec3f {
    let height = clamp(at.y / HORIZON, 0.0, 1.0);
    let high = vec3f(0.06, 0.08, 0.22);
    let middle = vec3f(0.32, 0.22, 0.42);
    let low = vec3f(0.98, 0.62, 0.42);
    var color = mix(mix(high, middle, height / 0.6), mix(middle, low, (height - 0.6) / 0.4), step(0.6, height));
    // The sun has just gone down, on the right.
    let glow = length((at - vec2f(600.0, HORIZON)) / vec2f(260.0, 130.0));
    color += vec3f(0.30, 0.16, 0.02) * exp(-glow * glow);
    // Hills, each row of them nearer and darker.
    for (var row = 0; row < 3; row++) {
        let r = f32(row);
        let top = HORIZON - 70.0 + 24.0 * r
            - 16.0 * sin(at.x * 0.011 + 2.3 * r) - 8.0 * sin(at.x * 0.027 + 1.7 * r);
        let hill = mix(vec3f(0.42, 0.28, 0.42), vec3f(0.10, 0.09, 0.17), (r + 1.0) / 3.0);
        color = mix(color, hill, clamp(at.y - top + 0.5, 0.0, 1.0));
    }
    return color;
}

// The scene above the water.
fn scene(at: vec2f) -> vec3f {
    let place = (at - vec2f(LEFT, TOP)) / CANVAS;
    let texel = textureSampleLevel(canvas, smoothly, clamp(place, vec2f(0.0), vec2f(1.0)), 0.0);
    let inside = all(place > vec2f(0.0)) && all(place < vec2f(1.0));
    // Its colours are multiplied by their opacity already.
    let drawn = select(vec4f(0.0), texel, inside);
    return drawn.rgb + sky(at) * (1.0 - drawn.a);
}

@fragment
fn paint(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let at = position.xy;
    if at.y < HORIZON {
        return vec4f(scene(at), 1.0);
    }
    // Waves bend the reflection, the more the nearer they are.
    let depth = at.y - HORIZON;
    let wave = sin(depth * 0.55 - depth * depth * 0.0011) * (1.0 + depth * 0.035)
        + 0.6 * sin(depth * 0.21 + at.x * 0.02) * (0.5 + depth * 0.02);
    let mirrored = vec2f(at.x + wave, HORIZON - depth * 1.9 - 1.0 + 0.4 * wave);
    let color = mix(scene(mirrored), vec3f(0.05, 0.08, 0.18), 0.25 + 0.35 * depth / (SIZE.y - HORIZON));
    return vec4f(color, 1.0);
}
