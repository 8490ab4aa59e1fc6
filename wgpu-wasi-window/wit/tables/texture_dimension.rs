// `gpu-texture-dimension` and `wgpu::TextureDimension`: <https://www.w3.org/TR/webgpu/#enumdef-gputexturedimension>
macro_rules! texture_dimension {
    ($expand:ident) => {
        $expand! {
            wgpu::TextureDimension = GpuTextureDimension {
                D1 = D1,
                D2 = D2,
                D3 = D3,
            }
        }
    };
}
