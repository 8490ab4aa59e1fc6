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
    commands::fetch,
    device::{
        core::DeviceCore, errors::GpuError, fence, lent_scopes::collecting, submits::Submit,
        unusable::Usability,
    },
    objects::{
        bulk,
        command_buffer::{CommandBuffer, Commands, Finished},
    },
    quotas::QuotaExceeded,
    view::{WebGpu, WebGpuCtxView, label_methods, labelled},
    weights,
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
fn submit(device: &DeviceCore, commands: Vec<Commands>, submit: Submit) {
    let finished = commands.iter().map(Commands::take).collect::<Option<Vec<_>>>();
    let submitted = match finished {
        Some(finished) => submit_finished(device, finished, &commands),
        None => Err("a command buffer could not be finished".to_owned()),
    };
    if let Err(panic) = submitted {
        device.errors.report(GpuError::internal(format!("In Queue::submit: {panic}")));
    }
    give(device, commands, submit);
}

/// Says that wgpu has got what there is of a submit.
fn give(device: &DeviceCore, commands: Vec<Commands>, submit: Submit) {
    let number = submit.number();
    device.submitted((commands, submit));
    device.submits.give(number);
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

/// What is sent when all is done that was given to the queue.
fn all_done(device: &DeviceCore) -> oneshot::Receiver<()> {
    device.timeline.settle_to_wait();
    let (sender, done) = oneshot::channel();
    device.queue.on_submitted_work_done(move || {
        // Nobody receives when the guest was ended meanwhile.
        let _ = sender.send(());
    });
    done
}

/// What is sent when all submits are done but the last `behind`. Those may wait for their turn meanwhile.
fn done_but(device: &DeviceCore, behind: u32) -> oneshot::Receiver<()> {
    let (number, done) = device.submits.all_but(behind.into());
    device.timeline.settle_until(|| device.submits.is_given(number));
    done
}

impl<T: Send + 'static> wit::HostGpuQueueWithStore<T> for WebGpu {
    async fn on_submitted_work_done(
        accessor: &Accessor<T, Self>,
        this: Resource<Queue>,
    ) -> wasmtime::Result<()> {
        let (device, patience, behind) = accessor.with(|mut access| {
            let behind = fetch::submits_not_waited_for(&mut access);
            let view = access.get();
            let device = Arc::clone(&view.get(&this)?.device);
            Ok::<_, wasmtime::Error>((device, view.ctx.patience(), behind))
        })?;
        if device.withdrawn() {
            return Ok(());
        }
        // A lent queue has more to do than what the guest has submitted.
        let done = if behind == 0 || device.lent { all_done(&device) } else { done_but(&device, behind) };
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
        let weight = device.host_memory.reserve(weights::SUBMIT);
        let weight = weight.ok_or_else(|| QuotaExceeded::HostMemory(device.host_memory.max()))?;
        let begun = device.submits.begin(Some(weight));
        // One that can't be submitted spoils the whole call, and uses the others up.
        // https://www.w3.org/TR/webgpu/#dom-gpuqueue-submit
        match refused {
            Some(reason) => {
                device.errors.refuse("Queue::submit", "", reason);
                // It has its number, and is done when those before it are. The embedder's queue has nothing to do with that.
                if !device.lent {
                    give(&device, Vec::new(), begun);
                }
            }
            // To a lost device nothing is submitted.
            None if device.withdrawn() => {}
            None => {
                let submit = {
                    let device = Arc::clone(&device);
                    move || submit(&device, taken, begun)
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

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use wit::{HostGpuDevice as _, HostGpuQueue as _};

    use super::*;
    use crate::testing::{Guest, again};

    /// What does not come within this time never does.
    const LONG: Duration = Duration::from_secs(60);

    /// A guest whose timeline does nothing more until the result is dropped.
    fn held_up(guest: &Guest) -> mpsc::Sender<()> {
        let (go_on, goes_on) = mpsc::channel();
        guest.core.later(move || _ = goes_on.recv_timeout(LONG));
        go_on
    }

    fn submit(guest: &mut Guest, queue: &Resource<Queue>) {
        guest.view().submit(again(queue), Vec::new()).unwrap();
    }

    #[test]
    fn who_waits_for_a_submit_does_not_wait_for_the_next() {
        let mut guest = Guest::new(|_| {});
        let device = guest.device();
        let queue = guest.view().queue(device).unwrap();
        submit(&mut guest, &queue);
        guest.core.timeline.settle();
        let go_on = held_up(&guest);
        submit(&mut guest, &queue);

        let mut first = done_but(&guest.core, 1);
        assert!(!guest.core.timeline.is_settled(), "the second was waited for");
        while first.try_recv().is_err() {
            guest.core.poll_now();
        }
        let mut second = guest.core.submits.all_but(0).1;
        guest.core.poll_now();
        assert!(second.try_recv().is_err(), "nobody has done it");
        drop(go_on);
        drop(all_done(&guest.core));
        while second.try_recv().is_err() {
            guest.core.poll_now();
        }
    }

    #[test]
    fn a_large_write_has_its_turn() {
        let mut guest = Guest::new(|_| {});
        let device = guest.device();
        let queue = guest.view().queue(device).unwrap();
        let data = vec![7; 1 << 18];
        let buffer = guest.buffer(1 << 18, wit::GpuBufferUsage::COPY_DST);
        let go_on = held_up(&guest);
        let write = |guest: &mut Guest| {
            let (queue, buffer) = (again(&queue), again(&buffer));
            guest.view().write_buffer_with_copy(queue, buffer, 0, data.clone(), None, None).unwrap().unwrap();
        };
        write(&mut guest);
        assert!(!guest.core.timeline.is_settled(), "what is before it was waited for");
        assert!(guest.core.staging.used() >= 1 << 18, "what is staged counts");
        drop(go_on);
        guest.core.timeline.settle();
        submit(&mut guest, &queue);
        assert!(guest.gpu_memory_in_use() >= 1 << 18);
        assert_eq!(guest.core.staging.used(), 0, "what is done counts no more");
    }
}
