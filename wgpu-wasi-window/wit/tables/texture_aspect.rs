// `gpu-texture-aspect` and `wgpu::TextureAspect`: <https://www.w3.org/TR/webgpu/#enumdef-gputextureaspect>
macro_rules! texture_aspect {
    ($expand:ident) => {
        $expand! {
            wgpu::TextureAspect = GpuTextureAspect {
                All = All,
                StencilOnly = StencilOnly,
                DepthOnly = DepthOnly,
            }
            native_only { Plane0, Plane1, Plane2 }
        }
    };
}
