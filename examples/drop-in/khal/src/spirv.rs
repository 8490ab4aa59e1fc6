//! The same shader in SPIR-V, as a compiler of another language would have made it.

use anyhow::{Context as _, anyhow};
use naga::back::spv;
use naga::valid::{Capabilities, ValidationFlags, Validator};

/// SPIR-V for a shader in WGSL. Its entry points are named as functions of the module `path`, which is how compilers name
/// them (`path::step`), and are no names of WGSL's.
///
/// # Errors
///
/// When the shader is wrong.
pub(crate) fn translate(wgsl: &str, path: &str) -> anyhow::Result<Vec<u8>> {
    let mut module = naga::front::wgsl::parse_str(wgsl).map_err(|error| anyhow!("{error}"))?;
    for entry in &mut module.entry_points {
        entry.name = format!("{path}::{}", entry.name);
    }
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .context("the shader is wrong")?;
    let words = spv::write_vec(&module, &info, &spv::Options::default(), None).context("no SPIR-V of it")?;
    Ok(words.into_iter().flat_map(u32::to_le_bytes).collect())
}
