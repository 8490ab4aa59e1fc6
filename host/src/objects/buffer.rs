//! GPUBuffer — wit: gpu-buffer — spec: <https://www.w3.org/TR/webgpu/#gpubuffer> — peer: wgpu-wasi-backend/src/objects/buffer.rs
//!
//! The two functions that carry the bytes of a mapping are in `objects/bulk.rs`, which shadows those of the
//! generated bindings; the rules for both are here.

use std::{mem, ops::Range, sync::Arc, thread};

use tokio::sync::oneshot;
use wasmtime::component::{Accessor, Resource};

use crate::{
    bindings::wit,
    commands::{
        draw::Bindable,
        holder::{Holder, PassId},
        kept::Kept,
        memory::{MayHaveName, NamedObject},
        used::UsedBuffer,
        words::Name,
    },
    device::{
        budget::{Reservation, SharedReservation},
        core::DeviceCore,
        errors::GpuError,
        lent_scopes::collecting,
    },
    quotas,
    view::{WebGpu, WebGpuCtxView, label_methods, labelled},
};

/// A buffer of the guest.
#[derive(Debug)]
pub struct Buffer {
    pub(crate) inner: wgpu::Buffer,
    pub(crate) device: Arc<DeviceCore>,
    pub(crate) label: String,
    /// In bytes; what the guest asked for, also when the buffer is invalid.
    pub(crate) size: u64,
    pub(crate) usage: wit::GpuBufferUsage,
    map: MapState,
    /// Whether it is the embedder's: `lend.rs`.
    lent: bool,
    /// Whether the guest has destroyed it; a lent one is then withdrawn from the guest.
    destroyed: bool,
    /// What the guest calls it in its command memory.
    name: Option<Name>,
    holder: Arc<Holder>,
    /// Given back after `destroy`, which frees the memory before the handle goes.
    pub(crate) reservation: SharedReservation,
    /// What wgpu has beside it while it is mapped at creation.
    staging: Option<Reservation>,
}

labelled!(Buffer, crate::weights::BUFFER);

impl MayHaveName for Buffer {
    fn name_mut(&mut self) -> &mut Option<Name> {
        &mut self.name
    }

    fn named_object(&self, handle: u32) -> NamedObject {
        NamedObject::Buffer(handle)
    }
}

/// `GPUBufferMapState`, with what is mapped: <https://www.w3.org/TR/webgpu/#enumdef-gpubuffermapstate>
#[derive(Clone, Debug, PartialEq, Eq)]
enum MapState {
    Unmapped,
    Pending,
    Mapped { range: Range<u64>, writable: bool },
}

impl Buffer {
    /// `createBuffer`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createbuffer>
    pub(crate) fn create(device: &Arc<DeviceCore>, descriptor: wit::GpuBufferDescriptor) -> Self {
        let wit::GpuBufferDescriptor { size, usage, mapped_at_creation, label } = descriptor;
        let mapped_at_creation = mapped_at_creation.unwrap_or(false);
        let label = label.unwrap_or_default();
        let wgpu_descriptor =
            wgpu::BufferDescriptor { label: Some(&label), size, usage: usage.into(), mapped_at_creation };
        // What is over the device's limit is an error of validation, which wgpu finds.
        let bytes = if size > device.limits.max_buffer_size { 0 } else { size };
        let staged = if is_staged(usage, mapped_at_creation) { bytes } else { 0 };
        let mut reservation = device.memory.reserve(bytes);
        let staging = device.memory.reserve(staged);
        if staging.is_none() {
            reservation = None;
        }
        let inner = if reservation.is_some() {
            device.wgpu.create_buffer(&wgpu_descriptor)
        } else {
            device.errors.report(GpuError::out_of_memory(format!(
                "buffer '{label}' of {size} bytes: the guest holds {} of the {} bytes of GPU memory that it may ({})",
                device.memory.used(),
                device.memory.max(),
                quotas::quota("max_gpu_memory"),
            )));
            Self::invalid(device, &label, size)
        };
        // A buffer that can't be made is still mapped to the guest, which does not know yet:
        // https://www.w3.org/TR/webgpu/#dom-gpubufferdescriptor-mappedatcreation
        let is_mapped = mapped_at_creation && reservation.is_some();
        let map =
            if is_mapped { MapState::Mapped { range: 0..size, writable: true } } else { MapState::Unmapped };
        let reservation = SharedReservation::new(reservation);
        if is_mapped {
            device.unusable.maps(reservation.usability(), &label);
        }
        Self {
            inner,
            device: Arc::clone(device),
            label,
            size,
            usage,
            map,
            lent: false,
            destroyed: false,
            name: None,
            holder: Arc::default(),
            reservation,
            staging: staging.filter(|staging| staging.bytes() > 0),
        }
    }

