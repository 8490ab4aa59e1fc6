@group(0) @binding(0) var image: texture_2d<f32>;
@group(0) @binding(1) var filtering: sampler;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
    @location(1) tint: vec4f,
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32, @location(0) sprite: vec4f, @location(1) tint: vec4f) -> Corner {
    let at = square(vertex);
    let s = sin(sprite.w);
    let c = cos(sprite.w);
    let turned = vec2f(c * at.x - s * at.y, s * at.x + c * at.y) * sprite.z;
    return Corner(vec4f(sprite.xy + turned * vec2f(0.75, 1.0), 0.0, 1.0), at, tint);
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let texel = textureSample(image, filtering, vec2f(0.5, -0.5) * in.at + 0.5);
    return vec4f(texel.rgb * mix(in.tint.rgb, vec3f(1.0), 0.35), texel.a * in.tint.a);
}

@vertex
fn everywhere(@builtin(vertex_index) vertex: u32) -> Corner {
    let at = corner(vertex);
    return Corner(vec4f(at, 0.0, 1.0), at, vec4f(1.0));
}

@fragment
fn meadow(in: Corner) -> @location(0) vec4f {
    let near = 0.5 - 0.5 * in.at.y;
    let spots = clouds(in.at * vec2f(4.0, 9.0) / (0.3 + near));
    return vec4f(mix(vec3f(0.35, 0.6, 0.8), vec3f(0.06, 0.25, 0.05), smoothstep(0.05, 0.11, near + 0.03 * spots)) * (0.7 + 0.5 * spots), 1.0);
}

// Negative inside an ellipse, about a distance outside.
fn ellipse(p: vec2f, middle: vec2f, radius: vec2f) -> f32 {
    return (length((p - middle) / radius) - 1.0) * min(radius.x, radius.y);
}

@fragment
fn rabbit(in: Corner) -> @location(0) vec4f {
    // It is the same from both sides.
    let p = vec2f(abs(in.at.x), in.at.y);
    let body = ellipse(p, vec2f(0.0, -0.5), vec2f(0.42, 0.42));
    let head = ellipse(p, vec2f(0.0, 0.05), vec2f(0.36, 0.32));
    let ear = ellipse(p, vec2f(0.2 + 0.12 * (p.y - 0.5), 0.58), vec2f(0.12, 0.38));
    let foot = ellipse(p, vec2f(0.27, -0.85), vec2f(0.2, 0.12));
    let shape = min(min(body, head), min(ear, foot));
    var color = vec3f(0.92) - 0.25 * smoothstep(-0.02, -0.5, in.at.y);
    color = mix(color, vec3f(1.0, 0.55, 0.6), smoothstep(0.02, -0.02, ellipse(p, vec2f(0.2 + 0.12 * (p.y - 0.5), 0.56), vec2f(0.06, 0.27))));
    color = mix(color, vec3f(1.0), smoothstep(0.02, -0.02, ellipse(p, vec2f(0.0, -0.55), vec2f(0.22, 0.26))));
    color = mix(color, vec3f(0.03), smoothstep(0.02, -0.01, ellipse(p, vec2f(0.14, 0.12), vec2f(0.05, 0.07))));
    color = mix(color, vec3f(0.9, 0.3, 0.4), smoothstep(0.02, -0.01, ellipse(p, vec2f(0.0, -0.01), vec2f(0.05, 0.035))));
    color = mix(color, vec3f(0.12, 0.1, 0.14), smoothstep(-0.05, -0.015, shape));
    return vec4f(color, smoothstep(0.025, -0.02, shape));
}
