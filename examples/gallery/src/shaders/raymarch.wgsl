@group(0) @binding(0) var<uniform> camera: Camera;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) at: vec2f,
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32) -> Corner {
    let at = corner(vertex);
    return Corner(vec4f(at, 0.0, 1.0), at);
}

// The nearer of two bodies, flowing into each other within `width`.
fn blend(a: f32, b: f32, width: f32) -> f32 {
    let h = max(width - abs(a - b), 0.0) / width;
    return min(a, b) - 0.25 * h * h * width;
}

fn ring(p: vec3f, radius: f32, tube: f32) -> f32 {
    return length(vec2f(length(p.xz) - radius, p.y)) - tube;
}

// A ring whose tube, square in section, turns as it goes round.
fn twisted(p: vec3f) -> f32 {
    let angle = atan2(p.z, p.x) * 1.5;
    let section = vec2f(length(p.xz) - 1.7, p.y);
    let s = sin(angle);
    let c = cos(angle);
    let q = abs(vec2f(c * section.x - s * section.y, s * section.x + c * section.y)) - vec2f(0.26);
    return (length(max(q, vec2f(0.0))) + min(max(q.x, q.y), 0.0) - 0.05) * 0.8;
}

fn drops(p: vec3f) -> f32 {
    var d = length(p - vec3f(0.0, 1.15, 0.0)) - 0.62;
    for (var i = 0; i < 6; i++) {
        let angle = f32(i) * TAU / 6.0 + 0.4;
        let middle = vec3f(0.62 * cos(angle), 1.15 + 0.55 * sin(angle * 2.0), 0.62 * sin(angle));
        d = blend(d, length(p - middle) - 0.3, 0.3);
    }
    return d;
}

// The distance, and what is there: 0 the ground, 1 the ring, 2 the drops.
fn world(p: vec3f) -> vec2f {
    var nearest = vec2f(p.y, 0.0);
    let torus = twisted(p - vec3f(0.0, 0.75, 0.0));
    if torus < nearest.x {
        nearest = vec2f(torus, 1.0);
    }
    let d = drops(p);
    if d < nearest.x {
        nearest = vec2f(d, 2.0);
    }
    return nearest;
}

fn normal_at(p: vec3f) -> vec3f {
    let e = vec2f(0.001, -0.001);
    return normalize(
        e.xyy * world(p + e.xyy).x + e.yyx * world(p + e.yyx).x + e.yxy * world(p + e.yxy).x + e.xxx * world(p + e.xxx).x,
    );
}

fn shadow(from_point: vec3f, toward: vec3f) -> f32 {
    var open = 1.0;
    var way = 0.03;
    for (var i = 0; i < 40; i++) {
        let d = world(from_point + toward * way).x;
        open = min(open, 10.0 * d / way);
        way += clamp(d, 0.03, 0.3);
        if open < 0.005 || way > 6.0 {
            break;
        }
    }
    return clamp(open, 0.0, 1.0);
}

fn sky(direction: vec3f) -> vec3f {
    return mix(vec3f(0.8, 0.82, 0.9), vec3f(0.15, 0.32, 0.75), smoothstep(-0.05, 0.6, direction.y));
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    let direction = ray(camera, in.at);
    let start = camera.eye.xyz;
    var way = 0.0;
    var found = vec2f(1.0, -1.0);
    for (var i = 0; i < 110; i++) {
        found = world(start + direction * way);
        if found.x < 0.0008 * way || way > 40.0 {
            break;
        }
        way += found.x;
    }
    if way > 40.0 {
        return vec4f(film(sky(direction)), 1.0);
    }
    let p = start + direction * way;
    let normal = normal_at(p);
    var color: vec3f;
    if found.y < 0.5 {
        let check = (i32(floor(p.x)) + i32(floor(p.z))) & 1;
        color = select(vec3f(0.85, 0.8, 0.7), vec3f(0.2, 0.28, 0.36), check == 0);
    } else if found.y < 1.5 {
        color = hue(atan2(p.z, p.x) / TAU);
    } else {
        color = vec3f(0.95, 0.75, 0.35);
    }
    let sun = normalize(vec3f(0.7, 0.85, 0.25));
    let near = world(p + normal * 0.15).x / 0.15;
    let occluded = 0.35 + 0.65 * clamp(near, 0.0, 1.0);
    let lit = max(dot(normal, sun), 0.0) * shadow(p + normal * 0.005, sun);
    let shine = pow(max(dot(reflect(direction, normal), sun), 0.0), 50.0) * lit;
    let rim = pow(1.0 - max(dot(-direction, normal), 0.0), 4.0);
    var light = color * (vec3f(1.6, 1.45, 1.2) * lit + sky(normal) * 0.45 * occluded);
    light += shine * 1.5 + select(0.0, rim, found.y > 0.5) * sky(reflect(direction, normal)) * occluded;
    let fog = 1.0 - exp(-0.0012 * way * way);
    return vec4f(film(mix(light, sky(vec3f(0.0)), fog)), 1.0);
}
