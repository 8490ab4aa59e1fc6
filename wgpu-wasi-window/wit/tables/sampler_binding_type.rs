// `gpu-sampler-binding-type` and `wgpu::SamplerBindingType`: <https://www.w3.org/TR/webgpu/#enumdef-gpusamplerbindingtype>
macro_rules! sampler_binding_type {
    ($expand:ident) => {
        $expand! {
            wgpu::SamplerBindingType = GpuSamplerBindingType {
                Filtering = Filtering,
                NonFiltering = NonFiltering,
                Comparison = Comparison,
            }
        }
    };
}
