//! Buffers and queues: mapping, writing, submitting.

use std::rc::Rc;

use crate::{
    act::{Later, device::perhaps},
    wit::{
        GetMappedRangeError, GetMappedRangeErrorKind, GpuBuffer, GpuBufferDescriptor, GpuBufferUsage,
        GpuCommandBuffer, GpuCommandEncoder, GpuExtent3D, GpuMapMode, GpuOrigin3D, GpuQuerySet, GpuQueue,
        GpuTexelCopyBufferInfo, GpuTexelCopyBufferLayout, GpuTexelCopyTextureInfo, GpuTexture,
        GpuTextureUsage, MapAsyncErrorKind, UnmapErrorKind, WriteBufferErrorKind,
    },
    world::{Item, KnownBuffer, KnownQueries, KnownTexture, Pooled, World, call},
};

/// The most bytes of one call: enough for any buffer here.
const MOST_BYTES: u64 = 70_000;

pub(crate) fn map_async(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let mappable = GpuBufferUsage::MAP_READ | GpuBufferUsage::MAP_WRITE;
        let buffer: Item<GpuBuffer, KnownBuffer> =
            w.pick(None, |known: &KnownBuffer| known.usage.intersects(mappable) && !known.mapped.get())?;
        let sensible = if buffer.known.usage.contains(GpuBufferUsage::MAP_WRITE) {
            GpuMapMode::WRITE
        } else {
            GpuMapMode::READ
        };
        let random = &mut w.random;
        let mode = random.mostly(sensible);
        let offset = random.maybe(|random| random.number(&[0, 0, 8, 16]));
        let size = random.maybe(|random| random.number(&[4, 8, 16]));
        call!(w, "GpuBuffer.map_async", buffer.handle, mode, offset, size);
        if w.random.chance(200) {
            let handle = buffer.handle;
            w.put_off(true, async move {
                match handle.map_async(mode, offset, size).await {
                    Ok(()) => "map-async, put off: mapped",
                    Err(_) => "map-async, put off: an error",
                }
            });
            return Some(());
        }
        let mapping = buffer.handle.map_async(mode, offset, size);
        let result =
            if w.random.chance(100) { perhaps(w.manner.hasty, mapping).await? } else { mapping.await };
        let mapped = w.result("map-async", result, |error| match error.kind {
            MapAsyncErrorKind::OperationError => "operation error".to_owned(),
            MapAsyncErrorKind::RangeError => "range error".to_owned(),
            MapAsyncErrorKind::AbortError => "abort error".to_owned(),
        });
        if mapped.is_some() {
            buffer.known.mapped.set(true);
        }
        Some(())
    })
}

/// A buffer that is mapped. Of a device that was destroyed, it stays so until wgpu next looks at the device, which is a
/// matter of time: only hasty guests try that.
fn mapped(w: &mut World) -> Option<Item<GpuBuffer, KnownBuffer>> {
    let buffer = w.pick(None, |known: &KnownBuffer| known.mapped.get())?;
    let lives = w.pools.devices.iter().any(|item| item.device == buffer.device && item.known.alive.get());
    (lives || w.manner.hasty).then_some(buffer)
}

fn range_error(error: &GetMappedRangeError) -> String {
    match error.kind {
        GetMappedRangeErrorKind::OperationError => "operation error",
        GetMappedRangeErrorKind::RangeError => "range error",
        GetMappedRangeErrorKind::TypeError => "type error",
    }
    .to_owned()
}

pub(crate) fn get_mapped_range_get(w: &mut World) -> Option<()> {
    let buffer = mapped(w)?;
    let offset = w.random.maybe(|random| random.number(&[0, 8, 16]));
    let size = w.random.maybe(|random| random.number(&[0, 4, 8]));
    call!(w, "GpuBuffer.get_mapped_range_get_with_copy", buffer.handle, offset, size);
    let result = buffer.handle.get_mapped_range_get_with_copy(offset, size);
    let bytes = w.result("get-mapped-range-get-with-copy", result, range_error)?;
    w.read(&bytes);
    Some(())
}

pub(crate) fn get_mapped_range_set(w: &mut World) -> Option<()> {
    let buffer = mapped(w)?;
    let offset = w.random.maybe(|random| random.number(&[0, 8, 16]));
    let whole = buffer.known.size.saturating_sub(offset.unwrap_or(0));
    let size = w.random.maybe(|random| random.number(&[0, 4, 8]));
    let length = w.random.number(&[size.unwrap_or(whole)]).min(MOST_BYTES);
    let data = w.random.bytes(usize::try_from(length).unwrap_or(0));
    call!(w, "GpuBuffer.get_mapped_range_set_with_copy", buffer.handle, data.len(), offset, size);
    let result = buffer.handle.get_mapped_range_set_with_copy(&data, offset, size);
    w.result("get-mapped-range-set-with-copy", result, range_error);
    Some(())
}

