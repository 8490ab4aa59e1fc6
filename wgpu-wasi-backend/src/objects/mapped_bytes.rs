//! The bytes of mapped ranges, and how they cross: a file of its own, because it is about memory, and nothing in it knows
//! what a buffer is. — peer: host/src/objects/bulk.rs

use std::ops::Range;

use crate::bindings::wasi::webgpu::webgpu as wit;

/// Bytes that one call carries at most. A host need not take more than 128 MiB in a call; half of
/// that leaves room for everything else in it.
pub(crate) const MAX_BYTES_PER_CALL: usize = 64 << 20;

/// Bytes of a mapped range that are fetched in one piece: what a host sends counts against no limit of a call, and
/// pieces are copied once more, which takes half as long again.
const MAX_BYTES_IN_ONE_PIECE: usize = 256 << 20;

/// Bytes of a piece of a larger range: so many that the call itself does not count, and so few that the copy finds them
/// in the processor's cache.
const BYTES_PER_PIECE: usize = 1 << 20;

/// Fetches bytes of what is mapped. A list of the host is put where the guest's allocator has room for it, and the
/// component ends where there is none; so room is looked for first, and large ranges come in pieces.
pub(crate) fn fetch(
    buffer: &wit::GpuBuffer,
    offset: wgpu::BufferAddress,
    length: usize,
) -> Result<AlignedBytes, String> {
    let piece = |offset: wgpu::BufferAddress, length: usize| {
        // The allocator has this again when the list arrives.
        drop(reserve(length)?);
        let size = Some(length as u64);
        let fetched = buffer.get_mapped_range_get_with_copy(Some(offset), size);
        let fetched = fetched.map_err(|error| error.message)?;
        if fetched.len() != length {
            return Err(format!("the host sent {} bytes instead of {length}", fetched.len()));
        }
        Ok(fetched)
    };
    if length <= MAX_BYTES_IN_ONE_PIECE {
        return AlignedBytes::from_vec(piece(offset, length)?);
    }
    let mut bytes = AlignedBytes::with_room(length)?;
    let mut fetched = 0;
    while fetched < length {
        let next = (length - fetched).min(BYTES_PER_PIECE);
        bytes.extend(&piece(offset + fetched as u64, next)?);
        fetched += next;
    }
    Ok(bytes)
}

/// Sends bytes into what is mapped.
pub(crate) fn send(buffer: &wit::GpuBuffer, mut offset: wgpu::BufferAddress, bytes: &[u8]) {
    for chunk in bytes.chunks(MAX_BYTES_PER_CALL) {
        // `usize` has 32 or 64 bits on every target of wgpu.
        let size = chunk.len() as u64;
        if let Err(error) = buffer.get_mapped_range_set_with_copy(chunk, Some(offset), Some(size)) {
            // Not an error of WebGPU: bytes written to a buffer that was destroyed meanwhile,
            // or never was valid, go nowhere.
            log::warn!("mapped bytes were not taken: {}", error.message);
            return;
        }
        offset += size;
    }
}

/// Bytes that start at a multiple of 8, as mapped memory does: programs cast them to numbers. A
/// list from the host is allocated as bytes, which an allocator may put anywhere.
#[derive(Debug)]
pub(crate) struct AlignedBytes {
    /// Never grows beyond the room that it was made with, so the bytes never move.
    storage: Vec<u8>,
    range: Range<usize>,
}

const ALIGNMENT: usize = 8;

impl AlignedBytes {
    pub(crate) fn empty() -> Self {
        Self { storage: Vec::new(), range: 0..0 }
    }

    /// Room for `length` bytes, to be filled by [`Self::extend`].
    fn with_room(length: usize) -> Result<Self, String> {
        // Room to move the start to a multiple. Half of the address space, which is the most that there is in one
        // piece, is then just possible.
        let mut storage = reserve(length.saturating_add(ALIGNMENT - 1))?;
        let start = storage.as_ptr().align_offset(ALIGNMENT);
        storage.resize(start, 0);
        Ok(Self { storage, range: start..start + length })
    }

    fn extend(&mut self, bytes: &[u8]) {
        self.storage.extend_from_slice(bytes);
    }

    pub(crate) fn zeroed(length: usize) -> Result<Self, String> {
        let mut bytes = Self::with_room(length)?;
        bytes.storage.resize(bytes.range.end, 0);
        Ok(bytes)
    }

    fn from_vec(bytes: Vec<u8>) -> Result<Self, String> {
        let length = bytes.len();
        if bytes.as_ptr().align_offset(ALIGNMENT) == 0 {
            return Ok(Self { storage: bytes, range: 0..length });
        }
        let mut aligned = Self::with_room(length)?;
        aligned.extend(&bytes);
        Ok(aligned)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.storage.get(self.range.clone()).unwrap_or_default()
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        self.storage.get_mut(self.range.clone()).unwrap_or_default()
    }
}

/// Memory for `length` bytes, or an error that a program can handle: `vec!` would end it.
fn reserve(length: usize) -> Result<Vec<u8>, String> {
    let mut storage = Vec::new();
    storage.try_reserve_exact(length).map_err(|_| no_memory(length as u64))?;
    Ok(storage)
}

pub(crate) fn no_memory(bytes: u64) -> String {
    format!("the component has no memory for the {bytes} bytes of the range: map it in parts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_bytes_are_aligned() {
        for length in [0, 4, 12, 1000] {
            let mut zeroed = AlignedBytes::zeroed(length).unwrap();
            assert_eq!(zeroed.as_slice(), vec![0; length]);
            assert_eq!(zeroed.as_slice().as_ptr().align_offset(ALIGNMENT), 0);
            zeroed.as_mut_slice().fill(7);
            let copy = AlignedBytes::from_vec(zeroed.as_slice().to_vec()).unwrap();
            assert_eq!(copy.as_slice(), vec![7; length]);
            assert_eq!(copy.as_slice().as_ptr().align_offset(ALIGNMENT), 0);
        }
    }
}
