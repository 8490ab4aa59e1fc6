//! Test programs in plain wgpu. Each case is an ordinary program: the harness runs it natively, in its
//! own process, and as a component on the same adapter, and the two reports have to agree.
//!
//! A case is a file in `cases/` (or `validation/`, for what has to be refused; those need no GPU and
//! run on wgpu's noop adapter as well) and its name in the list below. The list makes the registry and
//! the macros from which the harness makes its tests: a file that is not listed is dead code, and a
//! listed case has its test.

pub mod canvas;
pub mod entry;
pub mod kit;
pub mod report;

use std::pin::Pin;

pub use report::{ErrorKind, Report, Value, caught};

/// The adapter on which cases run, and where it comes from.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// For the cases that look for adapters themselves.
    pub instance: wgpu::Instance,
    /// The adapter that the run is about.
    pub adapter: wgpu::Adapter,
}

impl Gpu {
    /// The adapter that `instance` gives out by default.
    pub async fn open(instance: wgpu::Instance) -> Result<Self, wgpu::RequestAdapterError> {
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await?;
        Ok(Self { instance, adapter })
    }

    /// Another instance on the same kind of backend.
    pub fn instance_with(&self, flags: wgpu::InstanceFlags) -> wgpu::Instance {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.flags = flags;
        descriptor.backends = self.adapter.get_info().backend.into();
        // As the harness has it.
        descriptor.backend_options.noop.enable = true;
        descriptor.backend_options.noop.limits = Some(wgpu::Limits::default());
        descriptor.backend_options.noop.features = Some(wgpu::Features::empty());
        entry::instance(descriptor)
    }

    /// A device with the defaults.
    pub async fn device(&self) -> (wgpu::Device, wgpu::Queue) {
        self.device_with(wgpu::Features::empty(), wgpu::Limits::default()).await
    }

    /// A device with these features and limits; the adapter has to have them.
    pub async fn device_with(
        &self,
        required_features: wgpu::Features,
        required_limits: wgpu::Limits,
    ) -> (wgpu::Device, wgpu::Queue) {
        self.adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("device of a case"),
                required_features,
                required_limits,
                ..Default::default()
            })
            .await
            .expect("the adapter gives a device")
    }
}

type Run = for<'a> fn(&'a Gpu, &'a mut Report) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A case: its name and what it does.
#[derive(Clone, Copy)]
pub struct Case {
    /// The name of its file.
    pub name: &'static str,
    run: Run,
}

impl Case {
    /// Runs the case. The first entry of the report is the backend that answered, so that nobody takes
    /// a native run for one of a component.
    pub async fn run(&self, gpu: &Gpu) -> Report {
        let mut report = Report::default();
        report.text("backend", format!("{:?}", gpu.adapter.get_info().backend));
        (self.run)(gpu, &mut report).await;
        report
    }
}

/// Every case of every group.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter().chain(VALIDATION).chain(FAILING).chain(TRANSLATED)
}

