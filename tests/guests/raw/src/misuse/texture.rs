//! Textures and views that can't be made.

use super::{gpu::*, *};

const NO_ATTACHMENT: GpuTextureUsage = GpuTextureUsage::COPY_DST.union(GpuTextureUsage::TEXTURE_BINDING);

async fn texture(gpu: &Gpu, descriptor: GpuTextureDescriptor) -> Answer {
    gpu.raises(|| gpu.create_texture(&descriptor)).await
}

async fn view(gpu: &Gpu, texture: GpuTextureDescriptor, view: GpuTextureViewDescriptor) -> Answer {
    let texture = gpu.create_texture(&texture);
    gpu.raises(|| texture.create_view(Some(&view))).await
}

pub async fn width_of_zero(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { size: size(0, 8), ..TEXTURE }).await
}

pub async fn layers_of_zero(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { size: volume(8, 8, 0), ..TEXTURE }).await
}

pub async fn size_of_32_bits(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { size: volume(u32::MAX, u32::MAX, u32::MAX), ..TEXTURE }).await
}

pub async fn width_over_the_limit(gpu: &Gpu) -> Answer {
    let width = gpu.limits().max_texture_dimension2_d() + 1;
    texture(gpu, GpuTextureDescriptor { size: size(width, 1), ..TEXTURE }).await
}

pub async fn layers_over_the_limit(gpu: &Gpu) -> Answer {
    let layers = gpu.limits().max_texture_array_layers() + 1;
    texture(gpu, GpuTextureDescriptor { size: volume(1, 1, layers), ..TEXTURE }).await
}

pub async fn depth_over_the_limit(gpu: &Gpu) -> Answer {
    let depth = gpu.limits().max_texture_dimension3_d() + 1;
    texture(
        gpu,
        GpuTextureDescriptor {
            size: volume(1, 1, depth),
            dimension: Some(GpuTextureDimension::D3),
            usage: NO_ATTACHMENT,
            ..TEXTURE
        },
    )
    .await
}

pub async fn d1_with_a_height(gpu: &Gpu) -> Answer {
    let dimension = Some(GpuTextureDimension::D1);
    texture(gpu, GpuTextureDescriptor { size: size(8, 2), dimension, usage: NO_ATTACHMENT, ..TEXTURE }).await
}

pub async fn d1_with_levels(gpu: &Gpu) -> Answer {
    texture(
        gpu,
        GpuTextureDescriptor {
            size: size(8, 1),
            dimension: Some(GpuTextureDimension::D1),
            mip_level_count: Some(2),
            usage: NO_ATTACHMENT,
            ..TEXTURE
        },
    )
    .await
}

pub async fn d1_as_attachment(gpu: &Gpu) -> Answer {
    let dimension = Some(GpuTextureDimension::D1);
    texture(gpu, GpuTextureDescriptor { size: size(8, 1), dimension, ..TEXTURE }).await
}

pub async fn d3_of_depth(gpu: &Gpu) -> Answer {
    texture(
        gpu,
        GpuTextureDescriptor {
            dimension: Some(GpuTextureDimension::D3),
            format: GpuTextureFormat::Depth32float,
            usage: GpuTextureUsage::TEXTURE_BINDING,
            ..TEXTURE
        },
    )
    .await
}

pub async fn levels_of_zero(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { mip_level_count: Some(0), ..TEXTURE }).await
}

pub async fn levels_too_many(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { mip_level_count: Some(5), ..TEXTURE }).await
}

pub async fn levels_of_32_bits(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { mip_level_count: Some(u32::MAX), ..TEXTURE }).await
}

pub async fn samples_of_zero(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { sample_count: Some(0), ..TEXTURE }).await
}

pub async fn samples_of_three(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { sample_count: Some(3), ..TEXTURE }).await
}

pub async fn samples_of_32_bits(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { sample_count: Some(u32::MAX), ..TEXTURE }).await
}

pub async fn samples_with_levels(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { sample_count: Some(4), mip_level_count: Some(2), ..TEXTURE }).await
}

pub async fn samples_with_layers(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { sample_count: Some(4), size: volume(8, 8, 2), ..TEXTURE }).await
}

pub async fn samples_without_attachment(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::TEXTURE_BINDING;
    texture(gpu, GpuTextureDescriptor { sample_count: Some(4), usage, ..TEXTURE }).await
}

pub async fn samples_with_storage(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::RENDER_ATTACHMENT | GpuTextureUsage::STORAGE_BINDING;
    texture(gpu, GpuTextureDescriptor { sample_count: Some(4), usage, ..TEXTURE }).await
}

