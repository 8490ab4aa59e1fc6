// `gpu-buffer-binding-type` and `wgpu::BufferBindingType`: <https://www.w3.org/TR/webgpu/#enumdef-gpubufferbindingtype>
macro_rules! buffer_binding_type {
    ($expand:ident) => {
        $expand! {
            wgpu::BufferBindingType = GpuBufferBindingType {
                Uniform = Uniform,
                Storage { read_only: false } = Storage,
                Storage { read_only: true } = ReadOnlyStorage,
            }
        }
    };
}
