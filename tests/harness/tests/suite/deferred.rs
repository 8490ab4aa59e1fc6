//! What maps and waits, once more with mappings that complete in `poll`: the reports agree as well.

use wgpu_wasi_harness::{Adapter, runs::Mode};

use crate::parity::check;

macro_rules! deferred {
    ($($case:ident)*) => {
        $(#[test]
        fn $case() {
            check(stringify!($case), Adapter::Machine, Mode::Deferred);
        })*
    };
}

deferred! {
    buffer_destroy
    buffer_drop_order
    buffer_map_beside_work
    buffer_map_read
    buffer_map_sub_range
    buffer_map_twice
    buffer_map_write
    buffer_map_write_partial
    buffer_unmap_pending
    device_lost_callback
    device_poll
    device_uncaptured_error
    instance_poll_all
    invalid_buffer_map
    invalid_buffer_mapped_range
    queue_on_submitted_work_done
    queue_submission_index
    util_download_buffer
    util_staging_belt
}
