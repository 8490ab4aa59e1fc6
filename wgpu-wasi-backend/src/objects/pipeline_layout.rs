//! GPUPipelineLayout — wit: gpu-pipeline-layout — spec: <https://www.w3.org/TR/webgpu/#gpupipelinelayout> — peer: host/src/objects/pipeline_layout.rs

use wgpu::custom::PipelineLayoutInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{label, ours};
use crate::device::shared::DeviceShared;
use crate::objects::bind_group_layout::BindGroupLayout;

/// A pipeline layout of the host.
#[derive(Debug)]
pub(crate) struct PipelineLayout {
    wit: wit::GpuPipelineLayout,
}

impl PipelineLayout {
    pub(crate) fn create(device: &DeviceShared, desc: &wgpu::PipelineLayoutDescriptor<'_>) -> Self {
        let wgpu::PipelineLayoutDescriptor { label: name, bind_group_layouts, immediate_size } = desc;
        let layouts = bind_group_layouts
            .iter()
            .map(|layout| layout.map(|layout| ours(layout.as_custom::<BindGroupLayout>()).wit()));
        let wit = device.wit.create_pipeline_layout(&wit::GpuPipelineLayoutDescriptor {
            bind_group_layouts: layouts.collect(),
            immediate_size: Some(*immediate_size),
            label: label(*name),
        });
        device.created();
        Self { wit }
    }
}

impl PipelineLayoutInterface for PipelineLayout {}

/// The layout of a pipeline: the one given, or one made from the shaders.
pub(crate) fn layout_mode(layout: Option<&wgpu::PipelineLayout>) -> wit::GpuLayoutMode<'_> {
    match layout {
        Some(layout) => wit::GpuLayoutMode::Specific(&ours(layout.as_custom::<PipelineLayout>()).wit),
        None => wit::GpuLayoutMode::Auto,
    }
}
