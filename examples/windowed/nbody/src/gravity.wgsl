// Each body is drawn to all others, by Newton's law with a softened distance.

struct Body {
    // Its place, and its mass.
    place: vec4f,
    velocity: vec4f,
}

@group(0) @binding(0) var<storage, read> before: array<Body>;
@group(0) @binding(1) var<storage, read_write> after: array<Body>;

const STEP = 0.004;
const SOFTENING = 0.01;
const TILE = 64u;

// The bodies that a group looks at together.
var<workgroup> tile: array<vec4f, TILE>;

@compute @workgroup_size(64)
fn advance(@builtin(global_invocation_id) global: vec3u, @builtin(local_invocation_index) local: u32) {
    let count = arrayLength(&before);
    let own = before[min(global.x, count - 1)];
    var acceleration = vec3f(0);
    for (var first = 0u; first < count; first += TILE) {
        tile[local] = before[min(first + local, count - 1)].place;
        workgroupBarrier();
        for (var other = 0u; other < min(TILE, count - first); other++) {
            let way = tile[other].xyz - own.place.xyz;
            let distance = inverseSqrt(dot(way, way) + SOFTENING);
            acceleration += way * (tile[other].w * distance * distance * distance);
        }
        workgroupBarrier();
    }
    if global.x < count {
        let velocity = own.velocity.xyz + STEP * acceleration;
        after[global.x] = Body(vec4f(own.place.xyz + STEP * velocity, own.place.w), vec4f(velocity, 0));
    }
}
