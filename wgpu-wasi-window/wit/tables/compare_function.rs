// `gpu-compare-function` and `wgpu::CompareFunction`: <https://www.w3.org/TR/webgpu/#enumdef-gpucomparefunction>
macro_rules! compare_function {
    ($expand:ident) => {
        $expand! {
            wgpu::CompareFunction = GpuCompareFunction {
                Never = Never,
                Less = Less,
                Equal = Equal,
                LessEqual = LessEqual,
                Greater = Greater,
                NotEqual = NotEqual,
                GreaterEqual = GreaterEqual,
                Always = Always,
            }
        }
    };
}
