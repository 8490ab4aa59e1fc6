// `gpu-texture-view-dimension` and `wgpu::TextureViewDimension`: <https://www.w3.org/TR/webgpu/#enumdef-gputextureviewdimension>
macro_rules! texture_view_dimension {
    ($expand:ident) => {
        $expand! {
            wgpu::TextureViewDimension = GpuTextureViewDimension {
                D1 = D1,
                D2 = D2,
                D2Array = D2Array,
                Cube = Cube,
                CubeArray = CubeArray,
                D3 = D3,
            }
        }
    };
}
