//! All 36 limits have values that WebGPU allows, and can be asked for by name, better and worse ones than the defaults;
//! other names are refused.

use crate::{
    Checks, kit,
    wit::{GpuDeviceDescriptor, RecordOptionGpuSize64, RequestDeviceErrorKind},
};

macro_rules! limits {
    ($($getter:ident $name:literal $core:literal $better:tt,)*) => {
        #[allow(unused_comparisons, reason = "the smallest value of some is zero")]
        pub async fn run(c: &mut Checks) {
            let adapter = kit::adapter().await;
            let best = adapter.limits();
            let plain = kit::device().await.limits();
            let mut count = 0;
            $(
                count += 1;
                let (of_adapter, of_device) = (u64::from(best.$getter()), u64::from(plain.$getter()));
                c.that(concat!($name, ", at least the core limit"), of_device $better $core);
                c.that(concat!($name, ", the adapter is no worse"), of_adapter $better of_device);
                let asked = device_with(c, &adapter, $name, Some(of_adapter)).await;
                c.equal(concat!($name, ", granted"), asked.map(|limits| u64::from(limits.$getter())), Some(of_adapter));
                let unasked = device_with(c, &adapter, $name, None).await;
                c.equal(concat!($name, ", left open"), unasked.map(|limits| u64::from(limits.$getter())), Some(of_device));
                // The lowest that there is, which is a limit like any other; those of one stage would lower the
                // others, and stay.
                let worst = if $name.starts_with("min") { 1 << 31 } else { 0 };
                let expected = if $name.ends_with("Stage") && $name.contains("In") { of_device } else { worst };
                let device = adapter.request_device(Some(request($name, Some(worst)))).await;
                let lowest = c.granted(concat!($name, ", at its lowest"), device);
                c.equal(
                    concat!($name, ", lowered"),
                    lowest.as_ref().map(|device| u64::from(device.limits().$getter())),
                    Some(expected),
                );
                c.that(
                    concat!($name, ", lowered, is of a core device"),
                    lowest.is_some_and(|device| device.features().has("core-features-and-limits"))
                        == adapter.features().has("core-features-and-limits"),
                );
            )*
            c.equal("all of them", count, 36);
        }
    };
}

limits! {
    max_texture_dimension1_d "maxTextureDimension1D" 8192 >=,
    max_texture_dimension2_d "maxTextureDimension2D" 8192 >=,
    max_texture_dimension3_d "maxTextureDimension3D" 2048 >=,
    max_texture_array_layers "maxTextureArrayLayers" 256 >=,
    max_bind_groups "maxBindGroups" 4 >=,
    max_bind_groups_plus_vertex_buffers "maxBindGroupsPlusVertexBuffers" 12 >=,
    max_immediate_size "maxImmediateSize" 0 >=,
    max_bindings_per_bind_group "maxBindingsPerBindGroup" 640 >=,
    max_dynamic_uniform_buffers_per_pipeline_layout "maxDynamicUniformBuffersPerPipelineLayout" 8 >=,
    max_dynamic_storage_buffers_per_pipeline_layout "maxDynamicStorageBuffersPerPipelineLayout" 4 >=,
    max_sampled_textures_per_shader_stage "maxSampledTexturesPerShaderStage" 16 >=,
    max_samplers_per_shader_stage "maxSamplersPerShaderStage" 16 >=,
    max_storage_buffers_per_shader_stage "maxStorageBuffersPerShaderStage" 8 >=,
    max_storage_buffers_in_vertex_stage "maxStorageBuffersInVertexStage" 0 >=,
    max_storage_buffers_in_fragment_stage "maxStorageBuffersInFragmentStage" 0 >=,
    max_storage_textures_per_shader_stage "maxStorageTexturesPerShaderStage" 4 >=,
    max_storage_textures_in_vertex_stage "maxStorageTexturesInVertexStage" 0 >=,
    max_storage_textures_in_fragment_stage "maxStorageTexturesInFragmentStage" 0 >=,
    max_uniform_buffers_per_shader_stage "maxUniformBuffersPerShaderStage" 12 >=,
    max_uniform_buffer_binding_size "maxUniformBufferBindingSize" 65536 >=,
    max_storage_buffer_binding_size "maxStorageBufferBindingSize" 134217728 >=,
    min_uniform_buffer_offset_alignment "minUniformBufferOffsetAlignment" 256 <=,
    min_storage_buffer_offset_alignment "minStorageBufferOffsetAlignment" 256 <=,
    max_vertex_buffers "maxVertexBuffers" 8 >=,
    max_buffer_size "maxBufferSize" 268435456 >=,
    max_vertex_attributes "maxVertexAttributes" 16 >=,
    max_vertex_buffer_array_stride "maxVertexBufferArrayStride" 2048 >=,
    max_inter_stage_shader_variables "maxInterStageShaderVariables" 15 >=,
    max_color_attachments "maxColorAttachments" 8 >=,
    max_color_attachment_bytes_per_sample "maxColorAttachmentBytesPerSample" 32 >=,
    max_compute_workgroup_storage_size "maxComputeWorkgroupStorageSize" 16384 >=,
    max_compute_invocations_per_workgroup "maxComputeInvocationsPerWorkgroup" 256 >=,
    max_compute_workgroup_size_x "maxComputeWorkgroupSizeX" 256 >=,
    max_compute_workgroup_size_y "maxComputeWorkgroupSizeY" 256 >=,
    max_compute_workgroup_size_z "maxComputeWorkgroupSizeZ" 64 >=,
    max_compute_workgroups_per_dimension "maxComputeWorkgroupsPerDimension" 65535 >=,
}

async fn device_with(
    c: &mut Checks,
    adapter: &crate::wit::GpuAdapter,
    name: &str,
    value: Option<u64>,
) -> Option<crate::wit::GpuSupportedLimits> {
    // What no adapter has; a value beyond 32 bits must not be cut to one that it has.
    for wrong in [u64::MAX - 3, 1 << 32] {
        let device = adapter.request_device(Some(request(name, Some(wrong)))).await;
        let in_range = wrong
            <= adapter.limits().max_buffer_size().max(adapter.limits().max_storage_buffer_binding_size());
        if !(in_range
            && matches!(
                name,
                "maxBufferSize" | "maxStorageBufferBindingSize" | "maxUniformBufferBindingSize"
            ))
        {
            c.refused(&format!("{name} of {wrong}"), device);
        }
    }
    if value.is_none() {
        let device = adapter.request_device(Some(request("maxTelepathy", Some(1)))).await;
        match device {
            Err(error) => c.that(
                "an unknown limit: the kind",
                matches!(
                    error.kind,
                    RequestDeviceErrorKind::OperationError | RequestDeviceErrorKind::TypeError
                ),
            ),
            Ok(_) => c.fail("an unknown limit is granted"),
        }
    }
    let device = adapter.request_device(Some(request(name, value))).await;
    c.granted(&format!("{name} of {value:?}"), device).map(|device| device.limits())
}

fn request(name: &str, value: Option<u64>) -> GpuDeviceDescriptor {
    let limits = RecordOptionGpuSize64::new();
    limits.add(name, value);
    GpuDeviceDescriptor {
        required_features: None,
        required_limits: Some(limits),
        default_queue: None,
        label: None,
    }
}
