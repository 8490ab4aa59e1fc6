//! Random values: sensible ones mostly, so that sequences of calls get deep, and hostile ones now and then.

use crate::wit::{
    GpuAddressMode, GpuBlendFactor, GpuBlendOperation, GpuBufferBindingType, GpuBufferUsage, GpuColorWrite,
    GpuCompareFunction, GpuCullMode, GpuErrorFilter, GpuFeatureName, GpuFilterMode, GpuFrontFace,
    GpuIndexFormat, GpuLoadOp, GpuMapMode, GpuMipmapFilterMode, GpuPowerPreference, GpuPrimitiveTopology,
    GpuQueryType, GpuSamplerBindingType, GpuShaderStage, GpuStencilOperation, GpuStorageTextureAccess,
    GpuStoreOp, GpuTextureAspect, GpuTextureDimension, GpuTextureFormat, GpuTextureSampleType,
    GpuTextureUsage, GpuTextureViewDimension, GpuVertexFormat, GpuVertexStepMode,
};

/// Where all of a guest's choices come from.
pub(crate) struct Random {
    rng: fastrand::Rng,
    /// How many of a thousand arguments make no sense.
    hostile: u32,
    /// Whether a real device has to finish the work: no endless draws then.
    bounded: bool,
}

impl Random {
    pub(crate) fn new(seed: u64, bounded: bool) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        // Some guests are well behaved, so that all their calls reach the GPU, and some are not at all.
        let hostile = [0, 10, 40, 150, 400][rng.usize(..5)];
        Self { rng, hostile, bounded }
    }

    pub(crate) fn bounded(&self) -> bool {
        self.bounded
    }

    /// True this many times of a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.rng.u32(..1000) < per_mille
    }

    /// Whether the next argument should make no sense.
    pub(crate) fn hostile(&mut self) -> bool {
        let hostile = self.hostile;
        self.chance(hostile)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end)
    }

    /// One of `choices`, which are not none.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// One of `sensible`, or a number that is hard to get right.
    pub(crate) fn number(&mut self, sensible: &[u64]) -> u64 {
        let number = self.one_of(sensible);
        if !self.hostile() {
            return number;
        }
        match self.below(12) {
            0 => 0,
            1 => 1,
            2 => number.wrapping_add(1),
            3 => number.wrapping_sub(1),
            4 => u64::MAX,
            5 => u64::MAX & !3,
            6 => u64::from(u32::MAX),
            7 => u64::from(u32::MAX) + 1,
            8 => 1 << self.below(64),
            9 => (1 << self.below(64)) - 1,
            10 => i64::MAX as u64,
            _ => self.rng.u64(..),
        }
    }

    /// Like [`Self::number`], of 32 bits.
    pub(crate) fn word(&mut self, sensible: &[u64]) -> u32 {
        let number = self.number(sensible);
        u32::try_from(number).unwrap_or(if number & 1 == 0 { u32::MAX } else { 1 << 31 })
    }

    /// How often something is drawn: little enough for a real device, whatever the rest.
    pub(crate) fn count(&mut self, sensible: &[u64]) -> u32 {
        let count = self.word(sensible);
        if self.bounded { count.min(9) } else { count }
    }

    /// A count for which a number above the limit of WebGPU is an error, and one below it would be work.
    pub(crate) fn workgroups(&mut self) -> u32 {
        let count = self.word(&[0, 1, 1, 2, 3]);
        if self.bounded && (5..=65_535).contains(&count) { 65_536 } else { count }
    }

    /// A number between 0 and 1, or one for which arithmetic has a rule of its own.
    pub(crate) fn float(&mut self) -> f32 {
        if self.hostile() {
            const ODD: [f32; 10] = [
                f32::NAN,
                f32::INFINITY,
                f32::NEG_INFINITY,
                f32::MAX,
                f32::MIN,
                f32::MIN_POSITIVE,
                1e-45,
                -0.0,
                -1.0,
                65_536.5,
            ];
            return self.one_of(&ODD);
        }
        self.rng.f32()
    }

    /// Something, or nothing.
    pub(crate) fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(500) { Some(value(self)) } else { None }
    }

    /// A text that somebody may have chosen, or nobody would.
    pub(crate) fn text(&mut self) -> String {
        match self.below(8) {
            0 => String::new(),
            1 => "main".to_owned(),
            2 => "Größe des Würfels 🧊".to_owned(),
            3 => "nul\0inside".to_owned(),
            4 => "%s%n{}{:?}\r\n\u{202e}".to_owned(),
            5 => "x".repeat(self.below(3000)),
            6 => (0..self.below(20)).map(|_| self.rng.char(..)).collect(),
            _ => format!("label {}", self.below(100)),
        }
    }

    /// A label, or none.
    pub(crate) fn label(&mut self) -> Option<String> {
        if self.chance(300) { Some(self.text()) } else { None }
    }

    /// Bytes for a buffer or a texture. For a real device each word is small, for it may come to be the
    /// count of an indirect draw.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let bounded = self.bounded;
        (0..length).map(|at| if bounded { u8::from(at % 4 == 0) } else { self.rng.u8(..) }).collect()
    }

    /// Any value of a type.
    pub(crate) fn any<T: Any>(&mut self) -> T {
        T::any(self)
    }

    /// `sensible`, or any other.
    pub(crate) fn mostly<T: Any>(&mut self, sensible: T) -> T {
        if self.hostile() { self.any() } else { sensible }
    }
}

