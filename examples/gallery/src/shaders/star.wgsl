const LINES = 180u;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) color: vec4f,
}

// Instances 0 and 1: curves made of straight lines between points of a circle, k to 2k and k to 5k;
// instance 2: rays.
@vertex
fn vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) kind: u32) -> Corner {
    let k = f32(vertex / 2u);
    let end = f32(vertex % 2u);
    let turn = TAU / f32(LINES);
    var at: vec2f;
    var color: vec4f;
    if kind == 2u {
        let angle = k * turn;
        let radius = mix(0.88, 0.97 - 0.05 * cos(angle * 9.0), end);
        at = radius * vec2f(cos(angle), sin(angle));
        color = vec4f(1.0, 0.85, 0.5, 0.9);
    } else {
        let angle = mix(k, k * select(2.0, 5.0, kind == 1u), end) * turn + select(0.0, TAU / 4.0, kind == 0u);
        at = 0.86 * vec2f(cos(angle), sin(angle));
        color = vec4f(hue(k / f32(LINES) + 0.5 * f32(kind)), select(0.75, 0.35, kind == 1u));
    }
    return Corner(vec4f(at, 0.0, 1.0), color);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    return in.color;
}
