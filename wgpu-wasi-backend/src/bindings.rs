//! The bindings of `wasi:webgpu@0.3.0-rc.2`, and with the feature `window` of what draws into windows, generated from
//! `wit/`; nothing else.
#![allow(missing_docs, unreachable_pub, unnameable_types, reason = "generated")]

#[cfg(not(feature = "window"))]
wit_bindgen::generate!({
    path: "wit",
    world: "wgpu-wasi:backend/guest",
    generate_all,
});

#[cfg(feature = "window")]
wit_bindgen::generate!({
    path: "wit",
    world: "wgpu-wasi:backend/guest-canvas",
    with: {
        "wasi-gfx:surface/surface@0.2.0": wgpu_wasi_window::surface,
        "wgpu-wasi:window/keys@0.1.0": wgpu_wasi_window::keys,
        "wgpu-wasi:window/windows@0.1.0": wgpu_wasi_window::windows,
    },
    generate_all,
});
