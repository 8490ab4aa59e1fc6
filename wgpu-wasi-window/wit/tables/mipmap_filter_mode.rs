// `gpu-mipmap-filter-mode` and `wgpu::MipmapFilterMode`: <https://www.w3.org/TR/webgpu/#enumdef-gpumipmapfiltermode>
macro_rules! mipmap_filter_mode {
    ($expand:ident) => {
        $expand! {
            wgpu::MipmapFilterMode = GpuMipmapFilterMode {
                Nearest = Nearest,
                Linear = Linear,
            }
        }
    };
}
