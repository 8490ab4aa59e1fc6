// `gpu-index-format` and `wgpu::IndexFormat`: <https://www.w3.org/TR/webgpu/#enumdef-gpuindexformat>
macro_rules! index_format {
    ($expand:ident) => {
        $expand! {
            wgpu::IndexFormat = GpuIndexFormat {
                Uint16 = Uint16,
                Uint32 = Uint32,
            }
        }
    };
}
