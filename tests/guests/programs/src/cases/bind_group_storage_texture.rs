//! Storage textures in an explicit bind group layout, in each of the access modes that WebGPU has.

use crate::{Gpu, Report, kit};

const WRITE: &str = "
    @group(0) @binding(0) var image: texture_storage_2d<rgba8unorm, write>;

    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        textureStore(image, id.xy, vec4<f32>(vec2<f32>(id.xy) / 255.0, 0.25, 1.0));
    }
";

const READ_WRITE: &str = "
    @group(0) @binding(0) var image: texture_storage_2d<r32uint, read_write>;

    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let before = textureLoad(image, id.xy).x;
        textureStore(image, id.xy, vec4<u32>(before * 3 + id.x, 0, 0, 0));
    }
";

const READ: &str = "
    @group(0) @binding(0) var image: texture_storage_2d<r32uint, read>;
    @group(0) @binding(1) var<storage, read_write> output: array<u32>;

    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        output[id.y * 16 + id.x] = textureLoad(image, id.xy).x;
    }
";

fn layout(
    device: &wgpu::Device,
    access: wgpu::StorageTextureAccess,
    format: wgpu::TextureFormat,
    and_buffer: bool,
) -> wgpu::BindGroupLayout {
    let mut entries = vec![wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::StorageTexture {
            access,
            format,
            view_dimension: wgpu::TextureViewDimension::D2,
        },
        count: None,
    }];
    if and_buffer {
        entries.push(kit::storage_entry(1));
    }
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

fn run_one(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    source: &str,
    layout: &wgpu::BindGroupLayout,
    resources: &[wgpu::BindingResource<'_>],
) {
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: Some(&device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(layout)],
            immediate_size: 0,
        })),
        module: &kit::shader(device, source),
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    });
    let group = kit::bind(device, layout, resources);
    let mut encoder = kit::encoder(device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.dispatch_workgroups(2, 2, 1);
    drop(pass);
    queue.submit([encoder.finish()]);
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::{StorageTextureAccess as Access, TextureFormat as Format};
    let (device, queue) = gpu.device().await;
    let usage =
        wgpu::TextureUsages::STORAGE_BINDING | wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST;

    let colors = kit::texture_2d(&device, [16, 16], Format::Rgba8Unorm, usage);
    let write = layout(&device, Access::WriteOnly, Format::Rgba8Unorm, false);
    run_one(&device, &queue, WRITE, &write, &[wgpu::BindingResource::TextureView(&kit::view(&colors))]);
    let found = kit::read_texture(&device, &queue, &colors);
    assert_eq!(found[(3 * 16 + 5) * 4..][..4], [5, 3, 64, 255]);
    r.bytes("written", found);

    let numbers = kit::texture_2d(&device, [16, 16], Format::R32Uint, usage);
    queue.write_texture(
        numbers.as_image_copy(),
        bytemuck::cast_slice(&(0..256_u32).collect::<Vec<_>>()),
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(64), rows_per_image: None },
        numbers.size(),
    );
    let view = kit::view(&numbers);
    let read_write = layout(&device, Access::ReadWrite, Format::R32Uint, false);
    run_one(&device, &queue, READ_WRITE, &read_write, &[wgpu::BindingResource::TextureView(&view)]);

    let output = kit::storage_of_size(&device, 1024);
    let read = layout(&device, Access::ReadOnly, Format::R32Uint, true);
    let resources = [wgpu::BindingResource::TextureView(&view), output.as_entire_binding()];
    run_one(&device, &queue, READ, &read, &resources);
    let found: Vec<u32> = kit::read(&device, &queue, &output);
    assert_eq!(found[17], 17 * 3 + 1);
    r.bytes("read", bytemuck::cast_slice(&found));
}
