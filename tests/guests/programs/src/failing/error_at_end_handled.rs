//! The last call of a program is wrong, and its device is kept by its own handler of errors. The handler hears of the
//! error, and ends the program otherwise than wgpu would.

use std::sync::Arc;

use crate::{Gpu, Report, kit};

pub async fn run(gpu: &Gpu, _: &mut Report) {
    let (device, queue) = gpu.device().await;
    let kept = device.clone();
    device.on_uncaptured_error(Arc::new(move |error| {
        let features = kept.features();
        panic!("a handler with {features:?} heard: {error}");
    }));
    kit::write_without_the_usage(&device, &queue);
}
