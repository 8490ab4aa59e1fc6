// The members of `gpu-supported-limits`, the fields of `wgpu::Limits` and the names in WebGPU, which
// are the keys of `required-limits`: <https://www.w3.org/TR/webgpu/#gpusupportedlimits>
// `wit_only`: limits that wgpu does not tell apart by stage; they follow the limit of any stage.
macro_rules! limit {
    ($expand:ident) => {
        $expand! {
            limits {
                max_texture_dimension_1d: u32 = max_texture_dimension1_d "maxTextureDimension1D",
                max_texture_dimension_2d: u32 = max_texture_dimension2_d "maxTextureDimension2D",
                max_texture_dimension_3d: u32 = max_texture_dimension3_d "maxTextureDimension3D",
                max_texture_array_layers: u32 = max_texture_array_layers "maxTextureArrayLayers",
                max_bind_groups: u32 = max_bind_groups "maxBindGroups",
                max_bind_groups_plus_vertex_buffers: u32 = max_bind_groups_plus_vertex_buffers "maxBindGroupsPlusVertexBuffers",
                max_immediate_size: u32 = max_immediate_size "maxImmediateSize",
                max_bindings_per_bind_group: u32 = max_bindings_per_bind_group "maxBindingsPerBindGroup",
                max_dynamic_uniform_buffers_per_pipeline_layout: u32 = max_dynamic_uniform_buffers_per_pipeline_layout "maxDynamicUniformBuffersPerPipelineLayout",
                max_dynamic_storage_buffers_per_pipeline_layout: u32 = max_dynamic_storage_buffers_per_pipeline_layout "maxDynamicStorageBuffersPerPipelineLayout",
                max_sampled_textures_per_shader_stage: u32 = max_sampled_textures_per_shader_stage "maxSampledTexturesPerShaderStage",
                max_samplers_per_shader_stage: u32 = max_samplers_per_shader_stage "maxSamplersPerShaderStage",
                max_storage_buffers_per_shader_stage: u32 = max_storage_buffers_per_shader_stage "maxStorageBuffersPerShaderStage",
                max_storage_textures_per_shader_stage: u32 = max_storage_textures_per_shader_stage "maxStorageTexturesPerShaderStage",
                max_uniform_buffers_per_shader_stage: u32 = max_uniform_buffers_per_shader_stage "maxUniformBuffersPerShaderStage",
                max_uniform_buffer_binding_size: u64 = max_uniform_buffer_binding_size "maxUniformBufferBindingSize",
                max_storage_buffer_binding_size: u64 = max_storage_buffer_binding_size "maxStorageBufferBindingSize",
                min_uniform_buffer_offset_alignment: u32 = min_uniform_buffer_offset_alignment "minUniformBufferOffsetAlignment",
                min_storage_buffer_offset_alignment: u32 = min_storage_buffer_offset_alignment "minStorageBufferOffsetAlignment",
                max_vertex_buffers: u32 = max_vertex_buffers "maxVertexBuffers",
                max_buffer_size: u64 = max_buffer_size "maxBufferSize",
                max_vertex_attributes: u32 = max_vertex_attributes "maxVertexAttributes",
                max_vertex_buffer_array_stride: u32 = max_vertex_buffer_array_stride "maxVertexBufferArrayStride",
                max_inter_stage_shader_variables: u32 = max_inter_stage_shader_variables "maxInterStageShaderVariables",
                max_color_attachments: u32 = max_color_attachments "maxColorAttachments",
                max_color_attachment_bytes_per_sample: u32 = max_color_attachment_bytes_per_sample "maxColorAttachmentBytesPerSample",
                max_compute_workgroup_storage_size: u32 = max_compute_workgroup_storage_size "maxComputeWorkgroupStorageSize",
                max_compute_invocations_per_workgroup: u32 = max_compute_invocations_per_workgroup "maxComputeInvocationsPerWorkgroup",
                max_compute_workgroup_size_x: u32 = max_compute_workgroup_size_x "maxComputeWorkgroupSizeX",
                max_compute_workgroup_size_y: u32 = max_compute_workgroup_size_y "maxComputeWorkgroupSizeY",
                max_compute_workgroup_size_z: u32 = max_compute_workgroup_size_z "maxComputeWorkgroupSizeZ",
                max_compute_workgroups_per_dimension: u32 = max_compute_workgroups_per_dimension "maxComputeWorkgroupsPerDimension",
            }
            wit_only {
                max_storage_buffers_in_vertex_stage: u32 "maxStorageBuffersInVertexStage",
                max_storage_buffers_in_fragment_stage: u32 "maxStorageBuffersInFragmentStage",
                max_storage_textures_in_vertex_stage: u32 "maxStorageTexturesInVertexStage",
                max_storage_textures_in_fragment_stage: u32 "maxStorageTexturesInFragmentStage",
            }
        }
    };
}
