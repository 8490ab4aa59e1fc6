//! GPUQuerySet — wit: gpu-query-set — spec: <https://www.w3.org/TR/webgpu/#gpuqueryset> — peer: wgpu-wasi-backend/src/objects/query_set.rs

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    device::core::DeviceCore,
    view::{WebGpuCtxView, label_methods, labelled},
    weights,
};

/// A query set of the guest.
#[derive(Debug)]
pub struct QuerySet {
    pub(crate) inner: wgpu::QuerySet,
    device: Arc<DeviceCore>,
    pub(crate) label: String,
    /// wgpu's type has more variants.
    kind: wit::GpuQueryType,
}

labelled!(QuerySet, weights::QUERY_SET, |set| {
    // One with more is refused, and has none.
    let count = set.inner.count().min(wgpu::QUERY_SET_MAX_QUERIES);
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(weights::QUERY)
});

impl WebGpuCtxView<'_> {
    /// `createQuerySet`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createqueryset>
    pub(crate) fn new_query_set(
        &mut self,
        device: &Arc<DeviceCore>,
        descriptor: wit::GpuQuerySetDescriptor,
    ) -> wasmtime::Result<Result<QuerySet, wit::CreateQuerySetError>> {
        let wit::GpuQuerySetDescriptor { type_, count, label } = descriptor;
        let label = label.unwrap_or_default();
        if type_ == wit::GpuQueryType::Timestamp && !device.features.contains(wgpu::Features::TIMESTAMP_QUERY)
        {
            return Ok(Err(wit::CreateQuerySetError {
                kind: wit::CreateQuerySetErrorKind::TypeError,
                message: format!(
                    "query set '{label}': the device does not have the feature \"timestamp-query\""
                ),
            }));
        }
        let inner = device.wgpu.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some(&label),
            ty: type_.into(),
            count,
        });
        Ok(Ok(QuerySet { inner, device: Arc::clone(device), label, kind: type_ }))
    }
}

impl wit::HostGpuQuerySet for WebGpuCtxView<'_> {
    fn destroy(&mut self, this: Resource<QuerySet>) -> wasmtime::Result<()> {
        self.ctx.settle();
        let set = self.get(&this)?;
        set.device.unusable.destroys_query_set();
        set.inner.destroy();
        Ok(())
    }

    fn type_(&mut self, this: Resource<QuerySet>) -> wasmtime::Result<wit::GpuQueryType> {
        Ok(self.get(&this)?.kind)
    }

    fn count(&mut self, this: Resource<QuerySet>) -> wasmtime::Result<u32> {
        Ok(self.get(&this)?.inner.count())
    }

    label_methods!(QuerySet);

    fn drop(&mut self, this: Resource<QuerySet>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}
