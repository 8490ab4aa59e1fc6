//! The bindings of the packages for windows, generated from `wit/`; nothing else.
#![allow(clippy::all, unreachable_pub, reason = "generated")]

wit_bindgen::generate!({
    inline: "
        package fuzz:windows;
        world guest {
            import wasi-gfx:surface/surface-webgpu@0.2.0;
            import wasi-gfx:surface/surface-frame-buffer@0.2.0;
            import wgpu-wasi:window/windows@0.1.0;
            import wgpu-wasi:window/canvas@0.1.0;
            import wgpu-wasi:window/clipboard@0.1.0;
        }
    ",
    path: "../../../wit",
    world: "fuzz:windows/guest",
    with: { "wasi:webgpu/webgpu@0.3.0-rc.2": crate::wit },
    generate_all,
});

pub use wasi_gfx::surface::{surface, surface_frame_buffer as pixels, surface_webgpu as drawing};
pub use wgpu_wasi::window::{canvas, clipboard, windows as wit};
