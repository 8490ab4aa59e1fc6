//! The bindings of `wasi:webgpu@0.3.0-rc.2`, generated from `wit/`; nothing else.
#![allow(missing_docs, unreachable_pub, unnameable_types, reason = "generated")]

wit_bindgen::generate!({
    path: "wit",
    world: "wgpu-wasi:backend/guest",
    generate_all,
});
