//! GPUQueue — wit: gpu-queue — spec: <https://www.w3.org/TR/webgpu/#gpuqueue> — peer: wgpu-wasi-backend/src/objects/queue.rs
//!
//! `write-buffer-with-copy` and `write-texture-with-copy` are in `objects/bulk.rs`, which shadows the two of the
//! generated bindings: those would copy the bytes once more.

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::oneshot;
use wasmtime::component::{Accessor, Resource};

use crate::{
    bindings::wit,
    device::{core::DeviceCore, errors::GpuError, fence, lent_scopes::collecting, unusable::Usability},
    objects::{
        bulk,
        command_buffer::{CommandBuffer, Commands, Finished},
    },
    view::{WebGpu, WebGpuCtxView, label_methods, labelled},
};

/// A device's queue as the guest holds it. Every call of `gpu-device.queue` makes one; they are the same
/// queue, which lives as long as the device.
#[derive(Debug)]
pub struct Queue {
    pub(crate) device: Arc<DeviceCore>,
    pub(crate) label: String,
}

labelled!(Queue, crate::weights::HANDLE);

impl Queue {
    pub(crate) fn create(device: Arc<DeviceCore>) -> Self {
        let label = device.queue_label.clone();
        Self { device, label }
    }
}

/// Submits commands, all of which were finished before, in their turn.
fn submit(device: &DeviceCore, commands: Vec<Commands>) {
    let finished = commands.iter().map(Commands::take).collect::<Option<Vec<_>>>();
    let submitted = match finished {
        Some(finished) => submit_finished(device, finished, &commands),
        None => Err("a command buffer could not be finished".to_owned()),
    };
    if let Err(panic) = submitted {
        device.errors.report(GpuError::internal(format!("In Queue::submit: {panic}")));
    }
    device.submitted(commands);
}

/// Submits command buffers so that wgpu refuses none after it has taken another: `device/unusable.rs` says why. `Err` is
/// a panic.
fn submit_finished(
    device: &DeviceCore,
    mut finished: Vec<Finished>,
    commands: &[Commands],
) -> Result<(), String> {
    // An invalid one spoils the whole submit. wgpu gets it alone, and has the words for it.
    if let Some(invalid) = finished.iter().position(|finished| !finished.is_valid) {
        finished = vec![finished.swap_remove(invalid)];
    } else if let Some(label) = mapped(device, commands) {
        let reason = format!("Buffer with '{label}' label is still mapped");
        device.errors.refuse("Queue::submit", "", &reason);
        return fence::catch(|| drop(finished));
    } else if finished.len() > 1 && uses_destroyed(device, commands) {
        return submit_in_turn(device, finished);
    }
    let buffers = finished.into_iter().map(|finished| finished.inner);
    let index = fence::catch(|| device.queue.submit(buffers))?;
    if !device.lent {
        device.submissions.push(index);
    }
    Ok(())
}

/// The label of a mapped buffer that the commands use.
fn mapped(device: &DeviceCore, commands: &[Commands]) -> Option<Box<str>> {
    device.unusable.any_mapped().then(|| commands.iter().find_map(|one| one.find(Usability::mapped)))?
}

/// Whether the commands may use something that was destroyed.
fn uses_destroyed(device: &DeviceCore, commands: &[Commands]) -> bool {
    let unusable = &device.unusable;
    device.lent
        || unusable.any_query_set_destroyed()
        || (unusable.any_destroyed() && commands.iter().any(|one| one.find(Usability::destroyed).is_some()))
}

/// Submits one after the other, up to the first that wgpu refuses. The embedder of a lent device may destroy and map what
/// the host does not hear of.
fn submit_in_turn(device: &DeviceCore, finished: Vec<Finished>) -> Result<(), String> {
    for Finished { inner, is_valid: _ } in finished {
        let (submitted, errors) = collecting(|| fence::catch(|| device.queue.submit([inner])));
        let refused = !errors.is_empty();
        for error in errors {
            device.errors.report(error);
        }
        let index = submitted?;
        if refused {
            break;
        }
        if !device.lent {
            device.submissions.push(index);
        }
    }
    Ok(())
}

/// What a write gives, for the functions of the generated bindings that `objects/bulk.rs` shadows: they can't wait as its own
/// do in `WaitMode::Background`.
fn at_once<R>(write: impl Future<Output = wasmtime::Result<R>>) -> wasmtime::Result<R> {
    write.now_or_never().unwrap_or_else(|| Err(wasmtime::Error::msg("a write has to wait for the GPU")))
}

impl<T: Send + 'static> wit::HostGpuQueueWithStore<T> for WebGpu {
    async fn on_submitted_work_done(
        accessor: &Accessor<T, Self>,
        this: Resource<Queue>,
    ) -> wasmtime::Result<()> {
        let (device, patience) = accessor.with(|mut access| {
            let view = access.get();
            let device = Arc::clone(&view.get(&this)?.device);
            Ok::<_, wasmtime::Error>((device, view.ctx.patience()))
        })?;
        if device.withdrawn() {
            return Ok(());
        }
        device.timeline.settle_to_wait();
        let (sender, done) = oneshot::channel();
        device.queue.on_submitted_work_done(move || {
            // Nobody receives when the guest was ended meanwhile.
            let _ = sender.send(());
        });
        // A lost device drops the callback: its work is as done as it will ever be.
        // https://www.w3.org/TR/webgpu/#dom-gpuqueue-onsubmittedworkdone
        device.wait_until(done, patience).await.map(|_| ())
    }
}

impl wit::HostGpuQueue for WebGpuCtxView<'_> {
    fn submit(
        &mut self,
        this: Resource<Queue>,
        command_buffers: Vec<Resource<CommandBuffer>>,
    ) -> wasmtime::Result<()> {
        let device = Arc::clone(&self.get(&this)?.device);
        let mut taken = Vec::with_capacity(command_buffers.len());
        let mut refused = None;
        for handle in &command_buffers {
            let command_buffer = self.get_mut(handle)?;
            match command_buffer.take() {
                Ok(commands) => taken.push(commands),
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
        // One that can't be submitted spoils the whole call, and uses the others up.
        // https://www.w3.org/TR/webgpu/#dom-gpuqueue-submit
        match refused {
            Some(reason) => device.errors.refuse("Queue::submit", "", reason),
            // To a lost device nothing is submitted.
            None if device.withdrawn() => {}
            None => {
                let submit = {
                    let device = Arc::clone(&device);
                    move || submit(&device, taken)
                };
                device.later(submit);
                device.after_submit();
            }
        }
        Ok(())
    }

    fn write_buffer_with_copy(
        &mut self,
        this: Resource<Queue>,
        buffer: Resource<crate::objects::buffer::Buffer>,
        buffer_offset: u64,
        data: Vec<u8>,
        data_offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<Result<(), wit::WriteBufferError>> {
        let write = bulk::BufferWrite::new(self, &this, &buffer, buffer_offset)?;
        at_once(write.run(&data, data_offset, size))
    }

    fn write_texture_with_copy(
        &mut self,
        this: Resource<Queue>,
        destination: wit::GpuTexelCopyTextureInfo,
        data: Vec<u8>,
        data_layout: wit::GpuTexelCopyBufferLayout,
        size: wit::GpuExtent3D,
    ) -> wasmtime::Result<()> {
        at_once(bulk::TextureWrite::new(self, &this, &destination)?.run(&data, &data_layout, &size))
    }

    label_methods!(Queue);

    fn drop(&mut self, this: Resource<Queue>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
