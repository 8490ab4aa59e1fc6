// `gpu-store-op` and `wgpu::StoreOp`: <https://www.w3.org/TR/webgpu/#enumdef-gpustoreop>
macro_rules! store_op {
    ($expand:ident) => {
        $expand! {
            wgpu::StoreOp = GpuStoreOp {
                Store = Store,
                Discard = Discard,
            }
        }
    };
}
