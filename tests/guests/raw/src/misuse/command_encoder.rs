//! Copies and other commands that can't be recorded, and encoders left in the middle of something.

use super::{gpu::*, *};

const COPIED: GpuBufferUsage = GpuBufferUsage::COPY_SRC.union(GpuBufferUsage::COPY_DST);

async fn copy(gpu: &Gpu, from: Option<u64>, to: Option<u64>, size: Option<u64>) -> Answer {
    let (a, b) = (gpu.buffer(256, COPIED), gpu.buffer(256, COPIED));
    gpu.records(|encoder| encoder.copy_buffer_to_buffer(&a, from, &b, to, size)).await
}

pub async fn copy_misaligned_source(gpu: &Gpu) -> Answer {
    copy(gpu, Some(2), None, Some(4)).await
}

pub async fn copy_misaligned_destination(gpu: &Gpu) -> Answer {
    copy(gpu, None, Some(1), Some(4)).await
}

pub async fn copy_misaligned_size(gpu: &Gpu) -> Answer {
    copy(gpu, None, None, Some(7)).await
}

pub async fn copy_beyond_the_source(gpu: &Gpu) -> Answer {
    copy(gpu, Some(128), None, Some(132)).await
}

pub async fn copy_beyond_the_destination(gpu: &Gpu) -> Answer {
    copy(gpu, None, Some(128), None).await
}

pub async fn copy_from_beyond_the_source(gpu: &Gpu) -> Answer {
    copy(gpu, Some(512), None, None).await
}

pub async fn copy_that_overflows(gpu: &Gpu) -> Answer {
    copy(gpu, Some(u64::MAX - 3), Some(u64::MAX - 3), Some(u64::MAX - 3)).await
}

pub async fn copy_of_nothing(gpu: &Gpu) -> Answer {
    copy(gpu, Some(256), Some(256), Some(0)).await
}

pub async fn copy_to_itself(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(256, COPIED);
    gpu.records(|encoder| encoder.copy_buffer_to_buffer(&buffer, None, &buffer, Some(128), Some(64))).await
}

pub async fn copy_without_the_usage(gpu: &Gpu) -> Answer {
    let (a, b) = (gpu.buffer(16, GpuBufferUsage::COPY_DST), gpu.buffer(16, COPIED));
    gpu.records(|encoder| encoder.copy_buffer_to_buffer(&a, None, &b, None, None)).await
}

async fn clear(gpu: &Gpu, offset: Option<u64>, size: Option<u64>) -> Answer {
    let buffer = gpu.buffer(256, COPIED);
    gpu.records(|encoder| encoder.clear_buffer(&buffer, offset, size)).await
}

pub async fn clear_misaligned_offset(gpu: &Gpu) -> Answer {
    clear(gpu, Some(2), Some(4)).await
}

pub async fn clear_misaligned_size(gpu: &Gpu) -> Answer {
    clear(gpu, None, Some(3)).await
}

pub async fn clear_beyond_the_end(gpu: &Gpu) -> Answer {
    clear(gpu, Some(512), None).await
}

pub async fn clear_that_overflows(gpu: &Gpu) -> Answer {
    clear(gpu, Some(u64::MAX - 3), Some(u64::MAX - 3)).await
}

pub async fn clear_without_the_usage(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, GpuBufferUsage::COPY_SRC);
    gpu.records(|encoder| encoder.clear_buffer(&buffer, None, None)).await
}

/// What is wrong with the copy of a texture of 8 by 8 pixels to or from a buffer of 4 KiB.
struct TexelCopy {
    offset: Option<u64>,
    bytes_per_row: Option<u32>,
    rows_per_image: Option<u32>,
    mip_level: Option<u32>,
    origin: (u32, u32, u32),
    aspect: Option<GpuTextureAspect>,
    size: GpuExtent3D,
    texture: GpuTextureDescriptor,
    buffer_usage: GpuBufferUsage,
}

fn good() -> TexelCopy {
    TexelCopy {
        offset: None,
        bytes_per_row: Some(256),
        rows_per_image: None,
        mip_level: None,
        origin: (0, 0, 0),
        aspect: None,
        size: size(8, 8),
        texture: TEXTURE,
        buffer_usage: COPIED,
    }
}

