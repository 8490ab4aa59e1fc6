//! Devices that can't be had: the kind tells a wrong question from a wish that can't be granted.

use crate::{
    Checks, kit,
    wit::{GpuDeviceDescriptor, RecordOptionGpuSize64, RequestDeviceErrorKind},
};

pub async fn run(c: &mut Checks) {
    let adapter = kit::adapter().await;
    let request = |limits: &[(&str, Option<u64>)]| {
        let record = RecordOptionGpuSize64::new();
        for (name, value) in limits {
            record.add(name, *value);
        }
        GpuDeviceDescriptor {
            required_features: None,
            required_limits: Some(record),
            default_queue: None,
            label: None,
        }
    };
    for (name, limits) in [
        ("unknown", &[("maxEverything", Some(1))][..]),
        ("unknown beside known", &[("maxBindGroups", Some(4)), ("maxEverything", Some(1))]),
        ("too much", &[("maxBindGroups", Some(10_000))]),
        ("more than 32 bits", &[("maxBindGroups", Some((1 << 32) + 4))]),
        ("all there is", &[("maxBufferSize", Some(u64::MAX))]),
        ("alignment below any", &[("minStorageBufferOffsetAlignment", Some(1))]),
        ("alignment that is no power of two", &[("minUniformBufferOffsetAlignment", Some(100))]),
        ("alignment of zero", &[("minUniformBufferOffsetAlignment", Some(0))]),
    ] {
        match adapter.request_device(Some(request(limits))).await {
            Ok(_) => c.fail(format!("{name}: granted")),
            Err(error) => {
                c.that(name, matches!(error.kind, RequestDeviceErrorKind::OperationError));
                c.that(&format!("{name}: it says why"), !error.message.is_empty());
            }
        }
    }
    // Less than the default is what the device has, as natively; nothing at all is no wish.
    let modest =
        adapter.request_device(Some(request(&[("maxBindGroups", Some(1)), ("maxBufferSize", None)]))).await;
    if let Some(device) = c.granted("modest", modest) {
        c.that("as asked for", device.limits().max_bind_groups() == 1);
        c.that("the default", device.limits().max_buffer_size() == 256 << 20);
    }
    for _ in 0..3 {
        c.granted("again and again", adapter.request_device(None).await);
    }
}