    /// A buffer of the embedder's.
    pub(crate) fn lent(device: &Arc<DeviceCore>, inner: wgpu::Buffer, usage: wit::GpuBufferUsage) -> Self {
        Self {
            device: Arc::clone(device),
            label: String::new(),
            size: inner.size(),
            usage,
            map: MapState::Unmapped,
            lent: true,
            destroyed: false,
            name: None,
            holder: Arc::default(),
            reservation: SharedReservation::new(None),
            staging: None,
            inner,
        }
    }

    /// What a command that uses it has to hold.
    pub(crate) fn kept(&self) -> Kept {
        Kept::Resource(self.reservation.clone())
    }

    /// As what a command of `pass` uses.
    #[inline]
    pub(crate) fn used_by(&self, pass: PassId) -> UsedBuffer {
        match self.holder.place_in(pass) {
            Some(place) => UsedBuffer::Held(place),
            None => UsedBuffer::New {
                buffer: self.inner.clone(),
                kept: self.kept(),
                holder: Arc::clone(&self.holder),
            },
        }
    }

    /// As what a command of `pass` binds that needs `usage`.
    #[inline]
    pub(crate) fn bindable(&self, pass: PassId, usage: wit::GpuBufferUsage) -> Bindable<'_> {
        let Self { inner, device, label, size, usage: usages, .. } = self;
        let (used, usable) = (self.used_by(pass), usages.contains(usage));
        Bindable { used, inner, device: &device.wgpu, label, size: *size, usable }
    }

    /// wgpu's buffer; `None` for a lent one that the guest has destroyed.
    pub(crate) fn as_wgpu(&self) -> Option<&wgpu::Buffer> {
        (!(self.lent && self.destroyed)).then_some(&self.inner)
    }

    /// Like [`Self::as_wgpu`], unmapped, so that it can be used at once.
    pub(crate) fn into_wgpu(mut self) -> Option<wgpu::Buffer> {
        if self.map != MapState::Unmapped {
            self.device.guarded(|| collecting(|| self.inner.unmap()));
            self.set_map(MapState::Unmapped);
            self.unmapped();
        }
        (!(self.lent && self.destroyed)).then_some(self.inner)
    }

    /// Destroys a lent buffer as far as the guest can tell.
    fn withdraw(&mut self) {
        let (stand_in, _errors) = collecting(|| {
            self.device.wgpu.create_buffer(&wgpu::BufferDescriptor {
                label: Some(&self.label),
                size: self.inner.size(),
                usage: self.inner.usage(),
                mapped_at_creation: false,
            })
        });
        stand_in.destroy();
        self.inner = stand_in;
        // A pass that holds the one that was lent holds another one.
        self.holder = Arc::default();
    }

    /// How a write of the queue finds it.
    #[inline]
    pub(crate) fn writable(&self) -> Writable {
        Writable {
            size: self.size,
            open: self.map == MapState::Unmapped && self.usage.contains(wit::GpuBufferUsage::COPY_DST),
            destroyed: self.destroyed,
            lent: self.lent,
        }
    }

    fn set_map(&mut self, map: MapState) {
        let before = mem::replace(&mut self.map, map);
        match (before == MapState::Unmapped, self.map == MapState::Unmapped) {
            (true, false) => self.device.unusable.maps(self.reservation.usability(), &self.label),
            (false, true) => self.device.unusable.unmaps(self.reservation.usability()),
            (true, true) | (false, false) => {}
        }
    }

    /// Unmaps wgpu's buffer. While another thread polls the device and maps it, wgpu takes it for an unmapped one for a
    /// moment, and would map it after this: then it gets another try.
    fn unmap_inner(&self) {
        const TRIES: u32 = 1000;
        if self.map != MapState::Pending {
            return self.inner.unmap();
        }
        for _ in 0..TRIES {
            let ((), errors) = collecting(|| self.inner.unmap());
            // That it is not mapped is the only error that there is. One stays so when it could not be mapped.
            if errors.is_empty() {
                return;
            }
            thread::yield_now();
        }
    }

    /// wgpu sends what was written through a mapping with the next submit, if there was a buffer beside for that.
    fn unmapped(&mut self) {
        if let Some(staging) = self.staging.take() {
            self.device.unmapped(staging, &self.reservation);
        }
    }

    /// A buffer that wgpu refuses to use anywhere. It has the size that the guest gave, for a slice that is not
    /// inside the buffer is a panic in wgpu before it is anything else.
    fn invalid(device: &DeviceCore, label: &str, size: u64) -> wgpu::Buffer {
        let (inner, _errors) = collecting(|| {
            device.wgpu.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                // No usage at all is never valid.
                usage: wgpu::BufferUsages::empty(),
                mapped_at_creation: false,
            })
        });
        inner
    }

    /// The range of the buffer that `offset` and `size` of `getMappedRange` mean, if it is mapped.
    /// <https://www.w3.org/TR/webgpu/#dom-gpubuffer-getmappedrange>
    pub(crate) fn mapped_range(
        &self,
        offset: Option<u64>,
        size: Option<u64>,
        access: Access,
    ) -> Result<Range<u64>, wit::GetMappedRangeError> {
        let refuse = |message: String| wit::GetMappedRangeError {
            kind: wit::GetMappedRangeErrorKind::OperationError,
            message: format!("buffer '{}': {message}", self.label),
        };
        let MapState::Mapped { range: mapped, writable } = &self.map else {
            return Err(refuse("it is not mapped".to_owned()));
        };
        if access == Access::Write && !writable {
            return Err(refuse("it is mapped for reading".to_owned()));
        }
        let start = offset.unwrap_or(0);
        let size = size.unwrap_or_else(|| self.size.saturating_sub(start));
        if !start.is_multiple_of(wgpu::MAP_ALIGNMENT) || !size.is_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT) {
            return Err(refuse(format!(
                "a mapped range starts at a multiple of 8 and has a multiple of 4 bytes, not {start} and {size}"
            )));
        }
        match start.checked_add(size) {
            Some(end) if mapped.start <= start && end <= mapped.end => Ok(start..end),
            _ => Err(refuse(format!(
                "{size} bytes from {start} are not inside the mapped range, {} to {}",
                mapped.start, mapped.end
            ))),
        }
    }
}

