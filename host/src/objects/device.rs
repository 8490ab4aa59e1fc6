//! GPUDevice — wit: gpu-device, gpu-device-lost-info, gpu-uncaptured-error-event — spec: <https://www.w3.org/TR/webgpu/#gpudevice> — peer: wgpu-wasi-backend/src/objects/device.rs

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use wasmtime::{
    StoreContextMut,
    component::{
        Access, Accessor, Destination, FutureProducer, FutureReader, Resource, StreamProducer, StreamReader,
        StreamResult,
    },
};

use crate::{
    bindings::wit,
    commands::fetch,
    device::{
        core::{DeviceCore, DeviceLostInfo},
        errors::{DeviceErrors, GpuError},
    },
    objects::{
        adapter::{AdapterInfo, SupportedFeatures, SupportedLimits},
        bind_group::BindGroup,
        bind_group_layout::BindGroupLayout,
        buffer::Buffer,
        command_encoder::CommandEncoder,
        compute_pipeline::{self, ComputePipeline},
        pipeline_layout::PipelineLayout,
        produce::produce,
        query_set::QuerySet,
        queue::Queue,
        render_bundle_encoder::RenderBundleEncoder,
        render_pipeline::{self, RenderPipeline},
        sampler::Sampler,
        shader_module::ShaderModule,
        texture::Texture,
    },
    view::{Entry, WebGpu, WebGpuCtxView, label_methods, labelled},
};

/// A device as the guest holds it.
#[derive(Debug)]
pub struct Device {
    pub(crate) core: Arc<DeviceCore>,
    pub(crate) label: String,
}

impl Entry for DeviceLostInfo {}

/// An event that carries an uncaptured error. Errors reach guests as the items of a stream, so nothing
/// makes one; the WIT has the resource because WebGPU has the interface.
#[derive(Debug)]
pub struct UncapturedErrorEvent {
    error: GpuError,
}

impl Entry for UncapturedErrorEvent {}

labelled!(Device, crate::weights::HANDLE);

impl WebGpuCtxView<'_> {
    /// The device behind a handle.
    pub(crate) fn core(&self, device: &Resource<Device>) -> wasmtime::Result<Arc<DeviceCore>> {
        Ok(Arc::clone(&self.get(device)?.core))
    }

    fn compute_pipeline_parts(
        &mut self,
        device: &Resource<Device>,
        descriptor: wit::GpuComputePipelineDescriptor,
    ) -> wasmtime::Result<(Arc<DeviceCore>, compute_pipeline::Descriptor)> {
        let (device, mut descriptor) = (self.core(device)?, self.compute_pipeline_descriptor(descriptor)?);
        descriptor.weigh(&device)?;
        Ok((device, descriptor))
    }

    fn render_pipeline_parts(
        &mut self,
        device: &Resource<Device>,
        descriptor: wit::GpuRenderPipelineDescriptor,
    ) -> wasmtime::Result<(Arc<DeviceCore>, render_pipeline::Descriptor)> {
        let (device, mut descriptor) = (self.core(device)?, self.render_pipeline_descriptor(descriptor)?);
        descriptor.weigh(&device)?;
        Ok((device, descriptor))
    }
}

