//! Adapter and device have the same limits on both sides.

use crate::{Gpu, Report};

macro_rules! limits {
    ($r:ident, $prefix:literal, $limits:ident: $($field:ident)*) => {
        $($r.number(concat!($prefix, stringify!($field)), $limits.$field);)*
    };
}

macro_rules! all_limits {
    ($r:ident, $prefix:literal, $limits:ident) => {
        limits! { $r, $prefix, $limits:
            max_texture_dimension_1d max_texture_dimension_2d max_texture_dimension_3d
            max_texture_array_layers max_bind_groups max_bind_groups_plus_vertex_buffers
            max_immediate_size max_bindings_per_bind_group
            max_dynamic_uniform_buffers_per_pipeline_layout
            max_dynamic_storage_buffers_per_pipeline_layout
            max_sampled_textures_per_shader_stage max_samplers_per_shader_stage
            max_storage_buffers_per_shader_stage max_storage_textures_per_shader_stage
            max_uniform_buffers_per_shader_stage max_uniform_buffer_binding_size
            max_storage_buffer_binding_size min_uniform_buffer_offset_alignment
            min_storage_buffer_offset_alignment max_vertex_buffers max_buffer_size
            max_vertex_attributes max_vertex_buffer_array_stride max_inter_stage_shader_variables
            max_color_attachments max_color_attachment_bytes_per_sample
            max_compute_workgroup_storage_size max_compute_invocations_per_workgroup
            max_compute_workgroup_size_x max_compute_workgroup_size_y max_compute_workgroup_size_z
            max_compute_workgroups_per_dimension
        }
    };
}

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let limits = gpu.adapter.limits();
    all_limits!(r, "adapter: ", limits);
    let (device, _queue) = gpu.device().await;
    let limits = device.limits();
    all_limits!(r, "device: ", limits);
}