/// What a write of the queue has to know of its buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writable {
    /// In bytes.
    pub(crate) size: u64,
    /// Whether it has the usage, and is not mapped.
    pub(crate) open: bool,
    pub(crate) destroyed: bool,
    /// Whether it is the embedder's, who may do to it what the host does not hear of.
    pub(crate) lent: bool,
}

/// Whether wgpu makes a buffer beside, of the same size, for what is written to the mapping at creation.
fn is_staged(usage: wit::GpuBufferUsage, mapped_at_creation: bool) -> bool {
    mapped_at_creation && !usage.contains(wit::GpuBufferUsage::MAP_WRITE)
}

/// What a guest does with a mapped range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// A mapping that was started.
struct Mapping {
    device: Arc<DeviceCore>,
    done: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    range: Range<u64>,
    writable: bool,
}

impl<T: Send + 'static> wit::HostGpuBufferWithStore<T> for WebGpu {
    async fn map_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Buffer>,
        mode: wit::GpuMapMode,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<Result<(), wit::MapAsyncError>> {
        let started = accessor.with(|mut access| {
            let mut view = access.get();
            let patience = view.ctx.patience();
            Ok::<_, wasmtime::Error>((view.get_mut(&this)?.start_map(mode, offset, size), patience))
        })?;
        let (mapping, patience) = match started {
            (Ok(mapping), patience) => (mapping, patience),
            (Err(error), _) => return Ok(Err(error)),
        };
        let Mapping { device, done, range, writable } = mapping;
        let result = device.wait_until(done, patience).await?;
        accessor.with(|mut access| {
            let mut view = access.get();
            // The guest may have dropped its handle while the mapping was pending; nothing is mapped
            // for it then, and the call it waits in is answered like an `unmap`.
            let Ok(buffer) = view.get_mut(&this) else {
                return Ok(Err(aborted("the buffer was dropped before it was mapped")));
            };
            Ok(buffer.finish_map(result, range, writable))
        })
    }
}

