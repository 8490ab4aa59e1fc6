//! Type and count of query sets; destroyed twice.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let features = gpu.adapter.features() & wgpu::Features::TIMESTAMP_QUERY;
    let (device, _queue) = gpu.device_with(features, wgpu::Limits::default()).await;
    let mut types = vec![wgpu::QueryType::Occlusion];
    if !features.is_empty() {
        types.push(wgpu::QueryType::Timestamp);
    }
    for ty in types {
        for count in [1, 7, 4096] {
            let set =
                device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("queries"), ty, count });
            r.text("type", format!("{:?}", set.ty()));
            r.number("count", set.count());
            set.destroy();
            set.destroy();
            r.number("count after destroy", set.count());
        }
    }
}
