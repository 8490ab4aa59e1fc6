//! The limits of a device by the names that WebGPU gives them: <https://www.w3.org/TR/webgpu/#limits>

use thiserror::Error;

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/limit.rs"));

/// The limits of single stages, for which wgpu has but the one of any stage.
macro_rules! stage_limits {
    ($($name:ident => $field:ident,)*) => {
        /// Limits of single stages, by the names that they have in WIT.
        pub(crate) mod stage_limits {
            $(pub(crate) fn $name(limits: &wgpu::Limits) -> u32 {
                limits.$field
            })*
        }

        mod stage_limits_mut {
            $(pub(super) fn $name(limits: &mut wgpu::Limits) -> &mut u32 {
                &mut limits.$field
            })*
        }
    };
}
stage_limits! {
    max_storage_buffers_in_vertex_stage => max_storage_buffers_per_shader_stage,
    max_storage_buffers_in_fragment_stage => max_storage_buffers_per_shader_stage,
    max_storage_textures_in_vertex_stage => max_storage_textures_per_shader_stage,
    max_storage_textures_in_fragment_stage => max_storage_textures_per_shader_stage,
}

/// A limit that `requestDevice` can't grant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum LimitError {
    /// WebGPU has no limit of this name.
    #[error("WebGPU has no limit '{key}'")]
    Unknown { key: String },
    /// The adapter has not as much.
    #[error("the adapter has {supported} for the limit '{key}', which is worse than {value}")]
    Unsupported { key: String, value: u64, supported: u64 },
    /// An alignment has to be a power of two below 2³².
    #[error("the limit '{key}' is a power of two below 2^32, not {value}")]
    NotAnAlignment { key: String, value: u64 },
}

/// Which of two values of a limit is better: <https://www.w3.org/TR/webgpu/#limit-class>
#[derive(Clone, Copy, PartialEq, Eq)]
enum LimitClass {
    /// Higher is better.
    Maximum,
    /// Lower is better.
    Alignment,
}

impl LimitClass {
    /// WebGPU names them by their class.
    fn of(key: &str) -> Self {
        if key.starts_with("min") { Self::Alignment } else { Self::Maximum }
    }

    /// Whether `value` is as good as `other`, or better.
    fn reaches(self, value: u64, other: u64) -> bool {
        match self {
            Self::Maximum => value >= other,
            Self::Alignment => value <= other,
        }
    }
}

/// The limits by the names that WebGPU gives them.
macro_rules! limits {
    (
        limits { $($field:ident: $type:ident = $wit:ident $key:literal,)* }
        wit_only { $($stage:ident: $stage_type:ident $stage_key:literal,)* }
    ) => {
        /// The value of the limit `key`; `None` when WebGPU has none of that name.
        fn limit_value(limits: &wgpu::Limits, key: &str) -> Option<u64> {
            match key {
                $($key => Some(limits.$field.into()),)*
                $($stage_key => Some(stage_limits::$stage(limits).into()),)*
                _ => None,
            }
        }

        /// Puts `value` in the place of the limit `key`; `None` when it is too large for its type.
        fn set_limit(limits: &mut wgpu::Limits, key: &str, value: u64) -> Option<()> {
            match key {
                $($key => limits.$field = value.try_into().ok()?,)*
                $($stage_key => *stage_limits_mut::$stage(limits) = value.try_into().ok()?,)*
                _ => return None,
            }
            Some(())
        }

        const LIMITS: &[&str] = &[$($key,)* $($stage_key,)*];

        /// Whether the limit `key` is of one stage alone.
        pub(crate) fn is_stage_limit(key: &str) -> bool {
            [$($stage_key,)*].contains(&key)
        }
    };
}
limit!(limits);

