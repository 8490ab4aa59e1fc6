//! Every format that WebGPU has: made where the device may, refused where it may not, alike.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let features = gpu.adapter.features() & wgpu::Features::all_webgpu_mask();
    let (plain, _queue) = gpu.device().await;
    let (rich, queue) = gpu.device_with(features, wgpu::Limits::default()).await;
    for format in formats() {
        let (width, height) = format.block_dimensions();
        for (name, device) in [("plain", &plain), ("rich", &rich)] {
            r.caught(format!("{format:?}, {name}"), device, || {
                kit::texture_2d(device, [width * 4, height * 4], format, wgpu::TextureUsages::TEXTURE_BINDING)
            })
            .await;
        }
        let needed = format.required_features();
        let color = format
            .block_copy_size(None)
            .filter(|_| !format.has_depth_aspect() && !format.has_stencil_aspect());
        let (Some(block), true) = (color, features.contains(needed)) else { continue };
        let usage = wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC;
        let texture = kit::texture_2d(&rich, [width * 4, height * 4], format, usage);
        let data: Vec<u8> = (0..block * 16).map(|at| (at * 7 % 251) as u8).collect();
        queue.write_texture(
            texture.as_image_copy(),
            &data,
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(block * 4), rows_per_image: None },
            texture.size(),
        );
        let staging = kit::buffer(&rich, 1024, wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST);
        let mut encoder = kit::encoder(&rich);
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &staging,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(256),
                    rows_per_image: None,
                },
            },
            texture.size(),
        );
        queue.submit([encoder.finish()]);
        r.number(format!("{format:?}, contents"), kit::checksum(&kit::read_bytes(&rich, &queue, &staging)));
    }
}

/// The formats of WebGPU.
fn formats() -> Vec<wgpu::TextureFormat> {
    use wgpu::{AstcBlock as B, AstcChannel, TextureFormat as F};
    let mut formats = vec![
        F::R8Unorm,
        F::R8Snorm,
        F::R8Uint,
        F::R8Sint,
        F::R16Uint,
        F::R16Sint,
        F::R16Float,
        F::Rg8Unorm,
        F::Rg8Snorm,
        F::Rg8Uint,
        F::Rg8Sint,
        F::R32Uint,
        F::R32Sint,
        F::R32Float,
        F::Rg16Uint,
        F::Rg16Sint,
        F::Rg16Float,
        F::Rgba8Unorm,
        F::Rgba8UnormSrgb,
        F::Rgba8Snorm,
        F::Rgba8Uint,
        F::Rgba8Sint,
        F::Bgra8Unorm,
        F::Bgra8UnormSrgb,
        F::Rgb9e5Ufloat,
        F::Rgb10a2Uint,
        F::Rgb10a2Unorm,
        F::Rg11b10Ufloat,
        F::Rg32Uint,
        F::Rg32Sint,
        F::Rg32Float,
        F::Rgba16Uint,
        F::Rgba16Sint,
        F::Rgba16Float,
        F::Rgba32Uint,
        F::Rgba32Sint,
        F::Rgba32Float,
        F::Stencil8,
        F::Depth16Unorm,
        F::Depth24Plus,
        F::Depth24PlusStencil8,
        F::Depth32Float,
        F::Depth32FloatStencil8,
        F::Bc1RgbaUnorm,
        F::Bc1RgbaUnormSrgb,
        F::Bc2RgbaUnorm,
        F::Bc2RgbaUnormSrgb,
        F::Bc3RgbaUnorm,
        F::Bc3RgbaUnormSrgb,
        F::Bc4RUnorm,
        F::Bc4RSnorm,
        F::Bc5RgUnorm,
        F::Bc5RgSnorm,
        F::Bc6hRgbUfloat,
        F::Bc6hRgbFloat,
        F::Bc7RgbaUnorm,
        F::Bc7RgbaUnormSrgb,
        F::Etc2Rgb8Unorm,
        F::Etc2Rgb8UnormSrgb,
        F::Etc2Rgb8A1Unorm,
        F::Etc2Rgb8A1UnormSrgb,
        F::Etc2Rgba8Unorm,
        F::Etc2Rgba8UnormSrgb,
        F::EacR11Unorm,
        F::EacR11Snorm,
        F::EacRg11Unorm,
        F::EacRg11Snorm,
    ];
    for block in [
        B::B4x4,
        B::B5x4,
        B::B5x5,
        B::B6x5,
        B::B6x6,
        B::B8x5,
        B::B8x6,
        B::B8x8,
        B::B10x5,
        B::B10x6,
        B::B10x8,
        B::B10x10,
        B::B12x10,
        B::B12x12,
    ] {
        for channel in [AstcChannel::Unorm, AstcChannel::UnormSrgb] {
            formats.push(F::Astc { block, channel });
        }
    }
    formats
}
