//! Every texture format and every vertex format can be named: made, or refused with an error.

use crate::{
    Checks, kit,
    wit::{GpuExtent3D, GpuTextureDescriptor, GpuTextureFormat as F, GpuTextureUsage},
};

#[rustfmt::skip]
const FORMATS: [F; 101] = [
    F::R8unorm, F::R8snorm, F::R8uint, F::R8sint, F::R16unorm, F::R16snorm, F::R16uint, F::R16sint, F::R16float,
    F::Rg8unorm, F::Rg8snorm, F::Rg8uint, F::Rg8sint, F::R32uint, F::R32sint, F::R32float, F::Rg16unorm,
    F::Rg16snorm, F::Rg16uint, F::Rg16sint, F::Rg16float, F::Rgba8unorm, F::Rgba8unormSrgb, F::Rgba8snorm,
    F::Rgba8uint, F::Rgba8sint, F::Bgra8unorm, F::Bgra8unormSrgb, F::Rgb9e5ufloat, F::Rgb10a2uint,
    F::Rgb10a2unorm, F::Rg11b10ufloat, F::Rg32uint, F::Rg32sint, F::Rg32float, F::Rgba16unorm, F::Rgba16snorm,
    F::Rgba16uint, F::Rgba16sint, F::Rgba16float, F::Rgba32uint, F::Rgba32sint, F::Rgba32float, F::Stencil8,
    F::Depth16unorm, F::Depth24plus, F::Depth24plusStencil8, F::Depth32float, F::Depth32floatStencil8,
    F::Bc1RgbaUnorm, F::Bc1RgbaUnormSrgb, F::Bc2RgbaUnorm, F::Bc2RgbaUnormSrgb, F::Bc3RgbaUnorm,
    F::Bc3RgbaUnormSrgb, F::Bc4RUnorm, F::Bc4RSnorm, F::Bc5RgUnorm, F::Bc5RgSnorm, F::Bc6hRgbUfloat,
    F::Bc6hRgbFloat, F::Bc7RgbaUnorm, F::Bc7RgbaUnormSrgb, F::Etc2Rgb8unorm, F::Etc2Rgb8unormSrgb,
    F::Etc2Rgb8a1unorm, F::Etc2Rgb8a1unormSrgb, F::Etc2Rgba8unorm, F::Etc2Rgba8unormSrgb, F::EacR11unorm,
    F::EacR11snorm, F::EacRg11unorm, F::EacRg11snorm, F::Astc4x4Unorm, F::Astc4x4UnormSrgb, F::Astc5x4Unorm,
    F::Astc5x4UnormSrgb, F::Astc5x5Unorm, F::Astc5x5UnormSrgb, F::Astc6x5Unorm, F::Astc6x5UnormSrgb,
    F::Astc6x6Unorm, F::Astc6x6UnormSrgb, F::Astc8x5Unorm, F::Astc8x5UnormSrgb, F::Astc8x6Unorm,
    F::Astc8x6UnormSrgb, F::Astc8x8Unorm, F::Astc8x8UnormSrgb, F::Astc10x5Unorm, F::Astc10x5UnormSrgb,
    F::Astc10x6Unorm, F::Astc10x6UnormSrgb, F::Astc10x8Unorm, F::Astc10x8UnormSrgb,
    F::Astc10x10Unorm, F::Astc10x10UnormSrgb, F::Astc12x10Unorm, F::Astc12x10UnormSrgb, F::Astc12x12Unorm, F::Astc12x12UnormSrgb,
];

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let mut made = 0;
    for format in FORMATS {
        let (texture, caught) = kit::caught(&device, || {
            // A size that whole blocks of any format fill.
            let size = GpuExtent3D { width: 120, height: Some(120), depth_or_array_layers: None };
            device.create_texture(&GpuTextureDescriptor {
                size,
                mip_level_count: None,
                sample_count: None,
                dimension: None,
                format,
                usage: GpuTextureUsage::TEXTURE_BINDING,
                view_formats: Some(vec![format]),
                texture_binding_view_dimension: None,
                label: None,
            })
        })
        .await;
        c.that("a format is itself", texture.format() as u32 == format as u32);
        match caught {
            kit::Caught::Nothing => made += 1,
            kit::Caught::Validation(_) => {}
            other => c.fail(format!("{format:?}: {other:?}")),
        }
    }
    c.that("the plain ones are made", made >= 39);
}
