//! Buffers that can't be made, mapped, read or written.

use super::{gpu::*, *};

const READABLE: GpuBufferUsage = GpuBufferUsage::MAP_READ.union(GpuBufferUsage::COPY_DST);
const WRITABLE: GpuBufferUsage = GpuBufferUsage::MAP_WRITE.union(GpuBufferUsage::COPY_SRC);
const COPIED: GpuBufferUsage = GpuBufferUsage::COPY_SRC.union(GpuBufferUsage::COPY_DST);

fn at_creation(gpu: &Gpu, size: u64, usage: GpuBufferUsage) -> GpuBuffer {
    gpu.create_buffer(&GpuBufferDescriptor { size, usage, mapped_at_creation: Some(true), label: None })
}

pub async fn size_of_64_bits(gpu: &Gpu) -> Answer {
    gpu.raises(|| gpu.buffer(u64::MAX, COPIED)).await
}

pub async fn size_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_buffer_size();
    gpu.raises(|| gpu.buffer(limit + 1, COPIED)).await
}

pub async fn usage_of_nothing(gpu: &Gpu) -> Answer {
    gpu.raises(|| gpu.buffer(16, GpuBufferUsage::empty())).await
}

pub async fn usage_of_everything(gpu: &Gpu) -> Answer {
    gpu.raises(|| gpu.buffer(16, GpuBufferUsage::all())).await
}

pub async fn usage_map_read_and_storage(gpu: &Gpu) -> Answer {
    gpu.raises(|| gpu.buffer(16, GpuBufferUsage::MAP_READ | GpuBufferUsage::STORAGE)).await
}

pub async fn usage_map_write_and_vertex(gpu: &Gpu) -> Answer {
    gpu.raises(|| gpu.buffer(16, GpuBufferUsage::MAP_WRITE | GpuBufferUsage::VERTEX)).await
}

pub async fn usage_of_both_maps(gpu: &Gpu) -> Answer {
    gpu.raises(|| gpu.buffer(16, GpuBufferUsage::MAP_READ | GpuBufferUsage::MAP_WRITE)).await
}

pub async fn size_of_zero(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        let empty = gpu.buffer(0, COPIED);
        let _ = gpu.queue.write_buffer_with_copy(&empty, 0, &[], None, None);
    })
    .await
}

pub async fn mapped_at_creation_misaligned(gpu: &Gpu) -> Answer {
    gpu.raises(|| at_creation(gpu, 7, COPIED)).await
}

pub async fn mapped_at_creation_too_large(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        let buffer = at_creation(gpu, u64::MAX & !3, COPIED);
        let _ = buffer.get_mapped_range_get_with_copy(Some(u64::MAX & !7), Some(4));
        let _ = buffer.get_mapped_range_set_with_copy(&[1; 8], Some(8), Some(8));
        let _ = buffer.unmap();
    })
    .await
}

pub async fn mapped_at_creation_of_nothing(gpu: &Gpu) -> Answer {
    let buffer = at_creation(gpu, 0, COPIED);
    Answer::of(buffer.get_mapped_range_get_with_copy(None, None)).then(Answer::of(buffer.unmap()))
}

pub async fn mapped_at_creation_and_mapped(gpu: &Gpu) -> Answer {
    let buffer = at_creation(gpu, 16, READABLE);
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

pub async fn mapped_at_creation_and_submitted(gpu: &Gpu) -> Answer {
    let buffer = at_creation(gpu, 16, COPIED);
    gpu.submits(|encoder| encoder.clear_buffer(&buffer, None, None)).await
}

pub async fn mapped_at_creation_and_dropped(gpu: &Gpu) -> Answer {
    gpu.raises(|| drop(at_creation(gpu, 16, COPIED))).await
}

pub async fn mapped_at_creation_and_destroyed(gpu: &Gpu) -> Answer {
    gpu.raises(|| at_creation(gpu, 16, COPIED).destroy()).await
}

pub async fn map_in_no_mode(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.answers(async || buffer.map_async(GpuMapMode::empty(), None, None).await).await
}

pub async fn map_in_both_modes(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.answers(async || buffer.map_async(GpuMapMode::READ | GpuMapMode::WRITE, None, None).await).await
}

pub async fn map_in_the_other_mode(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.answers(async || buffer.map_async(GpuMapMode::WRITE, None, None).await).await
}

pub async fn map_without_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, COPIED);
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

