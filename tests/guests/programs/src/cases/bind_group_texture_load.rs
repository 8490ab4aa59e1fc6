//! Textures of float, signed and unsigned formats, read texel by texel in a compute shader.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var floats: texture_2d<f32>;
    @group(0) @binding(1) var signed: texture_2d<i32>;
    @group(0) @binding(2) var unsigned: texture_2d<u32>;
    @group(0) @binding(3) var<storage, read_write> output: array<vec4<f32>>;

    @compute @workgroup_size(4, 4)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let at = (id.y * 4 + id.x) * 3;
        output[at] = textureLoad(floats, id.xy, 0);
        output[at + 1] = vec4<f32>(textureLoad(signed, id.xy, 0));
        output[at + 2] = vec4<f32>(textureLoad(unsigned, id.xy, 0));
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureFormat::{Rgba8Sint, Rgba8Uint, Rgba32Float};
    let (device, queue) = gpu.device().await;
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let floats: Vec<f32> = (0..64_u8).map(|at| f32::from(at) * 0.75 - 20.0).collect();
    let bytes: Vec<u8> = (0..64).map(|at| at * 4).collect();
    let textures: Vec<_> = [
        (Rgba32Float, bytemuck::cast_slice(&floats)),
        (Rgba8Sint, bytes.as_slice()),
        (Rgba8Uint, bytes.as_slice()),
    ]
    .into_iter()
    .map(|(format, data): (_, &[u8])| {
        let texture = kit::texture_2d(&device, [4, 4], format, usage);
        queue.write_texture(
            texture.as_image_copy(),
            data,
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(u32::try_from(data.len() / 4).unwrap()),
                rows_per_image: None,
            },
            texture.size(),
        );
        texture.create_view(&wgpu::TextureViewDescriptor::default())
    })
    .collect();

    // Unfilterable formats have to be said so in the layout: an automatic one would refuse Rgba32Float.
    let texture = |binding, sample_type| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Texture {
            sample_type,
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        },
        count: None,
    };
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("textures"),
        entries: &[
            texture(0, wgpu::TextureSampleType::Float { filterable: false }),
            texture(1, wgpu::TextureSampleType::Sint),
            texture(2, wgpu::TextureSampleType::Uint),
            kit::storage_entry(3),
        ],
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: Some(&device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        })),
        module: &kit::shader(&device, SHADER),
        entry_point: None,
        compilation_options: Default::default(),
        cache: None,
    });
    let output = kit::storage_of_size(&device, 768);
    let mut resources: Vec<_> = textures.iter().map(wgpu::BindingResource::TextureView).collect();
    resources.push(output.as_entire_binding());
    let group = kit::bind(&device, &layout, &resources);
    let mut encoder = kit::encoder(&device);
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.dispatch_workgroups(1, 1, 1);
    drop(pass);
    queue.submit([encoder.finish()]);
    let found: Vec<f32> = kit::read(&device, &queue, &output);
    assert_eq!(found[12..16], floats[4..8]);
    assert_eq!(found[15 * 12 + 4], -16.0);
    assert_eq!(found[15 * 12 + 8], 240.0);
    r.floats("texels", &found, 0.0);
}
