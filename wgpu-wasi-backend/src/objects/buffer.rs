//! GPUBuffer — wit: gpu-buffer — spec: <https://www.w3.org/TR/webgpu/#gpubuffer> — peer: host/src/objects/buffer.rs
//!
//! Mapped bytes cross by copy (`mapped_bytes.rs`): a range holds its own, fetched when it is taken and sent
//! back when it is dropped. wgpu refuses ranges that overlap or lie outside the mapping by itself, but only
//! after the backend has made one. So nothing is fetched for a range that wgpu will refuse.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use wgpu::custom::{
    BufferInterface, BufferMapCallback, BufferMappedRangeInterface, DispatchBuffer, DispatchBufferMappedRange,
};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label, ours};
use crate::device::shared::DeviceShared;
use crate::device::waits::{Map, Mappable, block};
use crate::id::Id;
use crate::lock::lock;
use crate::name::Name;
use crate::objects::map_range::NoRange;
use crate::objects::mapped_bytes::{self, AlignedBytes};
use crate::unsupported;

/// The handle that wgpu holds.
#[derive(Debug)]
pub(crate) struct Buffer {
    inner: Arc<BufferInner>,
}

/// The handle of the host's buffer behind one of wgpu's.
#[inline]
pub(crate) fn handle(buffer: &DispatchBuffer) -> &wit::GpuBuffer {
    ours(buffer.as_custom::<Buffer>()).wit()
}

/// The same, with the name by which the host may know the buffer.
#[inline]
pub(crate) fn named(buffer: &DispatchBuffer) -> (&wit::GpuBuffer, &Name) {
    let inner = &*ours(buffer.as_custom::<Buffer>()).inner;
    (&inner.wit, &inner.name)
}

/// The buffer itself: a range that is mapped, or a mapping that is pending, holds on to it, too.
#[derive(Debug)]
pub(crate) struct BufferInner {
    device: Arc<DeviceShared>,
    wit: wit::GpuBuffer,
    id: Id,
    name: Name,
    label: Option<String>,
    size: wgpu::BufferAddress,
    usage: wgpu::BufferUsages,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What wgpu takes for the mapped range: it is set when a mapping is asked for, and stays when
    /// that fails.
    requested: Option<Range<wgpu::BufferAddress>>,
    mapping: Mapping,
}

#[derive(Debug)]
enum Mapping {
    Unmapped,
    /// Asked for, to be done at the next `poll`.
    Pending,
    Mapped {
        range: Range<wgpu::BufferAddress>,
        mode: wgpu::MapMode,
        /// All bytes are zero still: mapped at creation and nothing sent yet. Saves the fetch.
        blank: bool,
    },
}

impl Buffer {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::BufferDescriptor<'_>) -> Self {
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => device.wit.create_buffer(&descriptor),
            Err(why) => {
                device.refuse("Device::create_buffer", desc.label, why);
                Self::invalid(device)
            }
        };
        device.created();
        let all = desc.mapped_at_creation.then_some(0..desc.size);
        let mapping = match all.clone() {
            Some(range) => Mapping::Mapped { range, mode: wgpu::MapMode::Write, blank: true },
            None => Mapping::Unmapped,
        };
        Self {
            inner: Arc::new(BufferInner {
                device: Arc::clone(device),
                wit,
                id: Id::next(),
                name: Name::default(),
                label: label(desc.label),
                size: desc.size,
                usage: desc.usage,
                state: Mutex::new(State { requested: all, mapping }),
            }),
        }
    }

    /// A buffer that the host made by itself; it is not mapped.
    pub(crate) fn from_host(device: Arc<DeviceShared>, wit: wit::GpuBuffer) -> Self {
        let state = State { requested: None, mapping: Mapping::Unmapped };
        Self {
            inner: Arc::new(BufferInner {
                label: None,
                size: wit.size(),
                usage: wit.usage().into(),
                state: Mutex::new(state),
                device,
                wit,
                id: Id::next(),
                name: Name::default(),
            }),
        }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuBuffer {
        &self.inner.wit
    }

    #[inline]
    pub(crate) fn id(&self) -> Id {
        self.inner.id
    }

    /// Bytes.
    pub(crate) fn size(&self) -> wgpu::BufferAddress {
        self.inner.size
    }

    pub(crate) fn usage(&self) -> wgpu::BufferUsages {
        self.inner.usage
    }

    /// Whether no mapping was asked for or made.
    pub(crate) fn is_unmapped(&self) -> bool {
        matches!(lock(&self.inner.state).mapping, Mapping::Unmapped)
    }

    /// The error of a buffer without a usage that a call needs.
    pub(crate) fn check_usage(&self, needed: wgpu::BufferUsages) -> Result<(), String> {
        self.inner.check_usage(needed)
    }

    /// [`BufferInner::unless_invalid`].
    pub(crate) fn unless_invalid(&self, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        self.inner.unless_invalid(check)
    }

    fn descriptor(desc: &wgpu::BufferDescriptor<'_>) -> Result<wit::GpuBufferDescriptor, NotInWebGpu> {
        let wgpu::BufferDescriptor { label: name, size, usage, mapped_at_creation } = desc;
        if usage.intersects(wgpu::BufferUsages::BLAS_INPUT | wgpu::BufferUsages::TLAS_INPUT) {
            return Err(unsupported::RAY_TRACING.into());
        }
        Ok(wit::GpuBufferDescriptor {
            size: *size,
            usage: (*usage).try_into()?,
            mapped_at_creation: Some(*mapped_at_creation),
            label: label(*name),
        })
    }

    /// A buffer without any usage is invalid: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createbuffer>
    fn invalid(device: &DeviceShared) -> wit::GpuBuffer {
        let usage = wit::GpuBufferUsage::empty();
        let desc = wit::GpuBufferDescriptor { size: 4, usage, mapped_at_creation: Some(false), label: None };
        device.invalid(|device| device.create_buffer(&desc))
    }
}

