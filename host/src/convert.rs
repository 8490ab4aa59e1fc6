//! Conversions that several objects share: the name tables of `wit/tables`, features, limits, extents,
//! and the places of texel copies. — peer: wgpu-wasi-backend/src/convert.rs
//!
//! Each table is expanded into an exhaustive match, WIT to wgpu, which is the direction that a host
//! needs: what a getter answers is kept as the guest gave it. The way back exists in the tests, where
//! it makes a variant that is new in wgpu a compile error, and every row a round trip.

use std::{error::Error, fmt};

use crate::{
    bindings::wit,
    objects::{buffer::Buffer, texture::Texture},
    view::WebGpuCtxView,
};

/// Brings the macro of one table into scope.
macro_rules! table {
    ($file:literal) => {
        include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/", $file));
    };
}

/// `From` the WIT enum for wgpu's, and the test of both directions.
macro_rules! enumeration {
    (
        wgpu::$native:ident = $wit:ident {
            $($variant:ident $({ $($field:tt)* })? = $name:ident,)*
        }
        $(native_only {
            $($only:ident $({ $($only_field:tt)* })? $(( $($only_item:tt)* ))?),*
        })?
    ) => {
        impl From<wit::$wit> for wgpu::$native {
            fn from(value: wit::$wit) -> Self {
                match value {
                    $(wit::$wit::$name => Self::$variant $({ $($field)* })?,)*
                }
            }
        }

        #[cfg(test)]
        #[expect(non_snake_case, reason = "named like the type whose table it tests")]
        mod $wit {
            use crate::bindings::wit;

            /// `None` for what WebGPU does not have.
            fn back(native: &wgpu::$native) -> Option<wit::$wit> {
                match *native {
                    $(wgpu::$native::$variant $({ $($field)* })? => Some(wit::$wit::$name),)*
                    $($(wgpu::$native::$only $({ $($only_field)* })? $(( $($only_item)* ))? => None,)*)?
                }
            }

            #[test]
            fn every_variant_goes_there_and_back() {
                for value in [$(wit::$wit::$name),*] {
                    assert_eq!(back(&value.into()), Some(value));
                }
            }
        }
    };
}

/// `From` the WIT flags for wgpu's, and the test that no flag is left out on either side.
macro_rules! flags {
    (
        wgpu::$native:ident = $wit:ident { $($flag:ident = $name:ident,)* }
        $(native_only { $($only:ident),* })?
    ) => {
        impl From<wit::$wit> for wgpu::$native {
            fn from(value: wit::$wit) -> Self {
                let mut flags = Self::empty();
                $(if value.contains(wit::$wit::$name) { flags |= Self::$flag; })*
                flags
            }
        }

        #[cfg(test)]
        #[expect(non_snake_case, reason = "named like the type whose table it tests")]
        mod $wit {
            use crate::bindings::wit;

            #[test]
            fn every_flag_has_its_own_counterpart() {
                $(assert_eq!(wgpu::$native::from(wit::$wit::$name), wgpu::$native::$flag);)*
                assert_eq!(wgpu::$native::from(wit::$wit::empty()), wgpu::$native::empty());
                assert_eq!(wit::$wit::all(), wit::$wit::empty() $(| wit::$wit::$name)*);
            }

            #[test]
            fn no_flag_of_wgpu_is_forgotten() {
                let rows = wgpu::$native::from(wit::$wit::all());
                let only = wgpu::$native::empty() $($(| wgpu::$native::$only)*)?;
                assert_eq!(rows | only, wgpu::$native::all());
                assert_eq!(rows & only, wgpu::$native::empty());
            }
        }
    };
}

