//! Types shared by several objects: enums, flags, formats, features, limits, extents.
//!
//! The rows of every enum and flag set live in `wit/tables/`, once for guest and host. One macro
//! turns a table of an enum into conversions both ways, another one a table of flags: exhaustive
//! matches, so that a new variant on either side is a compile error here.

use std::fmt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::unsupported::Unsupported;

/// Something of wgpu that `wasi:webgpu` has no word for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    unnameable_types,
    reason = "public only because the generated types are, which nobody else can name"
)]
pub struct NotInWebGpu(Missing);

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// A value of this name.
    Value(&'static str),
    /// What the WIT would need for an item of wgpu.
    Item(&'static str, &'static str),
    /// Features of wgpu, which no device here has.
    Features(wgpu::Features),
}

impl NotInWebGpu {
    pub(crate) const fn value(item: &'static str) -> Self {
        Self(Missing::Value(item))
    }

    /// What wgpu has behind `features`.
    pub(crate) const fn without(features: wgpu::Features) -> Self {
        Self(Missing::Features(features))
    }
}

impl From<Unsupported> for NotInWebGpu {
    fn from(row: Unsupported) -> Self {
        Self(if row.features.is_empty() {
            Missing::Item(row.wgpu, row.wit)
        } else {
            Missing::Features(row.features)
        })
    }
}

impl From<NotInWebGpu> for String {
    fn from(why: NotInWebGpu) -> Self {
        why.to_string()
    }
}

/// Where wgpu has a feature for it, its words for one that is off: a program may have been written for them.
impl fmt::Display for NotInWebGpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Missing::Value(item) => write!(f, "wasi:webgpu has no counterpart of {item}"),
            Missing::Item(item, wit) => {
                write!(f, "wasi:webgpu has no counterpart of {item} (missing: {wit})")
            }
            Missing::Features(features) => {
                write!(f, "Features {features:?} are required but not enabled on the device")
            }
        }
    }
}

/// The name of a texture format, or the features that wgpu wants for it.
pub(crate) fn texture_format(format: wgpu::TextureFormat) -> Result<wit::GpuTextureFormat, NotInWebGpu> {
    format.try_into().map_err(|why| {
        let features = format.required_features();
        if features.is_empty() { why } else { NotInWebGpu::without(features) }
    })
}

/// The object behind a handle of wgpu. All objects of an instance of this backend are of this
/// backend, so there is one unless a program mixes backends, which panics in wgpu's own, too.
#[inline]
pub(crate) fn ours<T>(object: Option<&T>) -> &T {
    match object {
        Some(object) => object,
        None => foreign(),
    }
}

#[cold]
#[expect(clippy::panic, reason = "what wgpu's own backends do with objects of other backends")]
fn foreign() -> ! {
    panic!("an object of another wgpu backend was used with an object of wgpu-wasi-backend")
}

/// A label as WIT wants it.
pub(crate) fn label(label: Option<&str>) -> Option<String> {
    label.map(str::to_owned)
}

macro_rules! wit_enum {
    (
        $krate:ident::$native:ident = $wit:ident {
            $($variant:ident $({ $($field:tt)* })? = $name:ident,)*
        }
    ) => {
        impl From<$krate::$native> for wit::$wit {
            fn from(value: $krate::$native) -> Self {
                match value {
                    $($krate::$native::$variant $({ $($field)* })? => Self::$name,)*
                }
            }
        }

        wit_enum! { @back $krate::$native = $wit { $($variant $({ $($field)* })? = $name,)* } }
    };
    (
        $krate:ident::$native:ident = $wit:ident {
            $($variant:ident $({ $($field:tt)* })? = $name:ident,)*
        }
        native_only { $($only:ident $(($($tuple:tt)*))? $({ $($fields:tt)* })?),* $(,)? }
    ) => {
        impl TryFrom<$krate::$native> for wit::$wit {
            type Error = NotInWebGpu;

            fn try_from(value: $krate::$native) -> Result<Self, NotInWebGpu> {
                match value {
                    $($krate::$native::$variant $({ $($field)* })? => Ok(Self::$name),)*
                    $($krate::$native::$only $(($($tuple)*))? $({ $($fields)* })? => {
                        Err(NotInWebGpu::value(concat!(stringify!($native), "::", stringify!($only))))
                    })*
                }
            }
        }

        wit_enum! { @back $krate::$native = $wit { $($variant $({ $($field)* })? = $name,)* } }
    };
    (
        @back $krate:ident::$native:ident = $wit:ident {
            $($variant:ident $({ $($field:tt)* })? = $name:ident,)*
        }
    ) => {
        impl From<wit::$wit> for $krate::$native {
            fn from(value: wit::$wit) -> Self {
                match value {
                    $(wit::$wit::$name => Self::$variant $({ $($field)* })?,)*
                }
            }
        }

        #[cfg(test)]
        impl tests::RoundTrip for wit::$wit {
            fn round_trip() {
                $(
                    let there = Self::try_from($krate::$native::$variant $({ $($field)* })?);
                    assert_eq!(there.ok(), Some(Self::$name));
                    let back = Self::try_from($krate::$native::from(Self::$name));
                    assert_eq!(back.ok(), Some(Self::$name));
                )*
            }
        }
    };
}

