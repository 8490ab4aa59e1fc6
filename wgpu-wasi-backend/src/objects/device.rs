//! GPUDevice — wit: gpu-device — spec: <https://www.w3.org/TR/webgpu/#gpudevice> — peer: host/src/objects/device.rs
//!
//! Loss of a device is a future in the WIT, and a future cannot be looked at without waiting for
//! it. The callback of `set_device_lost_callback` is therefore called by `Device::destroy`, and
//! when a call fails in a way that only a lost device makes it fail (`map_async`, see `buffer.rs`).

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};

use wgpu::custom::*;
use wgpu::wgt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert;
use crate::device::errors::Errors;
use crate::device::reuse::Reuse;
use crate::device::waits::Waits;
use crate::lock::lock;
use crate::objects::bind_group::{BindGroup, SharedBindGroup};
use crate::objects::bind_group_layout::BindGroupLayout;
use crate::objects::buffer::Buffer;
use crate::objects::clear_texture;
use crate::objects::command_encoder::CommandEncoder;
use crate::objects::compute_pipeline::ComputePipeline;
use crate::objects::pipeline_layout::PipelineLayout;
use crate::objects::query_set::QuerySet;
use crate::objects::render_bundle_encoder::RenderBundleEncoder;
use crate::objects::render_pipeline::RenderPipeline;
use crate::objects::sampler::Sampler;
use crate::objects::shader_module::ShaderModule;
use crate::objects::texture::Texture;
use crate::unsupported::{self, Blas, ExternalTexture, PipelineCache, Tlas};

/// The device itself: what every object of it holds on to.
#[derive(Debug)]
pub(crate) struct DeviceShared {
    pub(crate) wit: wit::GpuDevice,
    /// There is one queue, and a device needs it, too: `poll` waits for its work.
    pub(crate) queue: wit::GpuQueue,
    pub(crate) errors: Errors,
    pub(crate) waits: Waits,
    pub(crate) reuse: Mutex<Reuse<Arc<SharedBindGroup>>>,
    loss: Mutex<Loss>,
    /// What cannot change is asked for once.
    info: wgpu::AdapterInfo,
    features: wgpu::Features,
    limits: wgpu::Limits,
    /// For [`clear_texture`]; made when first needed.
    zeros: OnceLock<wit::GpuBuffer>,
    /// Whether the embedder lent it, who may lend it again.
    lent: bool,
    /// Whether its instance has [`wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE`].
    strict: bool,
}

/// Whether the device is lost, and who wants to know.
#[derive(Default)]
struct Loss {
    callback: Option<BoxDeviceLostCallback>,
    lost: Option<(wgpu::DeviceLostReason, String)>,
}

impl fmt::Debug for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loss").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl DeviceShared {
    /// Takes over a device of the host, made with the features in `required` and the limits in `asked`.
    pub(crate) fn new(
        wit: wit::GpuDevice,
        required: wgpu::Features,
        asked: wgpu::Limits,
        info: wgpu::AdapterInfo,
    ) -> Self {
        let limits = convert::device_limits(&wit.limits(), asked);
        // What WebGPU has no feature for, a device has in wgpu if it was asked for.
        let features = convert::features(&wit.features()) | (required & convert::UNNAMED_FEATURES);
        Self {
            queue: wit.queue(),
            errors: Errors::new(&wit),
            waits: Waits::default(),
            reuse: Mutex::default(),
            loss: Mutex::default(),
            info,
            features,
            limits,
            zeros: OnceLock::new(),
            lent: false,
            strict: false,
            wit,
        }
    }

    /// Takes over a device that the embedder lends, with all that it has.
    pub(crate) fn adopt(wit: wit::GpuDevice, info: wgpu::AdapterInfo) -> Self {
        let mut required = convert::UNNAMED_FEATURES;
        required.set(wgpu::Features::IMMEDIATES, wit.limits().max_immediate_size() > 0);
        let mut device = Self::new(wit, required, wgpu::Limits::default(), info);
        device.lent = true;
        device
    }

    /// Goes by [`wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE`] from the beginning on.
    pub(crate) fn be_strict(&mut self) {
        self.strict = true;
        self.limits.zero_native_only();
    }

    /// Whether it goes by that.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// What the device was made with.
    pub(crate) fn features(&self) -> wgpu::Features {
        self.features
    }

    /// A buffer of zeros.
    pub(crate) fn zeros(&self) -> &wit::GpuBuffer {
        self.zeros.get_or_init(|| clear_texture::zeros(&self.wit))
    }

    /// Notes that the device is lost; the first reason counts.
    pub(crate) fn lose(&self, reason: wgpu::DeviceLostReason, message: String) {
        let callback = {
            let mut loss = lock(&self.loss);
            if loss.lost.is_some() {
                return;
            }
            loss.lost = Some((reason, message.clone()));
            loss.callback.take()
        };
        if let Some(callback) = callback {
            callback(reason, message);
        }
    }

    /// Whether the device is lost.
    pub(crate) fn is_lost(&self) -> bool {
        lock(&self.loss).lost.is_some()
    }
}

