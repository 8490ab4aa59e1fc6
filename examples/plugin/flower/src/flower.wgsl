// A flower head: floret n stands at the angle n times the golden angle, at a distance that grows with the
// square root of n, as in a sunflower. Each is a disc with a soft edge, one pixel wide.

struct Moment {
    seconds: f32,
    florets: f32,
    pixel: f32,
}

@group(0) @binding(0) var<uniform> moment: Moment;

struct Floret {
    @builtin(position) position: vec4f,
    // Inside the disc this is shorter than `radius`.
    @location(0) offset: vec2f,
    @location(1) @interpolate(flat) radius: f32,
    @location(2) @interpolate(flat) color: vec3f,
}

const GOLDEN_ANGLE = 2.39996323;

@vertex
fn floret(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> Floret {
    // The outermost first, so that the inner ones lie on top.
    let n = moment.florets - 1.0 - f32(instance);
    let share = n / moment.florets;
    let angle = n * GOLDEN_ANGLE + 0.15 * moment.seconds;
    // Petals: the outer florets breathe in eight waves around the flower.
    let petal = 1.0 + 0.16 * share * sin(8.0 * angle / GOLDEN_ANGLE * 0.3 + 2.0 * moment.seconds);
    let center = 0.86 * sqrt(share) * petal * vec2f(cos(angle), sin(angle));
    let radius = 0.012 + 0.028 * share;

    let corner = vec2f(f32(vertex & 1u), f32(vertex >> 1u)) * 2.0 - 1.0;
    let offset = corner * (radius + moment.pixel);
    var out: Floret;
    out.position = vec4f(center + offset, 0.0, 1.0);
    out.offset = offset;
    out.radius = radius;
    // From a dark heart over gold to rose.
    let heart = vec3f(0.30, 0.12, 0.05);
    let gold = vec3f(1.00, 0.72, 0.16);
    let rose = vec3f(0.93, 0.30, 0.45);
    out.color = select(mix(gold, rose, (share - 0.25) / 0.75), mix(heart, gold, share / 0.25), share < 0.25);
    return out;
}

@fragment
fn paint(in: Floret) -> @location(0) vec4f {
    let distance = length(in.offset);
    let opacity = clamp((in.radius - distance) / moment.pixel + 0.5, 0.0, 1.0);
    // Lit from above: the upper left of each floret is lighter.
    let light = 0.86 + 0.22 * dot(in.offset / in.radius, vec2f(-0.6, 0.8));
    return vec4f(min(in.color * light, vec3f(1.0)) * opacity, opacity);
}