/// Like [`flags!`], for the one set whose WIT has a flag for all the others.
macro_rules! color_writes {
    (wgpu::ColorWrites = GpuColorWrite { $($flag:ident = $name:ident,)* }) => {
        impl From<wit::GpuColorWrite> for wgpu::ColorWrites {
            fn from(value: wit::GpuColorWrite) -> Self {
                // https://www.w3.org/TR/webgpu/#dom-gpucolorwrite-all
                if value.contains(wit::GpuColorWrite::ALL) {
                    return Self::ALL;
                }
                let mut flags = Self::empty();
                $(if value.contains(wit::GpuColorWrite::$name) { flags |= Self::$flag; })*
                flags
            }
        }

        #[cfg(test)]
        mod color_writes {
            use crate::bindings::wit::GpuColorWrite as Wit;

            #[test]
            fn every_flag_has_its_own_counterpart() {
                $(assert_eq!(wgpu::ColorWrites::from(Wit::$name), wgpu::ColorWrites::$flag);)*
                assert_eq!(wgpu::ColorWrites::from(Wit::empty()), wgpu::ColorWrites::empty());
                assert_eq!(wgpu::ColorWrites::from(Wit::ALL), wgpu::ColorWrites::ALL);
                assert_eq!(Wit::all(), Wit::ALL $(| Wit::$name)*);
                assert_eq!(wgpu::ColorWrites::all(), wgpu::ColorWrites::empty() $(| wgpu::ColorWrites::$flag)*);
            }
        }
    };
}

// `device_lost_reason.rs` and `error_filter.rs` are not here: the host keeps errors and losses in types
// of its own, and `device/errors.rs` and `objects/device.rs` convert those.
table!("address_mode.rs");
table!("blend_factor.rs");
table!("blend_operation.rs");
table!("buffer_binding_type.rs");
table!("buffer_usage.rs");
table!("color_write.rs");
table!("compare_function.rs");
table!("feature_name.rs");
table!("filter_mode.rs");
table!("front_face.rs");
table!("index_format.rs");
table!("limit.rs");
table!("mipmap_filter_mode.rs");
table!("primitive_topology.rs");
table!("query_type.rs");
table!("sampler_binding_type.rs");
table!("shader_stage.rs");
table!("stencil_operation.rs");
table!("storage_texture_access.rs");
table!("store_op.rs");
table!("texture_aspect.rs");
table!("texture_dimension.rs");
table!("texture_format.rs");
table!("texture_sample_type.rs");
table!("texture_usage.rs");
table!("texture_view_dimension.rs");
table!("vertex_format.rs");
table!("vertex_step_mode.rs");

address_mode!(enumeration);
blend_factor!(enumeration);
blend_operation!(enumeration);
buffer_binding_type!(enumeration);
compare_function!(enumeration);
filter_mode!(enumeration);
front_face!(enumeration);
index_format!(enumeration);
mipmap_filter_mode!(enumeration);
primitive_topology!(enumeration);
query_type!(enumeration);
sampler_binding_type!(enumeration);
stencil_operation!(enumeration);
storage_texture_access!(enumeration);
store_op!(enumeration);
texture_aspect!(enumeration);
texture_dimension!(enumeration);
texture_format!(enumeration);
texture_sample_type!(enumeration);
texture_view_dimension!(enumeration);
vertex_format!(enumeration);
vertex_step_mode!(enumeration);

buffer_usage!(flags);
shader_stage!(flags);
texture_usage!(flags);
color_write!(color_writes);

