// `gpu-stencil-operation` and `wgpu::StencilOperation`: <https://www.w3.org/TR/webgpu/#enumdef-gpustenciloperation>
macro_rules! stencil_operation {
    ($expand:ident) => {
        $expand! {
            wgpu::StencilOperation = GpuStencilOperation {
                Keep = Keep,
                Zero = Zero,
                Replace = Replace,
                Invert = Invert,
                IncrementClamp = IncrementClamp,
                DecrementClamp = DecrementClamp,
                IncrementWrap = IncrementWrap,
                DecrementWrap = DecrementWrap,
            }
        }
    };
}
