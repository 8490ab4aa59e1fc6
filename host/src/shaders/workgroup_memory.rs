//! The workgroup memory of compute shaders, which WebGPU limits and wgpu 30 does not: a shader that asks for
//! two gigabytes of it goes to the driver, and the software one allocates them for each workgroup.
//! <https://www.w3.org/TR/webgpu/#dom-supported-limits-maxcomputeworkgroupstoragesize>
//!
//! A file of its own, because modules and pipelines have a part in it. Runs on the compiler's thread: all of
//! it recurses with the source, as the compiler does.

use wgpu::naga::{
    self, AddressSpace, ArraySize, Module, ShaderStage, TypeInner,
    back::{PipelineConstants, pipeline_constants::process_overrides},
    valid::{Capabilities, ModuleInfo, ValidationFlags, Validator},
};

/// A module with an entry point that may need more workgroup memory than there is.
#[derive(Debug)]
pub(crate) struct WorkgroupMemory {
    module: Module,
    info: ModuleInfo,
}

impl WorkgroupMemory {
    /// For WGSL that wgpu has compiled. `None`: no entry point can need more than `limit` bytes, as in almost
    /// every module.
    pub(crate) fn of(code: &str, limit: u32) -> Option<Self> {
        // Most shaders have none at all, which takes no parser to find out.
        if !mentions_workgroup_space(code) {
            return None;
        }
        let module = naga::front::wgsl::parse_str(code).ok()?;
        if all_bytes(&module).is_some_and(|bytes| bytes <= u64::from(limit)) {
            return None;
        }
        // wgpu has validated it already; what is wanted here is which entry point uses what.
        let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).ok()?;
        Some(Self { module, info })
    }

    /// Whether `entry_point`, or the only one, needs no more than `limit` bytes with these `constants`.
    pub(crate) fn check(
        &self,
        entry_point: Option<&str>,
        constants: &[(&str, f64)],
        limit: u32,
    ) -> Result<(), String> {
        let compute = |module: &Module| {
            module
                .entry_points
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.stage == ShaderStage::Compute)
                .find(|(_, entry)| entry_point.is_none_or(|name| name == entry.name))
                .map(|(index, entry)| (index, entry.name.clone()))
        };
        // wgpu tells what is wrong with the name or the constants.
        let Some((_, name)) = compute(&self.module) else { return Ok(()) };
        let mut values = PipelineConstants::default();
        values.extend(constants.iter().map(|(key, value)| ((*key).to_owned(), *value)));
        let entry = Some((ShaderStage::Compute, name.as_str()));
        let Ok((module, info)) = process_overrides(&self.module, &self.info, entry, &values) else {
            return Ok(());
        };
        let Some((index, _)) = compute(&module) else { return Ok(()) };
        let uses = info.get_entry_point(index);
        let bytes = module
            .global_variables
            .iter()
            .filter(|(handle, _)| !uses[*handle].is_empty())
            .filter_map(|(_, variable)| variable_bytes(&module, variable))
            .fold(0_u64, u64::saturating_add);
        if bytes <= u64::from(limit) {
            Ok(())
        } else {
            Err(format!(
                "the entry point {name:?} needs {bytes} bytes of workgroup memory, and \
                 maxComputeWorkgroupStorageSize is {limit}"
            ))
        }
    }
}

