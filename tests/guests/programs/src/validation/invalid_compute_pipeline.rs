//! Pipelines that are refused, each for one reason.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    override needed: u32;
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(1) fn main() { data[0] = 1u; }
    @compute @workgroup_size(1) fn constant() { data[0] = needed; }
    @compute @workgroup_size(4096) fn wide() { data[0] = 1u; }
    @vertex fn vertex() -> @builtin(position) vec4<f32> { return vec4<f32>(); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let module = kit::shader(&device, SHADER);
    let empty = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor::default());
    let uniform = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &[wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        }],
    });
    let other = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(&uniform)],
        immediate_size: 0,
    });
    let (bad, _) = crate::caught(&device, || kit::shader(&device, "not a shader")).await;
    let known: &[(&str, f64)] = &[("needed", 3.0)];
    for (name, module, layout, entry_point, constants) in [
        ("good", &module, None, Some("main"), &[][..]),
        ("constant given", &module, None, Some("constant"), known),
        ("constant missing", &module, None, Some("constant"), &[]),
        ("constant unknown", &module, None, Some("main"), &[("nobody", 1.0)]),
        ("constant out of range", &module, None, Some("constant"), &[("needed", -1.0)]),
        ("unknown entry point", &module, None, Some("nobody"), &[]),
        ("entry point of another stage", &module, None, Some("vertex"), &[]),
        ("which entry point?", &module, None, None, &[]),
        ("binding missing in the layout", &module, Some(&empty), Some("main"), &[]),
        ("binding of another kind", &module, Some(&other), Some("main"), &[]),
        ("workgroup over the limit", &module, None, Some("wide"), &[]),
        ("invalid module", &bad, None, Some("main"), &[]),
    ] {
        let pipeline = r
            .caught(name, &device, || {
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: None,
                    layout,
                    module,
                    entry_point,
                    compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
                    cache: None,
                })
            })
            .await;
        if name == "invalid module" {
            // An answer that is an error is one each time.
            for name in ["layout of an invalid pipeline", "the same layout again"] {
                r.caught(name, &device, || pipeline.get_bind_group_layout(0)).await;
            }
        }
        if name == "good" {
            let max = device.limits().max_bind_groups;
            for (name, index) in
                [("a layout", 0), ("it again", 0), ("beyond", max), ("again", max), ("far", 99)]
            {
                r.caught(name, &device, || pipeline.get_bind_group_layout(index)).await;
            }
        }
    }
}