/// What the features of WebGPU are in wgpu, and their names.
macro_rules! features {
    (
        features { $($flag:ident = $wit:ident $name:literal,)* }
        wit_only { $($only:ident $only_name:literal,)* }
    ) => {
        /// What a feature of WebGPU is in wgpu.
        enum Meaning {
            Bit(wgpu::Features),
            $($only,)*
        }

        fn meaning(feature: wit::GpuFeatureName) -> Meaning {
            match feature {
                $(wit::GpuFeatureName::$wit => Meaning::Bit(wgpu::Features::$flag),)*
                $(wit::GpuFeatureName::$only => Meaning::$only,)*
            }
        }

        /// The feature of a name as WebGPU spells it: <https://www.w3.org/TR/webgpu/#feature-index>
        pub(crate) fn feature_named(name: &str) -> Option<wit::GpuFeatureName> {
            match name {
                $($name => Some(wit::GpuFeatureName::$wit),)*
                $($only_name => Some(wit::GpuFeatureName::$only),)*
                _ => None,
            }
        }

        /// The name of a feature as WebGPU spells it.
        pub(crate) fn feature_text(feature: wit::GpuFeatureName) -> &'static str {
            match feature {
                $(wit::GpuFeatureName::$wit => $name,)*
                $(wit::GpuFeatureName::$only => $only_name,)*
            }
        }

        #[cfg(test)]
        const FEATURES: &[wit::GpuFeatureName] =
            &[$(wit::GpuFeatureName::$wit,)* $(wit::GpuFeatureName::$only,)*];
    };
}
feature_name!(features);

/// The bit that a feature has in wgpu; `None` when it has none of its own.
pub(crate) fn feature_bit(feature: wit::GpuFeatureName) -> Option<wgpu::Features> {
    match meaning(feature) {
        Meaning::Bit(bit) => Some(bit),
        Meaning::CoreFeaturesAndLimits
        | Meaning::TextureFormatsTier1
        | Meaning::TextureFormatsTier2
        | Meaning::TextureComponentSwizzle => None,
    }
}

/// Whether an adapter or a device with these features has a feature of WebGPU. `is_core`: [`has_core_limits`] of the
/// adapter; a device may have been asked for with lower ones.
pub(crate) fn supports(features: wgpu::Features, is_core: bool, feature: wit::GpuFeatureName) -> bool {
    match meaning(feature) {
        // "subgroups" among them: naga refuses the `enable subgroups;` that WGSL asks for them with, and
        // goes by the device's features instead; `objects/shader_module.rs` takes the line out.
        Meaning::Bit(bit) => features.contains(bit),
        // https://www.w3.org/TR/webgpu/#core-features-and-limits
        Meaning::CoreFeaturesAndLimits => is_core,
        // They promise attachments and storage textures of formats for which wgpu has no feature but
        // one that grants whatever the adapter can, much of it outside WebGPU.
        // https://www.w3.org/TR/webgpu/#texture-formats-tier1
        Meaning::TextureFormatsTier1 | Meaning::TextureFormatsTier2 => false,
        // A view of wgpu has no swizzle. https://www.w3.org/TR/webgpu/#texture-component-swizzle
        Meaning::TextureComponentSwizzle => false,
    }
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LimitError {
    /// WebGPU has no limit of this name.
    Unknown { key: String },
    /// The adapter has not as much.
    Unsupported { key: String, value: u64, supported: u64 },
    /// An alignment has to be a power of two below 2³².
    NotAnAlignment { key: String, value: u64 },
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { key } => write!(f, "WebGPU has no limit '{key}'"),
            Self::Unsupported { key, value, supported } => {
                write!(f, "the adapter has {supported} for the limit '{key}', which is worse than {value}")
            }
            Self::NotAnAlignment { key, value } => {
                write!(f, "the limit '{key}' is a power of two below 2^32, not {value}")
            }
        }
    }
}

impl Error for LimitError {}

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

/// <https://www.w3.org/TR/webgpu/#dictdef-gpuextent3d>
pub(crate) fn extent_3d(extent: &wit::GpuExtent3D) -> wgpu::Extent3d {
    let wit::GpuExtent3D { width, height, depth_or_array_layers } = *extent;
    wgpu::Extent3d {
        width,
        // https://www.w3.org/TR/webgpu/#dom-gpuextent3ddict-height
        height: height.unwrap_or(1),
        // https://www.w3.org/TR/webgpu/#dom-gpuextent3ddict-depthorarraylayers
        depth_or_array_layers: depth_or_array_layers.unwrap_or(1),
    }
}

