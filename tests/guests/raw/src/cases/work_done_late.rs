//! `on-submitted-work-done` resolves after work that takes a while.

use std::time::Duration;

use crate::{Checks, kit};

pub async fn run(_: &mut Checks) {
    let device = kit::device().await;
    kit::wait_for_at_least(&device, Duration::from_millis(300)).await;
}
