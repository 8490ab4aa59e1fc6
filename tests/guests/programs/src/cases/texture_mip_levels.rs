//! A chain of mip levels, each made from the one before by a compute shader through views.

use crate::{Gpu, Report, kit};

const SHADER: &str = "
    @group(0) @binding(0) var source: texture_2d<f32>;
    @group(0) @binding(1) var to: texture_storage_2d<rgba8unorm, write>;

    @compute @workgroup_size(8, 8)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let at = id.xy * 2u;
        let sum = textureLoad(source, at, 0) + textureLoad(source, at + vec2<u32>(1u, 0u), 0)
            + textureLoad(source, at + vec2<u32>(0u, 1u), 0) + textureLoad(source, at + vec2<u32>(1u, 1u), 0);
        if all(id.xy < textureDimensions(to)) { textureStore(to, id.xy, sum / 4.0); }
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 64, height: 64, depth_or_array_layers: 1 },
        mip_level_count: 7,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::STORAGE_BINDING
            | wgpu::TextureUsages::COPY_SRC
            | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    queue.write_texture(
        texture.as_image_copy(),
        bytemuck::cast_slice(&kit::noise(64 * 64, 51)),
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256), rows_per_image: None },
        texture.size(),
    );
    let level = |base_mip_level| {
        texture.create_view(&wgpu::TextureViewDescriptor {
            base_mip_level,
            mip_level_count: Some(1),
            ..Default::default()
        })
    };
    let pipeline = kit::compute_pipeline(&device, SHADER, "main");
    for to in 1..7 {
        let views = [level(to - 1), level(to)];
        let resources = views.each_ref().map(wgpu::BindingResource::TextureView);
        kit::dispatch(&device, &queue, &pipeline, &resources, [4, 4, 1]);
    }
    for level in 0..7 {
        let found = kit::read_texture_level(&device, &queue, &texture, level, wgpu::TextureAspect::All);
        r.bytes(format!("level {level}"), found);
    }
}
