//! The four functions that carry bytes in bulk, defined by hand.
//!
//! The generated bindings would lift a `list<u8>` into a `Vec<u8>` and lower one from it: a copy and an
//! allocation more each way, which at 64 MiB costs several times the transfer itself. Here uploads go
//! from the guest's memory straight into wgpu's staging memory, and read-backs from the mapped range
//! straight into the guest's memory. [`add_to_linker`] shadows the generated four; their logic is shared
//! with the generated traits, which have to be implemented all the same.

use std::sync::Arc;

use wasmtime::{
    StoreContextMut,
    component::{Linker, Resource, WasmList},
};

use crate::{
    bindings::wit,
    commands::binding::part,
    convert,
    device::{
        budget::{Reservation, SharedReservation},
        core::DeviceCore,
        fence,
        in_flight::{BYTES_PER_WRITE, PIECE_BYTES},
        lent_scopes::collecting,
        texture_pieces::{self, Plan},
        waiting::Patience,
    },
    objects::{
        buffer::{Access, Buffer, Writable},
        mapped_bytes::MappedBytes,
        queue::Queue,
        texel_copy::{TexelCopyTexture, texel_copy_buffer_layout},
    },
    quotas::MAX_STAGED_BYTES,
    view::{INTERFACE, WebGpuCtxView, WebGpuView, trace},
};

/// A write of so many bytes is copied once more where that saves waiting for submits before it.
const MAX_BYTES_PUT_OFF: usize = 64 << 10;

/// The parameters of `write-buffer-with-copy`, in WIT order.
type WriteBufferParams = (Resource<Queue>, Resource<Buffer>, u64, WasmList<u8>, Option<u64>, Option<u64>);

/// Replaces the four functions in `linker`, which must allow shadowing.
pub(crate) fn add_to_linker<T: WebGpuView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut webgpu = linker.instance(INTERFACE)?;
    webgpu.func_wrap(
        "[method]gpu-buffer.get-mapped-range-get-with-copy",
        |mut store: StoreContextMut<'_, T>,
         (this, offset, size): (Resource<Buffer>, Option<u64>, Option<u64>)| {
            trace("[method]gpu-buffer.get-mapped-range-get-with-copy");
            Ok((store.data_mut().webgpu().get(&this)?.read_mapped(offset, size),))
        },
    )?;
    webgpu.func_wrap(
        "[method]gpu-buffer.get-mapped-range-set-with-copy",
        |mut store: StoreContextMut<'_, T>,
         (this, data, offset, size): (Resource<Buffer>, WasmList<u8>, Option<u64>, Option<u64>)| {
            trace("[method]gpu-buffer.get-mapped-range-set-with-copy");
            let range = store.data_mut().webgpu().get(&this)?.mapped_slot(offset, size);
            Ok((range.and_then(|slot| slot.write(data.as_le_slice(&store))),))
        },
    )?;
    // These two may have to wait for the GPU, which blocks the guest and, in `WaitMode::Background`, nobody else.
    webgpu.func_wrap_async(
        "[method]gpu-queue.write-buffer-with-copy",
        |mut store: StoreContextMut<'_, T>,
         (this, buffer, buffer_offset, data, data_offset, size): WriteBufferParams| {
            Box::new(async move {
                trace("[method]gpu-queue.write-buffer-with-copy");
                let write = BufferWrite::new(&store.data_mut().webgpu(), &this, &buffer, buffer_offset)?;
                Ok((write.run(data.as_le_slice(&store), data_offset, size).await?,))
            })
        },
    )?;
    webgpu.func_wrap_async(
        "[method]gpu-queue.write-texture-with-copy",
        |mut store: StoreContextMut<'_, T>,
         (this, destination, data, data_layout, size): (
            Resource<Queue>,
            wit::GpuTexelCopyTextureInfo,
            WasmList<u8>,
            wit::GpuTexelCopyBufferLayout,
            wit::GpuExtent3D,
        )| {
            Box::new(async move {
                trace("[method]gpu-queue.write-texture-with-copy");
                let write = TextureWrite::new(&store.data_mut().webgpu(), &this, &destination)?;
                write.run(data.as_le_slice(&store), &data_layout, &size).await
            })
        },
    )?;
    Ok(())
}

