//! Layouts of pipelines that can't be made.

use super::{gpu::*, *};

async fn layout(gpu: &Gpu, groups: usize, immediate_size: Option<u32>) -> Answer {
    gpu.raises(|| {
        gpu.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![None; groups],
            immediate_size,
            label: None,
        })
    })
    .await
}

pub async fn groups_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = usize::try_from(gpu.limits().max_bind_groups()).unwrap_or(usize::MAX);
    layout(gpu, limit + 1, None).await
}

pub async fn groups_by_the_hundred_thousand(gpu: &Gpu) -> Answer {
    layout(gpu, 100_000, None).await
}

pub async fn immediates_over_the_limit(gpu: &Gpu) -> Answer {
    let limit = gpu.limits().max_immediate_size();
    layout(gpu, 0, Some(limit + 4)).await
}

pub async fn immediates_misaligned(gpu: &Gpu) -> Answer {
    layout(gpu, 0, Some(3)).await
}

pub async fn immediates_of_32_bits(gpu: &Gpu) -> Answer {
    layout(gpu, 0, Some(u32::MAX)).await
}

pub async fn group_that_is_invalid(gpu: &Gpu) -> Answer {
    let (group, _) = kit::caught(gpu, || gpu.layout(&[ENTRY])).await;
    gpu.raises(|| gpu.pipeline_layout(&[&group])).await
}

// Each group is within the limit, the two together are not.
pub async fn samplers_over_the_limit_together(gpu: &Gpu) -> Answer {
    let half = gpu.limits().max_samplers_per_shader_stage() / 2 + 1;
    let entries: Vec<_> = (0..half.min(900)).map(sampler_entry).collect();
    let group = gpu.layout(&entries);
    gpu.raises(|| gpu.pipeline_layout(&[&group, &group])).await
}
