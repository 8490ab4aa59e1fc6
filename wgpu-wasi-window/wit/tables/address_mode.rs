// `gpu-address-mode` and `wgpu::AddressMode`: <https://www.w3.org/TR/webgpu/#enumdef-gpuaddressmode>
macro_rules! address_mode {
    ($expand:ident) => {
        $expand! {
            wgpu::AddressMode = GpuAddressMode {
                ClampToEdge = ClampToEdge,
                Repeat = Repeat,
                MirrorRepeat = MirrorRepeat,
            }
            native_only { ClampToBorder }
        }
    };
}
