//! Arithmetic at its edges: division by zero, overflow, shifts, conversions, packing.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var<storage, read> input: array<i32>;
    @group(0) @binding(1) var<storage, read_write> integers: array<i32>;
    @group(0) @binding(2) var<storage, read_write> floats: array<f32>;

    @compute @workgroup_size(1)
    fn main() {
        let zero = input[0];
        let min = input[1];
        let seven = input[2];
        integers[0] = seven / zero;
        integers[1] = seven % zero;
        integers[2] = min / (zero - 1);
        integers[3] = min - 1;
        integers[4] = seven << u32(seven);
        integers[5] = min >> 3u;
        integers[6] = abs(min);
        integers[7] = i32(countLeadingZeros(u32(seven)) + reverseBits(u32(seven)));
        integers[8] = i32(pack4x8unorm(vec4<f32>(0.0, 0.5, 1.0, 2.0)));
        integers[9] = i32(f32(seven) * -1.5);
        integers[10] = extractBits(min | seven, 1u, 2u) + insertBits(0, seven, 4u, 3u);
        integers[11] = dot(vec3<i32>(seven), vec3<i32>(1, 2, 3));
        let x = f32(seven) / 3.0;
        floats[0] = sqrt(x);
        floats[1] = sin(x) + cos(x);
        floats[2] = pow(x, 1.7);
        floats[3] = exp2(x) + log2(x);
        floats[4] = fract(-x);
        floats[5] = length(vec3<f32>(x, 2.0, 3.0));
        floats[6] = smoothstep(0.0, 5.0, x);
        floats[7] = unpack2x16float(pack2x16float(vec2<f32>(x, -x))).y;
        floats[8] = determinant(mat3x3<f32>(x, 1.0, 2.0, 3.0, x, 4.0, 5.0, 6.0, x));
        floats[9] = atan2(x, -1.0);
        floats[10] = round(2.5) + trunc(-x) + sign(-x);
        floats[11] = mix(x, 2.0, 0.25);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let input = kit::storage(&device, &[0_i32, i32::MIN, 7]);
    let (integers, floats) = (kit::storage_of_size(&device, 48), kit::storage_of_size(&device, 48));
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let resources = [&input, &integers, &floats].map(wgpu::Buffer::as_entire_binding);
    kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);
    let found: Vec<i32> = kit::read(&device, &queue, &integers);
    assert_eq!(found[..4], [7, 0, i32::MIN, i32::MAX]);
    r.bytes("integers", bytemuck::cast_slice(&found));
    let found: Vec<f32> = kit::read(&device, &queue, &floats);
    assert!((found[0] - (7.0_f32 / 3.0).sqrt()).abs() < 1e-5);
    r.floats("floats", &found, 1e-6);
}
