// `gpu-error-filter` and `wgpu::ErrorFilter`: <https://www.w3.org/TR/webgpu/#enumdef-gpuerrorfilter>
macro_rules! error_filter {
    ($expand:ident) => {
        $expand! {
            wgpu::ErrorFilter = GpuErrorFilter {
                Validation = Validation,
                OutOfMemory = OutOfMemory,
                Internal = Internal,
            }
        }
    };
}
