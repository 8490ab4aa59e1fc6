//! Writes that can't be made.

use super::{gpu::*, *};

async fn write(gpu: &Gpu, at: u64, data: &[u8], data_offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = kit::storage(gpu, &[7; 4]);
    let answer =
        gpu.answers(async || gpu.queue.write_buffer_with_copy(&buffer, at, data, data_offset, size)).await;
    drop(buffer);
    answer
}

pub async fn data_from_beyond_its_end(gpu: &Gpu) -> Answer {
    write(gpu, 0, &[1; 8], Some(9), None).await
}

pub async fn data_for_longer_than_it_is(gpu: &Gpu) -> Answer {
    write(gpu, 0, &[1; 8], Some(4), Some(8)).await
}

pub async fn data_that_overflows(gpu: &Gpu) -> Answer {
    write(gpu, 0, &[1; 8], Some(u64::MAX), Some(u64::MAX)).await
}

pub async fn data_of_odd_size(gpu: &Gpu) -> Answer {
    write(gpu, 0, &[1; 7], None, None).await
}

pub async fn data_of_nothing(gpu: &Gpu) -> Answer {
    write(gpu, 16, &[], None, None).await
}

pub async fn to_beyond_the_buffer(gpu: &Gpu) -> Answer {
    write(gpu, 12, &[1; 8], None, None).await
}

pub async fn to_a_misaligned_offset(gpu: &Gpu) -> Answer {
    write(gpu, 2, &[1; 4], None, None).await
}

pub async fn to_an_offset_that_overflows(gpu: &Gpu) -> Answer {
    write(gpu, u64::MAX - 3, &[1; 8], None, None).await
}

pub async fn to_a_buffer_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::COPY_SRC);
    gpu.answers(async || gpu.queue.write_buffer_with_copy(&buffer, 0, &[1; 16], None, None)).await
}

pub async fn to_a_buffer_that_is_invalid(gpu: &Gpu) -> Answer {
    let (buffer, _) = kit::caught(gpu, || gpu.buffer(u64::MAX, GpuBufferUsage::COPY_DST)).await;
    gpu.answers(async || gpu.queue.write_buffer_with_copy(&buffer, 0, &[1; 16], None, None)).await
}

/// A write of 256 bytes to a texture of 8 by 8 pixels.
async fn texture(
    gpu: &Gpu,
    descriptor: GpuTextureDescriptor,
    (offset, bytes_per_row, rows_per_image): (Option<u64>, Option<u32>, Option<u32>),
    size: GpuExtent3D,
) -> Answer {
    let texture = gpu.create_texture(&descriptor);
    let layout = GpuTexelCopyBufferLayout { offset, bytes_per_row, rows_per_image };
    gpu.raises(|| gpu.queue.write_texture_with_copy(&texels(&texture), &[1; 256], layout, size)).await
}

pub async fn texels_from_beyond_the_data(gpu: &Gpu) -> Answer {
    texture(gpu, TEXTURE, (Some(4), Some(32), None), size(8, 8)).await
}

pub async fn texels_from_an_offset_that_overflows(gpu: &Gpu) -> Answer {
    texture(gpu, TEXTURE, (Some(u64::MAX), Some(u32::MAX), Some(u32::MAX)), size(8, 8)).await
}

pub async fn texels_in_rows_of_zero(gpu: &Gpu) -> Answer {
    texture(gpu, TEXTURE, (None, Some(0), Some(0)), size(8, 8)).await
}

pub async fn texels_in_rows_of_no_length(gpu: &Gpu) -> Answer {
    texture(gpu, TEXTURE, (None, None, None), size(8, 8)).await
}

pub async fn texels_of_32_bits_each_way(gpu: &Gpu) -> Answer {
    texture(gpu, TEXTURE, (None, Some(32), Some(8)), volume(u32::MAX, u32::MAX, u32::MAX)).await
}

pub async fn texels_of_many_samples(gpu: &Gpu) -> Answer {
    let descriptor = GpuTextureDescriptor { sample_count: Some(4), ..TEXTURE };
    texture(gpu, descriptor, (None, Some(32), None), size(8, 8)).await
}

pub async fn texels_of_depth_of_24_bits(gpu: &Gpu) -> Answer {
    let descriptor = GpuTextureDescriptor { format: GpuTextureFormat::Depth24plus, ..TEXTURE };
    texture(gpu, descriptor, (None, Some(32), None), size(8, 8)).await
}

pub async fn texels_without_the_usage(gpu: &Gpu) -> Answer {
    let descriptor = GpuTextureDescriptor { usage: GpuTextureUsage::TEXTURE_BINDING, ..TEXTURE };
    texture(gpu, descriptor, (None, Some(32), None), size(8, 8)).await
}

pub async fn texels_of_a_destroyed_texture(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    texture.destroy();
    let layout = GpuTexelCopyBufferLayout { offset: None, bytes_per_row: Some(32), rows_per_image: None };
    gpu.raises(|| gpu.queue.write_texture_with_copy(&texels(&texture), &[1; 256], layout, size(8, 8))).await
}

pub async fn submit_of_nothing_by_the_thousand(gpu: &Gpu) -> Answer {
    gpu.raises(|| (0..1000).for_each(|_| gpu.queue.submit(&[]))).await
}

pub async fn submit_of_a_thousand_at_once(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        let commands: Vec<_> = (0..1000).map(|_| kit::encoder(gpu).finish(None)).collect();
        gpu.queue.submit(&commands.iter().collect::<Vec<_>>());
    })
    .await
}

pub async fn work_done_by_the_hundred(gpu: &Gpu) -> Answer {
    for _ in 0..100 {
        gpu.queue.on_submitted_work_done().await;
    }
    Answer::quiet()
}
