// `gpu-blend-operation` and `wgpu::BlendOperation`: <https://www.w3.org/TR/webgpu/#enumdef-gpublendoperation>
macro_rules! blend_operation {
    ($expand:ident) => {
        $expand! {
            wgpu::BlendOperation = GpuBlendOperation {
                Add = Add,
                Subtract = Subtract,
                ReverseSubtract = ReverseSubtract,
                Min = Min,
                Max = Max,
            }
        }
    };
}
