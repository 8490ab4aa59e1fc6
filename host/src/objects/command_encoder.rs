//! GPUCommandEncoder — wit: gpu-command-encoder — spec: <https://www.w3.org/TR/webgpu/#gpucommandencoder> — peer: wgpu-wasi-backend/src/objects/command_encoder.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        kept::Kept,
        recording::{ENDED, EncoderState, LOCKED, Recording},
    },
    convert,
    device::{budget::Ledger, core::DeviceCore},
    objects::{
        buffer::Buffer, command_buffer::CommandBuffer, compute_pass::ComputePassEncoder, query_set::QuerySet,
        render_pass::RenderPassEncoder, texture::Texture,
    },
    view::{WebGpuCtxView, label_methods, labelled},
    weights,
};

/// Records commands. wgpu gets them when the encoder is finished, by the device timeline (`device/timeline.rs`): before
/// that nothing of it can be seen.
#[derive(Debug)]
pub struct CommandEncoder {
    pub(crate) device: Arc<DeviceCore>,
    pub(crate) label: String,
    pub(crate) state: Arc<EncoderState>,
    ledger: Ledger,
}

labelled!(CommandEncoder, crate::weights::ENCODER);

impl CommandEncoder {
    /// `createCommandEncoder`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createcommandencoder>
    pub(crate) fn create(
        device: &Arc<DeviceCore>,
        descriptor: Option<wit::GpuCommandEncoderDescriptor>,
    ) -> Self {
        let label = descriptor.and_then(|wit::GpuCommandEncoderDescriptor { label }| label);
        let state = Arc::<EncoderState>::default();
        let mut ledger = Ledger::new(&device.host_memory);
        // Of the command buffer that it becomes.
        if let Err(reason) = ledger.command(weights::COMMAND_BUFFER) {
            state.invalidate(format!("In Device::create_command_encoder: {reason}"));
        }
        Self { device: Arc::clone(device), label: label.unwrap_or_default(), state, ledger }
    }

    /// What its commands need, to be held by the command buffer.
    pub(crate) fn take_kept(&mut self) -> Vec<Kept> {
        let mut kept = self.state.take_kept();
        kept.push(Kept::Resource(self.ledger.close()));
        kept
    }

    /// Whether a command may be recorded; what speaks against it is reported.
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-validate-the-encoder-state>
    pub(crate) fn open(&mut self, call: &'static str) -> bool {
        self.open_for(call, 0)
    }

    /// [`Self::open`] for a command that takes `bytes` beside itself.
    pub(crate) fn open_for(&mut self, call: &'static str, bytes: usize) -> bool {
        if self.state.is_finished() {
            self.device.errors.refuse(format_args!("CommandEncoder::{call}"), "", ENDED);
            return false;
        }
        let refused =
            if self.state.is_locked() { Err(LOCKED.to_owned()) } else { self.ledger.command(bytes) };
        if let Err(reason) = &refused {
            self.state.invalidate(reason.as_str());
        }
        refused.is_ok()
    }

    /// Ends the recording; `None` when it has ended before.
    /// <https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-finish>
    pub(crate) fn finish(&mut self) -> Option<Recording> {
        self.state.finish()
    }
}

