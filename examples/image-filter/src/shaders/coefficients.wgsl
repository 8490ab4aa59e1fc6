// Pass 5: the guided filter's local line. Where log luminance varies much (an edge) the base follows
// it, where it varies little (texture) the base is its mean: base = a * level + b.

@group(0) @binding(1) var<storage, read_write> moments: array<vec2<f32>>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= params.size) {
        return;
    }
    let i = id.y * params.size.x + id.x;
    let mean = moments[i].x;
    let variance = max(moments[i].y - mean * mean, 0.0);
    let a = variance / (variance + params.epsilon);
    moments[i] = vec2<f32>(a, mean * (1.0 - a));
}
