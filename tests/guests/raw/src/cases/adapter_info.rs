//! The adapter, also through its device, says who it is.

use crate::{Checks, kit};

pub async fn run(c: &mut Checks) {
    let adapter = kit::adapter().await;
    let device = adapter.request_device(None).await.expect("the adapter gives a device");
    let (info, of_device) = (adapter.info(), device.adapter_info());
    c.that("the description names the adapter", !info.description().is_empty());
    c.equal("description", of_device.description(), info.description());
    c.equal("vendor", of_device.vendor(), info.vendor());
    c.equal("architecture", of_device.architecture(), info.architecture());
    c.equal("device", of_device.device(), info.device());
    c.equal("fallback", of_device.is_fallback_adapter(), info.is_fallback_adapter());
    c.that("subgroup sizes in order", info.subgroup_min_size() <= info.subgroup_max_size());
    c.that("subgroup sizes as in WebGPU", info.subgroup_min_size() >= 4 && info.subgroup_max_size() <= 128);
    let gpu = crate::wit::get_gpu();
    c.that(
        "preferred canvas format",
        matches!(
            gpu.get_preferred_canvas_format(),
            crate::wit::GpuTextureFormat::Bgra8unorm | crate::wit::GpuTextureFormat::Rgba8unorm
        ),
    );
    let features = gpu.wgsl_language_features();
    c.that("no such language feature", !features.has("nobody_knows_this"));
    c.that("nor this", !features.has(""));
}
