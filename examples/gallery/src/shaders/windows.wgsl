struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
    @location(1) @interpolate(flat) number: u32,
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) number: u32) -> Corner {
    let at = square(vertex);
    return Corner(vec4f(at, 0.0, 1.0), at, number);
}

// What lies below: number 1000 and more.
@vertex
fn ground_vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) number: u32) -> Corner {
    let at = square(vertex);
    return Corner(vec4f(at, 0.0, 1.0), at, number + 1000u);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let radius = length(in.at);
    let angle = atan2(in.at.y, in.at.x);
    if in.number >= 1000u {
        let turn = f32(in.number - 1000u) / 20.0;
        let wave = 0.5 + 0.5 * sin(8.0 * in.at.x + 5.0 * sin(3.0 * in.at.y + 6.0 * turn));
        return vec4f(mix(hue(turn + 0.5), hue(turn + 0.7), wave) * (0.25 + 0.35 * wave), 1.0);
    }
    // Four rosettes over each other, each smaller and turned.
    let layer = f32(in.number / 32u);
    let own = in.number % 32u;
    let leaves = 3.0 + f32(own % 7u);
    let bend = 0.55 + 0.3 * cos(leaves * angle + layer * 1.3 + 3.0 * radius * sin(f32(own)));
    let size = 1.0 - 0.2 * layer;
    let inside = smoothstep(0.03, -0.03, radius - bend * size);
    let line = smoothstep(0.06, 0.02, abs(radius - bend * size * 0.82));
    // Outside, what lies below stays as it is.
    if inside <= 0.0 {
        discard;
    }
    let color = mix(vec3f(0.75), hue(0.05 * f32(own) + 0.21 * layer), 0.6) * (0.5 + 0.5 * line);
    return vec4f(color * inside, inside * 0.55);
}
