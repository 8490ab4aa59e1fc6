// `gpu-feature-name`, `wgpu::Features` and the name in WebGPU, which `gpu-supported-features.has`
// takes: <https://www.w3.org/TR/webgpu/#enumdef-gpufeaturename>
// `wit_only`: names for which wgpu has no feature bit of its own; each side says what they stand for.
macro_rules! feature_name {
    ($expand:ident) => {
        $expand! {
            features {
                DEPTH_CLIP_CONTROL = DepthClipControl "depth-clip-control",
                DEPTH32FLOAT_STENCIL8 = Depth32floatStencil8 "depth32float-stencil8",
                TEXTURE_COMPRESSION_BC = TextureCompressionBc "texture-compression-bc",
                TEXTURE_COMPRESSION_BC_SLICED_3D = TextureCompressionBcSliced3d "texture-compression-bc-sliced-3d",
                TEXTURE_COMPRESSION_ETC2 = TextureCompressionEtc2 "texture-compression-etc2",
                TEXTURE_COMPRESSION_ASTC = TextureCompressionAstc "texture-compression-astc",
                TEXTURE_COMPRESSION_ASTC_SLICED_3D = TextureCompressionAstcSliced3d "texture-compression-astc-sliced-3d",
                TIMESTAMP_QUERY = TimestampQuery "timestamp-query",
                INDIRECT_FIRST_INSTANCE = IndirectFirstInstance "indirect-first-instance",
                SHADER_F16 = ShaderF16 "shader-f16",
                RG11B10UFLOAT_RENDERABLE = Rg11b10ufloatRenderable "rg11b10ufloat-renderable",
                BGRA8UNORM_STORAGE = Bgra8unormStorage "bgra8unorm-storage",
                FLOAT32_FILTERABLE = Float32Filterable "float32-filterable",
                FLOAT32_BLENDABLE = Float32Blendable "float32-blendable",
                CLIP_DISTANCES = ClipDistances "clip-distances",
                DUAL_SOURCE_BLENDING = DualSourceBlending "dual-source-blending",
                SUBGROUP = Subgroups "subgroups",
                PRIMITIVE_INDEX = PrimitiveIndex "primitive-index",
            }
            wit_only {
                CoreFeaturesAndLimits "core-features-and-limits",
                TextureFormatsTier1 "texture-formats-tier1",
                TextureFormatsTier2 "texture-formats-tier2",
                TextureComponentSwizzle "texture-component-swizzle",
            }
        }
    };
}
