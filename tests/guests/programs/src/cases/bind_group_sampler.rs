//! Sampling in a compute shader: filters, address modes, level of detail, comparison.

use wgpu::{AddressMode, FilterMode};

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var image: texture_2d<f32>;
    @group(0) @binding(1) var tap: sampler;
    @group(0) @binding(2) var<storage, read_write> output: array<vec4<f32>>;

    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let at = vec2<f32>(id.xy) / 4.0 - 0.5;
        output[id.y * 8 + id.x] = textureSampleLevel(image, tap, at, 0.0);
    }
";

const COMPARE: &str = "
    @group(0) @binding(0) var depth: texture_depth_2d;
    @group(0) @binding(1) var tap: sampler_comparison;
    @group(0) @binding(2) var<storage, read_write> output: array<f32>;

    @compute @workgroup_size(8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        output[id.x] = textureSampleCompareLevel(depth, tap, vec2<f32>(0.5), f32(id.x) / 8.0);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let image = kit::texture_2d(&device, [4, 4], wgpu::TextureFormat::Rgba8Unorm, usage);
    let texels: Vec<u8> = kit::noise(16, 5).into_iter().flat_map(u32::to_le_bytes).collect();
    queue.write_texture(
        image.as_image_copy(),
        &texels,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(16), rows_per_image: None },
        image.size(),
    );
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    for (mode, filter) in [
        (AddressMode::ClampToEdge, FilterMode::Nearest),
        (AddressMode::ClampToEdge, FilterMode::Linear),
        (AddressMode::Repeat, FilterMode::Linear),
        (AddressMode::MirrorRepeat, FilterMode::Nearest),
    ] {
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("tap"),
            address_mode_u: mode,
            address_mode_v: mode,
            mag_filter: filter,
            min_filter: filter,
            ..Default::default()
        });
        let output = kit::storage_of_size(&device, 1024);
        let resources = [
            wgpu::BindingResource::TextureView(&kit::view(&image)),
            wgpu::BindingResource::Sampler(&sampler),
            output.as_entire_binding(),
        ];
        kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);
        let found: Vec<f32> = kit::read(&device, &queue, &output);
        r.floats(format!("{mode:?} {filter:?}"), &found, 1e-6);
    }

    let depth = kit::texture_2d(
        &device,
        [1, 1],
        wgpu::TextureFormat::Depth32Float,
        wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::RENDER_ATTACHMENT,
    );
    let mut encoder = kit::encoder(&device);
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &kit::view(&depth),
            depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(0.4), store: wgpu::StoreOp::Store }),
            stencil_ops: None,
        }),
        ..Default::default()
    });
    queue.submit([encoder.finish()]);
    let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
        compare: Some(wgpu::CompareFunction::Less),
        ..Default::default()
    });
    let output = kit::storage_of_size(&device, 32);
    let resources = [
        wgpu::BindingResource::TextureView(&kit::view(&depth)),
        wgpu::BindingResource::Sampler(&sampler),
        output.as_entire_binding(),
    ];
    let pipeline = kit::compute_pipeline(&device, COMPARE, "main");
    kit::dispatch(&device, &queue, &pipeline, &resources, [1, 1, 1]);
    let found: Vec<f32> = kit::read(&device, &queue, &output);
    assert_eq!(found, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    r.floats("comparison", &found, 0.0);
}
