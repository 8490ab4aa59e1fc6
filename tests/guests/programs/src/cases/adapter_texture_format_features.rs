//! What an adapter says of a format covers at least what WebGPU guarantees.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    use wgpu::TextureFormat::{
        Bgra8Unorm, Depth24PlusStencil8, Depth32Float, R8Unorm, R32Float, R32Uint, Rg32Float, Rgba8Snorm,
        Rgba8Unorm, Rgba8UnormSrgb, Rgba16Float, Rgba32Float,
    };
    let features = gpu.adapter.features() & wgpu::Features::all_webgpu_mask();
    for format in [
        R8Unorm,
        R32Float,
        R32Uint,
        Rg32Float,
        Rgba8Unorm,
        Rgba8UnormSrgb,
        Rgba8Snorm,
        Bgra8Unorm,
        Rgba16Float,
        Rgba32Float,
        Depth32Float,
        Depth24PlusStencil8,
    ] {
        let guaranteed = format.guaranteed_format_features(features);
        let said = gpu.adapter.get_texture_format_features(format);
        r.number(format!("{format:?} usages"), said.allowed_usages.contains(guaranteed.allowed_usages));
        let sampling =
            wgpu::TextureFormatFeatureFlags::FILTERABLE | wgpu::TextureFormatFeatureFlags::MULTISAMPLE_X4;
        r.number(format!("{format:?} flags"), said.flags.contains(guaranteed.flags & sampling));
    }
}