pub(crate) fn unmap(w: &mut World) -> Option<()> {
    let buffer = mapped(w)?;
    call!(w, "GpuBuffer.unmap", buffer.handle);
    buffer.known.mapped.set(false);
    w.result("unmap", buffer.handle.unmap(), |error| match error.kind {
        UnmapErrorKind::AbortError => "abort error".to_owned(),
    });
    Some(())
}

pub(crate) fn destroy_buffer(w: &mut World) -> Option<()> {
    let buffer: Item<GpuBuffer, KnownBuffer> = w.any()?;
    call!(w, "GpuBuffer.destroy", buffer.handle);
    buffer.known.mapped.set(false);
    buffer.handle.destroy();
    forget(w, &buffer);
    Some(())
}

/// Drops a destroyed object most of the time: whatever uses it is refused.
fn forget<T, K>(w: &mut World, item: &Item<T, K>)
where
    Item<T, K>: Pooled,
{
    if w.random.chance(800) {
        Item::<T, K>::pool(&mut w.pools).retain(|other| !Rc::ptr_eq(&other.handle, &item.handle));
    }
}

pub(crate) fn destroy_texture(w: &mut World) -> Option<()> {
    let texture: Item<GpuTexture, KnownTexture> = w.any()?;
    call!(w, "GpuTexture.destroy", texture.handle);
    texture.handle.destroy();
    forget(w, &texture);
    Some(())
}

pub(crate) fn destroy_query_set(w: &mut World) -> Option<()> {
    let set: Item<GpuQuerySet, KnownQueries> = w.any()?;
    call!(w, "GpuQuerySet.destroy", set.handle);
    set.handle.destroy();
    forget(w, &set);
    Some(())
}

pub(crate) fn submit(w: &mut World) -> Option<()> {
    let queue: Item<GpuQueue> = w.any()?;
    let mut buffers: Vec<Item<GpuCommandBuffer>> = Vec::new();
    for _ in 0..w.random.one_of(&[0, 1, 1, 1, 2, 3]) {
        buffers.extend(w.pick(Some(queue.device), |()| true));
    }
    let hostile = w.random.hostile();
    if !hostile {
        buffers.dedup_by(|a, b| Rc::ptr_eq(&a.handle, &b.handle));
    }
    let handles: Vec<&GpuCommandBuffer> = buffers.iter().map(|item| &*item.handle).collect();
    call!(w, "GpuQueue.submit", queue.handle, handles);
    queue.handle.submit(&handles);
    if !hostile {
        // What was submitted is used up.
        w.pools
            .command_buffers
            .retain(|item| !buffers.iter().any(|used| Rc::ptr_eq(&used.handle, &item.handle)));
    }
    Some(())
}

pub(crate) fn on_submitted_work_done(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let queue: Item<GpuQueue> = w.any()?;
        call!(w, "GpuQueue.on_submitted_work_done", queue.handle);
        match w.random.below(6) {
            0 => w.put_off(true, async move {
                queue.handle.on_submitted_work_done().await;
                "on-submitted-work-done, put off: done"
            }),
            1 => _ = perhaps(w.manner.hasty, queue.handle.on_submitted_work_done()).await,
            _ => queue.handle.on_submitted_work_done().await,
        }
        Some(())
    })
}

pub(crate) fn write_buffer(w: &mut World) -> Option<()> {
    let queue: Item<GpuQueue> = w.any()?;
    let buffer = w.buffer(queue.device, GpuBufferUsage::COPY_DST)?;
    let offset = w.random.number(&[0, 0, 4, 8]);
    let length = w.random.number(&[4, 16, 64]).min(MOST_BYTES);
    let data = w.random.bytes(usize::try_from(length).unwrap_or(0));
    let data_offset = w.random.maybe(|random| random.number(&[0, 0, 4]));
    let size = w.random.maybe(|random| random.number(&[0, 4]));
    call!(w, "GpuQueue.write_buffer_with_copy", queue, buffer.handle, offset, data.len(), data_offset, size);
    let result = queue.handle.write_buffer_with_copy(&buffer.handle, offset, &data, data_offset, size);
    w.result("write-buffer-with-copy", result, |error| match error.kind {
        WriteBufferErrorKind::OperationError => "operation error".to_owned(),
    });
    Some(())
}

/// A texture of `device` with `usage`.
pub(crate) fn texture(
    w: &mut World,
    device: usize,
    usage: GpuTextureUsage,
) -> Option<Item<GpuTexture, KnownTexture>> {
    w.pick(Some(device), |known: &KnownTexture| known.usage.contains(usage))
}

