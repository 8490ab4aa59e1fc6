//! The WGSL language extensions are the same on both sides, and those that are named compile.

use wgpu::WgslLanguageFeatures as Feature;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, _queue) = gpu.device().await;
    let features = gpu.instance.wgsl_language_features();
    for (feature, name) in [
        (Feature::ReadOnlyAndReadWriteStorageTextures, "readonly_and_readwrite_storage_textures"),
        (Feature::Packed4x8IntegerDotProduct, "packed_4x8_integer_dot_product"),
        (Feature::UnrestrictedPointerParameters, "unrestricted_pointer_parameters"),
        (Feature::PointerCompositeAccess, "pointer_composite_access"),
    ] {
        r.number(name, features.contains(feature.clone()));
        if features.contains(feature) {
            r.caught(format!("requires {name}"), &device, || {
                kit::shader(&device, &format!("requires {name};\n"))
            })
            .await;
        }
    }
}
