//! The adapter says who it is, also through its device.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let info = gpu.adapter.get_info();
    assert!(!info.name.is_empty(), "an adapter has a name");
    r.text("name", &info.name);
    r.number("subgroup min size", info.subgroup_min_size);
    r.number("subgroup max size", info.subgroup_max_size);
    r.text("device type", format!("{:?}", info.device_type));

    let (device, _queue) = gpu.device().await;
    let of_device = device.adapter_info();
    r.number("the device knows it", of_device.name == info.name && of_device.vendor == info.vendor);
}