/// A place in a texture to copy from or to.
pub(crate) fn texel_copy_texture<'a>(w: &mut World, texture: &'a GpuTexture) -> GpuTexelCopyTextureInfo<'a> {
    let random = &mut w.random;
    GpuTexelCopyTextureInfo {
        texture,
        mip_level: random.maybe(|random| random.word(&[0])),
        origin: random.maybe(|random| GpuOrigin3D {
            x: random.maybe(|random| random.word(&[0, 0, 4])),
            y: random.maybe(|random| random.word(&[0, 0, 4])),
            z: random.maybe(|random| random.word(&[0])),
        }),
        aspect: if random.hostile() { Some(random.any()) } else { None },
    }
}

/// How much of a texture to copy; an odd number is an error for some formats.
pub(crate) fn extent(w: &mut World) -> GpuExtent3D {
    let random = &mut w.random;
    GpuExtent3D {
        width: random.word(&[4, 8, 16]),
        height: random.maybe(|random| random.word(&[0, 1, 4, 8])),
        depth_or_array_layers: random.maybe(|random| random.word(&[1])),
    }
}

pub(crate) fn write_texture(w: &mut World) -> Option<()> {
    let queue: Item<GpuQueue> = w.any()?;
    let texture = texture(w, queue.device, GpuTextureUsage::COPY_DST)?;
    let destination = texel_copy_texture(w, &texture.handle);
    let size = extent(w);
    let random = &mut w.random;
    let layout = GpuTexelCopyBufferLayout {
        offset: random.maybe(|random| random.number(&[0, 0, 16])),
        bytes_per_row: random.maybe(|random| random.word(&[64, 256])),
        rows_per_image: random.maybe(|random| random.word(&[8, 16])),
    };
    let length = random.number(&[64, 4096, 8192]).min(MOST_BYTES);
    let data = random.bytes(usize::try_from(length).unwrap_or(0));
    call!(w, "GpuQueue.write_texture_with_copy", queue, destination, data.len(), layout, size);
    queue.handle.write_texture_with_copy(&destination, &data, layout, size);
    Some(())
}

/// Bytes of what is read back of a buffer or a texture, and of one of its rows.
const READ_BACK: u64 = 2048;
const ROW: u32 = 256;

/// Reads what the work of the guest has left in its buffers and textures. None of this counts as its calls.
pub(crate) async fn read_back(w: &mut World) {
    let devices: Vec<_> = w.pools.devices.iter().filter(|device| device.known.alive.get()).cloned().collect();
    for device in devices {
        let buffers = w.pools.buffers.iter().filter(|buffer| {
            let KnownBuffer { size, usage, mapped } = &buffer.known;
            buffer.device == device.device
                && usage.contains(GpuBufferUsage::COPY_SRC)
                && *size >= 4
                && size.is_multiple_of(4)
                && !mapped.get()
        });
        let buffers: Vec<_> = buffers.cloned().collect();
        let textures = w.pools.textures.iter().filter(|texture| {
            texture.device == device.device && texture.known.usage.contains(GpuTextureUsage::COPY_SRC)
        });
        let textures: Vec<_> = textures.cloned().collect();
        let queue = device.handle.queue();
        let target = device.handle.create_buffer(&GpuBufferDescriptor {
            size: READ_BACK,
            usage: GpuBufferUsage::MAP_READ | GpuBufferUsage::COPY_DST,
            mapped_at_creation: None,
            label: None,
        });
        // One by one: what is destroyed makes the others of a submit invalid.
        for buffer in buffers {
            w.remark(&format!("reads back {buffer:?}"));
            let encoder = device.handle.create_command_encoder(None);
            let size = buffer.known.size.min(READ_BACK);
            encoder.copy_buffer_to_buffer(&buffer.handle, Some(0), &target, Some(0), Some(size));
            read_copy(w, &queue, &encoder, &target).await;
        }
        for texture in textures {
            w.remark(&format!("reads back {texture:?}"));
            let encoder = device.handle.create_command_encoder(None);
            let from = GpuTexelCopyTextureInfo {
                texture: &texture.handle,
                mip_level: None,
                origin: None,
                aspect: None,
            };
            let to = GpuTexelCopyBufferInfo {
                buffer: &target,
                offset: None,
                bytes_per_row: Some(ROW),
                rows_per_image: None,
            };
            let size = GpuExtent3D { width: 32, height: Some(8), depth_or_array_layers: None };
            encoder.copy_texture_to_buffer(&from, &to, size);
            read_copy(w, &queue, &encoder, &target).await;
        }
    }
}

/// Submits one copy to `target`, and reads what it has written.
async fn read_copy(w: &mut World, queue: &GpuQueue, encoder: &GpuCommandEncoder, target: &GpuBuffer) {
    queue.submit(&[&encoder.finish(None)]);
    if target.map_async(GpuMapMode::READ, None, None).await.is_ok() {
        if let Ok(bytes) = target.get_mapped_range_get_with_copy(None, None) {
            w.read(&bytes);
        }
        let _ = target.unmap();
    }
}
