//! The cases with compute passes, once more on a host that fetches no commands from the guest's memory, as hosts of
//! others do: the reports agree as well.

use std::fs;

use wgpu_wasi_harness::{Adapter, guests, runs::Mode};

use crate::parity;

macro_rules! tests {
    ($($case:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($case),)*];

        $(#[test]
        fn $case() {
            parity::check(stringify!($case), Adapter::Machine, Mode::Calls);
        })*
    };
}

tests! {
    bind_group_auto_layout
    bind_group_dynamic_offsets
    bind_group_four_groups
    bind_group_in_turns
    bind_group_made_again
    bind_group_storage_texture
    bind_group_texture_load
    buffer_drop_order
    command_encoder_debug_groups
    command_encoder_dropped
    command_encoder_order
    command_encoder_resolve_query_set
    compute_pass_dispatch_indirect
    compute_pass_immediates
    compute_pass_many
    compute_pass_state
    compute_pass_timestamps
    compute_pipeline_explicit_layout
    invalid_compute_pass
    invalid_debug_groups
    invalid_destroyed_device
    invalid_foreign_device
    invalid_missing_features
    invalid_query_set
    queue_order
}

#[test]
fn none_is_missing() {
    for folder in ["cases", "validation"] {
        let folder = guests::root().join("tests/guests/programs/src").join(folder);
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let case = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let records = fs::read_to_string(&path).unwrap().contains("begin_compute_pass(");
            assert!(
                !records || CASES.contains(&&*case),
                "{case} records compute passes, and is not in the list"
            );
        }
    }
}
