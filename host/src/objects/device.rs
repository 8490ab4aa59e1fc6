//! GPUDevice — wit: gpu-device, gpu-device-lost-info, gpu-uncaptured-error-event — spec: <https://www.w3.org/TR/webgpu/#gpudevice> — peer: wgpu-wasi-backend/src/objects/device.rs

use std::{
    pin::Pin,
    sync::{Arc, atomic::AtomicBool},
    task::{Context, Poll},
};

use tokio::sync::watch;
use wasmtime::{
    StoreContextMut,
    component::{
        Access, Accessor, Destination, FutureProducer, FutureReader, Resource, StreamProducer, StreamReader,
        StreamResult,
    },
};

use crate::{
    bindings::wit,
    commands::memory,
    device::{
        compiler::Compiler,
        errors::{DeviceErrors, GpuError, UnheardErrors},
        guest_log::GuestLog,
        in_flight::{Held, InFlight},
        lent_scopes,
        timeline::Timeline,
        waiting::Poller,
    },
    lend::LentDevice,
    objects::{
        adapter::{AdapterInfo, SupportedFeatures, SupportedLimits},
        bind_group::BindGroup,
        bind_group_layout::BindGroupLayout,
        buffer::Buffer,
        command_encoder::CommandEncoder,
        compute_pipeline::{self, ComputePipeline},
        pipeline_layout::PipelineLayout,
        query_set::QuerySet,
        queue::Queue,
        render_bundle_encoder::RenderBundleEncoder,
        render_pipeline::{self, RenderPipeline},
        sampler::Sampler,
        shader_module::ShaderModule,
        texture::Texture,
    },
    quotas::{Budget, QuotaExceeded, Reservation, SharedReservation},
    view::{Entry, WebGpu, WebGpuCtxView, label_methods, labelled},
};

/// A device as the guest holds it.
#[derive(Debug)]
pub struct Device {
    pub(crate) core: Arc<DeviceCore>,
    pub(crate) label: String,
}

/// Why a device was lost.
#[derive(Clone, Debug)]
pub struct DeviceLostInfo {
    reason: wgpu::DeviceLostReason,
    message: String,
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

/// What every object of a device shares: it lives as long as the last of them, in whatever order the
/// guest drops its handles.
#[derive(Debug)]
pub(crate) struct DeviceCore {
    pub(crate) wgpu: wgpu::Device,
    /// Held here because wgpu panics when an encoder is made after the last handle to the queue went.
    pub(crate) queue: wgpu::Queue,
    pub(crate) errors: Arc<DeviceErrors>,
    pub(crate) features: wgpu::Features,
    pub(crate) limits: wgpu::Limits,
    pub(crate) adapter_info: Arc<wgpu::AdapterInfo>,
    pub(crate) memory: Arc<Budget>,
    pub(crate) host_memory: Arc<Budget>,
    /// Bytes that writes may stage: `device/in_flight.rs`.
    pub(crate) staging: Arc<Budget>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) held: Held,
    #[expect(dead_code, reason = "held, and never read")]
    weight: Option<Reservation>,
    pub(crate) max_shader_bytes: usize,
    pub(crate) max_loop_iterations: Option<u32>,
    pub(crate) is_core: bool,
    pub(crate) queue_label: String,
    pub(crate) poller: Poller,
    /// Whether it is the embedder's: `lend.rs`.
    pub(crate) lent: bool,
    /// Whether the guest has asked a lent device's adapter for it.
    pub(crate) requested: AtomicBool,
    /// What was put off, which whatever depends on it [settles](Timeline::settle) first.
    pub(crate) timeline: Arc<Timeline>,
    compiler: Arc<Compiler>,
    lost: Arc<watch::Sender<Option<DeviceLostInfo>>>,
}

/// How a device reports.
struct Signals {
    errors: Arc<DeviceErrors>,
    lost: Arc<watch::Sender<Option<DeviceLostInfo>>>,
    lent: bool,
}

/// What the context of a guest gives to each of its devices.
pub(crate) struct DevicePolicy {
    pub(crate) memory: Arc<Budget>,
    pub(crate) host_memory: Arc<Budget>,
    pub(crate) staging: Arc<Budget>,
    pub(crate) in_flight: Arc<InFlight>,
    /// What the device takes of the host's memory; `None` for one that is the embedder's.
    pub(crate) weight: Option<Reservation>,
    pub(crate) compiler: Arc<Compiler>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) unheard: Arc<UnheardErrors>,
    pub(crate) log: Arc<GuestLog>,
    pub(crate) max_shader_bytes: usize,
    pub(crate) max_loop_iterations: Option<u32>,
    pub(crate) is_core: bool,
}

impl DevicePolicy {
    fn errors(&self) -> Arc<DeviceErrors> {
        let (unheard, log) = (Arc::clone(&self.unheard), Arc::clone(&self.log));
        Arc::new(DeviceErrors::new(Arc::clone(&self.timeline), unheard, log, Arc::clone(&self.host_memory)))
    }
}

impl DeviceCore {
    pub(crate) fn create(
        wgpu: wgpu::Device,
        queue: wgpu::Queue,
        adapter_info: Arc<wgpu::AdapterInfo>,
        queue_label: String,
        policy: DevicePolicy,
    ) -> Arc<Self> {
        let errors = policy.errors();
        // Before the guest gets the device: wgpu's own handler panics.
        wgpu.on_uncaptured_error({
            let errors = Arc::clone(&errors);
            Arc::new(move |error: wgpu::Error| errors.report(GpuError::from(error)))
        });
        let lost = Arc::new(watch::Sender::new(None));
        wgpu.set_device_lost_callback({
            let errors = Arc::clone(&errors);
            let lost = Arc::clone(&lost);
            move |reason, message| lose(&errors, &lost, reason, &message)
        });
        Self::assemble(wgpu, queue, adapter_info, queue_label, policy, Signals { errors, lost, lent: false })
    }

