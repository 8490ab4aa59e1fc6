// `gpu-filter-mode` and `wgpu::FilterMode`: <https://www.w3.org/TR/webgpu/#enumdef-gpufiltermode>
macro_rules! filter_mode {
    ($expand:ident) => {
        $expand! {
            wgpu::FilterMode = GpuFilterMode {
                Nearest = Nearest,
                Linear = Linear,
            }
        }
    };
}
