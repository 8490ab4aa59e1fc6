//! What only tells something: labels, limits, features, properties, the text of errors, the maps.

use crate::{
    act::Act,
    random::FEATURES,
    wit::{
        self, GpuAdapter, GpuAdapterInfo, GpuBindGroup, GpuBindGroupLayout, GpuBuffer, GpuCommandBuffer,
        GpuCommandEncoder, GpuCompilationInfo, GpuCompilationMessage, GpuComputePassEncoder,
        GpuComputePipeline, GpuDevice, GpuDeviceLostInfo, GpuError, GpuErrorKind, GpuPipelineLayout,
        GpuQuerySet, GpuQueue, GpuRenderBundle, GpuRenderBundleEncoder, GpuRenderPassEncoder,
        GpuRenderPipeline, GpuSampler, GpuShaderModule, GpuSupportedFeatures, GpuSupportedLimits, GpuTexture,
        GpuTextureView, RecordGpuPipelineConstantValue, RecordOptionGpuSize64, WgslLanguageFeatures,
    },
    world::{Item, World, call},
};

/// A handle of a type, whatever is known about it.
macro_rules! any {
    ($world:expr, $type:ty) => {{
        let item: Item<$type, _> = $world.any()?;
        item.handle
    }};
}

/// Methods without arguments.
macro_rules! getters {
    ($($type:ident { $($method:ident)* })*) => {
        /// Each of them.
        pub(crate) const GETTERS: &[Act] = &[$($(
            Act::Now(|w| {
                let handle = any!(w, $type);
                call!(w, concat!(stringify!($type), ".", stringify!($method)), handle);
                let value = handle.$method();
                w.told(&value);
                Some(())
            }),
        )*)*];
    };
}

getters! {
    Gpu { get_preferred_canvas_format }
    GpuAdapterInfo {
        vendor architecture device description subgroup_min_size subgroup_max_size is_fallback_adapter
    }
    GpuBuffer { size usage map_state }
    GpuCompilationMessage { message type_ line_num line_pos offset length }
    GpuDeviceLostInfo { reason message }
    GpuQuerySet { type_ count }
    GpuTexture {
        width height depth_or_array_layers mip_level_count sample_count dimension format usage
        texture_binding_view_dimension
    }
    RecordGpuPipelineConstantValue { keys values entries }
    RecordOptionGpuSize64 { keys values entries }
}

use crate::wit::Gpu;

