//! The bindings of `wgpu-wasi:window@0.1.0` and `wasi-gfx:surface@0.2.0`, generated from `wit/`; nothing else.
//!
//! Apart from those of `wasi:webgpu`, which they take as they are: a host without windows links none of this. The
//! records and events are the vocabulary of `windows/`.
#![expect(missing_docs, reason = "generated; the WIT holds the documentation")]

wasmtime::component::bindgen!({
    path: "wit",
    world: "wgpu-wasi:backend/host-windows",
    imports: {
        "wasi-gfx:surface/surface@0.2.0.[constructor]surface": async | store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-frame": store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-key-down": store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-key-up": store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-pointer-down": store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-pointer-move": store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-pointer-up": store | trappable | tracing,
        "wasi-gfx:surface/surface@0.2.0.[method]surface.on-resize": store | trappable | tracing,
        "wasi-gfx:surface/surface-frame-buffer@0.2.0.[method]context.get-current-buffer": async | store | trappable | tracing,
        "wasi-gfx:surface/surface-webgpu@0.2.0.[method]context.get-current-texture": async | store | trappable | tracing,
        "wgpu-wasi:window/windows@0.1.0.[static]window.open": async | store | trappable | tracing,
        default: trappable | tracing,
    },
    require_store_data_send: true,
    with: {
        "wasi:webgpu/webgpu@0.3.0-rc.2": crate::bindings::wit,
        "wasi-gfx:frame-buffer/frame-buffer@0.2.0.buffer": crate::objects::frame_buffer::PixelBuffer,
        "wasi-gfx:surface/surface-frame-buffer@0.2.0.context": crate::objects::frame_buffer::PixelContext,
        "wasi-gfx:surface/surface@0.2.0.surface": crate::objects::streams::Surface,
        "wasi-gfx:surface/surface-webgpu@0.2.0.context": crate::objects::canvas::Canvas,
        "wgpu-wasi:window/windows@0.1.0.window": crate::objects::window::Window,
    },
});

pub use wasi_gfx::{
    frame_buffer::frame_buffer,
    surface::{surface, surface_frame_buffer, surface_webgpu},
};
pub use wgpu_wasi::window::{canvas, clipboard, keys, windows};
