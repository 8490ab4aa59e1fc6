// `gpu-texture-sample-type` and `wgpu::TextureSampleType`: <https://www.w3.org/TR/webgpu/#enumdef-gputexturesampletype>
macro_rules! texture_sample_type {
    ($expand:ident) => {
        $expand! {
            wgpu::TextureSampleType = GpuTextureSampleType {
                Float { filterable: true } = Float,
                Float { filterable: false } = UnfilterableFloat,
                Depth = Depth,
                Sint = Sint,
                Uint = Uint,
            }
        }
    };
}