impl WebGpuCtxView<'_> {
    /// Records `encode` in the encoder behind `this`, if it is open; `kept` is what the command needs.
    fn encode<const N: usize>(
        &mut self,
        this: &Resource<CommandEncoder>,
        call: &'static str,
        kept: [Kept; N],
        encode: impl FnOnce(&mut wgpu::CommandEncoder) + Send + 'static,
    ) -> wasmtime::Result<()> {
        let encoder = self.get_mut(this)?;
        if encoder.open_for(call, weights::COPY) {
            encoder.state.record(move |encoder, _| encode(encoder));
            encoder.state.keep(kept);
        }
        Ok(())
    }

    /// Records `encode`, which takes over `text`, in the encoder behind `this`, if it is open.
    fn encode_text(
        &mut self,
        this: &Resource<CommandEncoder>,
        call: &'static str,
        text: String,
        encode: fn(&mut wgpu::CommandEncoder, &str),
    ) -> wasmtime::Result<()> {
        let encoder = self.get_mut(this)?;
        if encoder.open_for(call, text.len().saturating_add(weights::TEXT)) {
            encoder.state.record(move |encoder, _| encode(encoder, &text));
        }
        Ok(())
    }

    /// A buffer that a command refers to.
    fn kept_buffer(&self, buffer: &Resource<Buffer>) -> wasmtime::Result<Kept> {
        Ok(Kept::Resource(self.get(buffer)?.reservation.clone()))
    }

    /// A texture that a command refers to.
    fn kept_texture(&self, texture: &Resource<Texture>) -> wasmtime::Result<Kept> {
        Ok(Kept::Resource(self.get(texture)?.reservation.clone()))
    }
}