pub async fn samples_of_integers_of_32_bits(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::R32uint;
    texture(gpu, GpuTextureDescriptor { sample_count: Some(4), format, ..TEXTURE }).await
}

pub async fn usage_of_nothing(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { usage: GpuTextureUsage::empty(), ..TEXTURE }).await
}

pub async fn usage_of_transient_alone(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { usage: GpuTextureUsage::TRANSIENT_ATTACHMENT, ..TEXTURE }).await
}

pub async fn usage_of_transient_and_copy(gpu: &Gpu) -> Answer {
    let usage = GpuTextureUsage::TRANSIENT_ATTACHMENT
        | GpuTextureUsage::RENDER_ATTACHMENT
        | GpuTextureUsage::COPY_SRC;
    texture(gpu, GpuTextureDescriptor { usage, ..TEXTURE }).await
}

pub async fn storage_of_srgb(gpu: &Gpu) -> Answer {
    let (format, usage) = (GpuTextureFormat::Rgba8unormSrgb, GpuTextureUsage::STORAGE_BINDING);
    texture(gpu, GpuTextureDescriptor { format, usage, ..TEXTURE }).await
}

pub async fn storage_of_depth(gpu: &Gpu) -> Answer {
    let (format, usage) = (GpuTextureFormat::Depth32float, GpuTextureUsage::STORAGE_BINDING);
    texture(gpu, GpuTextureDescriptor { format, usage, ..TEXTURE }).await
}

pub async fn attachment_of_shared_exponents(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { format: GpuTextureFormat::Rgb9e5ufloat, ..TEXTURE }).await
}

pub async fn compressed_without_the_feature(gpu: &Gpu) -> Answer {
    let format = GpuTextureFormat::Astc12x12UnormSrgb;
    texture(gpu, GpuTextureDescriptor { format, size: size(12, 12), usage: NO_ATTACHMENT, ..TEXTURE }).await
}

pub async fn sixteen_bits_without_the_feature(gpu: &Gpu) -> Answer {
    texture(gpu, GpuTextureDescriptor { format: GpuTextureFormat::Rgba16unorm, ..TEXTURE }).await
}

pub async fn depth_and_stencil_without_the_feature(gpu: &Gpu) -> Answer {
    let (format, usage) = (GpuTextureFormat::Depth32floatStencil8, GpuTextureUsage::RENDER_ATTACHMENT);
    texture(gpu, GpuTextureDescriptor { format, usage, ..TEXTURE }).await
}

pub async fn view_format_of_another_kind(gpu: &Gpu) -> Answer {
    let view_formats = Some(vec![GpuTextureFormat::R32float]);
    texture(gpu, GpuTextureDescriptor { view_formats, ..TEXTURE }).await
}

pub async fn view_formats_by_the_thousand(gpu: &Gpu) -> Answer {
    let view_formats = Some(vec![GpuTextureFormat::Rgba8unormSrgb; 10_000]);
    texture(gpu, GpuTextureDescriptor { view_formats, ..TEXTURE }).await
}

pub async fn destroy_twice(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    gpu.raises(|| (texture.destroy(), texture.destroy())).await
}

pub async fn destroyed_and_submitted(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let target = gpu.buffer(4096, GpuBufferUsage::COPY_DST);
    gpu.submits(|encoder| {
        encoder.copy_texture_to_buffer(&texels(&texture), &rows(&target), size(8, 8));
        texture.destroy();
    })
    .await
}

pub async fn destroyed_and_rendered_to(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let view = texture.create_view(None);
    gpu.submits(|encoder| {
        encoder.begin_render_pass(&pass([color(&view)])).end();
        texture.destroy();
    })
    .await
}

// WebGPU finds out at the submit; wgpu refuses it at once, as documented.
pub async fn destroyed_and_viewed(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    texture.destroy();
    gpu.raises(|| texture.create_view(None)).await
}

pub async fn invalid_and_viewed(gpu: &Gpu) -> Answer {
    let descriptor = GpuTextureDescriptor { size: size(0, 0), ..TEXTURE };
    let (texture, _) = kit::caught(gpu, || gpu.create_texture(&descriptor)).await;
    gpu.raises(|| texture.create_view(None)).await
}

pub async fn thousands(gpu: &Gpu) -> Answer {
    gpu.raises(|| (0..1000).map(|_| gpu.create_texture(&TEXTURE)).collect::<Vec<_>>()).await
}

