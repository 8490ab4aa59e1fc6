//! The objects of WebGPU: one file for each, as in wgpu's `api/` folder and in the host's `objects/`.

pub(crate) mod adapter;
pub(crate) mod bind_group;
pub(crate) mod bind_group_layout;
pub(crate) mod buffer;
pub(crate) mod clear_texture;
pub(crate) mod command_buffer;
pub(crate) mod command_encoder;
pub(crate) mod compute_pass;
pub(crate) mod compute_pipeline;
pub(crate) mod device;
pub(crate) mod instance;
pub(crate) mod map_range;
pub(crate) mod mapped_bytes;
pub(crate) mod pipeline_layout;
pub(crate) mod query_set;
pub(crate) mod queue;
pub(crate) mod render_bundle;
pub(crate) mod render_bundle_encoder;
pub(crate) mod render_pass;
pub(crate) mod render_pipeline;
pub(crate) mod sampler;
pub(crate) mod shader_module;
pub(crate) mod surface;
pub(crate) mod texel_copy;
pub(crate) mod texture;
pub(crate) mod texture_view;