impl BufferInterface for Buffer {
    fn map_async(&self, mode: wgpu::MapMode, range: Range<wgpu::BufferAddress>, callback: BufferMapCallback) {
        let inner = &self.inner;
        let checked = {
            let mut state = lock(&inner.state);
            state.requested = Some(range.clone());
            let checked = inner.check_map(&state.mapping, mode, &range);
            if checked.is_ok() {
                state.mapping = Mapping::Pending;
            }
            checked
        };
        match checked {
            Ok(()) => inner.device.map(Map { buffer: inner.clone(), mode, range, callback }),
            // In this order, as wgpu: the callback first, then the scope or the handler.
            Err(Refusal { why, in_any_case }) => {
                callback(Err(wgpu::BufferAsyncError));
                if in_any_case {
                    inner.device.refuse_in_any_case("Buffer::map_async", None, why);
                } else {
                    inner.device.refuse("Buffer::map_async", None, why);
                }
            }
        }
    }

    fn get_mapped_range(
        &self,
        sub_range: Range<wgpu::BufferAddress>,
    ) -> Result<DispatchBufferMappedRange, wgpu::MapRangeError> {
        let inner = &self.inner;
        let offset = sub_range.start;
        let range = match inner.take_range(sub_range) {
            Ok(range) => range,
            Err(none) => {
                // wgpu's error has no words for some of it.
                let label = inner.label.as_deref().unwrap_or("");
                log::error!("Buffer::get_mapped_range, label = '{label}': {}", none.why());
                match none.error(&inner.device) {
                    Some(error) => return Err(error),
                    None => BufferMappedRange::new(inner, offset, AlignedBytes::empty(), false),
                }
            }
        };
        Ok(DispatchBufferMappedRange::custom(range))
    }

    fn unmap(&self) {
        let inner = &self.inner;
        let before = {
            let mut state = lock(&inner.state);
            state.requested = None;
            std::mem::replace(&mut state.mapping, Mapping::Unmapped)
        };
        match before {
            // The host has not heard of it yet.
            Mapping::Pending => inner.device.cancel_map(&**inner),
            Mapping::Unmapped | Mapping::Mapped { range: _, mode: _, blank: _ } => {
                inner.device.touch();
                if let Err(error) = inner.wit.unmap() {
                    inner.device.refuse("Buffer::buffer_unmap", None, error.message);
                }
            }
        }
    }

    fn destroy(&self) {
        let inner = &self.inner;
        inner.cancel_pending();
        lock(&inner.state).mapping = Mapping::Unmapped;
        lock(&inner.device.reuse).forget(inner.id);
        inner.wit.destroy();
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // Its callback would keep it, and be called for a buffer that nobody has.
        self.inner.cancel_pending();
    }
}

impl Drop for BufferInner {
    fn drop(&mut self) {
        // Its memory has to go with it.
        lock(&self.device.reuse).forget(self.id);
    }
}

/// Why a mapping is refused.
struct Refusal {
    why: String,
    /// Whether it is also when the device is lost.
    in_any_case: bool,
}