impl Drop for DeviceShared {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The queue may have outlived the handle of the device.
        self.flush();
        if self.lent {
            self.close_scopes();
        }
    }
}

/// The handle that wgpu holds.
#[derive(Debug)]
pub(crate) struct Device {
    shared: Arc<DeviceShared>,
    /// Whether this is the handle of the program, rather than one of our own.
    primary: bool,
    /// What `create_buffer` gives instead of a new one, once.
    given: Mutex<Option<DispatchBuffer>>,
}

impl Device {
    pub(crate) fn new(shared: Arc<DeviceShared>) -> Self {
        Self { shared, primary: true, given: Mutex::default() }
    }

    /// wgpu's handle to a buffer that the host made by itself.
    pub(crate) fn buffer_from_host(shared: &Arc<DeviceShared>, wit: wit::GpuBuffer) -> wgpu::Buffer {
        let buffer = Buffer::from_host(Arc::clone(shared), wit);
        let (size, usage) = (buffer.size(), buffer.usage());
        Self::buffer_of(shared, DispatchBuffer::custom(buffer), size, usage)
    }

    /// wgpu's handle to a buffer. wgpu has no constructor for it but the method that makes a new one.
    pub(crate) fn buffer_of(
        shared: &Arc<DeviceShared>,
        buffer: DispatchBuffer,
        size: wgpu::BufferAddress,
        usage: wgpu::BufferUsages,
    ) -> wgpu::Buffer {
        let given = Mutex::new(Some(buffer));
        let device = Self { shared: Arc::clone(shared), primary: false, given };
        let device = wgpu::Device::from_custom(device);
        device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
    }

    pub(crate) fn shared(&self) -> &Arc<DeviceShared> {
        &self.shared
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Natively the program would have heard of its errors long before.
        if self.primary && !std::thread::panicking() {
            self.shared.flush();
        }
    }
}

impl DeviceInterface for Device {
    fn features(&self) -> wgpu::Features {
        self.shared.features
    }

    fn limits(&self) -> wgpu::Limits {
        self.shared.limits.clone()
    }

    fn adapter_info(&self) -> wgpu::AdapterInfo {
        self.shared.info.clone()
    }

    fn create_shader_module(
        &self,
        desc: wgpu::ShaderModuleDescriptor<'_>,
        _runtime_checks: wgpu::ShaderRuntimeChecks,
    ) -> DispatchShaderModule {
        DispatchShaderModule::custom(ShaderModule::create(&self.shared, desc))
    }

    unsafe fn create_shader_module_passthrough(
        &self,
        desc: &wgpu::ShaderModuleDescriptorPassthrough<'_>,
    ) -> DispatchShaderModule {
        DispatchShaderModule::custom(ShaderModule::create_passthrough(&self.shared, desc))
    }

    fn create_bind_group_layout(
        &self,
        desc: &wgpu::BindGroupLayoutDescriptor<'_>,
    ) -> DispatchBindGroupLayout {
        DispatchBindGroupLayout::custom(BindGroupLayout::create(&self.shared, desc))
    }

    fn create_bind_group(&self, desc: &wgpu::BindGroupDescriptor<'_>) -> DispatchBindGroup {
        DispatchBindGroup::custom(BindGroup::create(&self.shared, desc))
    }

    fn create_pipeline_layout(&self, desc: &wgpu::PipelineLayoutDescriptor<'_>) -> DispatchPipelineLayout {
        DispatchPipelineLayout::custom(PipelineLayout::create(&self.shared, desc))
    }

    fn create_render_pipeline(&self, desc: &wgpu::RenderPipelineDescriptor<'_>) -> DispatchRenderPipeline {
        DispatchRenderPipeline::custom(RenderPipeline::create(&self.shared, desc))
    }

    fn create_mesh_pipeline(&self, desc: &wgpu::MeshPipelineDescriptor<'_>) -> DispatchRenderPipeline {
        DispatchRenderPipeline::custom(RenderPipeline::create_mesh(&self.shared, desc))
    }

    fn create_compute_pipeline(&self, desc: &wgpu::ComputePipelineDescriptor<'_>) -> DispatchComputePipeline {
        DispatchComputePipeline::custom(ComputePipeline::create(&self.shared, desc))
    }

