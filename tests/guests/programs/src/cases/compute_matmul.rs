//! A tiled matrix product in f32.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    const TILE = 8u;
    struct Size { m: u32, n: u32, k: u32 }
    @group(0) @binding(0) var<uniform> size: Size;
    @group(0) @binding(1) var<storage, read> a: array<f32>;
    @group(0) @binding(2) var<storage, read> b: array<f32>;
    @group(0) @binding(3) var<storage, read_write> c: array<f32>;
    var<workgroup> tile_a: array<array<f32, TILE>, TILE>;
    var<workgroup> tile_b: array<array<f32, TILE>, TILE>;

    @compute @workgroup_size(TILE, TILE)
    fn main(
        @builtin(global_invocation_id) id: vec3<u32>,
        @builtin(local_invocation_id) local: vec3<u32>,
    ) {
        var sum = 0.0;
        for (var t = 0u; t < size.k; t += TILE) {
            let ka = t + local.x;
            let kb = t + local.y;
            tile_a[local.y][local.x] = select(0.0, a[id.y * size.k + ka], id.y < size.m && ka < size.k);
            tile_b[local.y][local.x] = select(0.0, b[kb * size.n + id.x], id.x < size.n && kb < size.k);
            workgroupBarrier();
            for (var i = 0u; i < TILE; i++) {
                sum += tile_a[local.y][i] * tile_b[i][local.x];
            }
            workgroupBarrier();
        }
        if id.y < size.m && id.x < size.n {
            c[id.y * size.n + id.x] = sum;
        }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let (m, n, k) = (50_usize, 70_usize, 33_usize);
    let numbers = |count, seed| -> Vec<f32> {
        kit::noise(count, seed).into_iter().map(|word| (word >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
    };
    let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
    let size = kit::uniform(&device, &[m as u32, n as u32, k as u32, 0]);
    let (buffer_a, buffer_b) = (kit::storage(&device, &a), kit::storage(&device, &b));
    let c = kit::storage_of_size(&device, (m * n * 4) as u64);
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let resources = [&size, &buffer_a, &buffer_b, &c].map(wgpu::Buffer::as_entire_binding);
    kit::dispatch(&device, &queue, &pipeline, &resources, [n.div_ceil(8) as u32, m.div_ceil(8) as u32, 1]);

    let found: Vec<f32> = kit::read(&device, &queue, &c);
    for row in 0..m {
        for column in 0..n {
            let expected: f32 = (0..k).map(|i| a[row * k + i] * b[i * n + column]).sum();
            let value = found[row * n + column];
            assert!((value - expected).abs() < 1e-4, "{row}, {column}: {value} and {expected}");
        }
    }
    r.floats("product", &found, 1e-5);
}
