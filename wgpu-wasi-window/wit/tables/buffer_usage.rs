// `gpu-buffer-usage` and `wgpu::BufferUsages`: <https://www.w3.org/TR/webgpu/#namespacedef-gpubufferusage>
macro_rules! buffer_usage {
    ($expand:ident) => {
        $expand! {
            wgpu::BufferUsages = GpuBufferUsage {
                MAP_READ = MAP_READ,
                MAP_WRITE = MAP_WRITE,
                COPY_SRC = COPY_SRC,
                COPY_DST = COPY_DST,
                INDEX = INDEX,
                VERTEX = VERTEX,
                UNIFORM = UNIFORM,
                STORAGE = STORAGE,
                INDIRECT = INDIRECT,
                QUERY_RESOLVE = QUERY_RESOLVE,
            }
            native_only { BLAS_INPUT, TLAS_INPUT }
        }
    };
}
