//! What programs have in common that run components for people (feature `launch`): compiled components are kept in the
//! user's cache folder, adapters are named, and traps are told. `wgpu-wasi` is made of it, and so is the package for
//! Python.

mod adapters;
pub(crate) mod cache;
mod trap;

pub use adapters::{adapter_choice, adapters};
pub use cache::{cache_folder, check_dir};
pub use trap::{TRAPPED, trap_report, trap_status};
