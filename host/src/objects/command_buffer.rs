//! GPUCommandBuffer — wit: gpu-command-buffer — spec: <https://www.w3.org/TR/webgpu/#gpucommandbuffer> — peer: wgpu-wasi-backend/src/objects/command_buffer.rs

use std::sync::Arc;

use parking_lot::Mutex;
use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        kept::Kept,
        recording::{ENDED, EncoderState, Recording},
    },
    device::{core::DeviceCore, errors::GpuError, fence, lent_scopes::collecting, unusable::Usability},
    objects::command_encoder::CommandEncoder,
    view::{WebGpuCtxView, label_methods, labelled},
};

/// Recorded commands, good for one submit.
#[derive(Debug)]
pub struct CommandBuffer {
    /// `None` once submitted.
    commands: Option<Commands>,
    pub(crate) label: String,
}

labelled!(CommandBuffer, crate::weights::HANDLE);

/// What a submit takes.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    /// Empty until the encoder is finished in its turn: [`DeviceCore::later`].
    finished: Arc<Mutex<Option<Finished>>>,
    /// To be held until the GPU has done them: `device/in_flight.rs`.
    kept: Vec<Kept>,
}

/// A command buffer of wgpu's.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) inner: wgpu::CommandBuffer,
    /// Whether the encoder was valid. If not, wgpu refuses to submit it.
    pub(crate) is_valid: bool,
}

impl Commands {
    /// wgpu's; `None` when a panic has come between, which was reported.
    pub(crate) fn take(&self) -> Option<Finished> {
        self.finished.lock().take()
    }

    /// What `look` finds first at the buffers and textures that they use.
    pub(crate) fn find<T>(&self, look: fn(&Usability) -> Option<T>) -> Option<T> {
        self.kept.iter().find_map(|kept| kept.find(look))
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
        let recording = encoder.finish();
        let finish = {
            let (device, state) = (Arc::clone(&encoder.device), Arc::clone(&encoder.state));
            let (finished, label) = (Arc::clone(&commands.finished), encoder.label.clone());
            move || {
                let finish = || Self::finish(&device.wgpu, recording, &label, &state);
                let (inner, mut errors) = collecting(finish);
                let inner = inner.unwrap_or_else(|error| {
                    errors.push(error);
                    Self::invalid(&device)
                });
                let is_valid = errors.is_empty();
                for error in errors {
                    device.errors.report(error);
                }
                *finished.lock() = Some(Finished { inner, is_valid });
            }
        };
        encoder.device.later(finish);
        Self { commands: Some(commands), label }
    }

    fn finish(
        device: &wgpu::Device,
        recording: Option<Recording>,
        label: &str,
        state: &EncoderState,
    ) -> Result<wgpu::CommandBuffer, GpuError> {
        let Some(recording) = recording else {
            return Err(GpuError::caused("CommandEncoder::finish", label, ENDED));
        };
        // What wgpu may have against the commands of an invalid encoder would be a second error for one cause.
        let refuse = |message: &str| Err(GpuError::caused("a CommandEncoder", label, message));
        if let Some(message) = state.error() {
            return refuse(message);
        }
        // wgpu does in these what it put off while the commands were recorded: whatever it trips over belongs
        // to this guest.
        let internal = |panic| GpuError::internal(format!("In CommandEncoder::finish: {panic}"));
        let inner = fence::catch(|| recording.encode(device, label, state)).map_err(internal)?;
        if let Some(message) = state.error() {
            collecting(|| drop(inner));
            return refuse(message);
        }
        fence::catch(|| inner.finish()).map_err(internal)
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
        self.commands.take().ok_or("This command buffer has already been submitted.")
    }
}

impl wit::HostGpuCommandBuffer for WebGpuCtxView<'_> {
    label_methods!(CommandBuffer);

    fn drop(&mut self, this: Resource<CommandBuffer>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