impl Buffer {
    /// The mapped bytes that `getMappedRange(offset, size)` means.
    pub(crate) fn read_mapped(
        &self,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<MappedBytes, wit::GetMappedRangeError> {
        let range = self.mapped_range(offset, size, Access::Read)?;
        if range.is_empty() {
            return Ok(MappedBytes::Empty);
        }
        match self.inner.slice(range).get_mapped_range() {
            Ok(view) => Ok(MappedBytes::View(view)),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Where `getMappedRange(offset, size)` of a mapping for writing lets the guest write.
    pub(crate) fn mapped_slot(
        &self,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<MappedSlot, wit::GetMappedRangeError> {
        let range = self.mapped_range(offset, size, Access::Write)?;
        Ok(MappedSlot { buffer: self.inner.clone(), range })
    }

    /// Writes `data` to the mapped bytes that `getMappedRange(offset, size)` means.
    pub(crate) fn write_mapped(
        &self,
        data: &[u8],
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<(), wit::GetMappedRangeError> {
        self.mapped_slot(offset, size)?.write(data)
    }
}

/// A range of a buffer that is mapped for writing.
pub(crate) struct MappedSlot {
    buffer: wgpu::Buffer,
    range: std::ops::Range<u64>,
}

impl MappedSlot {
    fn write(self, data: &[u8]) -> Result<(), wit::GetMappedRangeError> {
        let Self { buffer, range } = self;
        let size = range.end - range.start;
        if u64::try_from(data.len()) != Ok(size) {
            return Err(wit::GetMappedRangeError {
                kind: wit::GetMappedRangeErrorKind::RangeError,
                message: format!("{} bytes were given for a mapped range of {size}", data.len()),
            });
        }
        if data.is_empty() {
            return Ok(());
        }
        match buffer.slice(range).get_mapped_range_mut() {
            Ok(mut view) => {
                view.copy_from_slice(data);
                Ok(())
            }
            Err(error) => Err(refused(&error)),
        }
    }
}

fn refused(error: &wgpu::MapRangeError) -> wit::GetMappedRangeError {
    wit::GetMappedRangeError {
        kind: wit::GetMappedRangeErrorKind::OperationError,
        message: error.to_string(),
    }
}

/// A `writeBuffer` whose handles are resolved: <https://www.w3.org/TR/webgpu/#dom-gpuqueue-writebuffer>
pub(crate) struct BufferWrite {
    device: Arc<DeviceCore>,
    buffer: wgpu::Buffer,
    writable: Writable,
    reservation: SharedReservation,
    offset: u64,
    patience: Patience,
}

impl BufferWrite {
    pub(crate) fn new(
        view: &WebGpuCtxView<'_>,
        queue: &Resource<Queue>,
        buffer: &Resource<Buffer>,
        offset: u64,
    ) -> wasmtime::Result<Self> {
        let device = Arc::clone(&view.get(queue)?.device);
        let buffer = view.get(buffer)?;
        let mut writable = buffer.writable();
        writable.open &= Arc::ptr_eq(&buffer.device, &device);
        let (reservation, buffer) = (buffer.reservation.clone(), buffer.inner.clone());
        Ok(Self { device, buffer, writable, reservation, offset, patience: view.ctx.patience() })
    }

    pub(crate) async fn run(
        mut self,
        data: &[u8],
        data_offset: Option<u64>,
        size: Option<u64>,
    ) -> wasmtime::Result<Result<(), wit::WriteBufferError>> {
        let refuse = |message: String| {
            Ok(Err(wit::WriteBufferError { kind: wit::WriteBufferErrorKind::OperationError, message }))
        };
        let Some(mut contents) = part(data, data_offset.unwrap_or(0), size) else {
            return refuse(format!(
                "the data has {} bytes, too few for an offset of {data_offset:?} and a size of {size:?}",
                data.len()
            ));
        };
        if !contents.len().is_multiple_of(4) {
            return refuse(format!("{} bytes are not a multiple of 4", contents.len()));
        }
        // A lost device stages nothing.
        if self.device.is_lost() {
            return Ok(Ok(()));
        }
        if !self.admits(contents.len()) {
            self.refused(contents).await?;
            return Ok(Ok(()));
        }
        if contents.len() <= MAX_BYTES_PUT_OFF && !self.device.timeline.is_settled() {
            let staged = self.stage(contents.len()).await?;
            let contents = contents.to_vec();
            let device = Arc::clone(&self.device);
            device.later(move || self.write(&contents, staged));
            return Ok(Ok(()));
        }
        let most = usize::try_from(PIECE_BYTES).unwrap_or(usize::MAX);
        while let Some((piece, rest)) = contents.split_at_checked(contents.len().min(most)) {
            let staged = self.stage(piece.len()).await?;
            self.put(piece, staged);
            // Less than `u64::MAX`, since the end is inside the buffer.
            self.offset = self.offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            contents = rest;
            if contents.is_empty() {
                break;
            }
        }
        Ok(Ok(()))
    }

    /// Whether wgpu takes so many bytes.
    fn admits(&self, bytes: usize) -> bool {
        let Writable { size, open, destroyed, lent: _ } = self.writable;
        let end = u64::try_from(bytes).ok().and_then(|bytes| self.offset.checked_add(bytes));
        open && !destroyed && self.offset.is_multiple_of(4) && end.is_some_and(|end| end <= size)
    }

    /// Has wgpu say what is wrong with a write. It does so when it has staged the bytes, and keeps those until it sends
    /// others.
    async fn refused(&self, contents: &[u8]) -> wasmtime::Result<()> {
        let Self { device, buffer, writable: _, reservation, offset, patience: _ } = self;
        let bytes = u64::try_from(contents.len()).unwrap_or(u64::MAX);
        if bytes > PIECE_BYTES {
            device.errors.validation(format!(
                "In Queue::write_buffer: {bytes} bytes can't be written at {offset} of the buffer"
            ));
            return Ok(());
        }
        let staged = self.stage(contents.len()).await?;
        device.timeline.settle();
        let write = || device.queue.write_buffer(buffer, *offset, contents);
        let ((), errors) = device.guarded(|| collecting(write));
        device.unstick();
        device.staged(staged, reservation);
        device.send();
        for error in errors {
            device.errors.report(error);
        }
        Ok(())
    }

    async fn stage(&self, bytes: usize) -> wasmtime::Result<Reservation> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(BYTES_PER_WRITE);
        self.device.stage(bytes, self.patience).await
    }

    /// Has wgpu copy the bytes now. The write itself has its turn after what was put off before: nobody waits for that.
    fn put(&self, contents: &[u8], staged: Reservation) {
        let waits = !self.device.timeline.is_settled() && !self.writable.lent;
        if let Some(view) = waits.then(|| self.copied(contents)).flatten() {
            let (device, reservation) = (Arc::clone(&self.device), self.reservation.clone());
            self.device.later(move || {
                // wgpu does not free what it has staged for a lost device.
                if device.is_lost() {
                    device.memory.take(staged.bytes());
                }
                device.guarded(|| drop(view));
                device.staged(staged, &reservation);
            });
            return;
        }
        self.device.timeline.settle();
        self.write(contents, staged);
    }

    /// The bytes in wgpu's staging memory. `None`: it does not take them. If the device is not lost by that, wgpu says why
    /// when it is given them in their turn.
    fn copied(&self, contents: &[u8]) -> Option<wgpu::QueueWriteBufferView> {
        let Self { device, buffer, writable: _, reservation: _, offset, patience: _ } = self;
        let size = wgpu::BufferSize::new(u64::try_from(contents.len()).ok()?)?;
        let view = || device.queue.write_buffer_with(buffer, *offset, size);
        let (view, _errors) = device.guarded(|| collecting(|| fence::catch(view)));
        let mut view = view.ok()??;
        view.copy_from_slice(contents);
        Some(view)
    }

    fn write(&self, contents: &[u8], staged: Reservation) {
        let Self { device, buffer, writable, reservation, offset, patience: _ } = self;
        let write = || device.queue.write_buffer(buffer, *offset, contents);
        if writable.lent {
            // The embedder may have mapped it, or destroyed it.
            let ((), errors) = device.guarded(|| collecting(write));
            if !errors.is_empty() {
                device.unstick();
            }
            for error in errors {
                device.errors.report(error);
            }
        } else {
            device.guarded(write);
        }
        device.staged(staged, reservation);
    }
}

/// A `writeTexture` whose handles are resolved: <https://www.w3.org/TR/webgpu/#dom-gpuqueue-writetexture>
pub(crate) struct TextureWrite {
    device: Arc<DeviceCore>,
    destination: TexelCopyTexture,
    reservation: SharedReservation,
    patience: Patience,
}

impl TextureWrite {
    pub(crate) fn new(
        view: &WebGpuCtxView<'_>,
        queue: &Resource<Queue>,
        destination: &wit::GpuTexelCopyTextureInfo,
    ) -> wasmtime::Result<Self> {
        let device = Arc::clone(&view.get(queue)?.device);
        let reservation = view.get(&destination.texture)?.reservation.clone();
        let destination = view.texel_copy_texture(destination)?;
        Ok(Self { device, destination, reservation, patience: view.ctx.patience() })
    }

    pub(crate) async fn run(
        mut self,
        data: &[u8],
        layout: &wit::GpuTexelCopyBufferLayout,
        size: &wit::GpuExtent3D,
    ) -> wasmtime::Result<()> {
        if self.device.withdrawn() {
            return Ok(());
        }
        let TexelCopyTexture { texture, mip_level, origin, aspect } = &self.destination;
        let target = texture_pieces::Target {
            size: texture.size(),
            dimension: texture.dimension(),
            format: texture.format(),
            mip_level_count: texture.mip_level_count(),
            mip_level: *mip_level,
            aspect: *aspect,
        };
        let whole = texture_pieces::TextureWrite {
            origin: *origin,
            size: convert::extent_3d(size),
            layout: texel_copy_buffer_layout(layout),
        };
        match texture_pieces::plan(&whole, &target, u64::try_from(data.len()).unwrap_or(u64::MAX)) {
            Plan::Whole(bytes) => {
                self.write(data, &whole, bytes).await?;
            }
            Plan::Pieces(pieces) => {
                for (piece, bytes) in pieces {
                    if !self.write(data, &piece, bytes).await? {
                        break;
                    }
                }
            }
            Plan::Refused(reason) => {
                self.device.errors.validation(format!("In Queue::write_texture: {reason}"));
            }
        }
        Ok(())
    }

    /// Writes a piece, for which wgpu stages so many bytes; `false` when it was refused, which was reported.
    async fn write(
        &mut self,
        data: &[u8],
        piece: &texture_pieces::TextureWrite,
        bytes: u64,
    ) -> wasmtime::Result<bool> {
        let Self { device, destination, reservation, patience } = self;
        // A layer of depth can't be cut, and waits for all that is staged.
        let bytes = bytes.saturating_add(BYTES_PER_WRITE).min(MAX_STAGED_BYTES);
        let staged = device.stage(bytes, *patience).await?;
        device.timeline.settle();
        destination.origin = piece.origin;
        let write = || device.queue.write_texture(destination.as_wgpu(), data, piece.layout, piece.size);
        let ((), errors) = device.guarded(|| collecting(write));
        device.staged(staged, reservation);
        let written = errors.is_empty();
        for error in errors {
            device.errors.report(error);
        }
        Ok(written)
    }
}
