//! GPUCommandBuffer — wit: gpu-command-buffer — spec: <https://www.w3.org/TR/webgpu/#gpucommandbuffer> — peer: wgpu-wasi-backend/src/command_buffer.rs

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    command_encoder::{CommandEncoder, Kept},
    device::DeviceCore,
    error::{GpuError, collecting},
    fence,
    view::{WebGpuCtxView, label_methods, labelled},
};

/// Recorded commands, good for one submit.
#[derive(Debug)]
pub struct CommandBuffer {
    /// `None` once submitted. What an invalid encoder left is here too, and wgpu refuses to submit it.
    pub(crate) inner: Option<wgpu::CommandBuffer>,
    pub(crate) label: String,
    /// Empty once submitted: from then on the GPU's progress decides how long memory is in use.
    kept: Vec<Kept>,
}

labelled!(CommandBuffer);

impl CommandBuffer {
    /// `finish`: <https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-finish>
    pub(crate) fn create(
        encoder: &mut CommandEncoder,
        descriptor: Option<wit::GpuCommandBufferDescriptor>,
    ) -> Self {
        let label =
            descriptor.and_then(|wit::GpuCommandBufferDescriptor { label }| label).unwrap_or_default();
        let inner = match Self::finish(encoder) {
            Ok(inner) => inner,
            Err(error) => {
                encoder.device.errors.report(error);
                Self::invalid(&encoder.device)
            }
        };
        Self { inner: Some(inner), label, kept: encoder.take_kept() }
    }

    fn finish(encoder: &mut CommandEncoder) -> Result<wgpu::CommandBuffer, GpuError> {
        let Some(inner) = encoder.inner.take() else {
            return Err(GpuError::validation("In CommandEncoder::finish: the encoder is finished already"));
        };
        if let Some(message) = encoder.state.error() {
            // What wgpu may have against the same commands would be a second error for one cause.
            collecting(|| drop(inner));
            return Err(GpuError::validation(message));
        }
        // wgpu does here what it put off while the commands were recorded: whatever it trips over belongs
        // to this guest.
        fence::catch(|| inner.finish())
            .map_err(|panic| GpuError::internal(format!("In CommandEncoder::finish: {panic}")))
    }

    /// A command buffer that can only be refused: the result of an encoder that was left with a pass open.
    fn invalid(device: &DeviceCore) -> wgpu::CommandBuffer {
        let (inner, _errors) = collecting(|| {
            let mut encoder =
                device.wgpu.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
            let pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime();
            let inner = encoder.finish();
            drop(pass);
            inner
        });
        inner
    }

    /// Takes the commands out for a submit, or says why there are none.
    /// <https://www.w3.org/TR/webgpu/#dom-gpuqueue-submit>
    pub(crate) fn take(&mut self) -> Result<wgpu::CommandBuffer, &'static str> {
        self.kept = Vec::new();
        self.inner.take().ok_or("the command buffer was submitted before")
    }
}

impl wit::HostGpuCommandBuffer for WebGpuCtxView<'_> {
    label_methods!(CommandBuffer);

    fn drop(&mut self, this: Resource<CommandBuffer>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
