// Position and velocity; the picture is 2 high.
@group(0) @binding(0) var<storage, read> before: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> after: array<vec4f>;

const COUNT = 768u;
const STEP = 0.008;

@compute @workgroup_size(64)
fn step(@builtin(global_invocation_id) id: vec3u) {
    let me = before[id.x];
    var middle = vec2f(0.0);
    var heading = vec2f(0.0);
    var apart = vec2f(0.0);
    var near = 0.0;
    for (var i = 0u; i < COUNT; i++) {
        let other = before[i];
        let to = other.xy - me.xy;
        let d = dot(to, to);
        if i != id.x && d < 0.0225 {
            middle += to;
            heading += other.zw;
            near += 1.0;
            if d < 0.0025 {
                apart -= to / (d + 0.0002);
            }
        }
    }
    var velocity = me.zw;
    if near > 0.0 {
        velocity += STEP * (3.0 * middle / near + 2.5 * (heading / near - me.zw) + 0.012 * apart);
    }
    // Away from the edges, and round the middle.
    let edge = abs(me.xy) - vec2f(1.1, 0.78);
    velocity -= STEP * 9.0 * sign(me.xy) * max(edge, vec2f(0.0)) * 2.0;
    velocity += STEP * 0.5 * vec2f(-me.y, me.x);
    velocity = normalize(velocity) * clamp(length(velocity), 0.45, 0.8);
    after[id.x] = vec4f(me.xy + STEP * velocity, velocity);
}

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) color: vec3f,
}

@vertex
fn vs(@builtin(vertex_index) vertex: u32, @builtin(instance_index) index: u32) -> Corner {
    let boid = before[index];
    let ahead = normalize(boid.zw);
    let corners = array(vec2f(0.026, 0.0), vec2f(-0.014, 0.011), vec2f(-0.014, -0.011));
    let at = corners[vertex];
    let place = boid.xy + ahead * at.x + vec2f(-ahead.y, ahead.x) * at.y;
    var out: Corner;
    out.clip = vec4f(place.x * 0.75, place.y, 0.0, 1.0);
    out.color = hue(atan2(ahead.y, ahead.x) / TAU);
    return out;
}

@fragment
fn fs(in: Corner) -> @location(0) vec4f {
    return vec4f(in.color, 0.5);
}

@vertex
fn everywhere(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return vec4f(corner(vertex), 0.0, 1.0);
}

@fragment
fn fade() -> @location(0) vec4f {
    return vec4f(0.01, 0.015, 0.05, 0.12);
}
