// `gpu-color-write` and `wgpu::ColorWrites`: <https://www.w3.org/TR/webgpu/#namespacedef-gpucolorwrite>
macro_rules! color_write {
    ($expand:ident) => {
        $expand! {
            wgpu::ColorWrites = GpuColorWrite {
                RED = RED,
                GREEN = GREEN,
                BLUE = BLUE,
                ALPHA = ALPHA,
            }
        }
    };
}