impl TexelCopy {
    async fn run(self, gpu: &Gpu) -> Answer {
        let (there, back) = (self.record(gpu, true).await, self.record(gpu, false).await);
        if there.to_string() == back.to_string() {
            there
        } else {
            Answer::wrong(format!("to the texture {there}, from it {back}"))
        }
    }

    async fn record(&self, gpu: &Gpu, to_texture: bool) -> Answer {
        let (texture, buffer) = (gpu.create_texture(&self.texture), gpu.buffer(4096, self.buffer_usage));
        let Self { offset, bytes_per_row, rows_per_image, mip_level, aspect, .. } = *self;
        let buffer = GpuTexelCopyBufferInfo { buffer: &buffer, offset, bytes_per_row, rows_per_image };
        let (x, y, z) = self.origin;
        let origin = Some(GpuOrigin3D { x: Some(x), y: Some(y), z: Some(z) });
        let texture = GpuTexelCopyTextureInfo { texture: &texture, mip_level, origin, aspect };
        gpu.records(|encoder| {
            if to_texture {
                encoder.copy_buffer_to_texture(&buffer, &texture, self.size);
            } else {
                encoder.copy_texture_to_buffer(&texture, &buffer, self.size);
            }
        })
        .await
    }
}

pub async fn texels_of_nothing(gpu: &Gpu) -> Answer {
    TexelCopy { size: size(0, 0), bytes_per_row: None, ..good() }.run(gpu).await
}

pub async fn texels_in_misaligned_rows(gpu: &Gpu) -> Answer {
    TexelCopy { bytes_per_row: Some(64), ..good() }.run(gpu).await
}

pub async fn texels_in_rows_too_short(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { size: size(128, 8), ..TEXTURE };
    TexelCopy { size: size(128, 2), texture, ..good() }.run(gpu).await
}

pub async fn texels_in_rows_of_no_length(gpu: &Gpu) -> Answer {
    TexelCopy { bytes_per_row: None, ..good() }.run(gpu).await
}

pub async fn texels_in_too_few_rows(gpu: &Gpu) -> Answer {
    TexelCopy { rows_per_image: Some(7), ..good() }.run(gpu).await
}

pub async fn texels_in_rows_of_32_bits(gpu: &Gpu) -> Answer {
    let (bytes_per_row, rows_per_image) = (Some(u32::MAX - 255), Some(u32::MAX));
    TexelCopy { bytes_per_row, rows_per_image, ..good() }.run(gpu).await
}

pub async fn texels_beyond_the_buffer(gpu: &Gpu) -> Answer {
    TexelCopy { offset: Some(3072), ..good() }.run(gpu).await
}

pub async fn texels_at_an_offset_that_overflows(gpu: &Gpu) -> Answer {
    TexelCopy { offset: Some(u64::MAX - 3), ..good() }.run(gpu).await
}

pub async fn texels_at_a_misaligned_offset(gpu: &Gpu) -> Answer {
    TexelCopy { offset: Some(2), ..good() }.run(gpu).await
}

pub async fn texels_beyond_the_texture(gpu: &Gpu) -> Answer {
    TexelCopy { origin: (4, 0, 0), ..good() }.run(gpu).await
}

pub async fn texels_beyond_the_layers(gpu: &Gpu) -> Answer {
    TexelCopy { origin: (0, 0, 1), ..good() }.run(gpu).await
}

pub async fn texels_at_an_origin_that_overflows(gpu: &Gpu) -> Answer {
    TexelCopy { origin: (u32::MAX, u32::MAX, u32::MAX), ..good() }.run(gpu).await
}

pub async fn texels_of_32_bits_each_way(gpu: &Gpu) -> Answer {
    TexelCopy { size: volume(u32::MAX, u32::MAX, u32::MAX), ..good() }.run(gpu).await
}

pub async fn texels_of_a_level_that_is_not_there(gpu: &Gpu) -> Answer {
    TexelCopy { mip_level: Some(1), size: size(4, 4), ..good() }.run(gpu).await
}

pub async fn texels_of_level_32_bits(gpu: &Gpu) -> Answer {
    TexelCopy { mip_level: Some(u32::MAX), ..good() }.run(gpu).await
}

