// Glossy balls on a floor, by rays that are reflected up to three times.

struct View {
    size: vec2u,
    turn: f32,
    height: f32,
    rays: u32,
    reflections: u32,
}

struct Hit {
    distance: f32,
    normal: vec3f,
    color: vec3f,
    gloss: f32,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> balls: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> picture: array<u32>;

const FAR = 1e6;
const SUN = vec3f(0.48, 0.72, 0.5);

fn sky(direction: vec3f) -> vec3f {
    let up = clamp(direction.y, 0.0, 1.0);
    let sun = pow(max(dot(direction, normalize(SUN)), 0.0), 200.0);
    return mix(vec3f(0.95, 0.72, 0.55), vec3f(0.25, 0.42, 0.75), sqrt(up)) + vec3f(4.0, 3.0, 2.0) * sun;
}

fn trace(origin: vec3f, direction: vec3f) -> Hit {
    var hit = Hit(FAR, vec3f(0), vec3f(0), 0.0);
    if direction.y < 0.0 {
        let distance = -origin.y / direction.y;
        let at = floor((origin + distance * direction).xz);
        let dark = (i32(at.x) + i32(at.y)) & 1;
        hit = Hit(distance, vec3f(0, 1, 0), vec3f(select(0.75, 0.3, dark == 1)), 0.12);
    }
    for (var index = 0u; index < arrayLength(&balls); index++) {
        let ball = balls[index];
        let there = origin - ball.xyz;
        let along = dot(there, direction);
        let root = along * along - dot(there, there) + ball.w * ball.w;
        let distance = -along - sqrt(max(root, 0.0));
        if root > 0.0 && distance > 1e-3 && distance < hit.distance {
            let hue = f32(index) * 0.37 + vec3f(0.0, 2.1, 4.2);
            let normal = (origin + distance * direction - ball.xyz) / ball.w;
            hit = Hit(distance, normal, 0.55 + 0.4 * cos(hue), 0.45);
        }
    }
    return hit;
}

fn color_along(from_here: vec3f, towards: vec3f) -> vec3f {
    var origin = from_here;
    var direction = towards;
    var color = vec3f(0);
    var share = 1.0;
    for (var bounce = 0u; bounce <= view.reflections; bounce++) {
        let hit = trace(origin, direction);
        if hit.distance >= FAR {
            return color + share * sky(direction);
        }
        let at = origin + hit.distance * direction + 1e-3 * hit.normal;
        let lit = select(0.0, 1.0, trace(at, normalize(SUN)).distance >= FAR);
        let light = 0.25 + 0.9 * lit * max(dot(hit.normal, normalize(SUN)), 0.0);
        let fog = exp(-0.04 * hit.distance);
        color += share * mix(sky(direction), hit.color * light, fog) * (1.0 - hit.gloss);
        share *= hit.gloss * fog;
        origin = at;
        direction = reflect(direction, hit.normal);
    }
    return color;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if any(id.xy >= view.size) {
        return;
    }
    let eye = vec3f(7.0 * sin(view.turn), view.height, 7.0 * cos(view.turn));
    let forward = normalize(vec3f(0, 0.3, 0) - eye);
    let right = normalize(cross(forward, vec3f(0, 1, 0)));
    let up = cross(right, forward);
    var color = vec3f(0);
    // One ray in the middle of the pixel, or four around it.
    for (var ray = 0u; ray < view.rays; ray++) {
        let around = vec2f(f32(ray & 1u), f32(ray >> 1u)) * 0.5 + 0.25;
        let offset = select(around, vec2f(0.5), view.rays == 1u);
        let at = (vec2f(id.xy) + offset) * 2.0 - vec2f(view.size);
        let place = at * vec2f(1, -1) / f32(view.size.y);
        color += color_along(eye, normalize(1.8 * forward + place.x * right + place.y * up)) / f32(view.rays);
    }
    let out = pow(clamp(color, vec3f(0), vec3f(1)), vec3f(1.0 / 2.2));
    picture[id.y * view.size.x + id.x] = pack4x8unorm(vec4f(out, 1.0));
}
