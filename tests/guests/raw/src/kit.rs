//! What almost every case does.

use std::time::{Duration, Instant};

use crate::wit::{
    self, GpuAdapter, GpuBindGroup, GpuBindGroupDescriptor, GpuBindGroupEntry, GpuBindGroupLayout,
    GpuBindingResource, GpuBuffer, GpuBufferDescriptor, GpuBufferUsage, GpuCommandEncoder,
    GpuComputePipeline, GpuComputePipelineDescriptor, GpuDevice, GpuErrorFilter, GpuErrorKind, GpuExtent3D,
    GpuLayoutMode, GpuMapMode, GpuProgrammableStage, GpuShaderModule, GpuShaderModuleDescriptor, GpuTexture,
    GpuTextureDescriptor, GpuTextureFormat, GpuTextureUsage,
};

/// Doubles every number of a storage buffer.
pub const DOUBLE: &str = "
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&data) { data[id.x] *= 2u; }
    }
";

/// A vertex stage with a buffer, and a fragment stage that draws green.
pub const DRAW: &str = "
    @vertex fn vertex(@location(0) at: vec4<f32>) -> @builtin(position) vec4<f32> { return at; }
    @vertex fn without(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
        return vec4<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
    }
    @fragment fn fragment() -> @location(0) vec4<f32> { return vec4<f32>(0.0, 1.0, 0.0, 1.0); }
";

/// What the error scopes got.
#[derive(Debug)]
pub enum Caught {
    Nothing,
    Validation(String),
    OutOfMemory(String),
    Internal(String),
}

/// The adapter.
pub async fn adapter() -> GpuAdapter {
    wit::get_gpu().request_adapter(None).await.expect("there is an adapter")
}

/// A device with the defaults.
pub async fn device() -> GpuDevice {
    adapter().await.request_device(None).await.expect("the adapter gives a device")
}

/// Runs `body` inside scopes for every kind of error.
pub async fn caught<T>(device: &GpuDevice, body: impl FnOnce() -> T) -> (T, Caught) {
    device.push_error_scope(GpuErrorFilter::Internal);
    device.push_error_scope(GpuErrorFilter::OutOfMemory);
    device.push_error_scope(GpuErrorFilter::Validation);
    let value = body();
    let mut found = Caught::Nothing;
    for _ in 0..3 {
        if let Some(error) = device.pop_error_scope().await.expect("three scopes are open") {
            let message = error.message();
            found = match error.kind() {
                GpuErrorKind::ValidationError => Caught::Validation(message),
                GpuErrorKind::OutOfMemoryError => Caught::OutOfMemory(message),
                GpuErrorKind::InternalError => Caught::Internal(message),
            };
        }
    }
    (value, found)
}

/// A buffer that is not mapped.
pub fn buffer(device: &GpuDevice, size: u64, usage: GpuBufferUsage) -> GpuBuffer {
    device.create_buffer(&GpuBufferDescriptor { size, usage, mapped_at_creation: None, label: None })
}

/// A buffer for shaders and copies that holds `data`.
pub fn storage(device: &GpuDevice, data: &[u32]) -> GpuBuffer {
    let usage = GpuBufferUsage::STORAGE | GpuBufferUsage::COPY_SRC | GpuBufferUsage::COPY_DST;
    let made = buffer(device, data.len() as u64 * 4, usage);
    let bytes: Vec<u8> = data.iter().flat_map(|word| word.to_le_bytes()).collect();
    device.queue().write_buffer_with_copy(&made, 0, &bytes, None, None).expect("the data fits");
    made
}

/// What a buffer with `copy-src` holds.
pub async fn read(device: &GpuDevice, source: &GpuBuffer) -> Vec<u32> {
    let staging = buffer(device, source.size(), GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST);
    let encoder = encoder(device);
    encoder.copy_buffer_to_buffer(source, None, &staging, None, None);
    device.queue().submit(&[&encoder.finish(None)]);
    staging.map_async(GpuMapMode::READ, None, None).await.expect("the staging buffer can be mapped");
    let bytes = staging.get_mapped_range_get_with_copy(None, None).expect("it is mapped");
    staging.unmap().expect("it is mapped");
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes"))).collect()
}