/// <https://www.w3.org/TR/webgpu/#dictdef-gpuorigin3d>
fn origin_3d(origin: Option<wit::GpuOrigin3D>) -> wgpu::Origin3d {
    // https://www.w3.org/TR/webgpu/#dom-gputexelcopytextureinfo-origin
    let Some(wit::GpuOrigin3D { x, y, z }) = origin else { return wgpu::Origin3d::ZERO };
    // https://www.w3.org/TR/webgpu/#dom-gpuorigin3ddict-x
    wgpu::Origin3d { x: x.unwrap_or(0), y: y.unwrap_or(0), z: z.unwrap_or(0) }
}

impl From<wit::GpuColor> for wgpu::Color {
    fn from(color: wit::GpuColor) -> Self {
        let wit::GpuColor { r, g, b, a } = color;
        Self { r, g, b, a }
    }
}

/// The bytes of `data` from `offset` on, `size` of them or all that follow; `None` when there are not
/// as many.
pub(crate) fn sub_slice(data: &[u8], offset: u64, size: Option<u64>) -> Option<&[u8]> {
    let rest = data.get(usize::try_from(offset).ok()?..)?;
    match size {
        Some(size) => rest.get(..usize::try_from(size).ok()?),
        None => Some(rest),
    }
}

/// The texture side of a texel copy, its handle resolved. It owns its texture: wgpu's own type borrows
/// one, and would keep the resource table borrowed during the call that copies.
/// <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopytextureinfo>
#[derive(Clone, Debug)]
pub(crate) struct TexelCopyTexture {
    pub(crate) texture: wgpu::Texture,
    pub(crate) mip_level: u32,
    pub(crate) origin: wgpu::Origin3d,
    pub(crate) aspect: wgpu::TextureAspect,
}

impl TexelCopyTexture {
    pub(crate) fn as_wgpu(&self) -> wgpu::TexelCopyTextureInfo<'_> {
        let Self { texture, mip_level, origin, aspect } = self;
        wgpu::TexelCopyTextureInfo { texture, mip_level: *mip_level, origin: *origin, aspect: *aspect }
    }
}

/// The buffer side of a texel copy, its handle resolved; see [`TexelCopyTexture`].
/// <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopybufferinfo>
#[derive(Clone, Debug)]
pub(crate) struct TexelCopyBuffer {
    buffer: wgpu::Buffer,
    layout: wgpu::TexelCopyBufferLayout,
}

impl TexelCopyBuffer {
    pub(crate) fn as_wgpu(&self) -> wgpu::TexelCopyBufferInfo<'_> {
        let Self { buffer, layout } = self;
        wgpu::TexelCopyBufferInfo { buffer, layout: *layout }
    }
}

/// <https://www.w3.org/TR/webgpu/#dictdef-gputexelcopybufferlayout>
pub(crate) fn texel_copy_buffer_layout(
    layout: &wit::GpuTexelCopyBufferLayout,
) -> wgpu::TexelCopyBufferLayout {
    let wit::GpuTexelCopyBufferLayout { offset, bytes_per_row, rows_per_image } = *layout;
    wgpu::TexelCopyBufferLayout {
        // https://www.w3.org/TR/webgpu/#dom-gputexelcopybufferlayout-offset
        offset: offset.unwrap_or(0),
        bytes_per_row,
        rows_per_image,
    }
}

