//! Text that is copied and pasted — wit: wgpu-wasi:window/clipboard — peer: cargo-wgpu-wasi/stand-ins/arboard/wasi.rs
//!
//! What a guest may do with it is decided in `windows/guest.rs`.

use std::sync::Arc;

use wasmtime::component::Accessor;

use crate::{
    view::{WebGpu, WebGpuCtxView},
    window_bindings::{clipboard as wit, windows::Refusal},
    windows::guest::Windows,
};

impl<T: Send + 'static> wit::HostWithStore<T> for WebGpu {
    async fn read_text(accessor: &Accessor<T, Self>) -> wasmtime::Result<Result<String, Refusal>> {
        let system = accessor.with(|mut access| {
            let view = access.get();
            let windows = view.ctx.windows.as_ref().filter(|windows| windows.has_clipboard());
            windows.map(|windows| Arc::clone(&windows.system))
        });
        Ok(match system {
            Some(system) => Windows::read_text(&*system).await,
            None => Err(Refusal::NotGranted),
        })
    }
}

impl wit::Host for WebGpuCtxView<'_> {
    fn granted(&mut self) -> wasmtime::Result<bool> {
        Ok(self.ctx.windows.as_ref().is_some_and(Windows::has_clipboard))
    }

    fn write_text(&mut self, text: String) -> wasmtime::Result<Result<(), Refusal>> {
        Ok(self.ctx.windows.as_ref().map_or(Err(Refusal::NotGranted), |windows| windows.write_text(text)))
    }
}
