//! Develops the photograph that is sent to it: less noise, its exposure and a film-like tone curve, on the GPU.
//!
//! ```console
//! $ curl --data-binary @in.jpg 'http://127.0.0.1:8080/?exposure=0.5' -o out.jpg
//! ```

mod develop;
#[cfg(target_os = "wasi")]
mod service;

pub use develop::{Developer, Settings};
