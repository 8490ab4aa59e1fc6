//! Dispatches that can't be made.

use super::{gpu::*, *};

/// A pass with everything that the dispatch needs, but for what `misuse` does.
async fn dispatch(gpu: &Gpu, misuse: impl FnOnce(&GpuComputePassEncoder)) -> Answer {
    let (pipeline, buffer) = (gpu.doubling(), gpu.buffer(64, GpuBufferUsage::STORAGE));
    let group = kit::bind(gpu, &pipeline.get_bind_group_layout(0), &buffer);
    gpu.computes(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
        misuse(pass);
    })
    .await
}

pub async fn no_pipeline(gpu: &Gpu) -> Answer {
    gpu.computes(|pass| pass.dispatch_workgroups(1, None, None)).await
}

pub async fn no_group(gpu: &Gpu) -> Answer {
    let pipeline = gpu.doubling();
    gpu.computes(|pass| {
        pass.set_pipeline(&pipeline);
        pass.dispatch_workgroups(1, None, None);
    })
    .await
}

pub async fn group_taken_away(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| {
        pass.set_bind_group(0, None, None, None, None).expect("no offsets are needed");
        pass.dispatch_workgroups(1, None, None);
    })
    .await
}

// Automatic layouts are each for their own pipeline.
pub async fn group_of_another_pipeline(gpu: &Gpu) -> Answer {
    let (pipeline, buffer) = (gpu.doubling(), gpu.buffer(64, GpuBufferUsage::STORAGE));
    let group = kit::bind(gpu, &gpu.doubling().get_bind_group_layout(0), &buffer);
    gpu.computes(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
        pass.dispatch_workgroups(1, None, None);
    })
    .await
}

pub async fn group_at_an_index_over_the_limit(gpu: &Gpu) -> Answer {
    let index = gpu.limits().max_bind_groups();
    let group = gpu.group(&gpu.layout(&[]), vec![]);
    gpu.computes(|pass| {
        pass.set_bind_group(index, Some(&group), None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn group_at_an_index_of_32_bits(gpu: &Gpu) -> Answer {
    gpu.computes(|pass| {
        pass.set_bind_group(u32::MAX, None, None, None, None).expect("no offsets are needed");
    })
    .await
}

pub async fn pipeline_that_is_invalid(gpu: &Gpu) -> Answer {
    let (pipeline, _) = kit::caught(gpu, || {
        let module = kit::shader(gpu, "this is not WGSL");
        kit::pipeline(gpu, &module)
    })
    .await;
    gpu.computes(|pass| pass.set_pipeline(&pipeline)).await
}

pub async fn dispatch_of_nothing(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| pass.dispatch_workgroups(0, Some(0), Some(0))).await
}

pub async fn dispatch_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_compute_workgroups_per_dimension();
    dispatch(gpu, |pass| pass.dispatch_workgroups(1, Some(limit + 1), None)).await
}

pub async fn dispatch_of_32_bits(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| pass.dispatch_workgroups(u32::MAX, Some(u32::MAX), Some(u32::MAX))).await
}

async fn indirect(gpu: &Gpu, usage: GpuBufferUsage, offset: u64) -> Answer {
    let arguments = gpu.buffer(16, usage);
    dispatch(gpu, |pass| pass.dispatch_workgroups_indirect(&arguments, offset)).await
}

pub async fn indirect_misaligned(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::INDIRECT, 2).await
}

pub async fn indirect_beyond_the_buffer(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::INDIRECT, 8).await
}

pub async fn indirect_that_overflows(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::INDIRECT, u64::MAX - 3).await
}

pub async fn indirect_without_the_usage(gpu: &Gpu) -> Answer {
    indirect(gpu, GpuBufferUsage::STORAGE, 0).await
}

// The GPU finds numbers over the limit; nothing is dispatched.
pub async fn indirect_over_the_limit(gpu: &Gpu) -> Answer {
    let (pipeline, buffer) = (gpu.doubling(), kit::storage(gpu, &[21]));
    let group = kit::bind(gpu, &pipeline.get_bind_group_layout(0), &buffer);
    let arguments = gpu.buffer(12, GpuBufferUsage::INDIRECT | GpuBufferUsage::COPY_DST);
    gpu.queue.write_buffer_with_copy(&arguments, 0, &[255; 12], None, None).expect("it fits");
    let answer = gpu
        .submits(|encoder| {
            let pass = encoder.begin_compute_pass(None);
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
            pass.dispatch_workgroups_indirect(&arguments, 0);
            pass.end();
        })
        .await;
    gpu.queue.on_submitted_work_done().await;
    answer
}

/// A group with one dynamic offset into 1024 bytes, of which the shader sees 256.
async fn dynamic(gpu: &Gpu, offsets: Option<&[u32]>, start: Option<u64>, length: Option<u32>) -> Answer {
    let least = GpuBufferBindingLayout {
        type_: Some(GpuBufferBindingType::Storage),
        has_dynamic_offset: Some(true),
        min_binding_size: None,
    };
    let layout = gpu.layout(&[GpuBindGroupLayoutEntry { buffer: Some(least), ..ENTRY }]);
    let buffer = gpu.buffer(1024, GpuBufferUsage::STORAGE);
    let part = GpuBufferBinding { buffer: &buffer, offset: None, size: Some(256) };
    let group = gpu.group(&layout, vec![GpuBindingResource::GpuBufferBinding(part)]);
    let mut result = Ok(());
    let answer =
        gpu.computes(|pass| result = pass.set_bind_group(0, Some(&group), offsets, start, length)).await;
    answer.then(Answer::of(result))
}

