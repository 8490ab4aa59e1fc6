//! The cases that map and wait, for the suites that run them in another [`Mode`](wgpu_wasi_harness::runs::Mode) than
//! `parity` does.

/// A test for each of them in `$mode`, on the machine's adapter.
macro_rules! tests {
    ($mode:expr) => {
        $crate::waiting::tests! { $mode =>
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
    };
    ($mode:expr => $($case:ident)*) => {
        $(#[test]
        fn $case() {
            $crate::parity::check(stringify!($case), wgpu_wasi_harness::Adapter::Machine, $mode);
        })*
    };
}

pub(crate) use tests;
