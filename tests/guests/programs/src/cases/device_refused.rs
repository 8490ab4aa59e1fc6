//! Requests that the adapter cannot grant are refused: features, limits, alignments.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let best = gpu.adapter.limits();
    let missing = wgpu::Features::all_webgpu_mask() - gpu.adapter.features();
    for required_features in missing.iter() {
        let refused = gpu
            .adapter
            .request_device(&wgpu::DeviceDescriptor { required_features, ..Default::default() })
            .await
            .is_err();
        r.number(format!("{required_features:?}"), refused);
    }
    let limits = [
        ("bind groups", wgpu::Limits { max_bind_groups: best.max_bind_groups + 1, ..Default::default() }),
        (
            "texture",
            wgpu::Limits {
                max_texture_dimension_2d: best.max_texture_dimension_2d + 1,
                ..Default::default()
            },
        ),
        (
            "workgroup storage",
            wgpu::Limits {
                max_compute_workgroup_storage_size: best.max_compute_workgroup_storage_size + 1,
                ..Default::default()
            },
        ),
        (
            "workgroups",
            wgpu::Limits {
                max_compute_workgroups_per_dimension: best.max_compute_workgroups_per_dimension + 1,
                ..Default::default()
            },
        ),
        ("alignment", wgpu::Limits { min_storage_buffer_offset_alignment: 1, ..Default::default() }),
        (
            "immediates without the feature",
            wgpu::Limits { max_immediate_size: u32::MAX, ..Default::default() },
        ),
    ];
    for (name, required_limits) in limits {
        let refused = gpu
            .adapter
            .request_device(&wgpu::DeviceDescriptor { required_limits, ..Default::default() })
            .await
            .is_err();
        r.number(name, refused);
    }
    // After all that, one that can be granted.
    let (device, _queue) = gpu.device().await;
    r.number("granted", device.limits().max_bind_groups);
}
