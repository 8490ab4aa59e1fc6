//! What the example programs share: opening the GPU, reading a buffer back, a progress bar, and
//! file errors that say what to do.

mod device;
pub mod files;
pub mod gpu;
pub mod progress;

pub use gpu::Gpu;
pub use progress::Progress;
