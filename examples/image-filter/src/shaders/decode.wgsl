// Pass 1: sRGB bytes to linear light.

@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read_write> linear: array<vec4<f32>>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= params.size) {
        return;
    }
    let i = id.y * params.size.x + id.x;
    let rgb = srgb_to_linear(unpack4x8unorm(source[i]).rgb);
    linear[i] = vec4<f32>(rgb, log_luminance(rgb));
}
