// The rows of `unsupported.rs`: what wgpu offers and what the WIT would need for it; the answer, and how or why;
// and the feature of wgpu that turns it on. `cargo xtask docs` writes them into `docs/deviations.md`.
table! {
    /// Clearing a texture outside a pass.
    CLEAR_TEXTURE = "CommandEncoder::clear_texture", "gpu-command-encoder.clear-texture", Emulated,
        "copies of zeros, and render passes for depth, stencil and several samples; textures of a device with the feature get the usage for it";
    /// Timestamps between passes.
    ENCODER_TIMESTAMP = "CommandEncoder::write_timestamp", "gpu-command-encoder.write-timestamp", Emulated,
        "the beginning of a compute pass without commands";
    /// Timestamps other than at the ends of a pass.
    WRITE_TIMESTAMP = "write_timestamp of a pass", "gpu-compute-pass-encoder.write-timestamp", Error,
        "Features::TIMESTAMP_QUERY_INSIDE_PASSES is off; use timestamp_writes of a pass", TIMESTAMP_QUERY_INSIDE_PASSES;
    /// Pipeline statistics.
    PIPELINE_STATISTICS = "pipeline statistics queries", "gpu-query-type.pipeline-statistics", Error,
        "Features::PIPELINE_STATISTICS_QUERY is off", PIPELINE_STATISTICS_QUERY;
    /// Several indirect draws by one call.
    MULTI_DRAW = "RenderPass::multi_draw_indirect", "gpu-render-pass-encoder.multi-draw-indirect", Emulated,
        "one draw-indirect for each, as wgpu itself does where the hardware can't";
    /// Several indirect draws, counted by the GPU.
    MULTI_DRAW_COUNT = "RenderPass::multi_draw_indirect_count", "gpu-render-pass-encoder.multi-draw-indirect", Error,
        "Features::MULTI_DRAW_INDIRECT_COUNT is off", MULTI_DRAW_INDIRECT_COUNT;
    /// Mesh and task shaders.
    MESH_SHADERS = "mesh pipelines and draw_mesh_tasks", "gpu-device.create-mesh-pipeline", Error,
        "Features::EXPERIMENTAL_MESH_SHADER is off", EXPERIMENTAL_MESH_SHADER;
    /// Bottom- and top-level acceleration structures.
    RAY_TRACING = "acceleration structures", "gpu-device.create-blas, create-tlas", Error,
        "Features::EXPERIMENTAL_RAY_QUERY is off", EXPERIMENTAL_RAY_QUERY;
    /// Frames of videos as textures.
    EXTERNAL_TEXTURE = "external textures", "gpu-external-texture", Error,
        "Features::EXTERNAL_TEXTURE is off", EXTERNAL_TEXTURE;
    /// Compiled pipelines that outlive a run.
    PIPELINE_CACHE = "Device::create_pipeline_cache", "gpu-pipeline-cache", Error,
        "Features::PIPELINE_CACHE is off; a cache in a pipeline's descriptor has no effect", PIPELINE_CACHE;
    /// Shaders that are not WGSL, handed to the driver as they are.
    PASSTHROUGH = "Device::create_shader_module_passthrough", "gpu-shader-module-descriptor.code in other languages", Error,
        "a descriptor with WGSL is accepted, and compiled like any other WGSL", PASSTHROUGH_SHADERS;
    /// Shader sources of a feature that the program did not turn on here.
    SHADER_SOURCE = "a ShaderSource other than WGSL", "gpu-shader-module-descriptor.code in other languages", Error,
        "the features glsl, spirv and naga-ir translate to WGSL in the guest";
    /// Arrays of resources in one binding.
    BINDING_ARRAY = "binding arrays", "gpu-bind-group-layout-entry.count", Error,
        "Features::TEXTURE_BINDING_ARRAY and the like are off";
    /// Lines and points for triangles.
    POLYGON_MODE = "PolygonMode::Line and Point", "gpu-primitive-state.polygon-mode", Error,
        "Features::POLYGON_MODE_LINE and _POINT are off";
    /// Conservative rasterisation.
    CONSERVATIVE = "PrimitiveState::conservative", "gpu-primitive-state.conservative", Error,
        "Features::CONSERVATIVE_RASTERIZATION is off", CONSERVATIVE_RASTERIZATION;
    /// Several views in one pass.
    MULTIVIEW = "multiview", "gpu-render-pass-descriptor.multiview-mask", Error,
        "Features::MULTIVIEW is off", MULTIVIEW;
    /// Windows that are not the host's.
    SURFACE = "Instance::create_surface without the feature `window`", "a function that returns gpu-canvas-context", Error,
        "the call returns CreateSurfaceError; with the feature, it does so for what is no window of winit";
    /// States of resources, set by hand.
    TRANSITIONS = "transition_resources", "none: WebGPU tracks states", Nothing,
        "the host puts every resource into the state that it needs";
    /// Captures by a graphics debugger.
    DEBUGGER = "Device::start_graphics_debugger_capture", "gpu-device.start-capture", Nothing,
        "a debugger attaches to the host";
    /// Counters of the implementation.
    COUNTERS = "Device::get_internal_counters, generate_allocator_report", "gpu-device.counters", Constant,
        "zeros and None";
    /// Hints on memory, API traces.
    HINTS = "DeviceDescriptor::memory_hints, trace", "gpu-device-descriptor.memory-hints", Nothing,
        "the host chooses";
    /// Unchecked shaders.
    RUNTIME_CHECKS = "ShaderRuntimeChecks", "gpu-shader-module-descriptor.runtime-checks", Nothing,
        "all checks stay on: a sandbox needs them";
    /// Workgroup memory that is left as it is.
    ZERO_INITIALIZE = "zero_initialize_workgroup_memory: false", "gpu-programmable-stage.zero-initialize", Nothing,
        "it is always zeroed";
    /// Attachments without defined contents.
    DONT_CARE = "LoadOp::DontCare", "gpu-load-op.dont-care", Emulated,
        "cleared: the cheapest of the defined contents";
    /// Nanoseconds of one timestamp.
    TIMESTAMP_PERIOD = "Queue::get_timestamp_period", "gpu-queue.timestamp-period", Constant,
        "1.0: timestamps of WebGPU are in nanoseconds";
    /// The number of a submission.
    SUBMISSION_INDEX = "SubmissionIndex", "a result of gpu-queue.submit", Emulated,
        "counted in the guest";
    /// Waiting for a while only.
    POLL_TIMEOUT = "PollType::Wait { timeout }", "a timeout of gpu-queue.on-submitted-work-done", Nothing,
        "waits until the work is done";
    /// What can be done with a format on this adapter.
    FORMAT_FEATURES = "Adapter::get_texture_format_features", "gpu-adapter.texture-format-features", Constant,
        "what WebGPU guarantees for the features of the adapter";
    /// What an adapter lacks.
    DOWNLEVEL = "Adapter::get_downlevel_capabilities", "gpu-adapter.downlevel-capabilities", Constant,
        "everything: WebGPU has no downlevel adapters";
    /// When an image is shown.
    PRESENTATION_TIMESTAMP = "Adapter::get_presentation_timestamp", "gpu-adapter.presentation-timestamp", Constant,
        "PresentationTimestamp::INVALID_TIMESTAMP";
    /// Shapes of matrices.
    COOPERATIVE_MATRIX = "Adapter::cooperative_matrix_properties", "gpu-adapter-info.cooperative-matrix", Constant,
        "none";
    /// All adapters of a machine.
    ENUMERATE_ADAPTERS = "Instance::enumerate_adapters", "gpu.enumerate-adapters", Emulated,
        "the different answers to request-adapter, for each power preference and for the fallback";
}
