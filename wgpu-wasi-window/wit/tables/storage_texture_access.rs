// `gpu-storage-texture-access` and `wgpu::StorageTextureAccess`: <https://www.w3.org/TR/webgpu/#enumdef-gpustoragetextureaccess>
macro_rules! storage_texture_access {
    ($expand:ident) => {
        $expand! {
            wgpu::StorageTextureAccess = GpuStorageTextureAccess {
                WriteOnly = WriteOnly,
                ReadOnly = ReadOnly,
                ReadWrite = ReadWrite,
            }
            native_only { Atomic }
        }
    };
}
