//! Error scopes, uncaptured errors, and as many objects as a guest may have.

use super::{gpu::*, *};

fn bad(device: &GpuDevice) {
    drop(kit::buffer(device, 16, GpuBufferUsage::empty()));
}

pub async fn pop_of_no_error_scope(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    gpu.answers(async || device.pop_error_scope().await).await
}

pub async fn pop_of_one_error_scope_too_many(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    device.push_error_scope(GpuErrorFilter::Validation);
    let _ = device.pop_error_scope().await;
    gpu.answers(async || device.pop_error_scope().await).await
}

pub async fn error_scopes_up_to_the_quota(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    (0..1024).for_each(|_| device.push_error_scope(GpuErrorFilter::Validation));
    bad(&device);
    let mut caught = 0;
    for _ in 0..1024 {
        caught += u32::from(matches!(device.pop_error_scope().await, Ok(Some(_))));
    }
    Answer::that(caught == 1, "the innermost scope has it")
}

pub async fn error_scopes_over_the_quota(gpu: &Gpu) -> Answer {
    (0..2000).for_each(|_| gpu.push_error_scope(GpuErrorFilter::Validation));
    Answer::quiet()
}

pub async fn error_scopes_left_open(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    (0..100).for_each(|_| device.push_error_scope(GpuErrorFilter::Internal));
    bad(&device);
    Answer::quiet()
}

pub async fn errors_by_the_ten_thousand_in_a_scope(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    device.push_error_scope(GpuErrorFilter::Validation);
    (0..10_000).for_each(|_| bad(&device));
    Answer::that(matches!(device.pop_error_scope().await, Ok(Some(_))), "the scope has the first")
}

pub async fn errors_that_nobody_hears(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    gpu.raises(|| (0..1000).for_each(|_| bad(&device))).await
}

// The host keeps some, and lets go of the rest.
pub async fn errors_that_nobody_reads(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let mut errors = device.on_uncaptured_error();
    (0..10_000).for_each(|_| bad(&device));
    Answer::that(errors.next().await.is_some(), "the first is there")
}

pub async fn listeners_by_the_hundred(gpu: &Gpu) -> Answer {
    let device = gpu.other().await;
    let mut listeners: Vec<_> = (0..100).map(|_| device.on_uncaptured_error()).collect();
    bad(&device);
    let first = listeners.first_mut().expect("there are a hundred");
    Answer::that(first.next().await.is_some(), "the first that asks has it")
}

pub async fn lost_by_the_thousand_unread(gpu: &Gpu) -> Answer {
    gpu.raises(|| (0..1000).map(|_| gpu.lost()).collect::<Vec<_>>()).await
}

pub async fn objects_over_the_quota(gpu: &Gpu) -> Answer {
    let queues: Vec<_> = (0..=1_000_000).map(|_| gpu.queue()).collect();
    Answer::wrong(format!("{} handles", queues.len()))
}

pub async fn getters_by_the_ten_thousand(gpu: &Gpu) -> Answer {
    gpu.raises(|| {
        for _ in 0..10_000 {
            drop((gpu.features(), gpu.limits(), gpu.adapter_info(), gpu.queue()));
        }
    })
    .await
}

pub async fn label_set_by_the_megabyte(gpu: &Gpu) -> Answer {
    let label = "\u{10ffff}\0".repeat(1 << 18);
    (0..10).for_each(|_| gpu.set_label(&label));
    Answer::that(gpu.label() == label, "the label comes back")
}

pub async fn destroyed_by_another_handle_to_its_adapter(gpu: &Gpu) -> Answer {
    let others = [gpu.other().await, gpu.other().await];
    others[0].destroy();
    bad(&others[0]);
    gpu.raises(|| {
        let encoder = kit::encoder(&others[1]);
        others[1].queue().submit(&[&encoder.finish(None)]);
    })
    .await
}

// A device with everything that the adapter has is one like any other.
pub async fn limits_all_at_once(gpu: &Gpu) -> Answer {
    let (limits, best) = (RecordOptionGpuSize64::new(), gpu.adapter.limits());
    for (name, value) in [
        ("maxTextureDimension2D", u64::from(best.max_texture_dimension2_d())),
        ("maxBindGroups", best.max_bind_groups().into()),
        ("maxBufferSize", best.max_buffer_size()),
        ("maxColorAttachments", best.max_color_attachments().into()),
        ("maxVertexBuffers", best.max_vertex_buffers().into()),
        ("maxComputeInvocationsPerWorkgroup", best.max_compute_invocations_per_workgroup().into()),
    ] {
        limits.add(name, Some(value));
    }
    let descriptor = GpuDeviceDescriptor {
        required_features: None,
        required_limits: Some(limits),
        default_queue: None,
        label: None,
    };
    let device = match gpu.adapter.request_device(Some(descriptor)).await {
        Ok(device) => device,
        refused => return Answer::of(refused),
    };
    let groups = best.max_bind_groups() as usize;
    gpu.raises(|| {
        device.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![None; groups],
            immediate_size: None,
            label: None,
        })
    })
    .await
}
