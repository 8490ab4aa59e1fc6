//! Textures that are refused.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::{TextureDimension as D, TextureFormat as F, TextureUsages as U};
    let (device, _queue) = gpu.device().await;
    let limits = device.limits();
    for (
        name,
        dimension,
        [width, height, depth_or_array_layers],
        mip_level_count,
        sample_count,
        format,
        usage,
    ) in [
        ("good", D::D2, [16, 16, 1], 5, 1, F::Rgba8Unorm, U::COPY_DST),
        ("no width", D::D2, [0, 16, 1], 1, 1, F::Rgba8Unorm, U::COPY_DST),
        ("no layers", D::D2, [16, 16, 0], 1, 1, F::Rgba8Unorm, U::COPY_DST),
        ("no usage", D::D2, [16, 16, 1], 1, 1, F::Rgba8Unorm, U::empty()),
        ("too wide", D::D2, [limits.max_texture_dimension_2d + 1, 1, 1], 1, 1, F::Rgba8Unorm, U::COPY_DST),
        ("absurdly wide", D::D2, [u32::MAX, u32::MAX, u32::MAX], 1, 1, F::Rgba8Unorm, U::COPY_DST),
        (
            "too many layers",
            D::D2,
            [1, 1, limits.max_texture_array_layers + 1],
            1,
            1,
            F::R8Unorm,
            U::COPY_DST,
        ),
        ("too deep", D::D3, [1, 1, limits.max_texture_dimension_3d + 1], 1, 1, F::R8Unorm, U::COPY_DST),
        ("too many mip levels", D::D2, [16, 16, 1], 6, 1, F::Rgba8Unorm, U::COPY_DST),
        ("no mip levels", D::D2, [16, 16, 1], 0, 1, F::Rgba8Unorm, U::COPY_DST),
        ("mip levels in 1D", D::D1, [16, 1, 1], 2, 1, F::R8Unorm, U::COPY_DST),
        ("height in 1D", D::D1, [16, 2, 1], 1, 1, F::R8Unorm, U::COPY_DST),
        ("depth in 3D", D::D3, [16, 16, 16], 1, 1, F::Depth32Float, U::COPY_DST),
        ("three samples", D::D2, [16, 16, 1], 1, 3, F::Rgba8Unorm, U::RENDER_ATTACHMENT),
        ("samples and mip levels", D::D2, [16, 16, 1], 2, 4, F::Rgba8Unorm, U::RENDER_ATTACHMENT),
        ("samples without a target", D::D2, [16, 16, 1], 1, 4, F::Rgba8Unorm, U::TEXTURE_BINDING),
        ("storage of sRGB", D::D2, [16, 16, 1], 1, 1, F::Rgba8UnormSrgb, U::STORAGE_BINDING),
        ("storage of depth", D::D2, [16, 16, 1], 1, 1, F::Depth32Float, U::STORAGE_BINDING),
        ("feature not asked for", D::D2, [16, 16, 1], 1, 1, F::Bc1RgbaUnorm, U::COPY_DST),
        ("target of RGB9E5", D::D2, [16, 16, 1], 1, 1, F::Rgb9e5Ufloat, U::RENDER_ATTACHMENT),
    ] {
        r.caught(name, &device, || {
            device.create_texture(&wgpu::TextureDescriptor {
                label: None,
                size: wgpu::Extent3d { width, height, depth_or_array_layers },
                mip_level_count,
                sample_count,
                dimension,
                format,
                usage,
                view_formats: &[],
            })
        })
        .await;
    }
    r.caught("view format of another kind", &device, || {
        device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: 16, height: 16, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: D::D2,
            format: F::Rgba8Unorm,
            usage: U::COPY_DST,
            view_formats: &[F::R32Uint],
        })
    })
    .await;
}
