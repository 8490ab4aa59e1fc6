//! Shader text: 4 KiB. What is longer is an error, and the module invalid.

use crate::{Checks, kit};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    let padded = |length: usize| format!("{}{}", kit::DOUBLE, " ".repeat(length - kit::DOUBLE.len()));
    c.fine("just short enough", &device, || kit::shader(&device, &padded(4096))).await;
    let (long, caught) = kit::caught(&device, || kit::shader(&device, &padded(4097))).await;
    c.that("too long", !matches!(caught, kit::Caught::Nothing));
    let _ = long.get_compilation_info().await.messages();
    c.invalid("what was refused can't be used", &device, || kit::pipeline(&device, &long)).await;
}
