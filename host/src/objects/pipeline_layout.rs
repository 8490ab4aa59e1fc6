//! GPUPipelineLayout — wit: gpu-pipeline-layout — spec: <https://www.w3.org/TR/webgpu/#gpupipelinelayout> — peer: wgpu-wasi-backend/src/objects/pipeline_layout.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    device::{core::DeviceCore, lent_scopes::collecting},
    view::{WebGpuCtxView, label_methods, labelled},
};

/// A pipeline layout of the guest.
#[derive(Debug)]
pub struct PipelineLayout {
    pub(crate) inner: wgpu::PipelineLayout,
    pub(crate) label: String,
}

labelled!(PipelineLayout, crate::weights::PIPELINE_LAYOUT);

impl WebGpuCtxView<'_> {
    /// `createPipelineLayout`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createpipelinelayout>
    pub(crate) fn new_pipeline_layout(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuPipelineLayoutDescriptor,
    ) -> wasmtime::Result<PipelineLayout> {
        let wit::GpuPipelineLayoutDescriptor { bind_group_layouts, immediate_size, label } = descriptor;
        let label = label.unwrap_or_default();
        let layouts = bind_group_layouts
            .iter()
            .map(|layout| match layout {
                Some(layout) => self.get(layout).map(|layout| Some(&layout.inner)),
                None => Ok(None),
            })
            .collect::<wasmtime::Result<Vec<_>>>()?;
        // wgpu panics when there are more than it can ever have.
        let max = device.limits.max_bind_groups;
        let inner = if u32::try_from(layouts.len()).is_ok_and(|count| count <= max) {
            device.wgpu.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(&label),
                bind_group_layouts: &layouts,
                // https://www.w3.org/TR/webgpu/#dom-gpupipelinelayoutdescriptor-immediatesize
                immediate_size: immediate_size.unwrap_or(0),
            })
        } else {
            // In the words of wgpu, which has no place for so many before it looks.
            let count = layouts.len();
            let why = format!("Bind group layout count {count} exceeds device bind group limit {max}");
            device.errors.refuse("Device::create_pipeline_layout", &label, why);
            // A layout that wgpu refuses to use anywhere: no device has as many immediates.
            let refused = wgpu::PipelineLayoutDescriptor {
                label: Some(&label),
                bind_group_layouts: &[],
                immediate_size: u32::MAX,
            };
            let (inner, _) = collecting(|| device.wgpu.create_pipeline_layout(&refused));
            inner
        };
        Ok(PipelineLayout { inner, label })
    }
}

impl wit::HostGpuPipelineLayout for WebGpuCtxView<'_> {
    label_methods!(PipelineLayout);

    fn drop(&mut self, this: Resource<PipelineLayout>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