    unsafe fn create_pipeline_cache(
        &self,
        desc: &wgpu::PipelineCacheDescriptor<'_>,
    ) -> DispatchPipelineCache {
        let row = unsupported::PIPELINE_CACHE;
        self.shared.refuse_unsupported(row, "Device::create_pipeline_cache", desc.label);
        DispatchPipelineCache::custom(PipelineCache)
    }

    fn create_buffer(&self, desc: &wgpu::BufferDescriptor<'_>) -> DispatchBuffer {
        let given = lock(&self.given).take();
        given.unwrap_or_else(|| DispatchBuffer::custom(Buffer::create(&self.shared, desc)))
    }

    fn create_texture(&self, desc: &wgpu::TextureDescriptor<'_>) -> DispatchTexture {
        DispatchTexture::custom(Texture::create(&self.shared, desc))
    }

    fn create_external_texture(
        &self,
        desc: &wgpu::ExternalTextureDescriptor<'_>,
        _planes: &[&wgpu::TextureView],
    ) -> DispatchExternalTexture {
        let row = unsupported::EXTERNAL_TEXTURE;
        self.shared.refuse_unsupported(row, "Device::create_external_texture", desc.label);
        DispatchExternalTexture::custom(ExternalTexture)
    }

    fn create_blas(
        &self,
        desc: &wgpu::CreateBlasDescriptor<'_>,
        _sizes: wgpu::BlasGeometrySizeDescriptors,
    ) -> (Option<u64>, DispatchBlas) {
        self.shared.refuse_unsupported(unsupported::RAY_TRACING, "Device::create_blas", desc.label);
        (None, DispatchBlas::custom(Blas))
    }

    fn create_tlas(&self, desc: &wgpu::CreateTlasDescriptor<'_>) -> DispatchTlas {
        self.shared.refuse_unsupported(unsupported::RAY_TRACING, "Device::create_tlas", desc.label);
        DispatchTlas::custom(Tlas)
    }

    fn create_sampler(&self, desc: &wgpu::SamplerDescriptor<'_>) -> DispatchSampler {
        DispatchSampler::custom(Sampler::create(&self.shared, desc))
    }

    fn create_query_set(&self, desc: &wgpu::QuerySetDescriptor<'_>) -> DispatchQuerySet {
        DispatchQuerySet::custom(QuerySet::create(&self.shared, desc))
    }

    fn create_command_encoder(&self, desc: &wgpu::CommandEncoderDescriptor<'_>) -> DispatchCommandEncoder {
        DispatchCommandEncoder::custom(CommandEncoder::create(&self.shared, desc))
    }

    fn create_render_bundle_encoder(
        &self,
        desc: &wgpu::RenderBundleEncoderDescriptor<'_>,
    ) -> DispatchRenderBundleEncoder {
        DispatchRenderBundleEncoder::custom(RenderBundleEncoder::create(&self.shared, desc))
    }

    fn set_device_lost_callback(&self, device_lost_callback: BoxDeviceLostCallback) {
        let mut loss = lock(&self.shared.loss);
        match loss.lost.clone() {
            Some((reason, message)) => {
                drop(loss);
                device_lost_callback(reason, message);
            }
            None => loss.callback = Some(device_lost_callback),
        }
    }

    fn on_uncaptured_error(&self, handler: Arc<dyn wgpu::UncapturedErrorHandler>) {
        self.shared.set_error_handler(handler);
    }

    fn push_error_scope(&self, filter: wgpu::ErrorFilter) -> u32 {
        self.shared.push_scope(filter)
    }

    fn pop_error_scope(&self, index: u32) -> Pin<Box<dyn PopErrorScopeFuture>> {
        Box::pin(ready(self.shared.pop_scope(index)))
    }

    unsafe fn start_graphics_debugger_capture(&self) {}

    unsafe fn stop_graphics_debugger_capture(&self) {}

    fn poll(&self, poll_type: wgt::PollType<u64>) -> Result<wgpu::PollStatus, wgpu::PollError> {
        self.shared.poll(poll_type)
    }

    fn get_internal_counters(&self) -> wgpu::InternalCounters {
        wgpu::InternalCounters::default()
    }

    fn generate_allocator_report(&self) -> Option<wgpu::AllocatorReport> {
        None
    }

    fn destroy(&self) {
        // What went wrong before still has to be told; afterwards the host forgets it.
        self.shared.flush();
        self.shared.wit.destroy();
        self.shared.lose(wgpu::DeviceLostReason::Destroyed, String::new());
    }
}
