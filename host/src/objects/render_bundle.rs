//! GPURenderBundle — wit: gpu-render-bundle — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundle> — peer: wgpu-wasi-backend/src/objects/render_bundle.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::kept::Kept,
    view::{WebGpuCtxView, label_methods, labelled},
};

/// Draws that render passes replay.
#[derive(Debug)]
pub struct RenderBundle {
    /// `None` when the bundle is invalid: wgpu has no such thing, so passes ask before they execute it.
    pub(crate) inner: Option<wgpu::RenderBundle>,
    pub(crate) label: String,
    /// <https://www.w3.org/TR/webgpu/#dom-gpurenderbundle-drawcount-slot>
    pub(crate) draw_count: u64,
    /// Bytes that its commands count as. wgpu and the driver record them anew in each pass that executes it.
    pub(crate) bytes: u64,
    /// What its commands need.
    pub(crate) kept: Arc<[Kept]>,
}

labelled!(RenderBundle, crate::weights::BUNDLE);

impl wit::HostGpuRenderBundle for WebGpuCtxView<'_> {
    label_methods!(RenderBundle);

    fn drop(&mut self, this: Resource<RenderBundle>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
