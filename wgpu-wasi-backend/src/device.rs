//! What all objects of a device share: its errors, what waits for it, what is used again.

#[cfg(target_os = "wasi")]
pub(crate) mod end;
pub(crate) mod errors;
pub(crate) mod list;
pub(crate) mod reuse;
pub(crate) mod shared;
pub(crate) mod waits;
