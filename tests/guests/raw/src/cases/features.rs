//! All 22 feature names: a device is granted exactly those that the adapter has.

use crate::{
    Checks, kit,
    wit::{GpuDeviceDescriptor, GpuFeatureName as Name, RequestDeviceErrorKind},
};

const FEATURES: [(Name, &str); 22] = [
    (Name::CoreFeaturesAndLimits, "core-features-and-limits"),
    (Name::DepthClipControl, "depth-clip-control"),
    (Name::Depth32floatStencil8, "depth32float-stencil8"),
    (Name::TextureCompressionBc, "texture-compression-bc"),
    (Name::TextureCompressionBcSliced3d, "texture-compression-bc-sliced-3d"),
    (Name::TextureCompressionEtc2, "texture-compression-etc2"),
    (Name::TextureCompressionAstc, "texture-compression-astc"),
    (Name::TextureCompressionAstcSliced3d, "texture-compression-astc-sliced-3d"),
    (Name::TimestampQuery, "timestamp-query"),
    (Name::IndirectFirstInstance, "indirect-first-instance"),
    (Name::ShaderF16, "shader-f16"),
    (Name::Rg11b10ufloatRenderable, "rg11b10ufloat-renderable"),
    (Name::Bgra8unormStorage, "bgra8unorm-storage"),
    (Name::Float32Filterable, "float32-filterable"),
    (Name::Float32Blendable, "float32-blendable"),
    (Name::ClipDistances, "clip-distances"),
    (Name::DualSourceBlending, "dual-source-blending"),
    (Name::Subgroups, "subgroups"),
    (Name::TextureFormatsTier1, "texture-formats-tier1"),
    (Name::TextureFormatsTier2, "texture-formats-tier2"),
    (Name::PrimitiveIndex, "primitive-index"),
    (Name::TextureComponentSwizzle, "texture-component-swizzle"),
];

pub async fn run(c: &mut Checks) {
    let adapter = kit::adapter().await;
    let of_adapter = adapter.features();
    c.that("core features", of_adapter.has("core-features-and-limits"));
    c.that("a name that nobody knows", !of_adapter.has("telepathy") && !of_adapter.has(""));
    let mut all = Vec::new();
    for (feature, name) in FEATURES {
        let descriptor = GpuDeviceDescriptor {
            required_features: Some(vec![feature, feature]),
            required_limits: None,
            default_queue: None,
            label: None,
        };
        match (adapter.request_device(Some(descriptor)).await, of_adapter.has(name)) {
            (Ok(device), true) => {
                c.that(&format!("{name}: the device has it"), device.features().has(name));
                all.push(feature);
            }
            (Err(error), false) => {
                c.that(&format!("{name}: the kind"), matches!(error.kind, RequestDeviceErrorKind::TypeError));
                c.that(&format!("{name}: the message names it"), error.message.contains(name));
            }
            (Ok(_), false) => c.fail(format!("{name}: granted, though the adapter lacks it")),
            (Err(error), true) => c.fail(format!("{name}: refused, though the adapter has it: {error:?}")),
        }
    }
    let descriptor = GpuDeviceDescriptor {
        required_features: Some(all),
        required_limits: None,
        default_queue: None,
        label: None,
    };
    c.granted("all at once", adapter.request_device(Some(descriptor)).await);
    let plain = kit::device().await.features();
    c.that("core features, unasked", plain.has("core-features-and-limits"));
    c.that("no other, unasked", !plain.has("timestamp-query") && !plain.has("shader-f16"));
}
