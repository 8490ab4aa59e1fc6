//! The last call of a program is wrong, and its device is forgotten.

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, _: &mut Report) {
    let (device, queue) = gpu.device().await;
    kit::write_without_the_usage(&device, &queue);
    std::mem::forget((device, queue));
}