macro_rules! cases {
    ($(#[$doc:meta])* $list:ident in $group:ident by $foreach:ident { $($name:ident,)* }) => {
        pub mod $group {
            $(pub mod $name;)*
        }
        $(#[$doc])*
        pub const $list: &[Case] = &[
            $(Case {
                name: stringify!($name),
                run: |gpu, report| Box::pin($group::$name::run(gpu, report)),
            },)*
        ];
        cases! { @foreach ($) $foreach $($name)* }
    };
    (@foreach ($d:tt) $foreach:ident $($name:ident)*) => {
        /// Calls `$each! { name }` for each case of the group.
        #[macro_export]
        macro_rules! $foreach {
            ($d each:ident) => { $($d each! { $name })* };
        }
    };
}

cases! {
    /// What has to work.
    CASES in cases by foreach_case {
        adapter_features,
        adapter_info,
        adapter_limits,
        adapter_options,
        adapter_texture_format_features,
        bind_group_auto_layout,
        bind_group_buffer_ranges,
        bind_group_dynamic_offsets,
        bind_group_four_groups,
        bind_group_in_turns,
        bind_group_made_again,
        bind_group_sampler,
        bind_group_storage_texture,
        bind_group_texture_dimensions,
        bind_group_texture_load,
        buffer_destroy,
        buffer_drop_order,
        buffer_init,
        buffer_made_and_dropped,
        buffer_many,
        buffer_map_beside_work,
        buffer_map_read,
        buffer_map_sub_range,
        buffer_map_taken_back,
        buffer_map_twice,
        buffer_map_write,
        buffer_map_write_partial,
        buffer_map_without_memory,
        buffer_mapped_at_creation,
        buffer_mapped_at_creation_partial,
        buffer_mapped_in_callback,
        buffer_mapped_ranges,
        buffer_properties,
        buffer_read_back_300_mib,
        buffer_read_unmapped,
        buffer_unmap_pending,
        buffer_unwritten,
        buffer_upload_300_mib,
        buffer_zero_size,
        callbacks_chain,
        callbacks_ring,
        callbacks_under_lock,
        callbacks_without_poll,
        command_encoder_clear_buffer,
        command_encoder_copy_buffer_to_buffer,
        command_encoder_copy_buffer_to_texture,
        command_encoder_copy_texture_to_texture,
        command_encoder_clear_texture,
        command_encoder_debug_groups,
        command_encoder_dropped,
        command_encoder_order,
        command_encoder_resolve_query_set,
        command_encoder_write_timestamp,
        compute_fft,
        compute_histogram,
        compute_mandelbrot,
        compute_loops,
        compute_matmul,
        compute_pass_dispatch_indirect,
        compute_pass_immediates,
        compute_pass_many,
        compute_pass_state,
        compute_pass_timestamps,
        compute_pipeline_constants,
        compute_pipeline_entry_points,
        compute_pipeline_explicit_layout,
        compute_prefix_sum,
        compute_reduction,
        compute_workgroup_memory,
        device_destroy,
        device_destroy_clear_texture,
        device_error_scopes,
        device_features,
        device_labels_in_errors,
        device_limits,
        device_limits_lowered,
        device_lost_callback,
        device_poll,
        device_refused,
        device_several,
        device_uncaptured_error,
        instance_enumerate_adapters,
        instance_poll_all,
        instance_wgsl_language_features,
        query_set_properties,
        queue_on_submitted_work_done,
        queue_order,
        queue_submission_index,
        queue_submit_refused_in_part,
        queue_submit_several,
        queue_write_buffer,
        queue_write_buffer_with,
        queue_write_texture,
        render_blend,
        render_bundle,
        render_clear,
        render_depth,
        render_depth_read_only,
        render_depth_slice,
        render_dual_source,
        render_indexed,
        render_indirect,
        render_instances,
        render_multi_draw_indirect,
        render_multiple_targets,
        render_multisample,
        render_occlusion_query,
        render_primitive_index,
        render_stencil,
        render_textured,
        render_timestamps,
        render_triangle,
        render_vertex_formats,
        render_viewport_scissor,
        shader_module_arithmetic,
        shader_module_bounds_checks,
        shader_module_compilation_info,
        shader_module_f16,
        shader_module_subgroups,
        texture_formats,
        texture_mip_levels,
        texture_properties,
        texture_unwritten,
        texture_views,
        util_download_buffer,
        util_staging_belt,
        util_texture_blitter,
        util_texture_with_data,
    }
}

cases! {
    /// What has to be refused, with the same kind of error on both sides.
    VALIDATION in validation by foreach_validation {
        invalid_after_destroy,
        invalid_bind_group,
        invalid_bind_group_layout,
        invalid_buffer_map,
        invalid_buffer_mapped_range,
        invalid_buffer_usage,
        invalid_clear_buffer,
        invalid_command_buffer,
        invalid_compute_pass,
        invalid_compute_pipeline,
        invalid_copy_buffer_to_buffer,
        invalid_copy_texture,
        invalid_debug_groups,
        invalid_destroyed_device,
        invalid_dispatch_over_limit,
        invalid_draws,
        invalid_foreign_device,
        invalid_in_words,
        invalid_missing_features,
        invalid_pass_after_finish,
        invalid_pipeline_layout,
        invalid_query_set,
        invalid_render_pass,
        invalid_render_pipeline,
        invalid_sampler,
        invalid_shader_module,
        invalid_strict_compliance,
        invalid_submit,
        invalid_texture,
        invalid_texture_view,
        invalid_write_buffer,
        invalid_write_texture,
        invalid_zero_sized_binding,
    }
}

cases! {
    /// What has to fail, on both sides and for the same reason.
    FAILING in failing by foreach_failing {
        error_at_end_by_queue,
        error_at_end_forgotten,
        error_at_end_handled,
        error_at_end_in_static,
        error_at_exit,
        error_without_handler,
        panic_with_text,
        scopes_out_of_order,
    }
}

#[cfg(feature = "translated")]
cases! {
    /// Shaders that are translated to WGSL in the guest.
    TRANSLATED in translated by foreach_translated {
        shader_module_glsl,
        shader_module_glsl_language,
        shader_module_layout,
        shader_module_messages,
        shader_module_naga,
        shader_module_names,
        shader_module_nesting,
        shader_module_spirv,
    }
}

/// None without the feature `translated`.
#[cfg(not(feature = "translated"))]
pub const TRANSLATED: &[Case] = &[];
