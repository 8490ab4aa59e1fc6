//! GPUCommandBuffer — wit: gpu-command-buffer — spec: <https://www.w3.org/TR/webgpu/#gpucommandbuffer> — peer: wgpu-wasi-backend/src/command_buffer.rs

use std::sync::{Arc, Mutex, PoisonError};

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
    /// `None` once submitted.
    commands: Option<Commands>,
    pub(crate) label: String,
}

labelled!(CommandBuffer);

/// What a submit takes.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    /// Empty until the encoder is finished in its turn: [`DeviceCore::later`]. What an invalid encoder leaves is
    /// here too, and wgpu refuses to submit it.
    finished: Arc<Mutex<Option<wgpu::CommandBuffer>>>,
    /// To be held until they are submitted: from then on the GPU's progress decides how long memory is in use.
    #[expect(dead_code, reason = "held, and never read")]
    kept: Vec<Kept>,
}

impl Commands {
    /// wgpu's; `None` when a panic has come between, which was reported.
    pub(crate) fn take(&self) -> Option<wgpu::CommandBuffer> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl CommandBuffer {
    /// `finish`: <https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-finish>
    pub(crate) fn create(
        encoder: &mut CommandEncoder,
        descriptor: Option<wit::GpuCommandBufferDescriptor>,
    ) -> Self {
        let label =
            descriptor.and_then(|wit::GpuCommandBufferDescriptor { label }| label).unwrap_or_default();
        let commands = Commands { finished: Arc::default(), kept: encoder.take_kept() };
        let inner = encoder.inner.take();
        let refused = encoder.state.error().map(str::to_owned);
        let finish = {
            let (device, finished) = (Arc::clone(&encoder.device), Arc::clone(&commands.finished));
            move || {
                let inner = Self::finish(inner, refused).unwrap_or_else(|error| {
                    device.errors.report(error);
                    Self::invalid(&device)
                });
                *finished.lock().unwrap_or_else(PoisonError::into_inner) = Some(inner);
            }
        };
        if encoder.state.is_locked() {
            // By a pass, which may have ended when it is the turn of this.
            encoder.device.settle();
            finish();
        } else {
            encoder.device.later(finish);
        }
        Self { commands: Some(commands), label }
    }

    fn finish(
        inner: Option<wgpu::CommandEncoder>,
        refused: Option<String>,
    ) -> Result<wgpu::CommandBuffer, GpuError> {
        let Some(inner) = inner else {
            return Err(GpuError::validation("In CommandEncoder::finish: the encoder is finished already"));
        };
        if let Some(message) = refused {
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
    pub(crate) fn take(&mut self) -> Result<Commands, &'static str> {
        self.commands.take().ok_or("the command buffer was submitted before")
    }
}

impl wit::HostGpuCommandBuffer for WebGpuCtxView<'_> {
    label_methods!(CommandBuffer);

    fn drop(&mut self, this: Resource<CommandBuffer>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
