// `gpu-front-face` and `wgpu::FrontFace`: <https://www.w3.org/TR/webgpu/#enumdef-gpufrontface>
macro_rules! front_face {
    ($expand:ident) => {
        $expand! {
            wgpu::FrontFace = GpuFrontFace {
                Ccw = Ccw,
                Cw = Cw,
            }
        }
    };
}
