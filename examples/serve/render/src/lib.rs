//! Draws a scene on the GPU as its URL says: as a PNG, or as motion for a browser's `<img>`.
//!
//! ```console
//! $ curl 'http://127.0.0.1:8080/?turn=30&width=800&height=600' -o scene.png
//! $ curl 'http://127.0.0.1:8080/motion?frames=30' -o scene.mjpeg
//! ```

mod scene;
#[cfg(target_os = "wasi")]
mod service;

pub use scene::{Painter, Shot};
