//! What objects and commands take of the host's memory, for the account that `max_host_memory` bounds.
//!
//! wgpu and the drivers keep far more of an object than the guest has told. Each figure here is what one more object adds
//! to the process, measured with wgpu 30.0.1 on its noop backend and on Mesa's lavapipe, whichever is more, and rounded
//! up; `weights/tests.rs` measures again and fails where more is taken than counted. Other drivers keep more or less of
//! the same order.

/// A handle to something that is counted elsewhere.
pub(crate) const HANDLE: usize = 256;

/// A key with its value in a map of the WIT, beside the text of the key: a place in the map, which grows by doubling, and
/// the least that is allocated for a text.
pub(crate) const RECORD_ENTRY: usize = 128;

/// What is left of a module or pipeline at which wgpu panicked: a place in a table, and in a list of what is free.
pub(crate) const ABANDONED: u64 = 256;

/// A device with its queue: 5.3 MiB.
pub(crate) const DEVICE: u64 = 6 << 20;

/// A pipeline that has been used, beside what its shaders add.
pub(crate) const PIPELINE: u64 = 1 << 20;
pub(crate) const PIPELINE_EXPRESSION: u64 = 256;

/// A submit until it is done, without its command buffers.
pub(crate) const SUBMIT: u64 = 512;

/// An encoder of any kind, without a command: 1.6 KiB.
pub(crate) const ENCODER: usize = 2 << 10;

/// What an encoder becomes when it is finished: 83 KiB, with the first pass.
pub(crate) const COMMAND_BUFFER: usize = 96 << 10;

/// A pass, without a command: 13.8 KiB.
pub(crate) const PASS: usize = 16 << 10;

/// What these take beside [`BYTES_PER_COMMAND`](crate::limits::BYTES_PER_COMMAND): a command of an encoder (1,071 bytes in
/// all), a text (303), a dispatch (612), and what has its arguments in a buffer (2,800).
pub(crate) const COPY: usize = 1 << 10;
pub(crate) const TEXT: usize = 256;
pub(crate) const DISPATCH: usize = 448;
pub(crate) const INDIRECT: usize = 3 << 10;

/// 1,448 bytes, and more with some usages (1,832).
pub(crate) const BUFFER: usize = 2 << 10;
/// 2,471 bytes with its one mip level.
pub(crate) const TEXTURE: usize = 2 << 10;
/// 791 bytes.
pub(crate) const TEXTURE_VIEW: usize = 1 << 10;
/// 753 bytes.
pub(crate) const SAMPLER: usize = 1 << 10;
/// 722 bytes with one entry.
pub(crate) const BIND_GROUP: usize = 768;
/// The first of its kind; wgpu has one for all that are alike.
pub(crate) const BIND_GROUP_LAYOUT: usize = 2 << 10;
/// An entry of one of the two.
pub(crate) const BINDING: usize = 256;
/// 1,768 bytes.
pub(crate) const PIPELINE_LAYOUT: usize = 2 << 10;
/// 34,713 bytes with 4,096 queries.
pub(crate) const QUERY_SET: usize = 2 << 10;
pub(crate) const QUERY: usize = 10;
/// Beside its commands, which are 64 bytes each.
pub(crate) const BUNDLE: usize = 2 << 10;

/// A window, or its canvas, without what the desktop has of it.
pub(crate) const WINDOW: usize = 4 << 10;

/// A mip level of a layer of a texture, beside its texels: 448 bytes.
pub(crate) const SUBRESOURCE: u64 = 512;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
