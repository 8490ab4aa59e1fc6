//! GPUQuerySet — wit: gpu-query-set — spec: <https://www.w3.org/TR/webgpu/#gpuqueryset> — peer: host/src/query_set.rs

use wgpu::custom::QuerySetInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::label;
use crate::device::DeviceShared;

/// A query set of the host. `None`: the host refused to make even an invalid one, as WebGPU does
/// by an exception where a feature is missing. An encoder that it is used with fails.
#[derive(Debug)]
pub(crate) struct QuerySet {
    wit: Option<wit::GpuQuerySet>,
}

impl QuerySet {
    pub(crate) fn create(device: &DeviceShared, desc: &wgpu::QuerySetDescriptor<'_>) -> Self {
        let wgpu::QuerySetDescriptor { label: name, ty, count } = desc;
        let made = wit::GpuQueryType::try_from(*ty).map_err(|why| why.to_string()).and_then(|type_| {
            let descriptor = wit::GpuQuerySetDescriptor { type_, count: *count, label: label(*name) };
            device.wit.create_query_set(&descriptor).map_err(|error| error.message)
        });
        if let Err(why) = &made {
            device.refuse("Device::create_query_set", *name, why);
        }
        device.created();
        Self { wit: made.ok() }
    }

    #[inline]
    pub(crate) fn wit(&self) -> Result<&wit::GpuQuerySet, &'static str> {
        self.wit.as_ref().ok_or("QuerySet is invalid")
    }
}

impl QuerySetInterface for QuerySet {
    fn destroy(&self) {
        if let Some(wit) = &self.wit {
            wit.destroy();
        }
    }
}