async fn map_range(gpu: &Gpu, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = gpu.buffer(256, READABLE);
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, offset, size).await).await
}

pub async fn map_misaligned_offset(gpu: &Gpu) -> Answer {
    map_range(gpu, Some(4), None).await
}

pub async fn map_misaligned_size(gpu: &Gpu) -> Answer {
    map_range(gpu, None, Some(7)).await
}

pub async fn map_across_the_end(gpu: &Gpu) -> Answer {
    map_range(gpu, Some(128), Some(132)).await
}

pub async fn map_beyond_the_end(gpu: &Gpu) -> Answer {
    map_range(gpu, Some(264), None).await
}

pub async fn map_overflow(gpu: &Gpu) -> Answer {
    map_range(gpu, Some(u64::MAX & !7), Some(u64::MAX & !3)).await
}

pub async fn map_of_nothing(gpu: &Gpu) -> Answer {
    map_range(gpu, Some(256), Some(0)).await
}

pub async fn map_twice(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

pub async fn map_after_destroy(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.destroy();
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

pub async fn map_of_an_invalid_one(gpu: &Gpu) -> Answer {
    let (buffer, _) = kit::caught(gpu, || gpu.buffer(16, READABLE | GpuBufferUsage::STORAGE)).await;
    gpu.answers(async || buffer.map_async(GpuMapMode::READ, None, None).await).await
}

pub async fn mapped_and_submitted(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.submits(|encoder| encoder.clear_buffer(&buffer, None, None)).await
}

pub async fn mapped_and_written_by_the_queue(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.answers(async || gpu.queue.write_buffer_with_copy(&buffer, 0, &[0; 16], None, None)).await
}

pub async fn range_of_an_unmapped_one(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.answers(async || buffer.get_mapped_range_get_with_copy(None, None)).await
}

pub async fn range_after_unmap(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    buffer.unmap().expect("it is mapped");
    gpu.answers(async || buffer.get_mapped_range_get_with_copy(None, None)).await
}

pub async fn range_after_destroy(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, WRITABLE);
    buffer.map_async(GpuMapMode::WRITE, None, None).await.expect("it can be mapped");
    buffer.destroy();
    gpu.answers(async || buffer.get_mapped_range_set_with_copy(&[0; 16], None, None)).await
}

pub async fn range_after_a_refused_map(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    let _ = gpu.answers(async || buffer.map_async(GpuMapMode::WRITE, None, None).await).await;
    gpu.answers(async || buffer.get_mapped_range_get_with_copy(None, None)).await
}

/// Bytes 64 to 192 of 256 are mapped for writing.
async fn partly_mapped(gpu: &Gpu) -> GpuBuffer {
    let buffer = gpu.buffer(256, WRITABLE);
    buffer.map_async(GpuMapMode::WRITE, Some(64), Some(128)).await.expect("it can be mapped");
    buffer
}

async fn get(gpu: &Gpu, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = partly_mapped(gpu).await;
    gpu.answers(async || buffer.get_mapped_range_get_with_copy(offset, size)).await
}

async fn set(gpu: &Gpu, data: usize, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = partly_mapped(gpu).await;
    let answer =
        gpu.answers(async || buffer.get_mapped_range_set_with_copy(&vec![1; data], offset, size)).await;
    let kept = buffer.get_mapped_range_get_with_copy(Some(64), Some(128));
    answer.then(Answer::that(kept.is_ok_and(|kept| kept == [0; 128]), "nothing was written"))
}

pub async fn get_before_the_mapping(gpu: &Gpu) -> Answer {
    get(gpu, Some(56), Some(16)).await
}

pub async fn get_across_its_end(gpu: &Gpu) -> Answer {
    get(gpu, Some(184), Some(16)).await
}

pub async fn get_the_whole_buffer(gpu: &Gpu) -> Answer {
    get(gpu, None, None).await
}

pub async fn get_beyond_the_buffer(gpu: &Gpu) -> Answer {
    get(gpu, Some(512), None).await
}

pub async fn get_misaligned_offset(gpu: &Gpu) -> Answer {
    get(gpu, Some(68), Some(8)).await
}

pub async fn get_misaligned_size(gpu: &Gpu) -> Answer {
    get(gpu, Some(64), Some(6)).await
}

pub async fn get_overflow(gpu: &Gpu) -> Answer {
    get(gpu, Some(u64::MAX & !7), Some(16)).await
}

pub async fn get_size_of_64_bits(gpu: &Gpu) -> Answer {
    get(gpu, Some(64), Some(u64::MAX & !3)).await
}

// Nothing of a copy is left when the call has returned, so the same bytes may be had twice.
pub async fn get_overlapping_ranges(gpu: &Gpu) -> Answer {
    let buffer = partly_mapped(gpu).await;
    let first = buffer.get_mapped_range_get_with_copy(Some(64), Some(64));
    let second = buffer.get_mapped_range_get_with_copy(Some(96), Some(64));
    Answer::of(first).then(Answer::of(second))
}

pub async fn set_too_little(gpu: &Gpu) -> Answer {
    set(gpu, 124, Some(64), Some(128)).await
}

pub async fn set_too_much(gpu: &Gpu) -> Answer {
    set(gpu, 132, Some(64), Some(128)).await
}

pub async fn set_nothing(gpu: &Gpu) -> Answer {
    set(gpu, 0, Some(64), Some(128)).await
}

pub async fn set_across_the_end(gpu: &Gpu) -> Answer {
    set(gpu, 16, Some(184), Some(16)).await
}

pub async fn set_overflow(gpu: &Gpu) -> Answer {
    set(gpu, 16, Some(u64::MAX & !7), Some(u64::MAX & !3)).await
}

pub async fn set_a_mapping_for_reading(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.answers(async || buffer.get_mapped_range_set_with_copy(&[1; 16], None, None)).await
}

// No error in WebGPU; one of wgpu, as documented.
pub async fn unmap_twice(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    gpu.answers(async || buffer.unmap().and_then(|()| buffer.unmap())).await
}

// No error in WebGPU; one of wgpu, as documented.
pub async fn unmap_after_destroy(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    buffer.map_async(GpuMapMode::READ, None, None).await.expect("it can be mapped");
    buffer.destroy();
    gpu.answers(async || buffer.unmap()).await
}

pub async fn destroy_twice(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, READABLE);
    gpu.raises(|| (buffer.destroy(), buffer.destroy())).await
}

