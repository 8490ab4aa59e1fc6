//! GPURenderBundleEncoder — wit: gpu-render-bundle-encoder — spec: <https://www.w3.org/TR/webgpu/#gpurenderbundleencoder> — peer: host/src/objects/render_bundle_encoder.rs

use std::sync::Arc;

use wgpu::custom::{DispatchRenderBundle, RenderBundleEncoderInterface};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::commands::binding_commands::binding_commands;
use crate::commands::elide::Bound;
use crate::commands::memory::Commands;
use crate::commands::render_commands::render_commands;
use crate::convert::{NotInWebGpu, label, texture_format};
use crate::device::shared::DeviceShared;
use crate::objects::bind_group::BindGroup;
use crate::objects::buffer;
use crate::objects::render_bundle::RenderBundle;
use crate::objects::render_pipeline::RenderPipeline;
use crate::unsupported;

/// A render bundle encoder of the host.
#[derive(Debug)]
pub(crate) struct RenderBundleEncoder {
    wit: wit::GpuRenderBundleEncoder,
    device: Arc<DeviceShared>,
    label: Option<String>,
    /// The first command that could not be recorded; `finish` tells.
    failure: Option<String>,
    bound: Bound,
    commands: Commands,
}

impl RenderBundleEncoder {
    pub(crate) fn create(device: &Arc<DeviceShared>, desc: &wgpu::RenderBundleEncoderDescriptor<'_>) -> Self {
        let wit = match Self::descriptor(desc) {
            Ok(descriptor) => device.wit.create_render_bundle_encoder(&descriptor),
            Err(why) => {
                device.refuse("Device::create_render_bundle_encoder", desc.label, why);
                Self::invalid(device)
            }
        };
        device.created();
        Self {
            wit,
            device: Arc::clone(device),
            label: label(desc.label),
            failure: None,
            bound: Bound::default(),
            commands: Commands::of_bundle(),
        }
    }

    fn descriptor(
        desc: &wgpu::RenderBundleEncoderDescriptor<'_>,
    ) -> Result<wit::GpuRenderBundleEncoderDescriptor, NotInWebGpu> {
        let wgpu::RenderBundleEncoderDescriptor {
            label: name,
            color_formats,
            depth_stencil,
            sample_count,
            multiview,
        } = desc;
        if multiview.is_some() {
            return Err(unsupported::MULTIVIEW.into());
        }
        let color_formats = color_formats.iter().map(|format| format.map(texture_format).transpose());
        let (format, depth_read_only, stencil_read_only) = match depth_stencil {
            Some(wgpu::RenderBundleDepthStencil { format, depth_read_only, stencil_read_only }) => {
                (Some(texture_format(*format)?), *depth_read_only, *stencil_read_only)
            }
            None => (None, false, false),
        };
        Ok(wit::GpuRenderBundleEncoderDescriptor {
            depth_read_only: Some(depth_read_only),
            stencil_read_only: Some(stencil_read_only),
            color_formats: color_formats.collect::<Result<_, _>>()?,
            depth_stencil_format: format,
            sample_count: Some(*sample_count),
            label: label(*name),
        })
    }

    /// Remembers the first call that could not be recorded.
    fn fail(&mut self, why: String) {
        self.failure.get_or_insert(why);
    }

    /// An encoder without any attachment is invalid, and so will its bundle be: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createrenderbundleencoder>
    fn invalid(device: &DeviceShared) -> wit::GpuRenderBundleEncoder {
        let desc = wit::GpuRenderBundleEncoderDescriptor {
            depth_read_only: None,
            stencil_read_only: None,
            color_formats: Vec::new(),
            depth_stencil_format: None,
            sample_count: None,
            label: None,
        };
        device.invalid(|device| device.create_render_bundle_encoder(&desc))
    }
}

impl RenderBundleEncoderInterface for RenderBundleEncoder {
    fn finish(self, desc: &wgpu::RenderBundleDescriptor<'_>) -> DispatchRenderBundle {
        let wgpu::RenderBundleDescriptor { label: name } = desc;
        let descriptor = wit::GpuRenderBundleDescriptor { label: label(*name) };
        let bundle = self.wit.finish(Some(&descriptor));
        self.device.created();
        if let Some(why) = self.failure {
            self.device.refuse("RenderBundleEncoder::finish", self.label.as_deref(), why);
        }
        DispatchRenderBundle::custom(RenderBundle::from_host(bundle))
    }

    fn finish_boxed(self: Box<Self>, desc: &wgpu::RenderBundleDescriptor<'_>) -> DispatchRenderBundle {
        (*self).finish(desc)
    }

    binding_commands!(BindGroup);
    render_commands!(RenderPipeline, buffer);
}