impl Buffer {
    /// The first half of `mapAsync`: <https://www.w3.org/TR/webgpu/#dom-gpubuffer-mapasync>
    fn start_map(
        &mut self,
        mode: wit::GpuMapMode,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<Mapping, wit::MapAsyncError> {
        if self.map == MapState::Pending {
            return Err(operation("the buffer is being mapped already".to_owned()));
        }
        if self.device.is_lost() {
            return Err(aborted("the device is lost"));
        }
        let refuse = |message: String| {
            self.device.errors.refuse("Buffer::map_async", &self.label, &message);
            operation(message)
        };
        let mode = match (mode.contains(wit::GpuMapMode::READ), mode.contains(wit::GpuMapMode::WRITE)) {
            (true, false) => wgpu::MapMode::Read,
            (false, true) => wgpu::MapMode::Write,
            (true, true) => return Err(refuse("the mode is both READ and WRITE".to_owned())),
            (false, false) => return Err(refuse("the mode is neither READ nor WRITE".to_owned())),
        };
        if self.lent {
            return Err(refuse("it is lent by the embedder, who alone maps it".to_owned()));
        }
        if matches!(self.map, MapState::Mapped { .. }) {
            return Err(refuse("it is mapped already".to_owned()));
        }
        let start = offset.unwrap_or(0);
        let size = size.unwrap_or_else(|| self.size.saturating_sub(start));
        let end = match start.checked_add(size) {
            Some(end) if end <= self.size => end,
            _ => {
                return Err(refuse(format!(
                    "{size} bytes from {start} are not inside its {} bytes",
                    self.size
                )));
            }
        };
        let (sender, done) = oneshot::channel();
        self.device.timeline.settle_to_wait();
        self.set_map(MapState::Pending);
        // Usage, alignment and validity are wgpu's to check: it dispatches the error and calls back.
        self.inner.slice(start..end).map_async(mode, move |result| {
            // Nobody receives when the guest was ended meanwhile.
            let _ = sender.send(result);
        });
        Ok(Mapping {
            device: Arc::clone(&self.device),
            done,
            range: start..end,
            writable: mode == wgpu::MapMode::Write,
        })
    }

    fn finish_map(
        &mut self,
        result: Option<Result<(), wgpu::BufferAsyncError>>,
        range: Range<u64>,
        writable: bool,
    ) -> Result<(), wit::MapAsyncError> {
        if self.map != MapState::Pending {
            return Err(aborted("the buffer was unmapped or destroyed before it was mapped"));
        }
        // A guest that destroys its device unmaps all buffers: https://www.w3.org/TR/webgpu/#dom-gpudevice-destroy
        if self.device.is_lost() {
            self.set_map(MapState::Unmapped);
            collecting(|| self.inner.unmap());
            return Err(aborted("the device was lost before the buffer was mapped"));
        }
        match result {
            Some(Ok(())) => {
                self.set_map(MapState::Mapped { range, writable });
                Ok(())
            }
            Some(Err(wgpu::BufferAsyncError)) => {
                self.set_map(MapState::Unmapped);
                // wgpu keeps the range of a mapping that failed, and refuses the next one for it.
                collecting(|| self.inner.unmap());
                Err(operation("the buffer can't be mapped; the validation error says why".to_owned()))
            }
            None => {
                self.set_map(MapState::Unmapped);
                Err(aborted("the device was lost before the buffer was mapped"))
            }
        }
    }
}

fn operation(message: String) -> wit::MapAsyncError {
    wit::MapAsyncError { kind: wit::MapAsyncErrorKind::OperationError, message }
}

fn aborted(message: &str) -> wit::MapAsyncError {
    wit::MapAsyncError { kind: wit::MapAsyncErrorKind::AbortError, message: message.to_owned() }
}

impl wit::HostGpuBuffer for WebGpuCtxView<'_> {
    fn size(&mut self, this: Resource<Buffer>) -> wasmtime::Result<u64> {
        Ok(self.get(&this)?.size)
    }

