//! A texture with mip levels, sampled with derivatives in a fragment shader.

use crate::{
    Gpu, Report,
    canvas::{self, Draw},
    kit,
};

const SHADER: &str = "
    struct Out { @builtin(position) position: vec4<f32>, @location(0) uv: vec2<f32> }
    @group(0) @binding(0) var image: texture_2d<f32>;
    @group(0) @binding(1) var tap: sampler;
    @vertex fn vertex(@builtin(vertex_index) index: u32) -> Out {
        let at = vec2<f32>(f32(index & 1u), f32(index >> 1u));
        return Out(vec4<f32>(at * 4.0 - 1.0, 0.0, 1.0), at * 8.0);
    }
    @fragment fn fragment(in: Out) -> @location(0) vec4<f32> {
        return textureSample(image, tap, in.uv * in.uv);
    }
";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let image = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: 16, height: 16, depth_or_array_layers: 1 },
        mip_level_count: 5,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    for level in 0..5_u32 {
        let width = 16 >> level;
        let shade = [level as u8 * 60, 255 - level as u8 * 50, 40, 255];
        queue.write_texture(
            wgpu::TexelCopyTextureInfo { mip_level: level, ..image.as_image_copy() },
            &shade.repeat((width * width) as usize),
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 4), rows_per_image: None },
            wgpu::Extent3d { width, height: width, depth_or_array_layers: 1 },
        );
    }
    for (name, mipmap_filter, lod_max_clamp, anisotropy_clamp) in [
        ("nearest level", wgpu::MipmapFilterMode::Nearest, 32.0, 1),
        ("between levels", wgpu::MipmapFilterMode::Linear, 32.0, 1),
        ("two levels", wgpu::MipmapFilterMode::Linear, 1.0, 1),
        ("anisotropic", wgpu::MipmapFilterMode::Linear, 32.0, 4),
    ] {
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            address_mode_u: wgpu::AddressMode::Repeat,
            address_mode_v: wgpu::AddressMode::Repeat,
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            mipmap_filter,
            lod_max_clamp,
            anisotropy_clamp,
            ..Default::default()
        });
        let pipeline = Draw::new(SHADER).pipeline(&device);
        let view = kit::view(&image);
        let resources = [wgpu::BindingResource::TextureView(&view), wgpu::BindingResource::Sampler(&sampler)];
        let group = kit::bind(&device, &pipeline.get_bind_group_layout(0), &resources);
        let target = canvas::target(&device, [32, 32], wgpu::TextureFormat::Rgba8Unorm);
        let view = kit::view(&target);
        let mut encoder = kit::encoder(&device);
        let mut pass = canvas::pass(&mut encoder, &view);
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.draw(0..3, 0..1);
        drop(pass);
        queue.submit([encoder.finish()]);
        r.bytes(name, kit::read_texture(&device, &queue, &target));
    }
}
