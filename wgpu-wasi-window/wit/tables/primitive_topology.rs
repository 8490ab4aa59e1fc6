// `gpu-primitive-topology` and `wgpu::PrimitiveTopology`: <https://www.w3.org/TR/webgpu/#enumdef-gpuprimitivetopology>
macro_rules! primitive_topology {
    ($expand:ident) => {
        $expand! {
            wgpu::PrimitiveTopology = GpuPrimitiveTopology {
                PointList = PointList,
                LineList = LineList,
                LineStrip = LineStrip,
                TriangleList = TriangleList,
                TriangleStrip = TriangleStrip,
            }
        }
    };
}
