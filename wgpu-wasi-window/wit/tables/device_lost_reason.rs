// `gpu-device-lost-reason` and `wgpu::DeviceLostReason`: <https://www.w3.org/TR/webgpu/#enumdef-gpudevicelostreason>
macro_rules! device_lost_reason {
    ($expand:ident) => {
        $expand! {
            wgpu::DeviceLostReason = GpuDeviceLostReason {
                Unknown = Unknown,
                Destroyed = Destroyed,
            }
        }
    };
}