macro_rules! limits {
    (
        limits { $($native:ident: $type:ident = $limit:ident $name:literal,)* }
        wit_only { $($only:ident: $only_type:ident $only_name:literal,)* }
    ) => {
        /// Each limit.
        pub(crate) const LIMITS: &[Act] = &[
            $(limits!(@act $limit),)*
            $(limits!(@act $only),)*
        ];

        /// The keys of required limits.
        pub(crate) const LIMIT_NAMES: &[&str] = &[$($name,)* $($only_name,)*];
    };
    (@act $limit:ident) => {
        Act::Now(|w| {
            let handle = any!(w, GpuSupportedLimits);
            call!(w, stringify!($limit), handle);
            let value = handle.$limit();
            w.told(&value);
            Some(())
        })
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit/tables/limit.rs"));
limit!(limits);

macro_rules! labels {
    ($($type:ident)*) => {
        /// `label` of each object that has one.
        pub(crate) const LABELS: &[Act] = &[$(
            Act::Now(|w| {
                let handle = any!(w, $type);
                call!(w, concat!(stringify!($type), ".label"), handle);
                let value = handle.label();
                w.told(&value);
                Some(())
            }),
        )*];

        /// `set-label` of each object that has one.
        pub(crate) const SET_LABELS: &[Act] = &[$(
            Act::Now(|w| {
                let handle = any!(w, $type);
                let text = w.random.text();
                call!(w, concat!(stringify!($type), ".set_label"), handle, text);
                handle.set_label(&text);
                Some(())
            }),
        )*];
    };
}

labels! {
    GpuBindGroup GpuBindGroupLayout GpuBuffer GpuCommandBuffer GpuCommandEncoder GpuComputePassEncoder
    GpuComputePipeline GpuDevice GpuPipelineLayout GpuQuerySet GpuQueue GpuRenderBundle
    GpuRenderBundleEncoder GpuRenderPassEncoder GpuRenderPipeline GpuSampler GpuShaderModule GpuTexture
    GpuTextureView
}

fn feature_name(w: &mut World) -> String {
    if w.random.hostile() { w.random.text() } else { w.random.one_of(FEATURES).to_owned() }
}

fn limit_name(w: &mut World) -> String {
    if w.random.hostile() { w.random.text() } else { w.random.one_of(LIMIT_NAMES).to_owned() }
}

fn constant_name(w: &mut World) -> String {
    if w.random.hostile() { w.random.text() } else { w.random.one_of(&["scale", "7", "red"]).to_owned() }
}

/// The messages of a shader's compilation.
pub(crate) const MESSAGES: Act = Act::Now(|w| {
    let handle = any!(w, GpuCompilationInfo);
    call!(w, "GpuCompilationInfo.messages", handle);
    for message in handle.messages() {
        w.keep(message, 0, ());
    }
    Some(())
});

/// The others that change nothing on a device.
pub(crate) const OTHERS: &[Act] = &[
    Act::Now(|w| {
        call!(w, "get_gpu");
        w.keep(wit::get_gpu(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, Gpu);
        call!(w, "Gpu.wgsl_language_features", handle);
        w.keep(handle.wgsl_language_features(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, WgslLanguageFeatures);
        let name = w.random.text();
        call!(w, "WgslLanguageFeatures.has", handle, name);
        let value = handle.has(&name);
        w.told(&value);
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuAdapter);
        call!(w, "GpuAdapter.features", handle);
        w.keep(handle.features(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuAdapter);
        call!(w, "GpuAdapter.limits", handle);
        w.keep(handle.limits(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuAdapter);
        call!(w, "GpuAdapter.info", handle);
        w.keep(handle.info(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuDevice);
        call!(w, "GpuDevice.features", handle);
        w.keep(handle.features(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuDevice);
        call!(w, "GpuDevice.limits", handle);
        w.keep(handle.limits(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuDevice);
        call!(w, "GpuDevice.adapter_info", handle);
        w.keep(handle.adapter_info(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuSupportedFeatures);
        let name = feature_name(w);
        call!(w, "GpuSupportedFeatures.has", handle, name);
        let value = handle.has(&name);
        w.told(&value);
        Some(())
    }),
    MESSAGES,
    Act::Now(|w| {
        let handle = any!(w, GpuError);
        call!(w, "GpuError.message", handle);
        let _ = handle.message();
        Some(())
    }),
    Act::Now(|w| {
        let handle = any!(w, GpuError);
        call!(w, "GpuError.kind", handle);
        w.answer(match handle.kind() {
            GpuErrorKind::ValidationError => "error scope: validation",
            GpuErrorKind::OutOfMemoryError => "error scope: out of memory",
            GpuErrorKind::InternalError => "error scope: internal",
        });
        Some(())
    }),
    Act::Now(|w| {
        call!(w, "RecordGpuPipelineConstantValue.new");
        w.keep(RecordGpuPipelineConstantValue::new(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordGpuPipelineConstantValue), constant_name(w));
        let value = f64::from(w.random.float());
        call!(w, "RecordGpuPipelineConstantValue.add", handle, name, value);
        handle.add(&name, value);
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordGpuPipelineConstantValue), constant_name(w));
        call!(w, "RecordGpuPipelineConstantValue.get", handle, name);
        let value = handle.get(&name);
        w.told(&value);
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordGpuPipelineConstantValue), constant_name(w));
        call!(w, "RecordGpuPipelineConstantValue.has", handle, name);
        let value = handle.has(&name);
        w.told(&value);
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordGpuPipelineConstantValue), constant_name(w));
        call!(w, "RecordGpuPipelineConstantValue.remove", handle, name);
        handle.remove(&name);
        Some(())
    }),
    Act::Now(|w| {
        call!(w, "RecordOptionGpuSize64.new");
        w.keep(RecordOptionGpuSize64::new(), 0, ());
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordOptionGpuSize64), limit_name(w));
        let value = w.random.maybe(|random| random.number(&[0, 1, 4, 256]));
        call!(w, "RecordOptionGpuSize64.add", handle, name, value);
        handle.add(&name, value);
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordOptionGpuSize64), limit_name(w));
        call!(w, "RecordOptionGpuSize64.get", handle, name);
        let value = handle.get(&name);
        w.told(&value);
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordOptionGpuSize64), limit_name(w));
        call!(w, "RecordOptionGpuSize64.has", handle, name);
        let value = handle.has(&name);
        w.told(&value);
        Some(())
    }),
    Act::Now(|w| {
        let (handle, name) = (any!(w, RecordOptionGpuSize64), limit_name(w));
        call!(w, "RecordOptionGpuSize64.remove", handle, name);
        handle.remove(&name);
        Some(())
    }),
];
