//! Whether tensors share buffers, in the sandbox: where the host lets them.
//!
//! `cargo wgpu-wasi` puts this file into its copy of cubecl-wgpu. Where tensors share buffers, cubecl binds each of them for
//! writing, for WebGPU forbids that a kernel writes to one part of a buffer and has another part bound for reading alone. A
//! kernel that has one tensor twice, as for `x * x`, then has the same bytes for writing twice. WebGPU forbids that as
//! well, and wgpu, which is the host on the desktop, lets it pass. Chromium does not. There each tensor gets a buffer of its
//! own, and is bound as the kernel uses it, which is what cubecl does in browsers.

use core::sync::atomic::{AtomicBool, Ordering};

use cubecl_environment::future;
use cubecl_server::memory_management::{EXCLUSIVE_MEMORY_ONLY, MemoryConfiguration};

/// What cubecl does to a tensor twice in one kernel.
const KERNEL: &str = "
@group(0) @binding(0) var<storage, read_write> input: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(1)
fn main() {
    output[0] = input[0];
}
";

/// Whether a device of this program has refused it. They are all of one host.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// Whether each tensor has a buffer of its own, so that kernels may say what they only read.
pub(crate) fn exclusive_memory_only() -> bool {
    EXCLUSIVE_MEMORY_ONLY || REFUSED.load(Ordering::Relaxed)
}

/// How a device's memory is managed: as configured, unless the host refuses what that leads to.
pub(crate) fn memory_config(device: &wgpu::Device, configured: MemoryConfiguration) -> MemoryConfiguration {
    if cfg!(not(target_os = "wasi")) || EXCLUSIVE_MEMORY_ONLY || !refuses(device) {
        return configured;
    }
    log::debug!("the device refuses what is bound for writing twice: each tensor gets a buffer of its own");
    REFUSED.store(true, Ordering::Relaxed);
    MemoryConfiguration::ExclusivePages
}

/// Whether a kernel may not have the same bytes for writing twice. One is recorded that has, and is not submitted: that is
/// when WebGPU looks.
fn refuses(device: &wgpu::Device) -> bool {
    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let label = Some("the same bytes twice");
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label,
        source: wgpu::ShaderSource::Wgsl(KERNEL.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: None,
        module: &module,
        entry_point: None,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label,
        size: 4,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    });
    let entries =
        [0, 1].map(|binding| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() });
    let layout = pipeline.get_bind_group_layout(0);
    let group =
        device.create_bind_group(&wgpu::BindGroupDescriptor { label, layout: &layout, entries: &entries });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label });
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label, timestamp_writes: None });
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.dispatch_workgroups(1, 1, 1);
    drop(pass);
    drop(encoder.finish());
    future::block_on(scope.pop()).is_some()
}
