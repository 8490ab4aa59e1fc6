//! GPUQueue — wit: gpu-queue — spec: <https://www.w3.org/TR/webgpu/#gpuqueue> — peer: host/src/objects/queue.rs

use std::sync::Arc;

use wgpu::custom::{
    BoxSubmittedWorkDoneCallback, DispatchBlas, DispatchBuffer, DispatchCommandBuffer,
    DispatchQueueWriteBuffer, DispatchSurfaceOutputDetail, QueueInterface, QueueWriteBufferInterface,
};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::ours;
use crate::device::errors::out_of_memory;
use crate::device::shared::DeviceShared;
use crate::objects::buffer::Buffer;
use crate::objects::command_buffer::CommandBuffer;
use crate::objects::mapped_bytes::MAX_BYTES_PER_CALL;
#[cfg(feature = "window")]
use crate::objects::surface::Picture;
use crate::unsupported::{self, Blas};

/// The handle that wgpu holds.
#[derive(Debug)]
pub(crate) struct Queue {
    device: Arc<DeviceShared>,
}

impl Queue {
    pub(crate) fn new(device: Arc<DeviceShared>) -> Self {
        Self { device }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.device.finish_waiting();
        }
    }
}

impl QueueInterface for Queue {
    fn submit(&self, command_buffers: &mut dyn Iterator<Item = DispatchCommandBuffer>) -> u64 {
        let buffers: Vec<DispatchCommandBuffer> = command_buffers.collect();
        let ours: Vec<&CommandBuffer> =
            buffers.iter().map(|buffer| ours(buffer.as_custom::<CommandBuffer>())).collect();
        let index = self.device.count_submission();
        // All or nothing: <https://www.w3.org/TR/webgpu/#dom-gpuqueue-submit>
        if let Some(why) = ours.iter().find_map(|buffer| buffer.refused.as_ref()) {
            // The host counts submissions as well, and a handler of errors may wait for them.
            self.device.queue.submit(&[]);
            self.device.refuse("Queue::submit", None, why);
        } else {
            let wit: Vec<&wit::GpuCommandBuffer> = ours.iter().map(|buffer| &buffer.wit).collect();
            self.device.touch();
            self.device.queue.submit(&wit);
        }
        self.device.flush_in_time();
        self.device.submitted();
        index
    }

    fn on_submitted_work_done(&self, callback: BoxSubmittedWorkDoneCallback) {
        self.device.work_done(callback);
    }

    fn write_buffer(&self, buffer: &DispatchBuffer, offset: wgpu::BufferAddress, data: &[u8]) {
        self.write("Queue::write_buffer", ours(buffer.as_custom::<Buffer>()), offset, data);
    }

    fn create_staging_buffer(&self, size: wgpu::BufferSize) -> Option<DispatchQueueWriteBuffer> {
        let staging = usize::try_from(size.get()).ok().and_then(StagingBuffer::create);
        if staging.is_none() {
            self.device.report(out_of_memory("there is no memory for a staging buffer"));
        }
        staging.map(DispatchQueueWriteBuffer::custom)
    }

    fn validate_write_buffer(
        &self,
        buffer: &DispatchBuffer,
        offset: wgpu::BufferAddress,
        size: wgpu::BufferSize,
    ) -> Option<()> {
        let buffer = ours(buffer.as_custom::<Buffer>());
        let checked = buffer.unless_invalid(|| check_write(buffer, offset, size.get()));
        checked.map_err(|why| self.device.refuse("Queue::write_buffer_with", None, why)).ok()
    }

    fn write_staging_buffer(
        &self,
        buffer: &DispatchBuffer,
        offset: wgpu::BufferAddress,
        staging_buffer: &DispatchQueueWriteBuffer,
    ) {
        let staging = ours(staging_buffer.as_custom::<StagingBuffer>());
        self.write("Queue::write_buffer_with", ours(buffer.as_custom::<Buffer>()), offset, &staging.data);
    }

