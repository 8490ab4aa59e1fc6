// Pass 8: puts base and detail together again, exposes, applies the film-like curve and encodes.

@group(0) @binding(1) var<storage, read> original: array<u32>;
@group(0) @binding(2) var<storage, read> smooth_color: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> line: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> graded: array<u32>;

// A sigmoid in log light, scaled so that middle grey stays and the curve's white becomes 1.
fn curve(linear: vec3<f32>) -> vec3<f32> {
    let raised = pow(max(linear, vec3<f32>(0.0)), vec3<f32>(params.contrast));
    return params.curve_scale * raised / (raised + params.curve_offset);
}

// Evenly spread in [0, 1), the same for the same pixel of the image however it is tiled.
fn noise(at: vec2<u32>) -> f32 {
    var state = (at.x * 1973u + at.y * 9277u) * 747796405u + 2891336453u;
    state = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return f32(((state >> 22u) ^ state) >> 8u) / 16777216.0;
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= params.core_size) {
        return;
    }
    let at = id.xy + params.core_offset;
    let i = at.y * params.size.x + at.x;
    let color = smooth_color[i];

    let base = line[i].x * color.w + line[i].y;
    let detail = color.w - base;
    // Strong detail is an edge already; more of it would make halos.
    let lift = params.strength * exp(-detail * detail);
    let level = params.pivot + (base - params.pivot) * (1.0 - params.flatten) + detail * (1.0 + lift);

    let place = params.origin + at;
    let apart = (vec2<f32>(place) + 0.5 - 0.5 * vec2<f32>(params.image)) / (0.5 * length(vec2<f32>(params.image)));
    let falloff = 1.0 + params.vignette * dot(apart, apart);
    let warm = exp2(params.warmth * vec3<f32>(0.5, 0.0, -0.5));
    var linear = color.rgb * warm * exp2(level - color.w + params.exposure) / (falloff * falloff);

    if params.contrast > 0.0 {
        linear = curve(linear);
    }
    let grey = luminance(linear);
    linear = clamp(vec3<f32>(grey) + params.saturation * (linear - grey), vec3<f32>(0.0), vec3<f32>(1.0));

    // Rounding up or down at random, in proportion, leaves no bands in a sky.
    let bytes = vec3<u32>(min(floor(linear_to_srgb(linear) * 255.0 + noise(place)), vec3<f32>(255.0)));
    let alpha = original[i] & 0xff000000u;
    graded[id.y * params.core_size.x + id.x] = alpha | (bytes.b << 16u) | (bytes.g << 8u) | bytes.r;
}