pub async fn views_by_the_thousand(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    gpu.raises(|| (0..5000).map(|_| texture.create_view(None)).collect::<Vec<_>>()).await
}

pub async fn view_of_another_format(gpu: &Gpu) -> Answer {
    let format = Some(GpuTextureFormat::Rgba8unormSrgb);
    view(gpu, TEXTURE, GpuTextureViewDescriptor { format, ..VIEW }).await
}

pub async fn view_as_d3(gpu: &Gpu) -> Answer {
    let dimension = Some(GpuTextureViewDimension::D3);
    view(gpu, TEXTURE, GpuTextureViewDescriptor { dimension, ..VIEW }).await
}

pub async fn view_as_d1(gpu: &Gpu) -> Answer {
    let dimension = Some(GpuTextureViewDimension::D1);
    view(gpu, TEXTURE, GpuTextureViewDescriptor { dimension, ..VIEW }).await
}

pub async fn view_as_cube_of_five_layers(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { size: volume(8, 8, 5), ..TEXTURE };
    let dimension = Some(GpuTextureViewDimension::Cube);
    view(gpu, texture, GpuTextureViewDescriptor { dimension, ..VIEW }).await
}

pub async fn view_as_cube_that_is_not_square(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { size: volume(8, 4, 6), ..TEXTURE };
    let dimension = Some(GpuTextureViewDimension::Cube);
    view(gpu, texture, GpuTextureViewDescriptor { dimension, ..VIEW }).await
}

pub async fn view_as_cube_array_of_seven_layers(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { size: volume(8, 8, 7), ..TEXTURE };
    let dimension = Some(GpuTextureViewDimension::CubeArray);
    view(gpu, texture, GpuTextureViewDescriptor { dimension, ..VIEW }).await
}

pub async fn view_of_a_level_that_is_not_there(gpu: &Gpu) -> Answer {
    view(gpu, TEXTURE, GpuTextureViewDescriptor { base_mip_level: Some(1), ..VIEW }).await
}

pub async fn view_of_no_level(gpu: &Gpu) -> Answer {
    view(gpu, TEXTURE, GpuTextureViewDescriptor { mip_level_count: Some(0), ..VIEW }).await
}

pub async fn view_of_levels_that_overflow(gpu: &Gpu) -> Answer {
    let (base_mip_level, mip_level_count) = (Some(u32::MAX), Some(u32::MAX));
    view(gpu, TEXTURE, GpuTextureViewDescriptor { base_mip_level, mip_level_count, ..VIEW }).await
}

pub async fn view_of_a_layer_that_is_not_there(gpu: &Gpu) -> Answer {
    view(gpu, TEXTURE, GpuTextureViewDescriptor { base_array_layer: Some(1), ..VIEW }).await
}

pub async fn view_of_no_layer(gpu: &Gpu) -> Answer {
    view(gpu, TEXTURE, GpuTextureViewDescriptor { array_layer_count: Some(0), ..VIEW }).await
}

pub async fn view_of_layers_that_overflow(gpu: &Gpu) -> Answer {
    let (base_array_layer, array_layer_count) = (Some(u32::MAX), Some(u32::MAX));
    view(gpu, TEXTURE, GpuTextureViewDescriptor { base_array_layer, array_layer_count, ..VIEW }).await
}

pub async fn view_of_the_depth_of_a_color(gpu: &Gpu) -> Answer {
    let aspect = Some(GpuTextureAspect::DepthOnly);
    view(gpu, TEXTURE, GpuTextureViewDescriptor { aspect, ..VIEW }).await
}

pub async fn view_of_the_stencil_of_a_depth(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { format: GpuTextureFormat::Depth32float, ..TEXTURE };
    let aspect = Some(GpuTextureAspect::StencilOnly);
    view(gpu, texture, GpuTextureViewDescriptor { aspect, ..VIEW }).await
}

pub async fn view_of_more_usage(gpu: &Gpu) -> Answer {
    let usage = Some(GpuTextureUsage::STORAGE_BINDING);
    view(gpu, TEXTURE, GpuTextureViewDescriptor { usage, ..VIEW }).await
}

pub async fn view_with_a_swizzle(gpu: &Gpu) -> Answer {
    view(gpu, TEXTURE, GpuTextureViewDescriptor { swizzle: Some("bgra".to_owned()), ..VIEW }).await
}

pub async fn view_with_a_swizzle_that_is_none(gpu: &Gpu) -> Answer {
    view(gpu, TEXTURE, GpuTextureViewDescriptor { swizzle: Some("\0ü".repeat(1 << 18)), ..VIEW }).await
}
