//! Limits: better ones are granted as asked, worse ones are raised to the default or kept.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let best = gpu.adapter.limits();
    let asked = wgpu::Limits {
        max_storage_buffer_binding_size: best.max_storage_buffer_binding_size,
        max_buffer_size: best.max_buffer_size,
        max_compute_workgroup_storage_size: best.max_compute_workgroup_storage_size,
        max_bind_groups: best.max_bind_groups,
        max_texture_dimension_2d: best.max_texture_dimension_2d,
        max_storage_buffers_per_shader_stage: best.max_storage_buffers_per_shader_stage,
        min_storage_buffer_offset_alignment: best.min_storage_buffer_offset_alignment,
        ..Default::default()
    };
    let (device, _queue) = gpu.device_with(wgpu::Features::empty(), asked).await;
    let limits = device.limits();
    r.number("storage binding", limits.max_storage_buffer_binding_size);
    r.number("buffer", limits.max_buffer_size);
    r.number("workgroup storage", limits.max_compute_workgroup_storage_size);
    r.number("bind groups", limits.max_bind_groups);
    r.number("texture", limits.max_texture_dimension_2d);
    r.number("storage buffers", limits.max_storage_buffers_per_shader_stage);
    r.number("alignment", limits.min_storage_buffer_offset_alignment);
    r.number("not asked for", limits.max_uniform_buffer_binding_size);

    let (device, _queue) = gpu.device_with(wgpu::Features::empty(), best.clone()).await;
    r.number(
        "all of them",
        best.max_compute_invocations_per_workgroup == device.limits().max_compute_invocations_per_workgroup,
    );
}
