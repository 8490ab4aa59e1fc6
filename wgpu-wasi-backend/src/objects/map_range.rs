//! Errors of `Buffer::get_mapped_range`. A file of its own because wgpu has no constructor for them, and to get one
//! takes a buffer with nothing behind it.
//!
//! wgpu has three texts of its own: for a buffer that is not mapped, for a range outside of what is mapped, and for
//! one that overlaps another. It finds the last two by itself once the backend has given it a range. The first two
//! are made here, by having wgpu find them, wherever the backend knows better than wgpu.

use std::ops::Range;
use std::sync::Arc;

use wgpu::custom::{
    BufferInterface, BufferMapCallback, BufferMappedRangeInterface, DispatchBuffer, DispatchBufferMappedRange,
};

use crate::device::shared::DeviceShared;
use crate::objects::device::Device;

/// Why there is no range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoRange {
    /// Nothing is mapped, whatever wgpu thinks: a mapping failed or has not come yet.
    Unmapped,
    /// `range` is not one that may be taken of what is mapped; `instead` is one that may.
    Unfit { range: Range<u64>, instead: Range<u64>, writable: bool, why: String },
}

impl NoRange {
    /// What is wrong, in words that wgpu has none for.
    pub(crate) fn why(&self) -> &str {
        match self {
            Self::Unmapped => "Buffer is not mapped",
            Self::Unfit { range: _, instead: _, writable: _, why } => why,
        }
    }

    /// wgpu's error, which has it in numbers at least: the range that was asked for, and the one that may be. `None`
    /// if wgpu does not refuse the range, which it does.
    pub(crate) fn error(&self, device: &Arc<DeviceShared>) -> Option<wgpu::MapRangeError> {
        let (range, instead, writable) = match self {
            Self::Unmapped => (0..0, None, false),
            Self::Unfit { range, instead, writable, why: _ } => {
                (range.clone(), Some(instead.clone()), *writable)
            }
        };
        let size = instead.as_ref().map_or(0, |instead| instead.end).max(range.end);
        let usage = wgpu::BufferUsages::MAP_READ;
        let buffer = Device::buffer_of(device, DispatchBuffer::custom(Nothing), size, usage);
        if let Some(instead) = instead {
            buffer.map_async(wgpu::MapMode::Read, instead, |_| {});
        }
        if writable { buffer.get_mapped_range_mut(range).err() } else { buffer.get_mapped_range(range).err() }
    }
}

/// A buffer with nothing behind it. wgpu keeps account of what is mapped of it.
#[derive(Debug)]
struct Nothing;

impl BufferInterface for Nothing {
    fn map_async(&self, _mode: wgpu::MapMode, _range: Range<u64>, _callback: BufferMapCallback) {}

    fn get_mapped_range(
        &self,
        _sub_range: Range<u64>,
    ) -> Result<DispatchBufferMappedRange, wgpu::MapRangeError> {
        Ok(DispatchBufferMappedRange::custom(NoBytes))
    }

    fn unmap(&self) {}

    fn destroy(&self) {}
}

/// What wgpu is given before it refuses.
#[derive(Debug)]
struct NoBytes;

impl BufferMappedRangeInterface for NoBytes {
    fn len(&self) -> usize {
        0
    }

    unsafe fn read_slice(&self) -> &[u8] {
        &[]
    }

    unsafe fn write_slice(&mut self) -> wgpu::WriteOnly<'_, [u8]> {
        wgpu::WriteOnly::from_mut(&mut [])
    }
}