pub async fn texels_of_the_stencil_of_a_color(gpu: &Gpu) -> Answer {
    TexelCopy { aspect: Some(GpuTextureAspect::StencilOnly), ..good() }.run(gpu).await
}

pub async fn texels_of_depth_and_stencil_together(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { format: GpuTextureFormat::Depth24plusStencil8, ..TEXTURE };
    TexelCopy { texture, ..good() }.run(gpu).await
}

pub async fn texels_of_depth_of_24_bits(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { format: GpuTextureFormat::Depth24plus, ..TEXTURE };
    TexelCopy { texture, ..good() }.run(gpu).await
}

pub async fn texels_of_many_samples(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { sample_count: Some(4), ..TEXTURE };
    TexelCopy { texture, ..good() }.run(gpu).await
}

pub async fn texels_without_the_buffers_usage(gpu: &Gpu) -> Answer {
    TexelCopy { buffer_usage: GpuBufferUsage::STORAGE, ..good() }.run(gpu).await
}

pub async fn texels_without_the_textures_usage(gpu: &Gpu) -> Answer {
    let texture = GpuTextureDescriptor { usage: GpuTextureUsage::TEXTURE_BINDING, ..TEXTURE };
    TexelCopy { texture, ..good() }.run(gpu).await
}

async fn texture_copy(gpu: &Gpu, a: GpuTextureDescriptor, b: GpuTextureDescriptor) -> Answer {
    let (a, b) = (gpu.create_texture(&a), gpu.create_texture(&b));
    gpu.records(|encoder| encoder.copy_texture_to_texture(&texels(&a), &texels(&b), size(8, 8))).await
}

pub async fn textures_of_other_formats(gpu: &Gpu) -> Answer {
    texture_copy(gpu, TEXTURE, GpuTextureDescriptor { format: GpuTextureFormat::R32float, ..TEXTURE }).await
}

pub async fn textures_of_other_sample_counts(gpu: &Gpu) -> Answer {
    texture_copy(gpu, TEXTURE, GpuTextureDescriptor { sample_count: Some(4), ..TEXTURE }).await
}

pub async fn textures_of_other_sizes(gpu: &Gpu) -> Answer {
    texture_copy(gpu, TEXTURE, GpuTextureDescriptor { size: size(4, 4), ..TEXTURE }).await
}

pub async fn texture_to_itself(gpu: &Gpu) -> Answer {
    let texture = gpu.create_texture(&TEXTURE);
    let right = GpuTexelCopyTextureInfo {
        origin: Some(GpuOrigin3D { x: Some(4), y: None, z: None }),
        ..texels(&texture)
    };
    gpu.records(|encoder| encoder.copy_texture_to_texture(&texels(&texture), &right, size(4, 4))).await
}

pub async fn part_of_a_depth(gpu: &Gpu) -> Answer {
    let descriptor = GpuTextureDescriptor { format: GpuTextureFormat::Depth32float, ..TEXTURE };
    let (a, b) = (gpu.create_texture(&descriptor), gpu.create_texture(&descriptor));
    gpu.records(|encoder| encoder.copy_texture_to_texture(&texels(&a), &texels(&b), size(4, 4))).await
}

pub async fn pop_of_no_debug_group(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| encoder.pop_debug_group()).await
}

pub async fn debug_group_left_open(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| encoder.push_debug_group("left open")).await
}

pub async fn debug_groups_by_the_thousand_left_open(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| (0..10_000).for_each(|_| encoder.push_debug_group("deeper"))).await
}

pub async fn debug_groups_of_a_megabyte(gpu: &Gpu) -> Answer {
    let label = "a\0ü\u{10ffff}".repeat(1 << 17);
    gpu.records(|encoder| {
        encoder.push_debug_group(&label);
        encoder.insert_debug_marker(&label);
        encoder.pop_debug_group();
    })
    .await
}

pub async fn pass_left_open(gpu: &Gpu) -> Answer {
    let encoder = kit::encoder(gpu);
    let _pass = encoder.begin_compute_pass(None);
    gpu.raises(|| encoder.finish(None)).await
}

pub async fn pass_dropped(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| drop(encoder.begin_compute_pass(None))).await
}

pub async fn render_pass_dropped(gpu: &Gpu) -> Answer {
    let view = gpu.create_texture(&TEXTURE).create_view(None);
    gpu.records(|encoder| drop(encoder.begin_render_pass(&pass([color(&view)])))).await
}

