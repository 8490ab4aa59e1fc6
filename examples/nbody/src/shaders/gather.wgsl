// Whole numbers back to light.

@group(0) @binding(1) var<storage, read> light: array<u32>;
@group(0) @binding(2) var<storage, read_write> image: array<vec4<f32>>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id.xy >= view.size) {
        return;
    }
    let i = id.y * view.size.x + id.x;
    let sums = vec3<u32>(light[3u * i], light[3u * i + 1u], light[3u * i + 2u]);
    image[i] = vec4<f32>(vec3<f32>(sums) / UNIT, 0.0);
}