    fn write_texture(
        &self,
        texture: wgpu::TexelCopyTextureInfo<'_>,
        data: &[u8],
        data_layout: wgpu::TexelCopyBufferLayout,
        size: wgpu::Extent3d,
    ) {
        let written = if data.len() <= MAX_BYTES_PER_CALL {
            self.write_texels(texture, data, data_layout, size)
        } else {
            self.write_texture_in_parts(texture, data, data_layout, size)
        };
        if let Err(why) = written {
            self.device.refuse("Queue::write_texture", None, why);
        }
    }

    fn get_timestamp_period(&self) -> f32 {
        // Nanoseconds: <https://www.w3.org/TR/webgpu/#timestamp>
        1.0
    }

    fn compact_blas(&self, _blas: &DispatchBlas) -> (Option<u64>, DispatchBlas) {
        self.device.refuse_unsupported(unsupported::RAY_TRACING, "Queue::compact_blas", None);
        (None, DispatchBlas::custom(Blas))
    }

    #[cfg(feature = "window")]
    fn present(&self, detail: &DispatchSurfaceOutputDetail) {
        ours(detail.as_custom::<Picture>()).present();
    }

    #[cfg(not(feature = "window"))]
    fn present(&self, _detail: &DispatchSurfaceOutputDetail) {
        // There is no surface that a picture could be of.
    }
}

impl Queue {
    /// Writes in as many calls as it takes.
    fn write(&self, call: &str, buffer: &Buffer, offset: wgpu::BufferAddress, data: &[u8]) {
        self.device.touch();
        if data.len() > MAX_BYTES_PER_CALL {
            // One write that fails writes nothing, so parts must not be let go before all fit.
            let checked = buffer.unless_invalid(|| check_write(buffer, offset, data.len() as u64));
            if let Err(why) = checked {
                self.device.refuse(call, None, why);
                return;
            }
        }
        let mut offset = offset;
        let mut rest = data;
        loop {
            let (chunk, later) = rest.split_at(rest.len().min(MAX_BYTES_PER_CALL));
            let size = chunk.len() as u64;
            let written =
                self.device.queue.write_buffer_with_copy(buffer.wit(), offset, chunk, Some(0), Some(size));
            if let Err(error) = written {
                // An exception in WebGPU; wgpu has validation errors only, and words for them.
                let checked = buffer.unless_invalid(|| check_write(buffer, offset, size));
                self.device.refuse(call, None, checked.err().unwrap_or(error.message));
                return;
            }
            if later.is_empty() {
                return;
            }
            offset += size;
            rest = later;
        }
    }

    fn write_texels(
        &self,
        texture: wgpu::TexelCopyTextureInfo<'_>,
        data: &[u8],
        layout: wgpu::TexelCopyBufferLayout,
        size: wgpu::Extent3d,
    ) -> Result<(), String> {
        let texture = wit::GpuTexelCopyTextureInfo::try_from(texture)?;
        self.device.touch();
        self.device.queue.write_texture_with_copy(&texture, data, layout.into(), size.into());
        Ok(())
    }

    /// Whole images while they fit into a call, else rows of blocks.
    fn write_texture_in_parts(
        &self,
        texture: wgpu::TexelCopyTextureInfo<'_>,
        data: &[u8],
        layout: wgpu::TexelCopyBufferLayout,
        size: wgpu::Extent3d,
    ) -> Result<(), String> {
        for part in parts(texture.texture.format(), texture.aspect, data.len(), layout, size)? {
            let bytes = data.get(part.start..part.end).ok_or("the texels are outside the data")?;
            let mut texture = texture;
            texture.origin.y += part.y;
            texture.origin.z += part.z;
            let layout = wgpu::TexelCopyBufferLayout { offset: 0, ..layout };
            self.write_texels(texture, bytes, layout, part.size)?;
        }
        Ok(())
    }
}