pub async fn offset_missing(gpu: &Gpu) -> Answer {
    dynamic(gpu, None, None, None).await
}

pub async fn offset_too_many(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[0, 0]), None, None).await
}

pub async fn offsets_by_the_hundred_thousand(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[0; 100_000]), None, None).await
}

pub async fn offset_misaligned(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[4]), None, None).await
}

pub async fn offset_beyond_the_buffer(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[1024]), None, None).await
}

pub async fn offset_of_32_bits(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[u32::MAX - 255]), None, None).await
}

pub async fn offsets_from_beyond_the_list(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[0]), Some(2), None).await
}

pub async fn offsets_from_64_bits(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[0]), Some(u64::MAX), Some(1)).await
}

pub async fn offsets_for_longer_than_the_list(gpu: &Gpu) -> Answer {
    dynamic(gpu, Some(&[0]), None, Some(2)).await
}

pub async fn offsets_of_no_list(gpu: &Gpu) -> Answer {
    dynamic(gpu, None, None, Some(1)).await
}

pub async fn immediates_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_immediate_size();
    dispatch(gpu, |pass| pass.set_immediates(limit, &[0; 4], None, None)).await
}

pub async fn immediates_at_32_bits(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| pass.set_immediates(u32::MAX - 3, &[0; 8], None, None)).await
}

// An exception in WebGPU, which leaves the pass as it was.
pub async fn immediates_of_odd_size(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| pass.set_immediates(0, &[0; 3], None, None)).await
}

pub async fn immediates_from_beyond_the_data(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| pass.set_immediates(0, &[0; 4], Some(u64::MAX), Some(u64::MAX))).await
}

pub async fn immediates_of_a_megabyte(gpu: &Gpu) -> Answer {
    dispatch(gpu, |pass| pass.set_immediates(0, &[0; 1 << 20], None, None)).await
}

pub async fn pop_of_no_debug_group(gpu: &Gpu) -> Answer {
    gpu.computes(|pass| pass.pop_debug_group()).await
}

pub async fn debug_group_left_open(gpu: &Gpu) -> Answer {
    gpu.computes(|pass| pass.push_debug_group("left open")).await
}

pub async fn debug_group_of_the_encoder(gpu: &Gpu) -> Answer {
    gpu.records(|encoder| {
        encoder.push_debug_group("of the encoder");
        let pass = encoder.begin_compute_pass(None);
        pass.pop_debug_group();
        pass.end();
    })
    .await
}

pub async fn buffer_read_and_written_at_once(gpu: &Gpu) -> Answer {
    let buffer = gpu.buffer(64, GpuBufferUsage::STORAGE);
    let reading = GpuBindGroupLayoutEntry {
        buffer: buffer_of(GpuBufferBindingType::ReadOnlyStorage),
        binding: 1,
        ..ENTRY
    };
    let layout = gpu.layout(&[storage_entry(0), reading]);
    let both = || GpuBindingResource::GpuBuffer(&buffer);
    let group = gpu.group(&layout, vec![both(), both()]);
    let module = kit::shader(gpu, "@compute @workgroup_size(1) fn main() {}");
    let layout = gpu.pipeline_layout(&[&layout]);
    let pipeline = gpu.create_compute_pipeline(GpuComputePipelineDescriptor {
        layout: GpuLayoutMode::Specific(&layout),
        ..kit::compute_descriptor(&module)
    });
    gpu.computes(|pass| {
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, Some(&group), None, None, None).expect("no offsets are needed");
        pass.dispatch_workgroups(1, None, None);
    })
    .await
}

async fn timestamps(gpu: &Gpu, queries: &GpuQuerySet, beginning: Option<u32>, end: Option<u32>) -> Answer {
    gpu.records(|encoder| {
        let timestamp_writes = Some(GpuComputePassTimestampWrites {
            query_set: queries,
            beginning_of_pass_write_index: beginning,
            end_of_pass_write_index: end,
        });
        encoder.begin_compute_pass(Some(&GpuComputePassDescriptor { timestamp_writes, label: None })).end();
    })
    .await
}

pub async fn timestamps_in_a_set_for_occlusion(gpu: &Gpu) -> Answer {
    timestamps(gpu, &gpu.occlusion(2), Some(0), Some(1)).await
}

async fn timestamps_at(beginning: Option<u32>, end: Option<u32>) -> Answer {
    let Some(gpu) = Gpu::new(Some(GpuFeatureName::TimestampQuery)).await else {
        return Answer::unsupported();
    };
    let descriptor = GpuQuerySetDescriptor { type_: GpuQueryType::Timestamp, count: 2, label: None };
    match gpu.create_query_set(&descriptor) {
        Ok(queries) => timestamps(&gpu, &queries, beginning, end).await,
        refused => Answer::of(refused),
    }
}

pub async fn timestamps_at_one_place(_: &Gpu) -> Answer {
    timestamps_at(Some(1), Some(1)).await
}

pub async fn timestamps_beyond_the_set(_: &Gpu) -> Answer {
    timestamps_at(Some(0), Some(2)).await
}

pub async fn timestamps_at_32_bits(_: &Gpu) -> Answer {
    timestamps_at(Some(u32::MAX), None).await
}

pub async fn timestamps_nowhere(_: &Gpu) -> Answer {
    timestamps_at(None, None).await
}