macro_rules! wit_flags {
    ($krate:ident::$native:ident = $wit:ident { $($flag:ident = $name:ident,)* }) => {
        impl From<$krate::$native> for wit::$wit {
            fn from(value: $krate::$native) -> Self {
                let mut flags = Self::empty();
                $(flags.set(Self::$name, value.contains($krate::$native::$flag));)*
                flags
            }
        }

        wit_flags! { @back $krate::$native = $wit { $($flag = $name,)* } {} }
    };
    (
        $krate:ident::$native:ident = $wit:ident { $($flag:ident = $name:ident,)* }
        native_only { $($only:ident),* $(,)? }
    ) => {
        impl TryFrom<$krate::$native> for wit::$wit {
            type Error = NotInWebGpu;

            fn try_from(value: $krate::$native) -> Result<Self, NotInWebGpu> {
                $(if value.contains($krate::$native::$only) {
                    return Err(NotInWebGpu::value(concat!(stringify!($native), "::", stringify!($only))));
                })*
                let mut flags = Self::empty();
                $(flags.set(Self::$name, value.contains($krate::$native::$flag));)*
                Ok(flags)
            }
        }

        wit_flags! { @back $krate::$native = $wit { $($flag = $name,)* } { $($only)* } }
    };
    (@back $krate:ident::$native:ident = $wit:ident { $($flag:ident = $name:ident,)* } { $($only:ident)* }) => {
        impl From<wit::$wit> for $krate::$native {
            fn from(value: wit::$wit) -> Self {
                let mut flags = Self::empty();
                $(flags.set(Self::$flag, value.contains(wit::$wit::$name));)*
                flags
            }
        }

        #[cfg(test)]
        impl tests::RoundTrip for wit::$wit {
            fn round_trip() {
                $(
                    let there = Self::try_from($krate::$native::$flag);
                    assert_eq!(there.ok(), Some(Self::$name));
                    assert_eq!($krate::$native::from(Self::$name), $krate::$native::$flag);
                )*
                let known = $krate::$native::empty()
                    $(.union($krate::$native::$flag))*
                    $(.union($krate::$native::$only))*;
                assert_eq!(known, $krate::$native::all());
            }
        }
    };
}

include!("../wit/tables/address_mode.rs");
include!("../wit/tables/blend_factor.rs");
include!("../wit/tables/blend_operation.rs");
include!("../wit/tables/buffer_binding_type.rs");
include!("../wit/tables/buffer_usage.rs");
include!("../wit/tables/color_write.rs");
include!("../wit/tables/compare_function.rs");
include!("../wit/tables/device_lost_reason.rs");
include!("../wit/tables/error_filter.rs");
include!("../wit/tables/feature_name.rs");
include!("../wit/tables/filter_mode.rs");
include!("../wit/tables/front_face.rs");
include!("../wit/tables/index_format.rs");
include!("../wit/tables/limit.rs");
include!("../wit/tables/mipmap_filter_mode.rs");
include!("../wit/tables/primitive_topology.rs");
include!("../wit/tables/query_type.rs");
include!("../wit/tables/sampler_binding_type.rs");
include!("../wit/tables/shader_stage.rs");
include!("../wit/tables/stencil_operation.rs");
include!("../wit/tables/storage_texture_access.rs");
include!("../wit/tables/store_op.rs");
include!("../wit/tables/texture_aspect.rs");
include!("../wit/tables/texture_dimension.rs");
include!("../wit/tables/texture_format.rs");
include!("../wit/tables/texture_sample_type.rs");
include!("../wit/tables/texture_usage.rs");
include!("../wit/tables/texture_view_dimension.rs");
include!("../wit/tables/vertex_format.rs");
include!("../wit/tables/vertex_step_mode.rs");

