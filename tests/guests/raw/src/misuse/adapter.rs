//! Requests that no adapter can grant.

use super::{gpu::*, *};

fn limits(limits: &[(&str, Option<u64>)]) -> Option<GpuDeviceDescriptor> {
    let record = RecordOptionGpuSize64::new();
    for (name, value) in limits {
        record.add(name, *value);
    }
    Some(GpuDeviceDescriptor {
        required_features: None,
        required_limits: Some(record),
        default_queue: None,
        label: None,
    })
}

fn features(features: &[GpuFeatureName]) -> Option<GpuDeviceDescriptor> {
    Some(GpuDeviceDescriptor {
        required_features: Some(features.to_vec()),
        required_limits: None,
        default_queue: None,
        label: None,
    })
}

async fn requires(gpu: &Gpu, name: &str, value: u64) -> Answer {
    Answer::of(gpu.adapter.request_device(limits(&[(name, Some(value))])).await)
}

pub async fn limit_unknown(gpu: &Gpu) -> Answer {
    requires(gpu, "maxTelepathy", 1).await
}

pub async fn limit_unknown_beside_known(gpu: &Gpu) -> Answer {
    let descriptor = limits(&[("maxBindGroups", Some(4)), ("maxTelepathy", Some(1))]);
    Answer::of(gpu.adapter.request_device(descriptor).await)
}

// A value that is undefined asks for nothing, whatever its key.
pub async fn limit_unknown_without_value(gpu: &Gpu) -> Answer {
    Answer::of(gpu.adapter.request_device(limits(&[("maxTelepathy", None)])).await)
}

pub async fn limit_without_name(gpu: &Gpu) -> Answer {
    requires(gpu, "", 1).await
}

pub async fn limit_with_nul_in_its_name(gpu: &Gpu) -> Answer {
    requires(gpu, "maxBindGroups\0", 1).await
}

pub async fn limit_with_long_name(gpu: &Gpu) -> Answer {
    requires(gpu, &"x".repeat(60_000), 1).await
}

pub async fn limit_above_the_adapters(gpu: &Gpu) -> Answer {
    requires(gpu, "maxBindGroups", 10_000).await
}

// Cut to 32 bits it would be 4, which any adapter has.
pub async fn limit_above_32_bits(gpu: &Gpu) -> Answer {
    requires(gpu, "maxBindGroups", (1 << 32) + 4).await
}

pub async fn limit_of_64_bits(gpu: &Gpu) -> Answer {
    requires(gpu, "maxBufferSize", u64::MAX).await
}

pub async fn alignment_of_zero(gpu: &Gpu) -> Answer {
    requires(gpu, "minUniformBufferOffsetAlignment", 0).await
}

pub async fn alignment_that_is_no_power_of_two(gpu: &Gpu) -> Answer {
    requires(gpu, "minUniformBufferOffsetAlignment", 768).await
}

pub async fn alignment_of_one(gpu: &Gpu) -> Answer {
    requires(gpu, "minStorageBufferOffsetAlignment", 1).await
}

// Some of them no adapter here has.
pub async fn all_features(gpu: &Gpu) -> Answer {
    use GpuFeatureName as Feature;
    let all = [
        Feature::CoreFeaturesAndLimits,
        Feature::DepthClipControl,
        Feature::Depth32floatStencil8,
        Feature::TextureCompressionBc,
        Feature::TextureCompressionBcSliced3d,
        Feature::TextureCompressionEtc2,
        Feature::TextureCompressionAstc,
        Feature::TextureCompressionAstcSliced3d,
        Feature::TimestampQuery,
        Feature::IndirectFirstInstance,
        Feature::ShaderF16,
        Feature::Rg11b10ufloatRenderable,
        Feature::Bgra8unormStorage,
        Feature::Float32Filterable,
        Feature::Float32Blendable,
        Feature::ClipDistances,
        Feature::DualSourceBlending,
        Feature::Subgroups,
        Feature::TextureFormatsTier1,
        Feature::TextureFormatsTier2,
        Feature::PrimitiveIndex,
        Feature::TextureComponentSwizzle,
    ];
    Answer::of(gpu.adapter.request_device(features(&all)).await)
}

pub async fn feature_that_is_not_there(gpu: &Gpu) -> Answer {
    Answer::of(gpu.adapter.request_device(features(&[GpuFeatureName::TextureFormatsTier2])).await)
}

pub async fn feature_a_thousand_times(gpu: &Gpu) -> Answer {
    let many = [GpuFeatureName::CoreFeaturesAndLimits; 1000];
    Answer::of(gpu.adapter.request_device(features(&many)).await)
}

// One device to an adapter in WebGPU; any number here, as documented.
pub async fn device_again_and_again(gpu: &Gpu) -> Answer {
    let mut devices = Vec::new();
    for _ in 0..20 {
        devices.push(gpu.other().await);
    }
    let sizes: Vec<_> =
        devices.iter().map(|device| kit::buffer(device, 16, GpuBufferUsage::COPY_DST).size()).collect();
    Answer::that(sizes == [16; 20], "each device makes buffers")
}

pub async fn feature_level_that_is_none(_: &Gpu) -> Answer {
    let options = GpuRequestAdapterOptions {
        feature_level: Some("telepathic".to_owned()),
        power_preference: None,
        force_fallback_adapter: None,
        xr_compatible: None,
    };
    Answer::that(get_gpu().request_adapter(Some(options)).await.is_none(), "there is no such adapter")
}

pub async fn feature_names_that_are_none(gpu: &Gpu) -> Answer {
    let (adapter, language) = (gpu.adapter.features(), get_gpu().wgsl_language_features());
    let names =
        ["", "\0", "telepathy", "core-features-and-limits\0", "ｓｕｂｇｒｏｕｐｓ", &"x".repeat(1 << 20)];
    let found = names.iter().any(|name| adapter.has(name) || language.has(name));
    Answer::that(!found, "none of these is there")
}

pub async fn labels_of_a_megabyte(gpu: &Gpu) -> Answer {
    let label = "ü\0".repeat(1 << 19);
    let device = gpu
        .adapter
        .request_device(Some(GpuDeviceDescriptor {
            required_features: None,
            required_limits: None,
            default_queue: Some(GpuQueueDescriptor { label: Some(label.clone()) }),
            label: Some(label.clone()),
        }))
        .await;
    let Ok(device) = device else { return Answer::of(device) };
    Answer::that(device.label() == label && device.queue().label() == label, "the labels come back")
}
