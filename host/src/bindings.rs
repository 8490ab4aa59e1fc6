//! The bindings of `wasi:webgpu@0.3.0-rc.2`, generated from `wit/`; nothing else.
//!
//! Functions are plain and sync but for those that are `async` in WIT and those that compile shaders, which
//! take long: a plain `func_wrap` is the cheapest call that wasmtime has, and almost every call of a guest is
//! one. Every call is traced
//! (level TRACE, fields `module` and `function`); where nobody listens that costs one load.
#![expect(missing_docs, reason = "generated; the WIT holds the documentation")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "wgpu-wasi:backend/host",
    imports: {
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.dispatch-workgroups": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.dispatch-workgroups-indirect": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.end": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.insert-debug-marker": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.pop-debug-group": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.push-debug-group": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.set-bind-group": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.set-immediates": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-compute-pass-encoder.set-pipeline": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-device.create-bind-group": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-device.create-compute-pipeline": async | store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-device.create-render-pipeline": async | store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-device.create-shader-module": async | store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-device.lost": store | trappable | tracing,
        "wasi:webgpu/webgpu@0.3.0-rc.2.[method]gpu-device.on-uncaptured-error": store | trappable | tracing,
        default: trappable | tracing,
    },
    require_store_data_send: true,
    with: {
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu": crate::instance::Instance,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-adapter": crate::adapter::Adapter,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-adapter-info": crate::adapter::AdapterInfo,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-bind-group": crate::bind_group::BindGroup,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-bind-group-layout": crate::bind_group_layout::BindGroupLayout,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-buffer": crate::buffer::Buffer,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-canvas-context": crate::surface::CanvasContext,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-command-buffer": crate::command_buffer::CommandBuffer,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-command-encoder": crate::command_encoder::CommandEncoder,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-compilation-info": crate::shader_module::CompilationInfo,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-compilation-message": crate::shader_module::CompilationMessage,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-compute-pass-encoder": crate::compute_pass::ComputePassEncoder,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-compute-pipeline": crate::compute_pipeline::ComputePipeline,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-device": crate::device::Device,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-device-lost-info": crate::device::DeviceLostInfo,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-error": crate::error::GpuError,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-pipeline-layout": crate::pipeline_layout::PipelineLayout,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-query-set": crate::query_set::QuerySet,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-queue": crate::queue::Queue,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-render-bundle": crate::render_bundle::RenderBundle,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-render-bundle-encoder": crate::render_bundle_encoder::RenderBundleEncoder,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-render-pass-encoder": crate::render_pass::RenderPassEncoder,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-render-pipeline": crate::render_pipeline::RenderPipeline,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-sampler": crate::sampler::Sampler,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-shader-module": crate::shader_module::ShaderModule,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-supported-features": crate::adapter::SupportedFeatures,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-supported-limits": crate::adapter::SupportedLimits,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-texture": crate::texture::Texture,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-texture-view": crate::texture_view::TextureView,
        "wasi:webgpu/webgpu@0.3.0-rc.2.gpu-uncaptured-error-event": crate::device::UncapturedErrorEvent,
        "wasi:webgpu/webgpu@0.3.0-rc.2.record-gpu-pipeline-constant-value": crate::records::PipelineConstants,
        "wasi:webgpu/webgpu@0.3.0-rc.2.record-option-gpu-size64": crate::records::RequiredLimits,
        "wasi:webgpu/webgpu@0.3.0-rc.2.wgsl-language-features": crate::instance::WgslLanguageFeatures,
    },
});

pub use wasi::webgpu::webgpu as wit;