impl Mappable for BufferInner {
    fn complete_map(
        &self,
        mode: wgpu::MapMode,
        range: Range<wgpu::BufferAddress>,
    ) -> (Result<(), wgpu::BufferAsyncError>, Option<String>) {
        let flags = match mode {
            wgpu::MapMode::Read => wit::GpuMapMode::READ,
            wgpu::MapMode::Write => wit::GpuMapMode::WRITE,
        };
        let size = range.end.saturating_sub(range.start);
        self.device.touch();
        let mapped = block(self.wit.map_async(flags, Some(range.start), Some(size)));
        lock(&self.state).mapping = match &mapped {
            Ok(()) => Mapping::Mapped { range, mode, blank: false },
            Err(_) => Mapping::Unmapped,
        };
        let loss = mapped.as_ref().err().and_then(|error| {
            log::debug!("Buffer::map_async: {:?}: {}", error.kind, error.message);
            // Nothing of the guest can come between, so only the loss of the device aborts a call
            // that is waited for: <https://www.w3.org/TR/webgpu/#dom-gpubuffer-mapasync>
            matches!(error.kind, wit::MapAsyncErrorKind::AbortError).then(|| error.message.clone())
        });
        (mapped.map_err(|_| wgpu::BufferAsyncError), loss)
    }
}

impl BufferInner {
    /// Takes back a mapping that was asked for and has not come; its callback gets an error.
    fn cancel_pending(&self) {
        {
            let mapping = &mut lock(&self.state).mapping;
            match mapping {
                Mapping::Pending => *mapping = Mapping::Unmapped,
                Mapping::Unmapped | Mapping::Mapped { range: _, mode: _, blank: _ } => return,
            }
        }
        self.device.cancel_map(self);
    }

    /// The error of `check`, but that of an invalid buffer, which only the host knows, comes first.
    fn unless_invalid(&self, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        check().map_err(|why| {
            // A write of nothing: of an invalid buffer, that is what it says.
            let write = || self.device.queue.write_buffer_with_copy(&self.wit, 0, &[], Some(0), Some(0));
            match self.device.checked(write) {
                (_, Some(error)) if error.to_string().contains("is invalid") => {
                    format!("{} is invalid", self.ident())
                }
                (_, Some(_) | None) => why,
            }
        })
    }

    fn check_usage(&self, needed: wgpu::BufferUsages) -> Result<(), String> {
        if self.usage.contains(needed) {
            return Ok(());
        }
        let (actual, buffer) = (self.usage, self.ident());
        Err(format!("Usage flags {actual:?} of {buffer} do not contain required usage flags {needed:?}"))
    }

    /// The buffer as wgpu's errors name it.
    fn ident(&self) -> String {
        format!("Buffer with '{}' label", self.label.as_deref().unwrap_or_default())
    }

    /// What can be checked here is, so that the error comes in the call that made it, also when
    /// the mapping itself comes later: <https://www.w3.org/TR/webgpu/#dom-gpubuffer-mapasync>
    fn check_map(
        &self,
        mapping: &Mapping,
        mode: wgpu::MapMode,
        range: &Range<wgpu::BufferAddress>,
    ) -> Result<(), Refusal> {
        let needed = match mode {
            wgpu::MapMode::Read => wgpu::BufferUsages::MAP_READ,
            wgpu::MapMode::Write => wgpu::BufferUsages::MAP_WRITE,
        };
        let well_formed = || {
            self.check_range(range)?;
            self.check_bounds(range)?;
            self.check_usage(needed)
        };
        // wgpu asks for all that before it asks for the device.
        self.unless_invalid(well_formed).map_err(|why| Refusal { why, in_any_case: true })?;
        let refuse = |why: &str| Err(Refusal { why: why.to_owned(), in_any_case: false });
        match mapping {
            Mapping::Unmapped => Ok(()),
            Mapping::Pending => refuse("Buffer map is pending"),
            Mapping::Mapped { range: _, mode: _, blank: _ } => refuse("Buffer is already mapped"),
        }
    }

    fn check_bounds(&self, range: &Range<wgpu::BufferAddress>) -> Result<(), String> {
        let bytes = self.size;
        if range.start > bytes {
            let start = range.start;
            return Err(format!("Map start offset ({start}) is out-of-bounds for buffer of size {bytes}"));
        }
        if range.end > bytes {
            let (start, size) = (range.start, range.end - range.start);
            return Err(format!(
                "Map end offset (start at {start} + size of {size}) is out-of-bounds for buffer of size {bytes}"
            ));
        }
        Ok(())
    }