impl wit::HostGpuCommandEncoder for WebGpuCtxView<'_> {
    fn begin_render_pass(
        &mut self,
        this: Resource<CommandEncoder>,
        descriptor: wit::GpuRenderPassDescriptor,
    ) -> wasmtime::Result<Resource<RenderPassEncoder>> {
        let pass = self.new_render_pass(&this, descriptor)?;
        self.push(pass)
    }

    fn begin_compute_pass(
        &mut self,
        this: Resource<CommandEncoder>,
        descriptor: Option<wit::GpuComputePassDescriptor>,
    ) -> wasmtime::Result<Resource<ComputePassEncoder>> {
        let pass = self.new_compute_pass(&this, descriptor)?;
        self.push(pass)
    }

    fn copy_buffer_to_buffer(
        &mut self,
        this: Resource<CommandEncoder>,
        source: Resource<Buffer>,
        source_offset: Option<u64>,
        destination: Resource<Buffer>,
        destination_offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<()> {
        let kept = [self.kept_buffer(&source)?, self.kept_buffer(&destination)?];
        let source = self.get(&source)?.inner.clone();
        let destination = self.get(&destination)?.inner.clone();
        // The offsets are 0 by default, the size is the rest of the source, which wgpu fills in:
        // https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-copybuffertobuffer
        let source_offset = source_offset.unwrap_or(0);
        let destination_offset = destination_offset.unwrap_or(0);
        self.encode(&this, "copy_buffer_to_buffer", kept, move |encoder| {
            encoder.copy_buffer_to_buffer(&source, source_offset, &destination, destination_offset, size);
        })
    }

    fn copy_buffer_to_texture(
        &mut self,
        this: Resource<CommandEncoder>,
        source: wit::GpuTexelCopyBufferInfo,
        destination: wit::GpuTexelCopyTextureInfo,
        copy_size: wit::GpuExtent3D,
    ) -> wasmtime::Result<()> {
        let kept = [self.kept_buffer(&source.buffer)?, self.kept_texture(&destination.texture)?];
        let source = self.texel_copy_buffer(&source)?;
        let destination = self.texel_copy_texture(&destination)?;
        self.encode(&this, "copy_buffer_to_texture", kept, move |encoder| {
            encoder.copy_buffer_to_texture(
                source.as_wgpu(),
                destination.as_wgpu(),
                convert::extent_3d(&copy_size),
            );
        })
    }

    fn copy_texture_to_buffer(
        &mut self,
        this: Resource<CommandEncoder>,
        source: wit::GpuTexelCopyTextureInfo,
        destination: wit::GpuTexelCopyBufferInfo,
        copy_size: wit::GpuExtent3D,
    ) -> wasmtime::Result<()> {
        let kept = [self.kept_texture(&source.texture)?, self.kept_buffer(&destination.buffer)?];
        let source = self.texel_copy_texture(&source)?;
        let destination = self.texel_copy_buffer(&destination)?;
        self.encode(&this, "copy_texture_to_buffer", kept, move |encoder| {
            encoder.copy_texture_to_buffer(
                source.as_wgpu(),
                destination.as_wgpu(),
                convert::extent_3d(&copy_size),
            );
        })
    }

    fn copy_texture_to_texture(
        &mut self,
        this: Resource<CommandEncoder>,
        source: wit::GpuTexelCopyTextureInfo,
        destination: wit::GpuTexelCopyTextureInfo,
        copy_size: wit::GpuExtent3D,
    ) -> wasmtime::Result<()> {
        let kept = [self.kept_texture(&source.texture)?, self.kept_texture(&destination.texture)?];
        let source = self.texel_copy_texture(&source)?;
        let destination = self.texel_copy_texture(&destination)?;
        self.encode(&this, "copy_texture_to_texture", kept, move |encoder| {
            encoder.copy_texture_to_texture(
                source.as_wgpu(),
                destination.as_wgpu(),
                convert::extent_3d(&copy_size),
            );
        })
    }

    fn clear_buffer(
        &mut self,
        this: Resource<CommandEncoder>,
        buffer: Resource<Buffer>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<()> {
        let kept = [self.kept_buffer(&buffer)?];
        let buffer = self.get(&buffer)?.inner.clone();
        // https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-clearbuffer
        let offset = offset.unwrap_or(0);
        self.encode(&this, "clear_buffer", kept, move |encoder| encoder.clear_buffer(&buffer, offset, size))
    }

    fn resolve_query_set(
        &mut self,
        this: Resource<CommandEncoder>,
        query_set: Resource<QuerySet>,
        first_query: u32,
        query_count: u32,
        destination: Resource<Buffer>,
        destination_offset: u64,
    ) -> wasmtime::Result<()> {
        const CALL: &str = "resolve_query_set";
        let kept = [self.kept_buffer(&destination)?];
        let query_set = self.get(&query_set)?.inner.clone();
        let destination = self.get(&destination)?.inner.clone();
        let Some(end) = first_query.checked_add(query_count) else {
            let encoder = self.get_mut(&this)?;
            if encoder.open(CALL) {
                encoder
                    .state
                    .invalidate(format!("{query_count} queries from {first_query} are not in the set"));
            }
            return Ok(());
        };
        self.encode(&this, CALL, kept, move |encoder| {
            encoder.resolve_query_set(&query_set, first_query..end, &destination, destination_offset);
        })
    }

    fn finish(
        &mut self,
        this: Resource<CommandEncoder>,
        descriptor: Option<wit::GpuCommandBufferDescriptor>,
    ) -> wasmtime::Result<Resource<CommandBuffer>> {
        let command_buffer = CommandBuffer::create(self.get_mut(&this)?, descriptor);
        self.push(command_buffer)
    }

    label_methods!(CommandEncoder);

    fn push_debug_group(
        &mut self,
        this: Resource<CommandEncoder>,
        group_label: String,
    ) -> wasmtime::Result<()> {
        self.encode_text(&this, "push_debug_group", group_label, wgpu::CommandEncoder::push_debug_group)
    }

    fn pop_debug_group(&mut self, this: Resource<CommandEncoder>) -> wasmtime::Result<()> {
        self.encode(&this, "pop_debug_group", [], wgpu::CommandEncoder::pop_debug_group)
    }

    fn insert_debug_marker(
        &mut self,
        this: Resource<CommandEncoder>,
        marker_label: String,
    ) -> wasmtime::Result<()> {
        self.encode_text(
            &this,
            "insert_debug_marker",
            marker_label,
            wgpu::CommandEncoder::insert_debug_marker,
        )
    }

    fn drop(&mut self, this: Resource<CommandEncoder>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use wit::{HostGpuCommandEncoder as _, HostGpuDevice as _, HostGpuQueue as _};

    use super::*;
    use crate::{
        commands::binding::BindingCommands as _,
        device::errors::ErrorKind,
        testing::{Guest, again},
    };

    const VALIDATION: Option<ErrorKind> = Some(ErrorKind::Validation);

    fn guest() -> (Guest, Resource<CommandEncoder>) {
        let mut guest = Guest::new(|_| {});
        let encoder = encoder(&mut guest);
        (guest, encoder)
    }

    fn encoder(guest: &mut Guest) -> Resource<CommandEncoder> {
        let device = guest.device();
        guest.view().create_command_encoder(device, None).unwrap()
    }

    /// The error of `finish`, and that of submitting the result.
    fn finish(
        guest: &mut Guest,
        encoder: &Resource<CommandEncoder>,
    ) -> (Resource<CommandBuffer>, Option<ErrorKind>, Option<ErrorKind>) {
        let (command_buffer, finished) =
            guest.errors(|guest| guest.view().finish(again(encoder), None).unwrap());
        let submitted = submit(guest, &command_buffer);
        (command_buffer, finished, submitted)
    }

    fn submit(guest: &mut Guest, command_buffer: &Resource<CommandBuffer>) -> Option<ErrorKind> {
        let device = guest.device();
        let queue = guest.view().queue(device).unwrap();
        guest.errors(|guest| guest.view().submit(queue, vec![again(command_buffer)]).unwrap()).1
    }

    #[test]
    fn a_command_buffer_is_submitted_once() {
        let (mut guest, encoder) = guest();
        let (command_buffer, finished, submitted) = finish(&mut guest, &encoder);
        assert_eq!((finished, submitted), (None, None));
        assert_eq!(submit(&mut guest, &command_buffer), VALIDATION);
    }

    #[test]
    fn a_finished_encoder_refuses_every_call() {
        let (mut guest, encoder) = guest();
        let buffer = guest.buffer(16, wit::GpuBufferUsage::COPY_DST);
        finish(&mut guest, &encoder);
        let mut refused = |call: &dyn Fn(&mut WebGpuCtxView<'_>, Resource<CommandEncoder>)| {
            let ((), error) = guest.errors(|guest| call(&mut guest.view(), again(&encoder)));
            assert_eq!(error, VALIDATION);
        };
        refused(&|view, encoder| {
            view.finish(encoder, None).unwrap();
        });
        refused(&|view, encoder| view.clear_buffer(encoder, again(&buffer), None, None).unwrap());
        refused(&|view, encoder| wit::HostGpuCommandEncoder::pop_debug_group(view, encoder).unwrap());
        refused(&|view, encoder| {
            let pass = view.begin_compute_pass(encoder, None).unwrap();
            // It never began, which is reported already.
            view.get_mut(&pass).unwrap().pass.dispatch_workgroups([1; 3]);
            view.get_mut(&pass).unwrap().end();
        });
    }

    #[test]
    fn an_ended_pass_refuses_every_call_and_spoils_nothing() {
        let (mut guest, encoder) = guest();
        let pass = guest.view().begin_compute_pass(again(&encoder), None).unwrap();
        let ((), error) = guest.errors(|guest| guest.view().get_mut(&pass).unwrap().end());
        assert_eq!(error, None);
        let ((), error) = guest.errors(|guest| guest.view().get_mut(&pass).unwrap().end());
        assert_eq!(error, VALIDATION);
        let ((), error) =
            guest.errors(|guest| guest.view().get_mut(&pass).unwrap().pass.dispatch_workgroups([1; 3]));
        assert_eq!(error, VALIDATION);
        let (_, finished, submitted) = finish(&mut guest, &encoder);
        assert_eq!((finished, submitted), (None, None));
    }

    #[test]
    fn an_invalid_encoder_fails_at_finish_and_its_buffer_at_submit() {
        type Spoil = fn(&mut WebGpuCtxView<'_>, Resource<CommandEncoder>);
        let spoilers: [Spoil; 5] = [
            // A pass that is dropped without its end.
            |view, encoder| {
                let pass = view.begin_compute_pass(encoder, None).unwrap();
                wit::HostGpuComputePassEncoder::drop(view, pass).unwrap();
            },
            // A pass that is still open.
            |view, encoder| {
                view.begin_compute_pass(encoder, None).unwrap();
            },
            // A pass in a pass.
            |view, encoder| {
                let outer = view.begin_compute_pass(again(&encoder), None).unwrap();
                let inner = view.begin_compute_pass(encoder, None).unwrap();
                view.get_mut(&inner).unwrap().end();
                view.get_mut(&outer).unwrap().end();
            },
            |view, encoder| wit::HostGpuCommandEncoder::pop_debug_group(view, encoder).unwrap(),
            // More immediates than any device has.
            |view, encoder| {
                let pass = view.begin_compute_pass(encoder, None).unwrap();
                view.get_mut(&pass).unwrap().pass.set_immediates(0, &[0; 1 << 20], None, None);
                view.get_mut(&pass).unwrap().end();
            },
        ];
        for (index, spoil) in spoilers.into_iter().enumerate() {
            let (mut guest, encoder) = guest();
            guest.errors(|guest| spoil(&mut guest.view(), again(&encoder)));
            let (_, finished, submitted) = finish(&mut guest, &encoder);
            assert_eq!((finished, submitted), (VALIDATION, VALIDATION), "spoiler {index}");
            // The device works on.
            let encoder = self::encoder(&mut guest);
            let (_, finished, submitted) = finish(&mut guest, &encoder);
            assert_eq!((finished, submitted), (None, None), "after spoiler {index}");
        }
    }

    #[test]
    fn immediates_outside_their_data_are_an_error_at_once() {
        let (mut guest, encoder) = guest();
        let pass = guest.view().begin_compute_pass(again(&encoder), None).unwrap();
        let ((), error) = guest.errors(|guest| {
            guest.view().get_mut(&pass).unwrap().pass.set_immediates(0, &[0; 4], Some(4), Some(4));
        });
        assert_eq!(error, VALIDATION);
        guest.view().get_mut(&pass).unwrap().end();
        assert_eq!(finish(&mut guest, &encoder).1, None);
    }

    #[test]
    fn commands_hold_the_memory_of_their_buffers_until_they_are_done() {
        let (mut guest, encoder) = guest();
        let memory = Arc::clone(&guest.core.memory);
        let buffer = guest.buffer(4096, wit::GpuBufferUsage::COPY_DST);
        guest.view().clear_buffer(again(&encoder), again(&buffer), None, None).unwrap();
        wit::HostGpuBuffer::drop(&mut guest.view(), buffer).unwrap();
        assert_eq!(memory.used(), 4096);
        let (_command_buffer, finished, submitted) = finish(&mut guest, &encoder);
        assert_eq!((finished, submitted), (None, None));
        assert_eq!(guest.gpu_memory_in_use(), 0);
    }

    #[test]
    fn an_overflowing_range_of_queries_is_not_in_the_set() {
        let (mut guest, encoder) = guest();
        let device = guest.device();
        let descriptor =
            wit::GpuQuerySetDescriptor { type_: wit::GpuQueryType::Occlusion, count: 2, label: None };
        let query_set = guest.view().create_query_set(device, descriptor).unwrap().unwrap();
        let buffer = guest.buffer(256, wit::GpuBufferUsage::QUERY_RESOLVE);
        let ((), error) = guest.errors(|guest| {
            guest.view().resolve_query_set(again(&encoder), query_set, u32::MAX, 2, buffer, 0).unwrap();
        });
        assert_eq!(error, None);
        assert_eq!(finish(&mut guest, &encoder).1, VALIDATION);
    }
}
