//! Shaders in other languages, in WGSL.
//!
//! naga reads them, and checks them as wgpu does natively; [`writer`] makes WGSL of what it has read. What WGSL can't
//! say is an error that names it. What a device can do is for the host to judge, which gets the WGSL.

#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
mod source;

mod body;
mod branch;
mod expression;
mod helper;
mod image;
mod layout;
mod point_size;
mod statement;
mod types;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;

#[cfg(any(feature = "glsl", feature = "spirv", feature = "naga-ir"))]
pub(super) use source::{Failure, translate};
use writer::write;

/// What is in a shader and has no words in WGSL.
#[derive(Debug, PartialEq)]
pub(super) struct Unwritable(String);

impl Unwritable {
    /// What no WebGPU has.
    fn not_in_webgpu(what: &str) -> Self {
        Self(format!("{what}, which WebGPU does not have"))
    }

    fn point_size() -> Self {
        Self(
            "gl_PointSize (BuiltIn PointSize) other than 1.0: points of WebGPU are one pixel large"
                .to_owned(),
        )
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the shader can not be written as WGSL: {}", self.0)
    }
}