/// Whether `workgroup` stands in `code` as a word of its own, as in `var<workgroup>`.
fn mentions_workgroup_space(code: &str) -> bool {
    let word = |c: char| c == '_' || c.is_alphanumeric();
    code.match_indices("workgroup").any(|(at, text)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code.get(at + text.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

/// The bytes of all workgroup variables; `None` when they depend on override constants.
fn all_bytes(module: &Module) -> Option<u64> {
    let mut bytes = 0_u64;
    for (_, variable) in module.global_variables.iter() {
        if variable.space == AddressSpace::WorkGroup {
            if has_pending_size(module, variable) {
                return None;
            }
            bytes = bytes.saturating_add(variable_bytes(module, variable)?);
        }
    }
    Some(bytes)
}

/// Only a variable itself may be an array whose size is an override:
/// <https://www.w3.org/TR/WGSL/#fixed-size-array>
fn has_pending_size(module: &Module, variable: &naga::GlobalVariable) -> bool {
    module
        .types
        .get_handle(variable.ty)
        .is_ok_and(|ty| matches!(ty.inner, TypeInner::Array { size: ArraySize::Pending(_), .. }))
}

/// The bytes that a workgroup variable counts for, each variable rounded up to 16:
/// <https://www.w3.org/TR/webgpu/#abstract-opdef-validating-gpuprogrammablestage>. `None` for another one.
fn variable_bytes(module: &Module, variable: &naga::GlobalVariable) -> Option<u64> {
    if variable.space != AddressSpace::WorkGroup {
        return None;
    }
    let size = module.types.get_handle(variable.ty).ok()?.inner.try_size(module.to_ctx());
    // A type that naga can't count is too large for any limit.
    Some(size.map_or(u64::MAX, |size| u64::from(size).next_multiple_of(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u32 = 1024;

    fn check(code: &str, entry_point: Option<&str>, constants: &[(&str, f64)]) -> Result<(), String> {
        WorkgroupMemory::of(code, LIMIT).map_or(Ok(()), |memory| memory.check(entry_point, constants, LIMIT))
    }

    #[test]
    fn what_an_entry_point_uses_counts() {
        let code = "
            var<workgroup> small: array<u32, 200>;
            var<workgroup> large: array<u32, 300>;
            fn through() { large[0] = 1u; }
            @compute @workgroup_size(1) fn a() { small[0] = 1u; }
            @compute @workgroup_size(1) fn b() { through(); }
            @compute @workgroup_size(1) fn c() {}
        ";
        assert_eq!(check(code, Some("a"), &[]), Ok(()));
        assert!(check(code, Some("b"), &[]).unwrap_err().contains("1200 bytes"));
        assert_eq!(check(code, Some("c"), &[]), Ok(()));
        assert_eq!(check(code, Some("none"), &[]), Ok(()));
    }

    #[test]
    fn several_small_ones_add_up() {
        let code = "
            var<workgroup> a: array<u32, 200>;
            var<workgroup> b: array<u32, 57>;
            @compute @workgroup_size(1) fn f() { a[0] = 1u; b[0] = a[0]; }
        ";
        assert!(check(code, None, &[]).unwrap_err().contains("1040 bytes"));
    }

    #[test]
    fn overrides_decide_at_the_pipeline() {
        let code = "
            override count = 10u;
            var<workgroup> a: array<u32, count>;
            @compute @workgroup_size(1) fn f() { a[0] = 1u; }
        ";
        assert_eq!(check(code, None, &[]), Ok(()));
        assert_eq!(check(code, None, &[("count", 256.0)]), Ok(()));
        assert!(check(code, None, &[("count", 257.0)]).unwrap_err().contains("1040 bytes"));
        assert_eq!(check(code, None, &[("unknown", 257.0)]), Ok(()), "that is for wgpu to say");
    }

    #[test]
    fn sizes_beyond_any_number_are_too_much() {
        let code = "
            var<workgroup> a: array<array<u32, 500000>, 1000>;
            @compute @workgroup_size(1) fn f() { a[0][0] = 1u; }
        ";
        assert!(check(code, None, &[]).is_err());
    }

    #[test]
    fn only_code_with_workgroup_variables_is_parsed() {
        for code in
            ["@compute @workgroup_size(1) fn f() { workgroupBarrier(); }", "", "my_workgroup workgroups"]
        {
            assert!(!mentions_workgroup_space(code), "{code}");
        }
        for code in ["var<workgroup> a: u32;", "var < workgroup > a: u32;", "workgroup"] {
            assert!(mentions_workgroup_space(code), "{code}");
        }
    }
}
