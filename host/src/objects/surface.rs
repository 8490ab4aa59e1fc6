//! GPUCanvasContext — wit: gpu-canvas-context — spec: <https://www.w3.org/TR/webgpu/#gpucanvascontext> — peer: wgpu-wasi-backend/src/objects/surface.rs
//!
//! No function of `wasi:webgpu` gives a guest a canvas; packages for windows are to do that. Until this
//! host serves one, [`CanvasContext`] has no values: the compiler sees that the code behind the lookup of
//! a handle can't be reached, and a handle that a guest makes up ends that guest.

use thiserror::Error;
use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    objects::texture::Texture,
    view::{Entry, WebGpuCtxView},
};

/// A canvas of the guest; there is none.
#[derive(Debug)]
pub enum CanvasContext {}

/// Why a call on a `gpu-canvas-context` ends its guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this host gives out no gpu-canvas-context, and the guest used a handle to one")]
pub(crate) struct NoCanvas;

impl Entry for CanvasContext {}

impl WebGpuCtxView<'_> {
    fn canvas(&self, this: &Resource<CanvasContext>) -> Result<&CanvasContext, NoCanvas> {
        self.table.get(this).map_err(|_| NoCanvas)
    }
}

impl wit::HostGpuCanvasContext for WebGpuCtxView<'_> {
    fn configure(
        &mut self,
        this: Resource<CanvasContext>,
        _configuration: wit::GpuCanvasConfiguration,
    ) -> wasmtime::Result<()> {
        match *self.canvas(&this)? {}
    }

    fn unconfigure(&mut self, this: Resource<CanvasContext>) -> wasmtime::Result<()> {
        match *self.canvas(&this)? {}
    }

    fn get_configuration(
        &mut self,
        this: Resource<CanvasContext>,
    ) -> wasmtime::Result<Option<wit::GpuCanvasConfigurationOwned>> {
        match *self.canvas(&this)? {}
    }

    fn get_current_texture(&mut self, this: Resource<CanvasContext>) -> wasmtime::Result<Resource<Texture>> {
        match *self.canvas(&this)? {}
    }

    fn drop(&mut self, this: Resource<CanvasContext>) -> wasmtime::Result<()> {
        match *self.canvas(&this)? {}
    }
}
