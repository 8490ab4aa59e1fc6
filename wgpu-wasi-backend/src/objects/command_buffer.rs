//! GPUCommandBuffer — wit: gpu-command-buffer — spec: <https://www.w3.org/TR/webgpu/#gpucommandbuffer> — peer: host/src/objects/command_buffer.rs

use wgpu::custom::CommandBufferInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;

/// A command buffer of the host.
#[derive(Debug)]
pub(crate) struct CommandBuffer {
    pub(crate) wit: wit::GpuCommandBuffer,
    /// Why the encoder is invalid, if the host does not know: what it has is incomplete, so it must not be
    /// submitted.
    pub(crate) refused: Option<String>,
}

impl CommandBufferInterface for CommandBuffer {}
