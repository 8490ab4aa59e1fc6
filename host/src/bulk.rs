//! The four functions that carry bytes in bulk, defined by hand.
//!
//! The generated bindings would lift a `list<u8>` into a `Vec<u8>` and lower one from it: a copy and an
//! allocation more each way, which at 64 MiB costs several times the transfer itself. Here uploads go
//! from the guest's memory straight into wgpu's staging memory, and read-backs from the mapped range
//! straight into the guest's memory. [`add_to_linker`] shadows the generated four; their logic is shared
//! with the generated traits, which have to be implemented all the same.

use std::sync::Arc;

use bytes::Bytes;
use wasmtime::{
    StoreContextMut,
    component::{Linker, Resource, WasmList},
};

use crate::{
    bindings::wit,
    buffer::{Access, Buffer},
    convert,
    device::DeviceCore,
    queue::Queue,
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
    webgpu.func_wrap(
        "[method]gpu-queue.write-buffer-with-copy",
        |mut store: StoreContextMut<'_, T>,
         (this, buffer, buffer_offset, data, data_offset, size): WriteBufferParams| {
            trace("[method]gpu-queue.write-buffer-with-copy");
            let write = BufferWrite::new(&store.data_mut().webgpu(), &this, &buffer, buffer_offset)?;
            Ok((write.run(data.as_le_slice(&store), data_offset, size),))
        },
    )?;
    webgpu.func_wrap(
        "[method]gpu-queue.write-texture-with-copy",
        |mut store: StoreContextMut<'_, T>,
         (this, destination, data, data_layout, size): (
            Resource<Queue>,
            wit::GpuTexelCopyTextureInfo,
            WasmList<u8>,
            wit::GpuTexelCopyBufferLayout,
            wit::GpuExtent3D,
        )| {
            trace("[method]gpu-queue.write-texture-with-copy");
            let write = TextureWrite::new(&store.data_mut().webgpu(), &this, &destination)?;
            write.run(data.as_le_slice(&store), &data_layout, &size);
            Ok(())
        },
    )?;
    Ok(())
}

impl Buffer {
    /// The mapped bytes that `getMappedRange(offset, size)` means. The view that they are behind ends
    /// when they are dropped, which is before the call returns to the guest: none is alive at `unmap`.
    pub(crate) fn read_mapped(
        &self,
        offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<Bytes, wit::GetMappedRangeError> {
        let range = self.mapped_range(offset, size, Access::Read)?;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        match self.inner.slice(range).get_mapped_range() {
            Ok(view) => Ok(Bytes::from_owner(view)),
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
    offset: u64,
}

impl BufferWrite {
    pub(crate) fn new(
        view: &WebGpuCtxView<'_>,
        queue: &Resource<Queue>,
        buffer: &Resource<Buffer>,
        offset: u64,
    ) -> wasmtime::Result<Self> {
        let device = Arc::clone(&view.get(queue)?.device);
        Ok(Self { device, buffer: view.get(buffer)?.inner.clone(), offset })
    }

    pub(crate) fn run(
        self,
        data: &[u8],
        data_offset: Option<u64>,
        size: Option<u64>,
    ) -> Result<(), wit::WriteBufferError> {
        let refuse = |message: String| {
            Err(wit::WriteBufferError { kind: wit::WriteBufferErrorKind::OperationError, message })
        };
        let Some(contents) = convert::sub_slice(data, data_offset.unwrap_or(0), size) else {
            return refuse(format!(
                "the data has {} bytes, too few for an offset of {data_offset:?} and a size of {size:?}",
                data.len()
            ));
        };
        if !contents.len().is_multiple_of(4) {
            return refuse(format!("{} bytes are not a multiple of 4", contents.len()));
        }
        // Whatever else may be wrong is a validation error, which wgpu dispatches.
        let Self { device, buffer, offset } = self;
        if device.withdrawn() {
            return Ok(());
        }
        if contents.len() <= MAX_BYTES_PUT_OFF && !device.timeline.is_settled() {
            let contents = contents.to_vec();
            let write = {
                let device = Arc::clone(&device);
                move || device.guarded(|| device.queue.write_buffer(&buffer, offset, &contents))
            };
            device.later(write);
        } else {
            device.timeline.settle();
            device.guarded(|| device.queue.write_buffer(&buffer, offset, contents));
        }
        Ok(())
    }
}

/// A `writeTexture` whose handles are resolved: <https://www.w3.org/TR/webgpu/#dom-gpuqueue-writetexture>
pub(crate) struct TextureWrite {
    device: Arc<DeviceCore>,
    destination: convert::TexelCopyTexture,
}

impl TextureWrite {
    pub(crate) fn new(
        view: &WebGpuCtxView<'_>,
        queue: &Resource<Queue>,
        destination: &wit::GpuTexelCopyTextureInfo,
    ) -> wasmtime::Result<Self> {
        let device = Arc::clone(&view.get(queue)?.device);
        Ok(Self { device, destination: view.texel_copy_texture(destination)? })
    }

    pub(crate) fn run(self, data: &[u8], layout: &wit::GpuTexelCopyBufferLayout, size: &wit::GpuExtent3D) {
        if self.device.withdrawn() {
            return;
        }
        self.device.timeline.settle();
        self.device.guarded(|| {
            self.device.queue.write_texture(
                self.destination.as_wgpu(),
                data,
                convert::texel_copy_buffer_layout(layout),
                convert::extent_3d(size),
            );
        });
    }
}