/// Part of a write into a texture: bytes `start..end` go to `size` texels at (0, `y`, `z`).
#[derive(Debug, PartialEq)]
struct Part {
    start: usize,
    end: usize,
    y: u32,
    z: u32,
    size: wgpu::Extent3d,
}

/// Splits a write; what every part would be refused for is refused here, before the first one.
/// <https://www.w3.org/TR/webgpu/#abstract-opdef-validating-linear-texture-data>
fn parts(
    format: wgpu::TextureFormat,
    aspect: wgpu::TextureAspect,
    length: usize,
    layout: wgpu::TexelCopyBufferLayout,
    size: wgpu::Extent3d,
) -> Result<Vec<Part>, String> {
    let overflow = || "the texels are outside the data".to_owned();
    let (block_width, block_height) = format.block_dimensions();
    let rows = size.height.div_ceil(block_height);
    let row_bytes = format.block_copy_size(Some(aspect)).ok_or("the format can not be written")?;
    let row_bytes = u64::from(size.width.div_ceil(block_width)) * u64::from(row_bytes);
    let stride = layout.bytes_per_row.map_or(row_bytes, u64::from);
    let rows_per_image = layout.rows_per_image.unwrap_or(rows);
    if stride < row_bytes {
        return Err("Number of bytes per row is less than the number of bytes in a complete row".to_owned());
    }
    if rows_per_image < rows {
        return Err("Number of rows per image is invalid".to_owned());
    }
    let image = stride.checked_mul(rows_per_image.into()).ok_or_else(overflow)?;
    let (rows_a_part, images_a_part) = if image <= MAX_BYTES_PER_CALL as u64 {
        (rows, (MAX_BYTES_PER_CALL as u64).checked_div(image).unwrap_or(1))
    } else {
        let rows = (MAX_BYTES_PER_CALL as u64).checked_div(stride).unwrap_or(1).max(1);
        (u32::try_from(rows).unwrap_or(u32::MAX), 1)
    };
    let images_a_part = u32::try_from(images_a_part).unwrap_or(u32::MAX);

    let mut parts = Vec::new();
    let mut z = 0;
    while z < size.depth_or_array_layers {
        let depth = images_a_part.min(size.depth_or_array_layers - z);
        let mut row = 0;
        while row < rows {
            let count = rows_a_part.min(rows - row);
            let start = image
                .checked_mul(z.into())
                .and_then(|bytes| bytes.checked_add(stride.checked_mul(row.into())?))
                .and_then(|bytes| bytes.checked_add(layout.offset));
            // The last row ends with its last texel, wherever the next one would start.
            let used = image
                .checked_mul(u64::from(depth - 1))
                .and_then(|bytes| bytes.checked_add(stride.checked_mul(u64::from(count - 1))?))
                .and_then(|bytes| bytes.checked_add(row_bytes));
            let start = start.ok_or_else(overflow)?;
            let end = used.and_then(|used| start.checked_add(used)).ok_or_else(overflow)?;
            let end = usize::try_from(end).ok().filter(|&end| end <= length).ok_or_else(overflow)?;
            let start = usize::try_from(start).map_err(|_| overflow())?;
            let y = row * block_height;
            let height = (count * block_height).min(size.height - y);
            let size = wgpu::Extent3d { width: size.width, height, depth_or_array_layers: depth };
            parts.push(Part { start, end, y, z, size });
            row += count;
        }
        z += depth;
    }
    Ok(parts)
}

