// One direction of a separable Gaussian blur.

@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> blurred: array<vec4<f32>>;

override HORIZONTAL: bool;
// Pixels between the samples.
override STEP: i32;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= view.size) {
        return;
    }
    let along = select(vec2<i32>(0, 1), vec2<i32>(1, 0), HORIZONTAL);
    let radius = i32(arrayLength(&weights)) - 1;
    var sum = vec4<f32>(0.0);
    for (var k = -radius; k <= radius; k++) {
        // Beyond the border it is dark.
        let at = vec2<i32>(id.xy) + k * STEP * along;
        if all(at >= vec2<i32>(0)) && all(at < vec2<i32>(view.size)) {
            sum += weights[abs(k)] * source[u32(at.y) * view.size.x + u32(at.x)];
        }
    }
    blurred[id.y * view.size.x + id.x] = sum;
}
