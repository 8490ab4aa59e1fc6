//! GPUError — wit: gpu-error — spec: <https://www.w3.org/TR/webgpu/#gpuerror> — peer: wgpu-wasi-backend/src/device/errors.rs

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    device::errors::{ErrorKind, GpuError},
    view::{Entry, WebGpuCtxView},
};

impl Entry for GpuError {
    fn text_bytes(&self) -> usize {
        self.message.len()
    }
}

impl From<wit::GpuErrorFilter> for ErrorKind {
    fn from(filter: wit::GpuErrorFilter) -> Self {
        match filter {
            wit::GpuErrorFilter::Validation => Self::Validation,
            wit::GpuErrorFilter::OutOfMemory => Self::OutOfMemory,
            wit::GpuErrorFilter::Internal => Self::Internal,
        }
    }
}

impl wit::HostGpuError for WebGpuCtxView<'_> {
    fn message(&mut self, this: Resource<GpuError>) -> wasmtime::Result<String> {
        Ok(self.get(&this)?.message.clone())
    }

    fn kind(&mut self, this: Resource<GpuError>) -> wasmtime::Result<wit::GpuErrorKind> {
        Ok(match self.get(&this)?.kind {
            ErrorKind::Validation => wit::GpuErrorKind::ValidationError,
            ErrorKind::OutOfMemory => wit::GpuErrorKind::OutOfMemoryError,
            ErrorKind::Internal => wit::GpuErrorKind::InternalError,
        })
    }

    fn drop(&mut self, this: Resource<GpuError>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
