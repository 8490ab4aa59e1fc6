// `gpu-query-type` and `wgpu::QueryType`: <https://www.w3.org/TR/webgpu/#enumdef-gpuquerytype>
macro_rules! query_type {
    ($expand:ident) => {
        $expand! {
            wgpu::QueryType = GpuQueryType {
                Occlusion = Occlusion,
                Timestamp = Timestamp,
            }
            native_only { PipelineStatistics(..) }
        }
    };
}
