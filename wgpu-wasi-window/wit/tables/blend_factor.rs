// `gpu-blend-factor` and `wgpu::BlendFactor`: <https://www.w3.org/TR/webgpu/#enumdef-gpublendfactor>
macro_rules! blend_factor {
    ($expand:ident) => {
        $expand! {
            wgpu::BlendFactor = GpuBlendFactor {
                Zero = Zero,
                One = One,
                Src = Src,
                OneMinusSrc = OneMinusSrc,
                SrcAlpha = SrcAlpha,
                OneMinusSrcAlpha = OneMinusSrcAlpha,
                Dst = Dst,
                OneMinusDst = OneMinusDst,
                DstAlpha = DstAlpha,
                OneMinusDstAlpha = OneMinusDstAlpha,
                SrcAlphaSaturated = SrcAlphaSaturated,
                Constant = Constant,
                OneMinusConstant = OneMinusConstant,
                Src1 = Src1,
                OneMinusSrc1 = OneMinusSrc1,
                Src1Alpha = Src1Alpha,
                OneMinusSrc1Alpha = OneMinusSrc1Alpha,
            }
        }
    };
}
