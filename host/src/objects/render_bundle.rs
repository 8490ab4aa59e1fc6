//! GPURenderBundle — wit: gpu-render-bundle — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundle> — peer: wgpu-wasi-backend/src/objects/render_bundle.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::kept::Kept,
    objects::render_pass::RenderPassEncoder,
    quotas::BYTES_PER_COMMAND,
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

impl WebGpuCtxView<'_> {
    /// `executeBundles`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-executebundles>
    pub(crate) fn execute_bundles(
        &mut self,
        this: &Resource<RenderPassEncoder>,
        bundles: &[Resource<RenderBundle>],
    ) -> wasmtime::Result<()> {
        let (mut draw_count, mut bytes) = (0_u64, 0_u64);
        let bundles = bundles
            .iter()
            .map(|bundle| {
                let bundle = self.get(bundle)?;
                draw_count = draw_count.saturating_add(bundle.draw_count);
                bytes = bytes.saturating_add(bundle.bytes).saturating_add(BYTES_PER_COMMAND);
                Ok((bundle.inner.clone(), Kept::Bundle(Arc::clone(&bundle.kept))))
            })
            .collect::<wasmtime::Result<Vec<_>>>()?;
        let (bundles, kept): (Vec<_>, Vec<_>) = bundles.into_iter().unzip();
        let this = self.get_mut(this)?;
        this.pass.execute_bundles(bundles, draw_count, bytes, kept);
        Ok(())
    }
}

impl wit::HostGpuRenderBundle for WebGpuCtxView<'_> {
    label_methods!(RenderBundle);

    fn drop(&mut self, this: Resource<RenderBundle>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
