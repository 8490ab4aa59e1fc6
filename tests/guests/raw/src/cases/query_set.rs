//! Type, count and destroy of query sets; a type that needs a feature is refused by the result.

use crate::{
    Checks, kit,
    wit::{GpuBufferUsage, GpuQuerySetDescriptor, GpuQueryType},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let descriptor = |type_, count| GpuQuerySetDescriptor { type_, count, label: None };
    let made = device.create_query_set(&descriptor(GpuQueryType::Occlusion, 12));
    let Some(set) = c.granted("occlusion", made) else { return };
    c.that("type", matches!(set.type_(), GpuQueryType::Occlusion));
    c.equal("count", set.count(), 12);
    c.refused(
        "timestamps without the feature",
        device.create_query_set(&descriptor(GpuQueryType::Timestamp, 2)),
    );
    c.invalid("too many", &device, || device.create_query_set(&descriptor(GpuQueryType::Occlusion, 5000)))
        .await
        .ok();
    let target = kit::buffer(&device, 256, GpuBufferUsage::QUERY_RESOLVE);
    c.fine("resolve", &device, || {
        let encoder = kit::encoder(&device);
        encoder.resolve_query_set(&set, 0, 12, &target, 0);
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
    c.invalid("resolve beyond the set", &device, || {
        let encoder = kit::encoder(&device);
        encoder.resolve_query_set(&set, u32::MAX, u32::MAX, &target, 0);
        encoder.finish(None)
    })
    .await;
    set.destroy();
    set.destroy();
    c.equal("count after destroy", set.count(), 12);
    c.invalid("submit of a destroyed set", &device, || {
        let encoder = kit::encoder(&device);
        encoder.resolve_query_set(&set, 0, 1, &target, 0);
        device.queue().submit(&[&encoder.finish(None)]);
    })
    .await;
}