/// A shader module.
pub fn shader(device: &GpuDevice, code: &str) -> GpuShaderModule {
    device.create_shader_module(&GpuShaderModuleDescriptor {
        code: code.to_owned(),
        compilation_hints: None,
        label: None,
    })
}

/// A compute pipeline from the entry point `main` of a module, with an automatic layout.
pub fn pipeline(device: &GpuDevice, module: &GpuShaderModule) -> GpuComputePipeline {
    device.create_compute_pipeline(compute_descriptor(module))
}

/// The descriptor of [`pipeline`].
pub fn compute_descriptor(module: &GpuShaderModule) -> GpuComputePipelineDescriptor<'_> {
    GpuComputePipelineDescriptor {
        compute: GpuProgrammableStage { module, entry_point: Some("main".to_owned()), constants: None },
        layout: GpuLayoutMode::Auto,
        label: None,
    }
}

/// A bind group with one buffer.
pub fn bind(device: &GpuDevice, layout: &GpuBindGroupLayout, buffer: &GpuBuffer) -> GpuBindGroup {
    device.create_bind_group(&GpuBindGroupDescriptor {
        layout,
        entries: vec![GpuBindGroupEntry { binding: 0, resource: GpuBindingResource::GpuBuffer(buffer) }],
        label: None,
    })
}

/// A command encoder.
pub fn encoder(device: &GpuDevice) -> GpuCommandEncoder {
    device.create_command_encoder(None)
}

/// Waits once for work that keeps the GPU busy for at least `least`, and says how long it took.
pub async fn wait_for_at_least(device: &GpuDevice, least: Duration) -> Duration {
    Work::new(device).await.grow(device, least).await
}

/// Work for the GPU that nobody needs.
pub struct Work {
    pipeline: GpuComputePipeline,
    group: GpuBindGroup,
    dispatches: u32,
}

impl Work {
    const LONG: &str = "
        @group(0) @binding(0) var<storage, read_write> data: array<u32>;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            var x = id.x;
            for (var i = 0u; i < 10000u; i++) { x = x * 1664525u + 1013904223u; }
            data[id.x % arrayLength(&data)] = x;
        }
    ";

    /// As little of it as there is.
    pub async fn new(device: &GpuDevice) -> Self {
        let (pipeline, error) = caught(device, || pipeline(device, &shader(device, Self::LONG))).await;
        assert!(matches!(error, Caught::Nothing), "{error:?}");
        let group = bind(device, &pipeline.get_bind_group_layout(0), &storage(device, &[0; 64]));
        Self { pipeline, group, dispatches: 1 }
    }

    /// Waits for as much as keeps the GPU busy for at least `least`, and says how long it took. How much work that is
    /// depends on the GPU: each round has twice as much as the one before, and `least` or the host's patience ends the
    /// last.
    pub async fn grow(&mut self, device: &GpuDevice, least: Duration) -> Duration {
        loop {
            let start = Instant::now();
            self.submit(device);
            device.queue().on_submitted_work_done().await;
            let waited = start.elapsed();
            if waited >= least {
                return waited;
            }
            self.dispatches = self.dispatches.saturating_mul(2);
        }
    }

    /// Submits as much as it has grown to.
    pub fn submit(&self, device: &GpuDevice) {
        let encoder = encoder(device);
        let pass = encoder.begin_compute_pass(None);
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, Some(&self.group), None, None, None).expect("the group fits");
        for _ in 0..self.dispatches {
            pass.dispatch_workgroups(64, None, None);
        }
        pass.end();
        device.queue().submit(&[&encoder.finish(None)]);
    }
}

/// A texture with two dimensions.
pub fn texture(
    device: &GpuDevice,
    width: u32,
    format: GpuTextureFormat,
    usage: GpuTextureUsage,
) -> GpuTexture {
    device.create_texture(&GpuTextureDescriptor {
        size: GpuExtent3D { width, height: Some(width), depth_or_array_layers: None },
        mip_level_count: None,
        sample_count: None,
        dimension: None,
        format,
        usage,
        view_formats: None,
        texture_binding_view_dimension: None,
        label: None,
    })
}
