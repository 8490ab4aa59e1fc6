// Pass 3: changes the colours, and packs the words of the stream. Luma is computed at each of its samples, from colour
// differences between those that are there; colour differences at each of theirs, from the luma of their block.

@group(0) @binding(1) var<storage, read> clean: array<f32>;
@group(0) @binding(2) var<storage, read_write> words: array<u32>;

fn chroma_at(plane: u32, at: vec2<u32>) -> f32 {
    return clean[luma_samples() + plane * chroma_samples() + at.y * params.chroma.x + at.x];
}

// Both colour differences at a place of luma, from the four around it.
fn chroma_between(at: vec2<u32>) -> vec2<f32> {
    if params.planes == 1u {
        return vec2<f32>(params.middle);
    }
    let block = vec2<f32>(vec2<u32>(1u) << params.shift);
    let place = max((vec2<f32>(at) - params.site) / block, vec2<f32>(0.0));
    let last = params.chroma - 1u;
    let low = min(vec2<u32>(place), last);
    let high = min(low + 1u, last);
    let share = fract(place);
    var both = vec2<f32>(0.0);
    for (var plane = 0u; plane < 2u; plane++) {
        let top = mix(chroma_at(plane, low), chroma_at(plane, vec2<u32>(high.x, low.y)), share.x);
        let bottom = mix(chroma_at(plane, vec2<u32>(low.x, high.y)), chroma_at(plane, high), share.x);
        both[plane] = mix(top, bottom, share.y);
    }
    return both;
}

// The mean luma of the block of a sample of colour differences.
fn luma_of(at: vec2<u32>) -> f32 {
    let begin = at << params.shift;
    let end = min((at + 1u) << params.shift, params.size);
    var sum = 0.0;
    for (var y = begin.y; y < end.y; y++) {
        for (var x = begin.x; x < end.x; x++) {
            sum += clean[y * params.size.x + x];
        }
    }
    let count = (end - begin);
    return sum / f32(count.x * count.y);
}

// From samples to red, green and blue, and back: as television has them, with its black and white at 0 and 1.
fn to_rgb(luma: f32, chroma: vec2<f32>) -> vec3<f32> {
    let y = (luma - params.black) / params.white;
    let differences = (chroma - params.middle) / params.span;
    let r = y + 2.0 * (1.0 - params.red) * differences.y;
    let b = y + 2.0 * (1.0 - params.blue) * differences.x;
    let g = (y - params.red * r - params.blue * b) / (1.0 - params.red - params.blue);
    return vec3<f32>(r, g, b);
}

fn luminance(rgb: vec3<f32>) -> f32 {
    return dot(rgb, vec3<f32>(params.red, 1.0 - params.red - params.blue, params.blue));
}

fn graded(rgb: vec3<f32>) -> vec3<f32> {
    // Light is what exposure and warmth multiply; a television makes it of the signal with this power.
    let gain = exp2(params.exposure + params.warmth * vec3<f32>(0.4, 0.0, -0.4));
    var color = pow(clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0)), vec3<f32>(2.4)) * gain;
    color = pow(color, vec3<f32>(1.0 / 2.4));
    // Above white the curve would turn back.
    color = min(color, vec3<f32>(1.0));
    color += params.contrast * (color * color * (3.0 - 2.0 * color) - color);
    let grey = luminance(color);
    color = grey + params.saturation * (color - grey);
    // Nothing at black and white, most halfway to them.
    let dark = 4.0 * grey * (1.0 - grey) * (1.0 - grey);
    let light = 4.0 * grey * grey * (1.0 - grey);
    let teal = vec3<f32>(-0.10, 0.02, 0.08);
    return clamp(color + params.split * (dark - light) * teal, vec3<f32>(0.0), vec3<f32>(1.0));
}

// Evenly spread in [0, 1), the same for the same sample of every picture.
fn noise(seed: u32) -> f32 {
    var state = seed * 747796405u + 2891336453u;
    state = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return f32(((state >> 22u) ^ state) >> 8u) / 16777216.0;
}

// A sample of the picture that goes out, by its number in the stream.
fn result(index: u32) -> u32 {
    let value = clean[index];
    if params.grade == 0u {
        return u32(round(clamp(value, 0.0, 1.0) * params.largest));
    }
    var changed: f32;
    if index < luma_samples() {
        let at = vec2<u32>(index % params.size.x, index / params.size.x);
        changed = params.black + params.white * luminance(graded(to_rgb(value, chroma_between(at))));
    } else {
        let number = index - luma_samples();
        let plane = number / chroma_samples();
        let within = number % chroma_samples();
        let at = vec2<u32>(within % params.chroma.x, within / params.chroma.x);
        let color = graded(to_rgb(luma_of(at), vec2<f32>(chroma_at(0u, at), chroma_at(1u, at))));
        let channel = select(color.r, color.b, plane == 0u);
        let share = select(params.red, params.blue, plane == 0u);
        changed = params.middle + params.span * (channel - luminance(color)) / (2.0 * (1.0 - share));
    }
    // Rounding up or down at random, in proportion, leaves no bands in a sky.
    return u32(clamp(floor(changed * params.largest + noise(index)), 0.0, params.largest));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let word = (group.y * params.row + group.x) * 64u + local;
    if word >= arrayLength(&words) {
        return;
    }
    let bits = 32u / params.in_word;
    let all = luma_samples() + (params.planes - 1u) * chroma_samples();
    var packed = 0u;
    for (var i = 0u; i < params.in_word; i++) {
        let index = word * params.in_word + i;
        if index < all {
            packed |= result(index) << (i * bits);
        }
    }
    words[word] = packed;
}