// The end of the one leaves the other without a lock on the encoder.
pub async fn pass_in_a_pass(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| {
        let (outer, inner) = (encoder.begin_compute_pass(None), encoder.begin_compute_pass(None));
        inner.end();
        outer.end();
    })
    .await
}

pub async fn command_beside_a_pass(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(16, COPIED);
    gpu.records(|encoder| {
        let pass = encoder.begin_compute_pass(None);
        encoder.clear_buffer(&buffer, None, None);
        pass.end();
    })
    .await
}

pub async fn debug_group_beside_a_pass(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| {
        let pass = encoder.begin_compute_pass(None);
        encoder.push_debug_group("beside");
        pass.end();
        encoder.pop_debug_group();
    })
    .await
}

pub async fn dropped_with_a_pass_open(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        let encoder = kit::encoder(gpu);
        let pass = encoder.begin_compute_pass(None);
        drop(encoder);
        pass.dispatch_workgroups(1, None, None);
        pass.end();
    })
    .await
}

pub async fn thousands_never_finished(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        let encoders: Vec<_> = (0..1000).map(|_| kit::encoder(gpu)).collect();
        encoders.iter().for_each(|encoder| encoder.push_debug_group("never popped"));
    })
    .await
}

pub async fn thousands_never_submitted(gpu: &Gpu) -> Answer {
    gpu.raises(|| (0..1000).map(|_| kit::encoder(gpu).finish(None)).collect::<Vec<_>>()).await
}

pub async fn invalid_and_submitted(gpu: &Gpu) -> Answer {
    let (commands, _) = kit::caught(gpu, || {
        let encoder = kit::encoder(gpu);
        encoder.pop_debug_group();
        encoder.finish(None)
    })
    .await;
    gpu.raises(|| gpu.queue.submit(&[&commands])).await
}

pub async fn submitted_twice(gpu: &Gpu) -> Answer {
    let commands = kit::encoder(gpu).finish(None);
    gpu.queue.submit(&[&commands]);
    gpu.raises(|| gpu.queue.submit(&[&commands])).await
}

pub async fn submitted_twice_in_one_call(gpu: &Gpu) -> Answer {
    let commands = kit::encoder(gpu).finish(None);
    gpu.raises(|| gpu.queue.submit(&[&commands, &commands])).await
}

// One that is bad uses the good ones up, too.
pub async fn submitted_beside_an_invalid_one(gpu: &Gpu) -> Answer {
    let good = kit::encoder(gpu).finish(None);
    let bad = kit::encoder(gpu).finish(None);
    gpu.queue.submit(&[&bad]);
    let _ = gpu.raises(|| gpu.queue.submit(&[&good, &bad])).await;
    gpu.raises(|| gpu.queue.submit(&[&good])).await
}

async fn resolve(gpu: &Gpu, first: u32, count: u32, offset: u64) -> Answer {
    let (queries, target) = (gpu.occlusion(8), gpu.buffer(512, GpuBufferUsage::QUERY_RESOLVE));
    gpu.records(|encoder| encoder.resolve_query_set(&queries, first, count, &target, offset)).await
}

pub async fn resolve_beyond_the_set(gpu: &Gpu) -> Answer {
    resolve(gpu, 4, 5, 0).await
}

pub async fn resolve_that_overflows(gpu: &Gpu) -> Answer {
    resolve(gpu, u32::MAX, u32::MAX, 0).await
}

pub async fn resolve_misaligned(gpu: &Gpu) -> Answer {
    resolve(gpu, 0, 1, 8).await
}

pub async fn resolve_beyond_the_buffer(gpu: &Gpu) -> Answer {
    resolve(gpu, 0, 8, 512).await
}

pub async fn resolve_to_64_bits(gpu: &Gpu) -> Answer {
    resolve(gpu, 0, 8, u64::MAX - 255).await
}

pub async fn resolve_without_the_usage(gpu: &Gpu) -> Answer {
    let (queries, target) = (gpu.occlusion(8), gpu.buffer(512, COPIED));
    gpu.records(|encoder| encoder.resolve_query_set(&queries, 0, 8, &target, 0)).await
}
