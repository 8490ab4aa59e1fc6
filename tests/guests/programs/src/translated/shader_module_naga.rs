//! A module of naga's IR.

use crate::{Gpu, Report, kit};

pub(super) const SHADER: &str = "
    struct Parameters { factor: f32, offset: f32 }
    @group(0) @binding(0) var<storage, read_write> data: array<f32>;
    @group(0) @binding(1) var<uniform> parameters: Parameters;
    var<workgroup> sum: atomic<u32>;

    @compute @workgroup_size(16)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        atomicAdd(&sum, id.x);
        workgroupBarrier();
        let v = vec4<f32>(data[id.x], f32(atomicLoad(&sum)), 1.0, 2.0);
        data[id.x] = fma(v.x, parameters.factor, parameters.offset) + dot(v.yz, vec2<f32>(1.0, 3.0)) + select(0.0, 0.5, (id.x & 1u) == 1u);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let module = naga::front::wgsl::parse_str(SHADER).unwrap();
    check(gpu, r, wgpu::ShaderSource::Naga(std::borrow::Cow::Owned(module))).await;
}

/// Runs [`SHADER`] from `source`, and compares it with what comes from WGSL.
pub(super) async fn check(gpu: &Gpu, r: &mut Report, source: wgpu::ShaderSource<'_>) {
    let (device, queue) = gpu.device().await;
    let mut results = Vec::new();
    for source in [source, wgpu::ShaderSource::Wgsl(SHADER.into())] {
        let module = r
            .caught("module", &device, || {
                device
                    .create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("translated"), source })
            })
            .await;
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
        let data = kit::storage(&device, &(0..64_u8).map(f32::from).collect::<Vec<_>>());
        let parameters = kit::uniform(&device, &[0.25_f32, -3.0]);
        let resources = [data.as_entire_binding(), parameters.as_entire_binding()];
        kit::dispatch(&device, &queue, &pipeline, &resources, [4, 1, 1]);
        results.push(kit::read::<f32>(&device, &queue, &data));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0][1], 0.25 - 3.0 + 120.0 + 3.0 + 0.5);
    r.floats("found", &results[0], 1e-6);
}