    /// A device of the embedder's, whose handlers stay his: errors are caught call by call
    /// (`device/lent_scopes.rs`), and a loss is told by [`LentDevice::lose`].
    pub(crate) fn lent(device: &LentDevice, policy: DevicePolicy) -> Arc<Self> {
        let info = Arc::new(device.device().adapter_info());
        let (wgpu, queue) = (device.device().clone(), device.queue().clone());
        let signals =
            Signals { errors: policy.errors(), lost: Arc::new(watch::Sender::new(None)), lent: true };
        Self::assemble(wgpu, queue, info, String::new(), policy, signals)
    }

    fn assemble(
        wgpu: wgpu::Device,
        queue: wgpu::Queue,
        adapter_info: Arc<wgpu::AdapterInfo>,
        queue_label: String,
        policy: DevicePolicy,
        signals: Signals,
    ) -> Arc<Self> {
        let DevicePolicy {
            memory,
            host_memory,
            staging,
            in_flight,
            weight,
            compiler,
            timeline,
            unheard: _,
            log: _,
            max_shader_bytes,
            max_loop_iterations,
            is_core,
        } = policy;
        let Signals { errors, lost, lent } = signals;
        let core = Arc::new(Self {
            features: wgpu.features(),
            limits: wgpu.limits(),
            wgpu,
            queue,
            errors,
            adapter_info,
            memory,
            host_memory,
            staging,
            in_flight,
            held: Held::default(),
            weight,
            max_shader_bytes,
            max_loop_iterations,
            is_core,
            queue_label,
            poller: Poller::default(),
            lent,
            requested: AtomicBool::new(false),
            compiler,
            timeline,
            lost,
        });
        core.in_flight.add(&core);
        core
    }

    /// Runs `job` on the compiler's thread, whose stack is made for deep shaders. `Err` is the text of a
    /// panic in it.
    pub(crate) async fn compile<T: Send + 'static>(
        &self,
        job: impl FnOnce(&wgpu::Device) -> T + Send + 'static,
    ) -> Result<T, String> {
        let device = self.wgpu.clone();
        if !self.lent {
            return self.compiler.run(move || job(&device)).await;
        }
        let errors = Arc::clone(&self.errors);
        self.compiler.run(move || lent_scopes::within(&device, &errors, || job(&device))).await
    }

    /// Runs `call`, which may fail in wgpu, outside of a [`WebGpuCtxView`]: errors of a lent device are
    /// the guest's there, too.
    pub(crate) fn guarded<T>(&self, call: impl FnOnce() -> T) -> T {
        if self.lent { lent_scopes::within(&self.wgpu, &self.errors, call) } else { call() }
    }

    /// Does `job` in its turn, after what was put off before. Calls on a lent device have to end before they
    /// return: that is how their errors are told from the embedder's.
    pub(crate) fn later(&self, job: impl FnOnce() + Send + 'static) {
        if self.lent {
            return job();
        }
        self.timeline.push(job);
        if self.errors.is_listening() {
            self.timeline.wake();
        }
    }

    /// [`Self::later`] if it may wait, and else here and now, when what was put off before is done.
    pub(crate) fn later_or_now(&self, may_wait: bool, job: impl FnOnce() + Send + 'static) {
        if may_wait {
            self.later(job);
        } else {
            self.timeline.settle();
            job();
        }
    }

    /// Begins with what was put off, the last of which is a submit.
    pub(crate) fn begin(&self) {
        if !self.lent {
            self.timeline.begin();
        }
    }

    /// Counts an object that takes so many bytes of the host's memory, for as long as anything of wgpu's may need it.
    pub(crate) fn weigh(&self, bytes: u64) -> Result<SharedReservation, QuotaExceeded> {
        let reservation = self.host_memory.reserve(bytes);
        let exceeded = || QuotaExceeded::HostMemory(self.host_memory.max());
        reservation.map(|reservation| SharedReservation::new(Some(reservation))).ok_or_else(exceeded)
    }

    /// Whether the guest has lost the device.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.borrow().is_some()
    }

    /// Whether the guest has lost a device that the embedder still has. wgpu would go on with it, so the
    /// calls that do anything outside the guest ask here first.
    pub(crate) fn withdrawn(&self) -> bool {
        self.lent && self.is_lost()
    }

    /// Loses the device, unless it is lost already: <https://www.w3.org/TR/webgpu/#lose-the-device>.
    pub(crate) fn lose(&self, reason: wgpu::DeviceLostReason, message: &str) {
        lose(&self.errors, &self.lost, reason, message);
    }
}

fn lose(
    errors: &DeviceErrors,
    lost: &watch::Sender<Option<DeviceLostInfo>>,
    reason: wgpu::DeviceLostReason,
    message: &str,
) {
    errors.close();
    lost.send_if_modified(|info| {
        if info.is_some() {
            return false;
        }
        *info = Some(DeviceLostInfo { reason, message: message.to_owned() });
        true
    });
}

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
        let naming = memory::name_of_new(&mut access)?;
        let mut view = access.get();
        let device = view.core(&this)?;
        let group = view.new_bind_group(&device, descriptor)?;
        let group = view.push(group)?;
        view.named(&group, naming)?;
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
        mut store: StoreContextMut<'a, T>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.errors.poll_uncaptured(cx) {
            Poll::Ready(Some(error)) => {
                destination.set_buffer(Some((self.getter)(store.data_mut()).push(error)?));
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(None) => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}
