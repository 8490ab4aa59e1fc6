//! Loops that count from one number to another and index arrays by what they count: the host writes them out.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    const SIDE = 4;
    @group(0) @binding(0) var<storage, read_write> output: array<u32>;
    var<workgroup> tile: array<u32, 16>;
    var<workgroup> hits: atomic<u32>;

    fn sum(p: ptr<function, array<u32, 16>>) -> u32 {
        var total = 0u;
        for (var i = 0; i < 16; i++) { total += (*p)[i] * u32(i + 1); }
        return total;
    }

    @compute @workgroup_size(16)
    fn main(@builtin(local_invocation_index) me: u32) {
        var a: array<u32, 16>;
        for (var i = 0u; i < 16u; i++) { a[i] = me + i; }

        // One inside the other, and one whose number of iterations is not in the text.
        var product: array<u32, 16>;
        for (var row = 0u; row < SIDE; row++) {
            for (var column = 0u; column < SIDE; column++) {
                for (var k = 0u; k < me % 5u; k++) {
                    product[row * 4u + column] += a[row * 4u + k % 4u] * a[(k % 4u) * 4u + column];
                }
            }
        }

        // From below zero, with a variable from outside that is read afterwards.
        var i = -3;
        var edges: array<i32, 8>;
        if me > 7u { i = -2; }
        for (var j = -3; j < 5; j++) { edges[j + 3] = j * i; }
        var last = 0u;
        for (last = 2u; last < 6u; last++) { a[last] += 1000u; }
        a[last] += 5000u;

        // With what other invocations see, and a way out.
        for (var k = 0u; k < 4u; k++) {
            tile[me] = a[k] + k;
            workgroupBarrier();
            a[k + 8u] = tile[15u - me];
            workgroupBarrier();
        }
        for (var k = 0u; k < 8u; k++) {
            switch k { case 1u, 3u: { a[k] = atomicAdd(&hits, 1u) * 0u + 7u; break; } default: { a[k] ^= k; } }
        }

        // Beyond the end: what is written there may go anywhere in the array, so none of it is read again.
        var small: array<u32, 3>;
        for (var k = 0u; k < 5u; k++) { if k < 3u { small[k] = k + me; } }

        output[me * 8u] = sum(&a);
        output[me * 8u + 1u] = sum(&product);
        output[me * 8u + 2u] = u32(edges[0] * 100 + edges[7] + i + 1000);
        output[me * 8u + 3u] = last;
        output[me * 8u + 4u] = small[0] + small[1] * 10u + small[2] * 100u;
        workgroupBarrier();
        output[me * 8u + 5u] = atomicLoad(&hits);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    let output = kit::storage_of_size(&device, 16 * 8 * 4);
    kit::dispatch(&device, &queue, &pipeline, &[output.as_entire_binding()], [1, 1, 1]);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    let expected: Vec<u32> = (0..16).flat_map(expected).collect();
    assert_eq!(found, expected);
    r.bytes("results", bytemuck::cast_slice::<u32, u8>(&found));
}

/// What the invocation `me` writes.
fn expected(me: u32) -> [u32; 8] {
    let row = |me: u32| {
        let mut a: [u32; 16] = std::array::from_fn(|i| me + i as u32);
        a[2..6].iter_mut().for_each(|value| *value += 1000);
        a[6] += 5000;
        a
    };
    let plain: [u32; 16] = std::array::from_fn(|i| me + i as u32);
    let product: [u32; 16] = std::array::from_fn(|at| {
        let (row, column) = (at / 4, at % 4);
        (0..(me % 5) as usize).map(|k| plain[row * 4 + k % 4] * plain[k % 4 * 4 + column]).sum()
    });
    let mut a = row(me);
    let other = row(15 - me);
    for k in 0..4 {
        a[k + 8] = other[k] + k as u32;
    }
    for (k, value) in (0..8).zip(&mut a) {
        *value = if k == 1 || k == 3 { 7 } else { *value ^ k };
    }
    let sum = |values: &[u32; 16]| values.iter().zip(1..).map(|(value, at)| value * at).sum();
    let i: i32 = if me > 7 { -2 } else { -3 };
    let edges = (-3 * i * 100 + 4 * i + i + 1000) as u32;
    [sum(&a), sum(&product), edges, 6, me + (me + 1) * 10 + (me + 2) * 100, 32, 0, 0]
}