/// A type with few values.
pub(crate) trait Any {
    /// One of them.
    fn any(random: &mut Random) -> Self;
}

impl Any for bool {
    fn any(random: &mut Random) -> Self {
        random.chance(500)
    }
}

macro_rules! enumeration {
    ($type:ident { $($variant:ident),* $(,)? }) => {
        impl Any for $type {
            fn any(random: &mut Random) -> Self {
                random.one_of(&[$(Self::$variant,)*])
            }
        }
    };
    // The shape of the tables in `wit/tables`.
    (
        wgpu::$native:ident = $type:ident {
            $($name:ident $({ $($field:tt)* })? = $variant:ident,)*
        }
        $(native_only { $($only:tt)* })?
    ) => {
        enumeration!($type { $($variant,)* });
    };
}

macro_rules! set {
    ($type:ident) => {
        impl Any for $type {
            fn any(random: &mut Random) -> Self {
                let mut value = Self::empty();
                for flag in Self::all().iter() {
                    if random.chance(250) {
                        value |= flag;
                    }
                }
                value
            }
        }
    };
}

macro_rules! tables {
    ($($file:literal $table:ident,)*) => {
        $(
            include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit/tables/", $file));
            $table!(enumeration);
        )*
    };
}

tables! {
    "address_mode.rs" address_mode,
    "blend_factor.rs" blend_factor,
    "blend_operation.rs" blend_operation,
    "buffer_binding_type.rs" buffer_binding_type,
    "compare_function.rs" compare_function,
    "error_filter.rs" error_filter,
    "filter_mode.rs" filter_mode,
    "front_face.rs" front_face,
    "index_format.rs" index_format,
    "mipmap_filter_mode.rs" mipmap_filter_mode,
    "primitive_topology.rs" primitive_topology,
    "query_type.rs" query_type,
    "sampler_binding_type.rs" sampler_binding_type,
    "stencil_operation.rs" stencil_operation,
    "storage_texture_access.rs" storage_texture_access,
    "store_op.rs" store_op,
    "texture_aspect.rs" texture_aspect,
    "texture_dimension.rs" texture_dimension,
    "texture_format.rs" texture_format,
    "texture_sample_type.rs" texture_sample_type,
    "texture_view_dimension.rs" texture_view_dimension,
    "vertex_format.rs" vertex_format,
    "vertex_step_mode.rs" vertex_step_mode,
}

enumeration!(GpuCullMode { None, Front, Back });
enumeration!(GpuLoadOp { Load, Clear });
enumeration!(GpuPowerPreference { LowPower, HighPerformance });

set!(GpuBufferUsage);
set!(GpuColorWrite);
set!(GpuMapMode);
set!(GpuShaderStage);
set!(GpuTextureUsage);

/// The features, with the names that `has` takes.
macro_rules! features {
    (
        features { $($native:ident = $feature:ident $name:literal,)* }
        wit_only { $($only:ident $only_name:literal,)* }
    ) => {
        impl Any for GpuFeatureName {
            fn any(random: &mut Random) -> Self {
                random.one_of(&[$(Self::$feature,)* $(Self::$only,)*])
            }
        }

        /// Their names.
        pub(crate) const FEATURES: &[&str] = &[$($name,)* $($only_name,)*];
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit/tables/feature_name.rs"));
feature_name!(features);
