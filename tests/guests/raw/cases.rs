// The cases of the raw guest, for its registry and for the tests of the harness: `cases` have to end
// well, `traps` have to be ended by the host, with this in the message.
macro_rules! raw_cases {
    ($expand:ident) => {
        $expand! {
            cases {
                adapter_info,
                adapter_options,
                bind_group_layout_entries,
                bind_group_resources,
                buffer_invalid,
                buffer_map_errors,
                buffer_map_state,
                buffer_mapped_range_errors,
                command_encoder_finished,
                compilation_info,
                compute,
                compute_pass_ended,
                device_dropped,
                device_lost,
                error_scopes,
                features,
                immediates,
                labels,
                limits,
                pipeline_async,
                query_set,
                queue_write_buffer_errors,
                queue_write_texture_errors,
                records,
                render_bundle,
                render_bundle_refused,
                render_empty_buffers,
                render_pass,
                render_pass_ended,
                request_device_errors,
                set_bind_group_errors,
                shader_hostile,
                shader_loops_long,
                submit_refused,
                texture_formats,
                texture_properties,
                timestamps,
                uncaptured_errors,
                work_done,
                work_done_late,
            }
            quotas {
                gpu_memory,
                host_memory,
                shader_loops,
                shader_text,
            }
            traps {
                call_bytes: "fuel allocated for hostcalls",
                canvas_context: "unknown handle index",
                error_scope_quota: "error scopes open",
                handle_dropped: "unknown handle index",
                handle_dropped_twice: "unknown handle index",
                handle_of_another_type: "handle index",
                handle_made_up: "unknown handle index",
                label_quota: "host memory",
                object_quota: "WebGPU objects",
                record_quota: "entries",
                refused_bundle_quota: "were refused",
                wait_quota: "did not finish",
            }
        }
    };
}
