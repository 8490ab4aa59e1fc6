//! Entry points and overrides with the names that Rust, slang or people give them, in modules that are not WGSL text.

use std::borrow::Cow;

use super::shader_module_layout::spirv;
use crate::{Gpu, Report, canvas, kit};

const SHADER: &str = "
    override step2: u32 = 1u;
    override twice: u32 = step2 * 2u;
    @id(7) override numbered: u32 = 1000u;
    override width: u32 = 1u;
    @group(0) @binding(0) var<storage, read_write> out: array<u32>;
    @compute @workgroup_size(width) fn placeholder(@builtin(local_invocation_index) at: u32) {
        out[at] = 40u + step2 + twice * 100u + numbered;
    }
";

const NAMES: [&str; 14] = [
    "fill",
    "shapes::fill",
    "pass2",
    "main_cs1",
    "target",
    "filter",
    "a__b",
    "_tail_",
    "fill.main",
    "été",
    "fn",
    "1",
    "_",
    "shapes<f32, 3>",
];

const STAGES: &str = "
    override shade: f32 = 0.25;
    @vertex fn one(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        var corners = array<vec2<f32>, 3>(vec2(-1.0, -1.0), vec2(3.0, -1.0), vec2(-1.0, 3.0));
        return vec4<f32>(corners[index] * shade * 4.0, 0.0, 1.0);
    }
    @fragment fn two() -> @location(0) vec4<f32> { return vec4<f32>(shade, 0.5, 1.0, 1.0); }
    @fragment fn three() -> @location(0) vec4<f32> { return vec4<f32>(1.0, shade, 0.0, 1.0); }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    for name in NAMES {
        let mut module = naga::front::wgsl::parse_str(SHADER).unwrap();
        module.entry_points[0].name = name.to_owned();
        let step = module.overrides.iter_mut().next().unwrap().1;
        // No name that is also the number of another.
        step.name = Some(if name == "1" { "11".to_owned() } else { name.to_owned() });
        let key = step.name.clone().unwrap();
        let constants: &[(&str, f64)] = &[(key.as_str(), 2.0), ("7", 5000.0), ("width", 2.0)];
        let ir = wgpu::ShaderSource::Naga(Cow::Owned(module));
        compute(r, &device, &queue, &format!("IR {name:?}"), ir, Some(name), constants).await;
        // naga's SPIR-V has no overrides.
        let plain = SHADER
            .replace("override step2: u32 =", "const step2 =")
            .replace("override twice: u32 =", "const twice =");
        let plain = plain
            .replace("@id(7) override numbered: u32 =", "const numbered =")
            .replace("override width: u32 =", "const width =");
        let mut module = naga::front::wgsl::parse_str(&plain).unwrap();
        module.entry_points[0].name = name.to_owned();
        let words = spirv(&module);
        let source = wgpu::ShaderSource::SpirV(words.into());
        compute(r, &device, &queue, &format!("SPIR-V {name:?}"), source, Some(name), &[]).await;
    }
    unknown(r, &device, &queue).await;
    for (vertex, fragment) in [("a::b", "a::b"), ("main", "main"), ("vertex", "fragment::main")] {
        draw(r, &device, &queue, vertex, fragment).await;
    }
}

async fn compute(
    r: &mut Report,
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    name: &str,
    source: wgpu::ShaderSource<'_>,
    entry_point: Option<&str>,
    constants: &[(&str, f64)],
) {
    let (pipeline, error) = crate::caught(device, || {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point,
            compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
            cache: None,
        })
    })
    .await;
    r.error(name, error.as_ref());
    if error.is_some() {
        return;
    }
    let out = kit::storage_of_size(device, 16);
    kit::dispatch(device, queue, &pipeline, &[out.as_entire_binding()], [1, 1, 1]);
    r.bytes(format!("{name}: found"), kit::read_bytes(device, queue, &out));
}

/// Names that are not there, among them those that a translation may have made, are errors; no name at all is not.
async fn unknown(r: &mut Report, device: &wgpu::Device, queue: &wgpu::Queue) {
    let module = |entry: &str| {
        let mut module = naga::front::wgsl::parse_str(SHADER).unwrap();
        module.entry_points[0].name = entry.to_owned();
        module.overrides.iter_mut().next().unwrap().1.name = Some("a::b".to_owned());
        wgpu::ShaderSource::Naga(Cow::Owned(module))
    };
    compute(r, device, queue, "no name", module("c::d"), None, &[("a::b", 3.0)]).await;
    for name in ["c_d", "c::e", "a::b"] {
        compute(r, device, queue, &format!("entry {name:?}"), module("c::d"), Some(name), &[]).await;
    }
    for key in ["a_b", "step2", "c::d", "8"] {
        compute(r, device, queue, &format!("constant {key:?}"), module("c::d"), None, &[(key, 1.0)]).await;
    }
}

/// One module for both stages, whose entry points may have one name.
async fn draw(r: &mut Report, device: &wgpu::Device, queue: &wgpu::Queue, vertex: &str, fragment: &str) {
    let mut module = naga::front::wgsl::parse_str(STAGES).unwrap();
    module.entry_points[0].name = vertex.to_owned();
    module.entry_points[1].name = fragment.to_owned();
    module.overrides.iter_mut().next().unwrap().1.name = Some("été".to_owned());
    let source = wgpu::ShaderSource::Naga(Cow::Owned(module));
    let options = || wgpu::PipelineCompilationOptions { constants: &[("été", 0.75)], ..Default::default() };
    let name = format!("draw {vertex:?} {fragment:?}");
    let (pipeline, error) = crate::caught(device, || {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: None,
            layout: None,
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: None,
                compilation_options: options(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some(fragment),
                compilation_options: options(),
                targets: canvas::RGBA,
            }),
            multiview_mask: None,
            cache: None,
        })
    })
    .await;
    r.error(name.as_str(), error.as_ref());
    if error.is_some() {
        return;
    }
    let target = canvas::target(device, [8, 8], wgpu::TextureFormat::Rgba8Unorm);
    let view = kit::view(&target);
    let mut encoder = kit::encoder(device);
    let mut pass = canvas::pass(&mut encoder, &view);
    pass.set_pipeline(&pipeline);
    pass.draw(0..3, 0..1);
    drop(pass);
    queue.submit([encoder.finish()]);
    r.bytes(format!("{name}: drawn"), kit::read_texture(device, queue, &target));
}
