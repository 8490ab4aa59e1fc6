//! What popular crates ask of `wgpu::web_sys` on every wasm32, WASI included.
//!
//! egui-wgpu (`setup.rs`) asks whether the page is a secure context, without which a browser has no
//! WebGPU. There is no page here, and there is WebGPU.

/// Of `web_sys::Window`, the one function that is asked for.
#[derive(Clone, Debug)]
pub struct Window(());

/// The window that browsers have; here, one that answers for the host.
pub fn window() -> Option<Window> {
    Some(Window(()))
}

impl Window {
    /// True: nothing keeps WebGPU from being used.
    pub fn is_secure_context(&self) -> bool {
        true
    }
}
