// `gpu-texture-usage` and `wgpu::TextureUsages`: <https://www.w3.org/TR/webgpu/#namespacedef-gputextureusage>
macro_rules! texture_usage {
    ($expand:ident) => {
        $expand! {
            wgpu::TextureUsages = GpuTextureUsage {
                COPY_SRC = COPY_SRC,
                COPY_DST = COPY_DST,
                TEXTURE_BINDING = TEXTURE_BINDING,
                STORAGE_BINDING = STORAGE_BINDING,
                RENDER_ATTACHMENT = RENDER_ATTACHMENT,
                TRANSIENT_ATTACHMENT = TRANSIENT_ATTACHMENT,
            }
            native_only { STORAGE_ATOMIC }
        }
    };
}
