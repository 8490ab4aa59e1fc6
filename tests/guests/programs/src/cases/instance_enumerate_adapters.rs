//! The adapter of the run is among those that the instance lists.

use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let name = gpu.adapter.get_info().name;
    let adapters = gpu.instance.enumerate_adapters(wgpu::Backends::all()).await;
    r.number("listed", adapters.iter().any(|adapter| adapter.get_info().name == name));
}