pub async fn destroyed_and_submitted(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, COPIED);
    gpu.submits(|encoder| {
        encoder.clear_buffer(&buffer, None, None);
        buffer.destroy();
    })
    .await
}

pub async fn destroyed_and_written_by_the_queue(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, COPIED);
    buffer.destroy();
    gpu.answers(async || gpu.queue.write_buffer_with_copy(&buffer, 0, &[0; 16], None, None)).await
}

pub async fn invalid_and_copied(gpu: &Gpu) -> Answer {
    let (buffer, _) = kit::caught(gpu, || gpu.buffer(u64::MAX, COPIED)).await;
    let target = gpu.buffer(16, COPIED);
    gpu.records(|encoder| encoder.copy_buffer_to_buffer(&buffer, None, &target, None, Some(16))).await
}

pub async fn thousands(gpu: &Gpu) -> Answer {
    gpu.raises(|| (0..5000).map(|_| gpu.buffer(16, COPIED)).collect::<Vec<_>>()).await
}

pub async fn label_with_nul(gpu: &Gpu) -> Answer {
    let label = "a\0b\u{feff}\u{10ffff}\u{202e}\r\n".repeat(1000);
    let mut same = true;
    let answer = gpu
        .raises(|| {
            let descriptor = GpuBufferDescriptor {
                size: 16,
                usage: COPIED,
                mapped_at_creation: None,
                label: Some(label.clone()),
            };
            same &= gpu.create_buffer(&descriptor).label() == label;
        })
        .await;
    answer.then(Answer::that(same, "the label comes back"))
}
