//! GPURenderBundle — wit: gpu-render-bundle — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundle> — peer: host/src/objects/render_bundle.rs

use wgpu::custom::RenderBundleInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;

/// A render bundle of the host.
#[derive(Debug)]
pub(crate) struct RenderBundle {
    wit: wit::GpuRenderBundle,
}

impl RenderBundle {
    pub(crate) fn from_host(wit: wit::GpuRenderBundle) -> Self {
        Self { wit }
    }

    #[inline]
    pub(crate) fn wit(&self) -> &wit::GpuRenderBundle {
        &self.wit
    }
}

impl RenderBundleInterface for RenderBundle {}