    fn check_range(&self, range: &Range<wgpu::BufferAddress>) -> Result<(), String> {
        let (offset, size) = (range.start, range.end.saturating_sub(range.start));
        if !offset.is_multiple_of(wgpu::MAP_ALIGNMENT) {
            return Err(format!("Buffer offset invalid: offset {offset} must be multiple of 8"));
        }
        if !size.is_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT) {
            return Err(format!("Buffer range size invalid: range_size {size} must be multiple of 4"));
        }
        Ok(())
    }

    fn take_range(self: &Arc<Self>, range: Range<wgpu::BufferAddress>) -> Result<BufferMappedRange, NoRange> {
        let contains = |outer: &Range<u64>| outer.start <= range.start && range.end <= outer.end;
        let (writable, blank) = {
            let state = lock(&self.state);
            if !state.requested.as_ref().is_some_and(contains) {
                // wgpu is about to refuse it, and says why.
                return Ok(BufferMappedRange::new(self, range.start, AlignedBytes::empty(), false));
            }
            match &state.mapping {
                // wgpu takes a mapping that was asked for for one that is there.
                Mapping::Unmapped | Mapping::Pending => return Err(NoRange::Unmapped),
                Mapping::Mapped { range: mapped, mode, blank } => {
                    let writable = *mode == wgpu::MapMode::Write;
                    self.check_range(&range).map_err(|why| {
                        let instead = fitting(&range, mapped);
                        NoRange::Unfit { range: range.clone(), instead, writable, why }
                    })?;
                    (writable, *blank)
                }
            }
        };
        let bytes = self.mapped_bytes(&range, blank).map_err(|why| {
            let instead = range.start..range.start;
            NoRange::Unfit { range: range.clone(), instead, writable, why }
        })?;
        Ok(BufferMappedRange::new(self, range.start, bytes, writable))
    }

    /// What a range begins with; it may be that there is no memory for it.
    fn mapped_bytes(&self, range: &Range<wgpu::BufferAddress>, blank: bool) -> Result<AlignedBytes, String> {
        let size = range.end - range.start;
        let length = usize::try_from(size).map_err(|_| mapped_bytes::no_memory(size))?;
        // A range that is not overwritten as a whole has to be sent back with what it had.
        if blank { AlignedBytes::zeroed(length) } else { mapped_bytes::fetch(&self.wit, range.start, length) }
    }

    /// Sends bytes into the mapping.
    fn put_range(&self, offset: wgpu::BufferAddress, bytes: &[u8]) {
        if let Mapping::Mapped { range: _, mode: _, blank } = &mut lock(&self.state).mapping {
            *blank = false;
        }
        mapped_bytes::send(&self.wit, offset, bytes);
    }
}

/// What of a misaligned `range` may be taken, with the rest of what is mapped where it starts at the wrong place.
fn fitting(range: &Range<u64>, mapped: &Range<u64>) -> Range<u64> {
    let start = range.start.next_multiple_of(wgpu::MAP_ALIGNMENT);
    let size = range.end.saturating_sub(range.start);
    let end = if size.is_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT) {
        mapped.end
    } else {
        start.saturating_add(size - size % wgpu::COPY_BUFFER_ALIGNMENT).min(mapped.end)
    };
    start..end.max(start)
}

/// Part of a mapped buffer, while the program has it.
#[derive(Debug)]
pub(crate) struct BufferMappedRange {
    buffer: Arc<BufferInner>,
    /// In the buffer, in bytes.
    offset: wgpu::BufferAddress,
    bytes: AlignedBytes,
    writable: bool,
    /// A range that wgpu refuses, or that was only read, must not be sent back.
    written: bool,
}

impl BufferMappedRange {
    fn new(buffer: &Arc<BufferInner>, offset: u64, bytes: AlignedBytes, writable: bool) -> Self {
        Self { buffer: Arc::clone(buffer), offset, bytes, writable, written: false }
    }
}

impl BufferMappedRangeInterface for BufferMappedRange {
    fn len(&self) -> usize {
        self.bytes.as_slice().len()
    }

    unsafe fn read_slice(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    unsafe fn write_slice(&mut self) -> wgpu::WriteOnly<'_, [u8]> {
        self.written = true;
        wgpu::WriteOnly::from_mut(self.bytes.as_mut_slice())
    }
}

impl Drop for BufferMappedRange {
    fn drop(&mut self) {
        // The trait has no call for the end of a range. All ranges are dropped before `unmap`,
        // wgpu makes sure of that.
        if self.written && self.writable {
            self.buffer.put_range(self.offset, self.bytes.as_slice());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_taken_instead() {
        let mapped = 0..256;
        assert_eq!(fitting(&(4..64), &mapped), 8..256);
        assert_eq!(fitting(&(0..63), &mapped), 0..60);
        assert_eq!(fitting(&(4..11), &mapped), 8..12);
        assert_eq!(fitting(&(252..256), &mapped), 256..256);
        // wgpu is to refuse the range that was asked for, so this may not contain it.
        for range in [4..64, 0..63, 4..11, 252..256, 8..9] {
            let instead = fitting(&range, &mapped);
            assert!(!(instead.start <= range.start && range.end <= instead.end), "{range:?}");
        }
    }
}
