// `gpu-shader-stage` and `wgpu::ShaderStages`: <https://www.w3.org/TR/webgpu/#namespacedef-gpushaderstage>
macro_rules! shader_stage {
    ($expand:ident) => {
        $expand! {
            wgpu::ShaderStages = GpuShaderStage {
                VERTEX = VERTEX,
                FRAGMENT = FRAGMENT,
                COMPUTE = COMPUTE,
            }
            native_only { TASK, MESH, RAY_GENERATION, ANY_HIT, CLOSEST_HIT, MISS }
        }
    };
}
