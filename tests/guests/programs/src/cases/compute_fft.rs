//! A fast Fourier transform of 1024 complex numbers, in workgroup memory, there and back.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    override inverse: bool = false;
    const N = 1024u;
    @group(0) @binding(0) var<storage, read_write> data: array<vec2<f32>, N>;
    var<workgroup> scratch: array<vec2<f32>, N>;

    fn multiply(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
        return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
    }

    @compute @workgroup_size(256)
    fn main(@builtin(local_invocation_index) index: u32) {
        for (var at = index; at < N; at += 256u) {
            scratch[reverseBits(at) >> 22u] = data[at];
        }
        let direction = select(-1.0, 1.0, inverse);
        for (var half = 1u; half < N; half <<= 1u) {
            workgroupBarrier();
            for (var pair = index; pair < N / 2u; pair += 256u) {
                let place = pair & (half - 1u);
                let low = ((pair - place) << 1u) + place;
                let angle = direction * 3.14159265358979 * f32(place) / f32(half);
                let odd = multiply(scratch[low + half], vec2<f32>(cos(angle), sin(angle)));
                let even = scratch[low];
                scratch[low] = even + odd;
                scratch[low + half] = even - odd;
            }
        }
        workgroupBarrier();
        for (var at = index; at < N; at += 256u) {
            data[at] = scratch[at] * select(1.0, 1.0 / f32(N), inverse);
        }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let signal: Vec<[f32; 2]> = (0..1024_u16)
        .map(|at| {
            let t = f32::from(at) / 1024.0 * std::f32::consts::TAU;
            [(t * 5.0).sin() + 0.5 * (t * 100.0).cos(), 0.0]
        })
        .collect();
    let data = kit::storage(&device, &signal);
    let module = kit::shader(&device, SHADER);
    let pass = |inverse: f64| {
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &[("inverse", inverse)],
                ..Default::default()
            },
            cache: None,
        });
        kit::dispatch(&device, &queue, &pipeline, &[data.as_entire_binding()], [1, 1, 1]);
    };
    pass(0.0);
    let spectrum: Vec<[f32; 2]> = kit::read(&device, &queue, &data);
    let power = |bin: usize| spectrum[bin][0].hypot(spectrum[bin][1]);
    assert!((power(5) - 512.0).abs() < 1.0 && (power(100) - 256.0).abs() < 1.0 && power(50) < 1.0);
    r.floats("spectrum", bytemuck::cast_slice(&spectrum), 1e-3);
    pass(1.0);
    let back: Vec<[f32; 2]> = kit::read(&device, &queue, &data);
    assert!(back.iter().zip(&signal).all(|(a, b)| (a[0] - b[0]).abs() < 1e-3 && a[1].abs() < 1e-3));
    r.floats("there and back", bytemuck::cast_slice(&back), 1e-3);
}
