//! Query sets that can't be made or used.

use super::{gpu::*, *};

async fn set(gpu: &Gpu, type_: GpuQueryType, count: u32) -> Answer {
    gpu.answers(async || gpu.create_query_set(&GpuQuerySetDescriptor { type_, count, label: None })).await
}

pub async fn count_over_the_limit(gpu: &Gpu) -> Answer {
    set(gpu, GpuQueryType::Occlusion, 4097).await
}

pub async fn count_of_32_bits(gpu: &Gpu) -> Answer {
    set(gpu, GpuQueryType::Occlusion, u32::MAX).await
}

// Legal in WebGPU; wgpu refuses it, as documented.
pub async fn count_of_zero(gpu: &Gpu) -> Answer {
    set(gpu, GpuQueryType::Occlusion, 0).await
}

pub async fn timestamps_without_the_feature(gpu: &Gpu) -> Answer {
    set(gpu, GpuQueryType::Timestamp, 2).await
}

pub async fn destroy_twice(gpu: &Gpu) -> Answer {
    let queries = gpu.occlusion(1);
    gpu.raises(|| (queries.destroy(), queries.destroy())).await
}

pub async fn destroyed_and_resolved(gpu: &Gpu) -> Answer {
    let (queries, target) = (gpu.occlusion(1), gpu.buffer(16, GpuBufferUsage::QUERY_RESOLVE));
    gpu.submits(|encoder| {
        encoder.resolve_query_set(&queries, 0, 1, &target, 0);
        queries.destroy();
    })
    .await
}

pub async fn destroyed_and_written(gpu: &Gpu) -> Answer {
    let (view, queries) = (gpu.create_texture(&TEXTURE).create_view(None), gpu.occlusion(1));
    gpu.submits(|encoder| {
        let descriptor =
            GpuRenderPassDescriptor { occlusion_query_set: Some(&queries), ..pass([color(&view)]) };
        let pass = encoder.begin_render_pass(&descriptor);
        pass.begin_occlusion_query(0);
        pass.end_occlusion_query();
        pass.end();
        queries.destroy();
    })
    .await
}

pub async fn count_after_destroy(gpu: &Gpu) -> Answer {
    let queries = gpu.occlusion(7);
    queries.destroy();
    Answer::that(queries.count() == 7, "the count stays")
}
