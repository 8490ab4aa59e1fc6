//! What the examples that answer HTTP requests share.

#[cfg(target_os = "wasi")]
mod body;
mod gpu;
#[cfg(target_os = "wasi")]
mod http;
mod query;

#[cfg(target_os = "wasi")]
pub use body::read;
pub use gpu::Gpu;
#[cfg(target_os = "wasi")]
pub use http::{Beat, answer, refuse, stream, wait};
pub use query::Query;