    fn usage(&mut self, this: Resource<Buffer>) -> wasmtime::Result<wit::GpuBufferUsage> {
        Ok(self.get(&this)?.usage)
    }

    fn map_state(&mut self, this: Resource<Buffer>) -> wasmtime::Result<wit::GpuBufferMapState> {
        Ok(match &self.get(&this)?.map {
            MapState::Unmapped => wit::GpuBufferMapState::Unmapped,
            MapState::Pending => wit::GpuBufferMapState::Pending,
            MapState::Mapped { range: _, writable: _ } => wit::GpuBufferMapState::Mapped,
        })
    }

    fn get_mapped_range_get_with_copy(
        &mut self,
        this: Resource<Buffer>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<Result<Vec<u8>, wit::GetMappedRangeError>> {
        Ok(self.get(&this)?.read_mapped(offset, size).map(|bytes| bytes.to_vec()))
    }

    fn unmap(&mut self, this: Resource<Buffer>) -> wasmtime::Result<Result<(), wit::UnmapError>> {
        let buffer = self.get_mut(&this)?;
        // A mapping of a lent buffer is the embedder's.
        if !buffer.lent {
            // A submit before this is refused for the mapping.
            buffer.device.timeline.settle();
            buffer.unmap_inner();
            buffer.unmapped();
        }
        buffer.set_map(MapState::Unmapped);
        Ok(Ok(()))
    }

    fn destroy(&mut self, this: Resource<Buffer>) -> wasmtime::Result<()> {
        let buffer = self.get_mut(&this)?;
        if buffer.lent {
            buffer.withdraw();
        } else {
            buffer.device.timeline.settle();
            buffer.device.unusable.destroys(buffer.reservation.usability());
            buffer.inner.destroy();
            buffer.unmapped();
            if let Some(freed) = buffer.reservation.take() {
                buffer.device.held.let_go(freed);
            }
        }
        // Destroying unmaps: https://www.w3.org/TR/webgpu/#dom-gpubuffer-destroy
        buffer.set_map(MapState::Unmapped);
        buffer.destroyed = true;
        Ok(())
    }

    label_methods!(Buffer);

    fn get_mapped_range_set_with_copy(
        &mut self,
        this: Resource<Buffer>,
        data: Vec<u8>,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<Result<(), wit::GetMappedRangeError>> {
        Ok(self.get(&this)?.write_mapped(&data, offset, size))
    }

    fn drop(&mut self, this: Resource<Buffer>) -> wasmtime::Result<()> {
        let mut buffer = self.delete_with_name(this)?;
        // wgpu unmaps one that is dropped.
        if buffer.map != MapState::Unmapped {
            buffer.device.timeline.settle();
            buffer.set_map(MapState::Unmapped);
        }
        Ok(())
    }
}
