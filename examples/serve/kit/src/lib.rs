//! What the examples that answer HTTP requests share.

mod gpu;
#[cfg(target_os = "wasi")]
mod http;
mod query;

pub use gpu::Gpu;
#[cfg(target_os = "wasi")]
pub use http::{answer, read, refuse, stream, wait};
pub use query::Query;