impl<T: Send + 'static> wit::HostGpuDeviceWithStore<T> for WebGpu {
    fn create_bind_group(
        mut access: Access<'_, T, Self>,
        this: Resource<Device>,
        descriptor: wit::GpuBindGroupDescriptor,
    ) -> wasmtime::Result<Resource<BindGroup>> {
        let new_name = fetch::name_of_new_group(&mut access)?;
        let mut view = access.get();
        let device = view.core(&this)?;
        let group = view.new_bind_group(&device, descriptor)?;
        let group = view.push(group)?;
        view.get_and_name(&group, new_name)?;
        Ok(group)
    }

    async fn create_shader_module(
        mut access: Access<'_, T, Self>,
        this: Resource<Device>,
        descriptor: wit::GpuShaderModuleDescriptor,
    ) -> wasmtime::Result<Resource<ShaderModule>> {
        let device = access.get().core(&this)?;
        let module = ShaderModule::create(&device, descriptor).await?;
        access.get().push(module)
    }

    async fn create_compute_pipeline(
        mut access: Access<'_, T, Self>,
        this: Resource<Device>,
        descriptor: wit::GpuComputePipelineDescriptor,
    ) -> wasmtime::Result<Resource<ComputePipeline>> {
        let (device, descriptor) = access.get().compute_pipeline_parts(&this, descriptor)?;
        let pipeline = ComputePipeline::create(&device, descriptor).await.reported(&device);
        access.get().push(pipeline)
    }

    async fn create_render_pipeline(
        mut access: Access<'_, T, Self>,
        this: Resource<Device>,
        descriptor: wit::GpuRenderPipelineDescriptor,
    ) -> wasmtime::Result<Resource<RenderPipeline>> {
        let (device, descriptor) = access.get().render_pipeline_parts(&this, descriptor)?;
        let pipeline = RenderPipeline::create(&device, descriptor).await.reported(&device);
        access.get().push(pipeline)
    }

    async fn create_compute_pipeline_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Device>,
        descriptor: wit::GpuComputePipelineDescriptor,
    ) -> wasmtime::Result<Result<Resource<ComputePipeline>, wit::CreatePipelineError>> {
        let parts = accessor.with(|mut access| access.get().compute_pipeline_parts(&this, descriptor));
        let (device, descriptor) = parts?;
        match ComputePipeline::create(&device, descriptor).await.checked() {
            Ok(pipeline) => accessor.with(|mut access| access.get().push(pipeline)).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn create_render_pipeline_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Device>,
        descriptor: wit::GpuRenderPipelineDescriptor,
    ) -> wasmtime::Result<Result<Resource<RenderPipeline>, wit::CreatePipelineError>> {
        let parts = accessor.with(|mut access| access.get().render_pipeline_parts(&this, descriptor));
        let (device, descriptor) = parts?;
        match RenderPipeline::create(&device, descriptor).await.checked() {
            Ok(pipeline) => accessor.with(|mut access| access.get().push(pipeline)).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    fn lost(
        mut access: Access<T, Self>,
        this: Resource<Device>,
    ) -> wasmtime::Result<FutureReader<Resource<DeviceLostInfo>>> {
        let lost = access.get().core(&this)?.lost.subscribe();
        let getter = access.getter();
        let info = Box::pin(async move {
            let mut lost = lost;
            // The sender can't be gone before it has sent: a dropped device is a lost one.
            lost.wait_for(Option::is_some).await.ok()?.clone()
        });
        FutureReader::new(access, LostProducer { info, getter })
    }

    async fn pop_error_scope(
        accessor: &Accessor<T, Self>,
        this: Resource<Device>,
    ) -> wasmtime::Result<Result<Option<Resource<GpuError>>, wit::PopErrorScopeError>> {
        accessor.with(|mut access| {
            let mut view = access.get();
            match view.core(&this)?.errors.pop_scope() {
                Some(Some(error)) => view.push(error).map(|error| Ok(Some(error))),
                Some(None) => Ok(Ok(None)),
                None => Ok(Err(wit::PopErrorScopeError {
                    kind: wit::PopErrorScopeErrorKind::OperationError,
                    message: "popErrorScope: the device has no open error scope".to_owned(),
                })),
            }
        })
    }

    fn on_uncaptured_error(
        mut access: Access<T, Self>,
        this: Resource<Device>,
    ) -> wasmtime::Result<StreamReader<Resource<GpuError>>> {
        let errors = Arc::clone(&access.get().core(&this)?.errors);
        errors.listen();
        let getter = access.getter();
        StreamReader::new(access, ErrorProducer { errors, getter })
    }
}

impl wit::HostGpuDevice for WebGpuCtxView<'_> {
    fn features(&mut self, this: Resource<Device>) -> wasmtime::Result<Resource<SupportedFeatures>> {
        let device = self.core(&this)?;
        self.push(SupportedFeatures::of_device(&device))
    }

    fn limits(&mut self, this: Resource<Device>) -> wasmtime::Result<Resource<SupportedLimits>> {
        let limits = self.core(&this)?.limits.clone();
        self.push(SupportedLimits { limits })
    }

    fn adapter_info(&mut self, this: Resource<Device>) -> wasmtime::Result<Resource<AdapterInfo>> {
        let info = Arc::clone(&self.core(&this)?.adapter_info);
        self.push(AdapterInfo { info })
    }

    fn queue(&mut self, this: Resource<Device>) -> wasmtime::Result<Resource<Queue>> {
        let device = self.core(&this)?;
        self.push(Queue::create(device))
    }

    fn destroy(&mut self, this: Resource<Device>) -> wasmtime::Result<()> {
        let device = self.core(&this)?;
        device.timeline.settle();
        // A lent device is lost to this guest alone: the embedder and other guests go on with it.
        if !device.lent {
            device.wgpu.destroy();
        }
        // wgpu tells it only at the next poll; `lost` resolves without one.
        device.lose(wgpu::DeviceLostReason::Destroyed, "GPUDevice.destroy() was called");
        Ok(())
    }

    fn create_buffer(
        &mut self,
        this: Resource<Device>,
        descriptor: wit::GpuBufferDescriptor,
    ) -> wasmtime::Result<Resource<Buffer>> {
        let device = self.core(&this)?;
        self.push(Buffer::create(&device, descriptor))
    }

    fn create_texture(
        &mut self,
        this: Resource<Device>,
        descriptor: wit::GpuTextureDescriptor,
    ) -> wasmtime::Result<Resource<Texture>> {
        let device = self.core(&this)?;
        let texture = self.new_texture(&device, descriptor)?;
        self.push(texture)
    }

    fn create_sampler(
        &mut self,
        this: Resource<Device>,
        descriptor: Option<wit::GpuSamplerDescriptor>,
    ) -> wasmtime::Result<Resource<Sampler>> {
        let device = self.core(&this)?;
        let sampler = self.new_sampler(&device, descriptor)?;
        self.push(sampler)
    }

    fn create_bind_group_layout(
        &mut self,
        this: Resource<Device>,
        descriptor: wit::GpuBindGroupLayoutDescriptor,
    ) -> wasmtime::Result<Resource<BindGroupLayout>> {
        let device = self.core(&this)?;
        let layout = self.new_bind_group_layout(&device, descriptor)?;
        self.push(layout)
    }

    fn create_pipeline_layout(
        &mut self,
        this: Resource<Device>,
        descriptor: wit::GpuPipelineLayoutDescriptor,
    ) -> wasmtime::Result<Resource<PipelineLayout>> {
        let device = self.core(&this)?;
        let layout = self.new_pipeline_layout(&device, descriptor)?;
        self.push(layout)
    }

    fn create_command_encoder(
        &mut self,
        this: Resource<Device>,
        descriptor: Option<wit::GpuCommandEncoderDescriptor>,
    ) -> wasmtime::Result<Resource<CommandEncoder>> {
        let device = self.core(&this)?;
        self.push(CommandEncoder::create(&device, descriptor))
    }

    fn create_render_bundle_encoder(
        &mut self,
        this: Resource<Device>,
        descriptor: wit::GpuRenderBundleEncoderDescriptor,
    ) -> wasmtime::Result<Resource<RenderBundleEncoder>> {
        let device = self.core(&this)?;
        let encoder = self.new_render_bundle_encoder(&device, descriptor)?;
        self.push(encoder)
    }

    fn create_query_set(
        &mut self,
        this: Resource<Device>,
        descriptor: wit::GpuQuerySetDescriptor,
    ) -> wasmtime::Result<Result<Resource<QuerySet>, wit::CreateQuerySetError>> {
        let device = self.core(&this)?;
        match self.new_query_set(&device, descriptor)? {
            Ok(query_set) => self.push(query_set).map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    label_methods!(Device);

    fn push_error_scope(
        &mut self,
        this: Resource<Device>,
        filter: wit::GpuErrorFilter,
    ) -> wasmtime::Result<()> {
        Ok(self.core(&this)?.errors.push_scope(filter.into())?)
    }

    fn drop(&mut self, this: Resource<Device>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::HostGpuDeviceLostInfo for WebGpuCtxView<'_> {
    fn reason(&mut self, this: Resource<DeviceLostInfo>) -> wasmtime::Result<wit::GpuDeviceLostReason> {
        Ok(match self.get(&this)?.reason {
            wgpu::DeviceLostReason::Unknown => wit::GpuDeviceLostReason::Unknown,
            wgpu::DeviceLostReason::Destroyed => wit::GpuDeviceLostReason::Destroyed,
        })
    }

    fn message(&mut self, this: Resource<DeviceLostInfo>) -> wasmtime::Result<String> {
        Ok(self.get(&this)?.message.clone())
    }

    fn drop(&mut self, this: Resource<DeviceLostInfo>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl wit::HostGpuUncapturedErrorEvent for WebGpuCtxView<'_> {
    fn error(&mut self, this: Resource<UncapturedErrorEvent>) -> wasmtime::Result<Resource<GpuError>> {
        let error = self.get(&this)?.error.clone();
        self.push(error)
    }

    fn drop(&mut self, this: Resource<UncapturedErrorEvent>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// Gives the guest the one value of `lost`; a plain future can't, for the value is a new resource in
/// the guest's table.
struct LostProducer<T: 'static> {
    info: Pin<Box<dyn Future<Output = Option<DeviceLostInfo>> + Send>>,
    getter: fn(&mut T) -> WebGpuCtxView<'_>,
}

impl<T: 'static> FutureProducer<T> for LostProducer<T> {
    type Item = Resource<DeviceLostInfo>;

    fn poll_produce(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'_, T>,
        finish: bool,
    ) -> Poll<wasmtime::Result<Option<Self::Item>>> {
        let this = self.get_mut();
        match this.info.as_mut().poll(cx) {
            Poll::Ready(info) => {
                let info = info.unwrap_or_else(|| DeviceLostInfo {
                    reason: wgpu::DeviceLostReason::Unknown,
                    message: "the device is gone".to_owned(),
                });
                Poll::Ready((this.getter)(store.data_mut()).push(info).map(Some))
            }
            Poll::Pending if finish => Poll::Ready(Ok(None)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Gives the guest the uncaptured errors, one at a time.
struct ErrorProducer<T: 'static> {
    errors: Arc<DeviceErrors>,
    getter: fn(&mut T) -> WebGpuCtxView<'_>,
}

impl<T: 'static> StreamProducer<T> for ErrorProducer<T> {
    type Item = Resource<GpuError>;
    type Buffer = Option<Resource<GpuError>>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'a, T>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        produce(store, &mut destination, finish, |data| {
            let next = self.errors.poll_uncaptured(cx);
            next.map(|error| error.map(|error| (self.getter)(data).push(error)).transpose())
        })
    }
}
