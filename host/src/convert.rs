//! Conversions that several objects share: the name tables of `wit/tables`, features and extents. — peer: wgpu-wasi-backend/src/convert.rs
//!
//! Each table is expanded into an exhaustive match, WIT to wgpu, which is the direction that a host
//! needs: what a getter answers is kept as the guest gave it. The way back exists in the tests, where
//! it makes a variant that is new in wgpu a compile error, and every row a round trip.

use crate::bindings::wit;

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
// of its own, and `objects/error.rs` and `objects/device.rs` convert those.
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

/// Whether an adapter or a device with these features has a feature of WebGPU. `is_core`: [`has_core_limits`](crate::device::limits::has_core_limits) of the
/// adapter; a device may have been asked for with lower ones.
pub(crate) fn supports(features: wgpu::Features, is_core: bool, feature: wit::GpuFeatureName) -> bool {
    match meaning(feature) {
        // "subgroups" among them: naga refuses the `enable subgroups;` that WGSL asks for them with, and
        // goes by the device's features instead; `shaders/directives.rs` takes the line out.
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
pub(crate) fn origin_3d(origin: Option<wit::GpuOrigin3D>) -> wgpu::Origin3d {
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

/// The tables of `wit/tables` towards the WIT, which only lent objects need: what a guest made is kept
/// as it said.
pub(crate) mod to_wit {
    use crate::bindings::wit;

    macro_rules! formats {
        (
            wgpu::$native:ident = $wit:ident {
                $($variant:ident $({ $($field:tt)* })? = $name:ident,)*
            }
            native_only {
                $($only:ident $({ $($only_field:tt)* })? $(( $($only_item:tt)* ))?),*
            }
        ) => {
            /// `None` for what WebGPU does not have.
            pub(crate) fn format(native: wgpu::$native) -> Option<wit::$wit> {
                match native {
                    $(wgpu::$native::$variant $({ $($field)* })? => Some(wit::$wit::$name),)*
                    $(wgpu::$native::$only $({ $($only_field)* })? $(( $($only_item)* ))? => None,)*
                }
            }
        };
    }

    macro_rules! dimensions {
        (wgpu::TextureDimension = GpuTextureDimension { $($variant:ident = $name:ident,)* }) => {
            pub(crate) fn dimension(native: wgpu::TextureDimension) -> wit::GpuTextureDimension {
                match native {
                    $(wgpu::TextureDimension::$variant => wit::GpuTextureDimension::$name,)*
                }
            }
        };
    }

    macro_rules! buffer_flags {
        (
            wgpu::$native:ident = $wit:ident { $($flag:ident = $name:ident,)* }
            native_only { $($only:ident),* }
        ) => {
            /// The usages that WebGPU has; the guest can't name others.
            pub(crate) fn buffer_usage(native: wgpu::$native) -> wit::$wit {
                let mut flags = wit::$wit::empty();
                $(if native.contains(wgpu::$native::$flag) { flags |= wit::$wit::$name; })*
                flags
            }
        };
    }

    macro_rules! texture_flags {
        (
            wgpu::$native:ident = $wit:ident { $($flag:ident = $name:ident,)* }
            native_only { $($only:ident),* }
        ) => {
            /// The usages that WebGPU has; the guest can't name others.
            pub(crate) fn texture_usage(native: wgpu::$native) -> wit::$wit {
                let mut flags = wit::$wit::empty();
                $(if native.contains(wgpu::$native::$flag) { flags |= wit::$wit::$name; })*
                flags
            }
        };
    }

    buffer_usage!(buffer_flags);
    texture_dimension!(dimensions);
    texture_format!(formats);
    texture_usage!(texture_flags);
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
        assert!(supports(wgpu::Features::empty(), true, core));
        assert!(!supports(all, false, core));
        assert!(supports(all, false, wit::GpuFeatureName::ShaderF16));
        assert!(!supports(wgpu::Features::empty(), true, wit::GpuFeatureName::ShaderF16));
        assert!(!supports(all, true, wit::GpuFeatureName::TextureFormatsTier1));
        assert!(!supports(all, true, wit::GpuFeatureName::TextureComponentSwizzle));
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