address_mode!(wit_enum);
blend_factor!(wit_enum);
blend_operation!(wit_enum);
buffer_binding_type!(wit_enum);
compare_function!(wit_enum);
device_lost_reason!(wit_enum);
error_filter!(wit_enum);
filter_mode!(wit_enum);
front_face!(wit_enum);
index_format!(wit_enum);
mipmap_filter_mode!(wit_enum);
primitive_topology!(wit_enum);
query_type!(wit_enum);
sampler_binding_type!(wit_enum);
stencil_operation!(wit_enum);
storage_texture_access!(wit_enum);
store_op!(wit_enum);
texture_aspect!(wit_enum);
texture_dimension!(wit_enum);
texture_format!(wit_enum);
texture_sample_type!(wit_enum);
texture_view_dimension!(wit_enum);
vertex_format!(wit_enum);
vertex_step_mode!(wit_enum);

buffer_usage!(wit_flags);
color_write!(wit_flags);
shader_stage!(wit_flags);
texture_usage!(wit_flags);

/// Features of wgpu that WebGPU has no name for and guests have nevertheless: immediates come with a limit,
/// the others are made from other calls.
pub(crate) const UNNAMED_FEATURES: wgpu::Features = wgpu::Features::IMMEDIATES
    .union(wgpu::Features::CLEAR_TEXTURE)
    .union(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS);

macro_rules! features {
    (
        features { $($feature:ident = $name:ident $text:literal,)* }
        wit_only { $($only:ident $only_text:literal,)* }
    ) => {
        /// Every name of the WIT, with its spelling in WebGPU.
        #[cfg(test)]
        const FEATURE_NAMES: &[(wit::GpuFeatureName, &str)] = &[
            $((wit::GpuFeatureName::$name, $text),)*
            $((wit::GpuFeatureName::$only, $only_text),)*
        ];

        /// The features that are there, asked for one by one, each once.
        pub(crate) fn features(supported: &wit::GpuSupportedFeatures) -> wgpu::Features {
            let mut features = wgpu::Features::empty();
            $(features.set(wgpu::Features::$feature, supported.has($text));)*
            // Tier 1 contains the 16-bit normalised formats, which are what wgpu's feature stands
            // for: <https://www.w3.org/TR/webgpu/#texture-formats-tier1>
            features.set(wgpu::Features::TEXTURE_FORMAT_16BIT_NORM, supported.has("texture-formats-tier1"));
            features
        }

        /// The names under which features are asked for; [`UNNAMED_FEATURES`] have none.
        pub(crate) fn feature_names(features: wgpu::Features) -> Vec<wit::GpuFeatureName> {
            let mut names = Vec::new();
            $(if features.contains(wgpu::Features::$feature) {
                names.push(wit::GpuFeatureName::$name);
            })*
            if features.contains(wgpu::Features::TEXTURE_FORMAT_16BIT_NORM) {
                names.push(wit::GpuFeatureName::TextureFormatsTier1);
            }
            names
        }
    };
}
feature_name!(features);

