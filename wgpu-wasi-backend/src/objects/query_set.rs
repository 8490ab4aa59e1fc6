//! GPUQuerySet — wit: gpu-query-set — spec: <https://www.w3.org/TR/webgpu/#gpuqueryset> — peer: host/src/objects/query_set.rs

use wgpu::custom::QuerySetInterface;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, label};
use crate::device::shared::DeviceShared;

/// A query set of the host. `None`: the host refused to make even an invalid one, as WebGPU does
/// by an exception where a feature is missing. An encoder that it is used with fails.
#[derive(Debug)]
pub(crate) struct QuerySet {
    label: String,
    ty: wgpu::QueryType,
    count: u32,
    wit: Option<wit::GpuQuerySet>,
}

impl QuerySet {
    pub(crate) fn create(device: &DeviceShared, desc: &wgpu::QuerySetDescriptor<'_>) -> Self {
        let wgpu::QuerySetDescriptor { label: name, ty, count } = desc;
        let made = query_type(device, *ty).map_err(|why| why.to_string()).and_then(|type_| {
            let descriptor = wit::GpuQuerySetDescriptor { type_, count: *count, label: label(*name) };
            device.wit.create_query_set(&descriptor).map_err(|error| error.message)
        });
        if let Err(why) = &made {
            // Without the label, as wgpu.
            device.refuse("Device::create_query_set", None, why);
        }
        device.created();
        Self { label: name.unwrap_or_default().to_owned(), ty: *ty, count: *count, wit: made.ok() }
    }

    #[inline]
    pub(crate) fn wit(&self) -> Result<&wit::GpuQuerySet, String> {
        self.wit.as_ref().ok_or_else(|| format!("QuerySet with '{}' label is invalid", self.label))
    }

    /// Why a query of pipeline statistics can not be one of this set, in the words of wgpu: no set has those.
    pub(crate) fn no_statistics(&self, query_index: u32) -> String {
        let Self { label: _, ty, count, wit: _ } = self;
        if query_index >= *count {
            return format!("Query {query_index} is out of bounds for a query set of size {count}");
        }
        let ty = match ty {
            wgpu::QueryType::Occlusion => "Occlusion",
            wgpu::QueryType::Timestamp => "Timestamp",
            wgpu::QueryType::PipelineStatistics(_) => "PipelineStatistics",
        };
        format!("A query of type PipelineStatistics was started using a query set of type {ty}")
    }
}

fn query_type(device: &DeviceShared, ty: wgpu::QueryType) -> Result<wit::GpuQueryType, NotInWebGpu> {
    let needed = match ty {
        wgpu::QueryType::Occlusion => wgpu::Features::empty(),
        wgpu::QueryType::Timestamp => wgpu::Features::TIMESTAMP_QUERY,
        wgpu::QueryType::PipelineStatistics(_) => wgpu::Features::PIPELINE_STATISTICS_QUERY,
    };
    if device.features().contains(needed) { ty.try_into() } else { Err(NotInWebGpu::without(needed)) }
}

impl QuerySetInterface for QuerySet {
    fn destroy(&self) {
        if let Some(wit) = &self.wit {
            wit.destroy();
        }
    }
}