/// Takes one entry of `GPUDeviceDescriptor.requiredLimits` into `limits`, the limits of the device to
/// be, which start as the defaults. A value that is worse than the default is what the device has, too, as
/// natively; WebGPU has such a one without effect. Where it is of one stage alone, it is so here: it would
/// be that of all stages.
/// <https://www.w3.org/TR/webgpu/#dom-gpudevicedescriptor-requiredlimits>
pub(crate) fn require_limit(
    limits: &mut wgpu::Limits,
    supported: &wgpu::Limits,
    key: &str,
    value: u64,
) -> Result<(), LimitError> {
    let (Some(present), Some(best)) = (limit_value(limits, key), limit_value(supported, key)) else {
        return Err(LimitError::Unknown { key: key.to_owned() });
    };
    let class = LimitClass::of(key);
    if class == LimitClass::Alignment && (!value.is_power_of_two() || value > u64::from(u32::MAX)) {
        return Err(LimitError::NotAnAlignment { key: key.to_owned(), value });
    }
    if !class.reaches(best, value) {
        return Err(LimitError::Unsupported { key: key.to_owned(), value, supported: best });
    }
    if is_stage_limit(key) && class.reaches(present, value) {
        return Ok(());
    }
    // It fits: it is no more than the adapter's value or, as an alignment, below 2³².
    set_limit(limits, key, value).ok_or_else(|| LimitError::Unknown { key: key.to_owned() })
}

/// Whether every limit is at least as good as what WebGPU promises everywhere.
/// <https://www.w3.org/TR/webgpu/#limit-default>
pub(crate) fn has_core_limits(limits: &wgpu::Limits) -> bool {
    let defaults = wgpu::Limits::defaults();
    LIMITS.iter().all(|key| match (limit_value(limits, key), limit_value(&defaults, key)) {
        (Some(value), Some(default)) => LimitClass::of(key).reaches(value, default),
        (None, _) | (_, None) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_webgpu_are_those_of_a_core_adapter() {
        assert!(has_core_limits(&wgpu::Limits::defaults()));
        assert!(!has_core_limits(&wgpu::Limits::downlevel_defaults()));
    }

    #[test]
    fn every_limit_can_be_read_and_set_by_its_name() {
        assert_eq!(LIMITS.len(), 36);
        for key in LIMITS {
            let mut limits = wgpu::Limits::defaults();
            set_limit(&mut limits, key, 32).unwrap();
            assert_eq!(limit_value(&limits, key), Some(32), "{key}");
        }
    }

    #[test]
    fn a_required_limit_is_granted_or_refused_but_never_cut() {
        let mut supported = wgpu::Limits::defaults();
        supported.max_bind_groups = 8;
        supported.min_uniform_buffer_offset_alignment = 64;
        let mut limits = wgpu::Limits::defaults();
        let mut require = |key: &str, value| require_limit(&mut limits, &supported, key, value);
        assert_eq!(require("maxBindGroups", 6), Ok(()));
        assert_eq!(require("maxComputeWorkgroupsPerDimension", 10), Ok(()));
        assert_eq!(
            require("maxBindGroups", (1 << 32) + 5),
            Err(LimitError::Unsupported {
                key: "maxBindGroups".to_owned(),
                value: (1 << 32) + 5,
                supported: 8
            })
        );
        assert_eq!(require("maxBindgroups", 1), Err(LimitError::Unknown { key: "maxBindgroups".to_owned() }));
        assert_eq!(require("minUniformBufferOffsetAlignment", 128), Ok(()));
        for value in [0, 96, 1 << 32] {
            assert_eq!(
                require("minUniformBufferOffsetAlignment", value),
                Err(LimitError::NotAnAlignment { key: "minUniformBufferOffsetAlignment".to_owned(), value })
            );
        }
        assert_eq!(
            require("minUniformBufferOffsetAlignment", 32),
            Err(LimitError::Unsupported {
                key: "minUniformBufferOffsetAlignment".to_owned(),
                value: 32,
                supported: 64
            })
        );
        assert_eq!(limits.max_bind_groups, 6);
        assert_eq!(limits.max_compute_workgroups_per_dimension, 10);
        assert_eq!(limits.min_uniform_buffer_offset_alignment, 128);
    }

    #[test]
    fn a_limit_of_one_stage_raises_the_one_of_any() {
        let mut supported = wgpu::Limits::defaults();
        supported.max_storage_buffers_per_shader_stage = 16;
        let mut limits = wgpu::Limits::defaults();
        for value in [12, 1] {
            assert_eq!(
                require_limit(&mut limits, &supported, "maxStorageBuffersInVertexStage", value),
                Ok(())
            );
        }
        assert_eq!(limits.max_storage_buffers_per_shader_stage, 12);
        assert_eq!(stage_limits::max_storage_buffers_in_fragment_stage(&limits), 12);
    }
}