macro_rules! limits {
    (
        limits { $($field:ident: $type:ident = $method:ident $key:literal,)* }
        wit_only { $($only:ident: $only_type:ident $only_key:literal,)* }
    ) => {
        /// The limits of an adapter or a device. Those that WebGPU does not have are of things it
        /// does not have either (mesh shaders, ray tracing, …): wgpu's defaults, which are zero.
        pub(crate) fn limits(supported: &wit::GpuSupportedLimits) -> wgpu::Limits {
            device_limits(supported, wgpu::Limits::default())
        }

        /// The limits of a device: those that WebGPU does not have are what was asked for.
        pub(crate) fn device_limits(
            supported: &wit::GpuSupportedLimits,
            asked: wgpu::Limits,
        ) -> wgpu::Limits {
            let mut limits = asked;
            $(limits.$field = supported.$method();)*
            limits
        }

        /// The limits to ask for: those that differ from the defaults, which a host gives anyway. Lower ones than
        /// these are among them: our host gives what is asked for, as natively, and others the defaults.
        #[allow(clippy::useless_conversion, reason = "some limits are `u64` already")]
        pub(crate) fn required_limits(required: &wgpu::Limits) -> wit::RecordOptionGpuSize64 {
            let default = wgpu::Limits::default();
            let record = wit::RecordOptionGpuSize64::new();
            $(if required.$field != default.$field {
                record.add($key, Some(u64::from(required.$field)));
            })*
            record
        }
    };
}
limit!(limits);

impl From<wgpu::Extent3d> for wit::GpuExtent3D {
    fn from(value: wgpu::Extent3d) -> Self {
        let wgpu::Extent3d { width, height, depth_or_array_layers } = value;
        Self { width, height: Some(height), depth_or_array_layers: Some(depth_or_array_layers) }
    }
}

impl From<wgpu::Origin3d> for wit::GpuOrigin3D {
    fn from(value: wgpu::Origin3d) -> Self {
        let wgpu::Origin3d { x, y, z } = value;
        Self { x: Some(x), y: Some(y), z: Some(z) }
    }
}

impl From<wgpu::Color> for wit::GpuColor {
    fn from(value: wgpu::Color) -> Self {
        let wgpu::Color { r, g, b, a } = value;
        Self { r, g, b, a }
    }
}

impl From<wgpu::TexelCopyBufferLayout> for wit::GpuTexelCopyBufferLayout {
    fn from(value: wgpu::TexelCopyBufferLayout) -> Self {
        let wgpu::TexelCopyBufferLayout { offset, bytes_per_row, rows_per_image } = value;
        // No row length means one row, for WebGPU as for wgpu: there is no default to spell out.
        Self { offset: Some(offset), bytes_per_row, rows_per_image }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row of a table, there and back.
    pub(super) trait RoundTrip {
        fn round_trip();
    }

    macro_rules! round_trips {
        ($($wit:ident)*) => {
            #[test]
            fn every_row_of_every_table() {
                $(wit::$wit::round_trip();)*
            }
        };
    }
    round_trips! {
        GpuAddressMode GpuBlendFactor GpuBlendOperation GpuBufferBindingType GpuBufferUsage
        GpuColorWrite GpuCompareFunction GpuDeviceLostReason GpuErrorFilter GpuFilterMode
        GpuFrontFace GpuIndexFormat GpuMipmapFilterMode GpuPrimitiveTopology GpuQueryType
        GpuSamplerBindingType GpuShaderStage GpuStencilOperation GpuStorageTextureAccess GpuStoreOp
        GpuTextureAspect GpuTextureDimension GpuTextureFormat GpuTextureSampleType GpuTextureUsage
        GpuTextureViewDimension GpuVertexFormat GpuVertexStepMode
    }

    #[test]
    fn what_webgpu_lacks_is_named() {
        let format = wit::GpuTextureFormat::try_from(wgpu::TextureFormat::NV12);
        assert_eq!(format, Err(NotInWebGpu::value("TextureFormat::NV12")));
        let usage = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::BLAS_INPUT;
        assert_eq!(wit::GpuBufferUsage::try_from(usage), Err(NotInWebGpu::value("BufferUsages::BLAS_INPUT")));
    }

    #[test]
    fn features_are_asked_for_by_name() {
        let features = wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SHADER_F16;
        let names = feature_names(features);
        assert_eq!(names, [wit::GpuFeatureName::TimestampQuery, wit::GpuFeatureName::ShaderF16]);
        assert_eq!(FEATURE_NAMES.len(), 22);
    }
}
