//! The bindings of `wasi:webgpu`, generated from `wit/`; nothing else.
#![allow(clippy::all, unreachable_pub, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "wgpu-wasi:backend/guest",
    generate_all,
});
