//! Every getter of a texture; the usages and view options that only the WIT has.

use crate::{
    Checks, kit,
    wit::{
        GpuExtent3D, GpuTextureDescriptor, GpuTextureDimension, GpuTextureFormat, GpuTextureUsage,
        GpuTextureViewDescriptor, GpuTextureViewDimension,
    },
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let descriptor = |usage, texture_binding_view_dimension| GpuTextureDescriptor {
        size: GpuExtent3D { width: 16, height: Some(16), depth_or_array_layers: Some(6) },
        mip_level_count: Some(3),
        sample_count: None,
        dimension: None,
        format: GpuTextureFormat::Rgba8unorm,
        usage,
        view_formats: Some(vec![GpuTextureFormat::Rgba8unormSrgb]),
        texture_binding_view_dimension,
        label: None,
    };
    let usage = GpuTextureUsage::TEXTURE_BINDING | GpuTextureUsage::COPY_DST;
    let texture = c.fine("create", &device, || device.create_texture(&descriptor(usage, None))).await;
    for _ in 0..2 {
        c.equal("width", texture.width(), 16);
        c.equal("height", texture.height(), 16);
        c.equal("layers", texture.depth_or_array_layers(), 6);
        c.equal("mip levels", texture.mip_level_count(), 3);
        c.equal("samples", texture.sample_count(), 1);
        c.that("dimension", matches!(texture.dimension(), GpuTextureDimension::D2));
        c.that("format", matches!(texture.format(), GpuTextureFormat::Rgba8unorm));
        c.that("usage", texture.usage() == usage);
        // Core adapters have no such restriction.
        let _ = texture.texture_binding_view_dimension();
        texture.destroy();
    }
    c.fine("with a view dimension", &device, || {
        device.create_texture(&descriptor(usage, Some(GpuTextureViewDimension::D2Array)))
    })
    .await;
    let (_, caught) = kit::caught(&device, || {
        device.create_texture(&descriptor(
            GpuTextureUsage::RENDER_ATTACHMENT | GpuTextureUsage::TRANSIENT_ATTACHMENT,
            None,
        ))
    })
    .await;
    c.that(
        "a transient attachment is made or refused",
        matches!(caught, kit::Caught::Nothing | kit::Caught::Validation(_)),
    );

    let texture = device.create_texture(&descriptor(usage, None));
    let view = |swizzle: Option<&str>, usage, dimension| {
        texture.create_view(Some(&GpuTextureViewDescriptor {
            format: Some(GpuTextureFormat::Rgba8unormSrgb),
            dimension,
            usage,
            aspect: None,
            base_mip_level: Some(1),
            mip_level_count: None,
            base_array_layer: None,
            array_layer_count: None,
            swizzle: swizzle.map(str::to_owned),
            label: None,
        }))
    };
    c.fine("a view", &device, || view(None, None, Some(GpuTextureViewDimension::Cube))).await;
    c.fine("a view in every option", &device, || {
        view(Some("rgba"), Some(GpuTextureUsage::TEXTURE_BINDING), Some(GpuTextureViewDimension::D2Array))
    })
    .await;
    c.invalid("a swizzle that is none", &device, || view(Some("xyzzy"), None, None)).await;
    c.invalid("a swizzle without the feature", &device, || view(Some("bgra"), None, None)).await;
    c.invalid("a usage that the texture lacks", &device, || {
        view(None, Some(GpuTextureUsage::STORAGE_BINDING), None)
    })
    .await;
    c.fine("a view of all defaults", &device, || texture.create_view(None)).await;
}