impl WebGpuCtxView<'_> {
    /// Resolves the texture side of a texel copy.
    pub(crate) fn texel_copy_texture(
        &self,
        info: &wit::GpuTexelCopyTextureInfo,
    ) -> wasmtime::Result<TexelCopyTexture> {
        let wit::GpuTexelCopyTextureInfo { texture, mip_level, origin, aspect } = info;
        let texture: &Texture = self.get(texture)?;
        Ok(TexelCopyTexture {
            texture: texture.inner.clone(),
            // https://www.w3.org/TR/webgpu/#dom-gputexelcopytextureinfo-miplevel
            mip_level: mip_level.unwrap_or(0),
            origin: origin_3d(*origin),
            // https://www.w3.org/TR/webgpu/#dom-gputexelcopytextureinfo-aspect
            aspect: aspect.map_or(wgpu::TextureAspect::All, Into::into),
        })
    }

    /// Resolves the buffer side of a texel copy.
    pub(crate) fn texel_copy_buffer(
        &self,
        info: &wit::GpuTexelCopyBufferInfo,
    ) -> wasmtime::Result<TexelCopyBuffer> {
        let wit::GpuTexelCopyBufferInfo { buffer, offset, bytes_per_row, rows_per_image } = info;
        let buffer: &Buffer = self.get(buffer)?;
        let layout = wit::GpuTexelCopyBufferLayout {
            offset: *offset,
            bytes_per_row: *bytes_per_row,
            rows_per_image: *rows_per_image,
        };
        Ok(TexelCopyBuffer { buffer: buffer.inner.clone(), layout: texel_copy_buffer_layout(&layout) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name_and_every_bit_one_feature() {
        let mut seen = wgpu::Features::empty();
        for feature in FEATURES {
            assert_eq!(feature_named(feature_text(*feature)), Some(*feature));
            if let Some(bit) = feature_bit(*feature) {
                assert!(!seen.intersects(bit), "{bit:?} stands for two features");
                seen |= bit;
            }
        }
        // Immediates are a limit in WebGPU; subgroups are WebGPU's, though wgpu counts them as its own.
        let webgpu = wgpu::Features::all_webgpu_mask() - wgpu::Features::IMMEDIATES;
        assert_eq!(seen, webgpu | wgpu::Features::SUBGROUP);
        assert_eq!(feature_named("no-such-feature"), None);
    }

    #[test]
    fn features_without_a_bit_are_told_by_what_they_mean() {
        let all = wgpu::Features::all();
        let core = wit::GpuFeatureName::CoreFeaturesAndLimits;
        assert!(has_core_limits(&wgpu::Limits::defaults()));
        assert!(!has_core_limits(&wgpu::Limits::downlevel_defaults()));
        assert!(supports(wgpu::Features::empty(), true, core));
        assert!(!supports(all, false, core));
        assert!(supports(all, false, wit::GpuFeatureName::ShaderF16));
        assert!(!supports(wgpu::Features::empty(), true, wit::GpuFeatureName::ShaderF16));
        assert!(!supports(all, true, wit::GpuFeatureName::TextureFormatsTier1));
        assert!(!supports(all, true, wit::GpuFeatureName::TextureComponentSwizzle));
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

    #[test]
    fn slices_outside_the_data_are_refused() {
        let data = [1, 2, 3, 4];
        assert_eq!(sub_slice(&data, 1, None), Some(&data[1..]));
        assert_eq!(sub_slice(&data, 1, Some(2)), Some(&data[1..3]));
        assert_eq!(sub_slice(&data, 4, None), Some(&data[4..]));
        assert_eq!(sub_slice(&data, 5, None), None);
        assert_eq!(sub_slice(&data, 3, Some(2)), None);
        assert_eq!(sub_slice(&data, u64::MAX, Some(1)), None);
        assert_eq!(sub_slice(&data, 1, Some(u64::MAX)), None);
    }

    #[test]
    fn extents_and_origins_have_defaults() {
        let extent = wit::GpuExtent3D { width: 7, height: None, depth_or_array_layers: None };
        assert_eq!(extent_3d(&extent), wgpu::Extent3d { width: 7, height: 1, depth_or_array_layers: 1 });
        assert_eq!(origin_3d(None), wgpu::Origin3d::ZERO);
        let origin = wit::GpuOrigin3D { x: None, y: Some(2), z: None };
        assert_eq!(origin_3d(Some(origin)), wgpu::Origin3d { x: 0, y: 2, z: 0 });
    }
}
