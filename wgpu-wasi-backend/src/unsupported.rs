//! What wgpu offers and `wasi:webgpu` does not: one table, and the objects that have nothing behind them.
//!
//! Where native wgpu would answer with an error because a feature is off, so do we: the feature
//! bits of everything here are off. Nothing here panics.

use wgpu::custom::{BlasInterface, ExternalTextureInterface, PipelineCacheInterface, TlasInterface};

/// What the backend does where the WIT has nothing to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// A validation error of WebGPU, delivered like any other one; the object is an invalid one.
    Error,
    /// Nothing: WebGPU does by itself what the call is for, or the call has no visible effect.
    Nothing,
    /// The same effect by other calls.
    Emulated,
    /// A constant that is right for every implementation of WebGPU.
    Constant,
}

/// One row: an item of wgpu, what the WIT would need for it, and what happens instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// The item, spelled as in wgpu.
    pub wgpu: &'static str,
    /// What `wasi:webgpu` does not have.
    pub wit: &'static str,
    /// What the backend does.
    pub answer: Answer,
    /// How, or why.
    pub note: &'static str,
    /// The feature that turns it on in wgpu, if it has one. It is never there, so errors say what wgpu says of a
    /// feature that is off.
    pub features: wgpu::Features,
}

macro_rules! table {
    (
        $($(#[$doc:meta])* $name:ident =
            $wgpu:literal, $wit:literal, $answer:ident, $note:literal $(, $feature:ident)?;)*
    ) => {
        $(
            $(#[$doc])*
            pub const $name: Unsupported = Unsupported {
                wgpu: $wgpu,
                wit: $wit,
                answer: Answer::$answer,
                note: $note,
                features: wgpu::Features::empty()$(.union(wgpu::Features::$feature))?,
            };
        )*

        /// Every row.
        pub const TABLE: &[Unsupported] = &[$($name,)*];
    };
}

include!("unsupported/table.rs");

/// An acceleration structure that was refused.
#[derive(Debug)]
pub(crate) struct Blas;

impl BlasInterface for Blas {
    fn prepare_compact_async(&self, callback: wgpu::custom::BlasCompactCallback) {
        callback(Err(wgpu::BlasAsyncError));
    }

    fn ready_for_compaction(&self) -> bool {
        false
    }
}

/// An acceleration structure that was refused.
#[derive(Debug)]
pub(crate) struct Tlas;

impl TlasInterface for Tlas {}

/// An external texture that was refused.
#[derive(Debug)]
pub(crate) struct ExternalTexture;

impl ExternalTextureInterface for ExternalTexture {
    fn destroy(&self) {}
}

/// A pipeline cache that was refused: it holds nothing and has no effect.
#[derive(Debug)]
pub(crate) struct PipelineCache;

impl PipelineCacheInterface for PipelineCache {
    fn get_data(&self) -> Option<Vec<u8>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_something_and_says_it_once() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(!row.wgpu.is_empty() && !row.wit.is_empty() && !row.note.is_empty(), "{row:?}");
            assert!(TABLE.iter().skip(index + 1).all(|other| other.wgpu != row.wgpu), "{row:?}");
        }
    }
}
