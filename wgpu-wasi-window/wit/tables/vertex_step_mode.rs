// `gpu-vertex-step-mode` and `wgpu::VertexStepMode`: <https://www.w3.org/TR/webgpu/#enumdef-gpuvertexstepmode>
macro_rules! vertex_step_mode {
    ($expand:ident) => {
        $expand! {
            wgpu::VertexStepMode = GpuVertexStepMode {
                Vertex = Vertex,
                Instance = Instance,
            }
        }
    };
}
