//! GPUDevice — wit: gpu-device — spec: <https://www.w3.org/TR/webgpu/#gpudevice> — peer: host/src/objects/device.rs
//!
//! Loss of a device is a future in the WIT, and a future cannot be looked at without waiting for
//! it. The callback of `set_device_lost_callback` is therefore called by `Device::destroy`, and
//! when a call fails in a way that only a lost device makes it fail (`map_async`, see `buffer.rs`).

use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use wgpu::custom::*;
use wgpu::wgt;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::device::shared::DeviceShared;
use crate::lock::lock;
use crate::objects::bind_group::BindGroup;
use crate::objects::bind_group_layout::BindGroupLayout;
use crate::objects::buffer::Buffer;
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
        self.shared.features()
    }

    fn limits(&self) -> wgpu::Limits {
        self.shared.limits().clone()
    }

    fn adapter_info(&self) -> wgpu::AdapterInfo {
        self.shared.adapter_info().clone()
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
        self.shared.set_lost_callback(device_lost_callback);
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