/// What wgpu looks for, in its order and in its words.
/// <https://www.w3.org/TR/webgpu/#dom-gpuqueue-writebuffer>
fn check_write(
    buffer: &Buffer,
    offset: wgpu::BufferAddress,
    size: wgpu::BufferAddress,
) -> Result<(), String> {
    if !buffer.is_unmapped() {
        return Err("Buffer is expected to be unmapped, but was not".to_owned());
    }
    buffer.check_usage(wgpu::BufferUsages::COPY_DST)?;
    if !size.is_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT) {
        return Err(format!("Copy size {size} does not respect `COPY_BUFFER_ALIGNMENT`"));
    }
    if !offset.is_multiple_of(wgpu::COPY_BUFFER_ALIGNMENT) {
        return Err(format!(
            "Buffer offset {offset} is not aligned to block size or `COPY_BUFFER_ALIGNMENT`"
        ));
    }
    let bytes = buffer.size();
    if offset > bytes {
        return Err(format!(
            "Copy at offset {offset} bytes would end up overrunning the bounds of the Destination buffer of size \
             {bytes}"
        ));
    }
    if size > bytes - offset {
        return Err(format!(
            "Copy at offset {offset} for {size} bytes would end up overrunning the bounds of the Destination \
             buffer of size {bytes}"
        ));
    }
    Ok(())
}

/// What `write_buffer_with` lends to the program. The copy to the host is made when it comes back.
#[derive(Debug)]
struct StagingBuffer {
    data: Vec<u8>,
}

impl StagingBuffer {
    fn create(size: usize) -> Option<Self> {
        let mut data = Vec::new();
        data.try_reserve_exact(size).ok()?;
        data.resize(size, 0);
        Some(Self { data })
    }
}

impl QueueWriteBufferInterface for StagingBuffer {
    fn len(&self) -> usize {
        self.data.len()
    }

    unsafe fn write_slice(&mut self) -> wgpu::WriteOnly<'_, [u8]> {
        wgpu::WriteOnly::from_mut(&mut self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn split(size: wgpu::Extent3d, row: u32, rows: u32) -> Result<Vec<Part>, String> {
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 16, bytes_per_row: Some(row), rows_per_image: Some(rows) };
        let length = 16 + row as usize * rows as usize * size.depth_or_array_layers as usize;
        parts(wgpu::TextureFormat::Rgba8Unorm, wgpu::TextureAspect::All, length, layout, size)
    }

    #[test]
    fn images_stay_whole_while_they_fit() {
        // 16 MiB an image, so four to a call.
        let size = wgpu::Extent3d { width: 4000, height: 1024, depth_or_array_layers: 6 };
        let parts = split(size, 16384, 1024).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].start, parts[0].z, parts[0].size.depth_or_array_layers), (16, 0, 4));
        assert_eq!((parts[1].start, parts[1].z, parts[1].size.depth_or_array_layers), (16 + 64 * MIB, 4, 2));
        assert_eq!(parts[1].end, 16 + 96 * MIB - (16384 - 16000));
    }

    #[test]
    fn rows_are_split_when_an_image_does_not_fit() {
        // 128 MiB an image.
        let size = wgpu::Extent3d { width: 16384, height: 2000, depth_or_array_layers: 2 };
        let parts = split(size, 65536, 2048).unwrap();
        let rows: Vec<_> = parts.iter().map(|part| (part.z, part.y, part.size.height)).collect();
        assert_eq!(rows, [(0, 0, 1024), (0, 1024, 976), (1, 0, 1024), (1, 1024, 976)]);
        assert!(parts.iter().all(|part| part.end - part.start <= MAX_BYTES_PER_CALL));
    }

    #[test]
    fn texels_outside_the_data_are_refused() {
        let size = wgpu::Extent3d { width: 64, height: 64, depth_or_array_layers: 1 };
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(256), rows_per_image: None };
        let format = wgpu::TextureFormat::Rgba8Unorm;
        assert!(parts(format, wgpu::TextureAspect::All, 64 * 256, layout, size).is_ok());
        assert!(parts(format, wgpu::TextureAspect::All, 64 * 256 - 1, layout, size).is_err());
        let layout = wgpu::TexelCopyBufferLayout { bytes_per_row: Some(255), ..layout };
        assert!(parts(format, wgpu::TextureAspect::All, 64 * 256, layout, size).is_err());
    }
}
