//! Textures and views say what they were made as.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    use wgpu::{TextureDimension as D, TextureFormat as F, TextureUsages as U};
    for (dimension, [width, height, depth_or_array_layers], mip_level_count, sample_count, format, usage) in [
        (D::D1, [16, 1, 1], 1, 1, F::R32Uint, U::COPY_DST | U::STORAGE_BINDING),
        (
            D::D2,
            [64, 32, 5],
            6,
            1,
            F::Rgba8UnormSrgb,
            U::TEXTURE_BINDING | U::COPY_SRC | U::RENDER_ATTACHMENT,
        ),
        (D::D2, [20, 30, 1], 1, 4, F::Depth24PlusStencil8, U::RENDER_ATTACHMENT),
        (D::D3, [8, 8, 8], 4, 1, F::Rg16Float, U::TEXTURE_BINDING),
    ] {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("a texture"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers },
            mip_level_count,
            sample_count,
            dimension,
            format,
            usage,
            view_formats: &[],
        });
        r.text("size", format!("{:?}", texture.size()));
        r.number("mip levels", texture.mip_level_count());
        r.number("samples", texture.sample_count());
        r.text("dimension", format!("{:?}", texture.dimension()));
        r.text("format", format!("{:?}", texture.format()));
        r.text("usage", format!("{:?}", texture.usage()));
        r.number("the view knows its texture", *kit::view(&texture).texture() == texture);
        texture.destroy();
        texture.destroy();
        r.text("after destroy", format!("{:?}", texture.size()));
    }
}
