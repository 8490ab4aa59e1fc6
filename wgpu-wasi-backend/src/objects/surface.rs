//! GPUCanvasContext — wit: gpu-canvas-context — spec: <https://www.w3.org/TR/webgpu/#gpucanvascontext> — peer: host/src/objects/surface.rs
#![allow(dead_code, reason = "no function of `wasi:webgpu` returns a canvas; a windowing package will")]

use std::sync::{Arc, Mutex};

use wgpu::custom::{
    DispatchAdapter, DispatchDevice, DispatchSurfaceOutputDetail, DispatchTexture, SurfaceInterface,
    SurfaceOutputDetailInterface,
};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{NotInWebGpu, ours};
use crate::device::shared::DeviceShared;
use crate::lock::lock;
use crate::objects::device::Device;
use crate::objects::texture::Texture;

/// A canvas of the host.
#[derive(Debug)]
pub(crate) struct Surface {
    wit: wit::GpuCanvasContext,
    gpu: wit::Gpu,
    /// The device of the last configuration, if that was a good one.
    device: Mutex<Option<Arc<DeviceShared>>>,
}

impl SurfaceInterface for Surface {
    fn get_capabilities(&self, _adapter: &DispatchAdapter) -> wgpu::SurfaceCapabilities {
        let preferred = wgpu::TextureFormat::from(self.gpu.get_preferred_canvas_format());
        // <https://www.w3.org/TR/webgpu/#supported-context-formats>, the preferred one first.
        let mut formats = vec![
            wgpu::TextureFormat::Bgra8Unorm,
            wgpu::TextureFormat::Rgba8Unorm,
            wgpu::TextureFormat::Rgba16Float,
        ];
        formats.sort_by_key(|format| *format != preferred);
        let format_capabilities = formats.iter().map(|format| wgpu::SurfaceFormatCapabilities {
            format: *format,
            color_spaces: wgpu::SurfaceColorSpaces::SRGB | wgpu::SurfaceColorSpaces::DISPLAY_P3,
        });
        wgpu::SurfaceCapabilities {
            format_capabilities: format_capabilities.collect(),
            formats,
            present_modes: vec![wgpu::PresentMode::Fifo],
            alpha_modes: vec![wgpu::CompositeAlphaMode::Opaque, wgpu::CompositeAlphaMode::PreMultiplied],
            usages: wgpu::TextureUsages::all().difference(wgpu::TextureUsages::STORAGE_ATOMIC),
        }
    }

    fn configure(&self, device: &DispatchDevice, config: &wgpu::SurfaceConfiguration) {
        let device = ours(device.as_custom::<Device>()).shared();
        let configured = Self::configuration(device, config).map(|config| self.wit.configure(&config));
        match &configured {
            Ok(()) => device.created(),
            Err(why) => device.refuse("Surface::configure", None, why),
        }
        *lock(&self.device) = configured.is_ok().then(|| Arc::clone(device));
    }

    fn get_current_texture(
        &self,
    ) -> (Option<DispatchTexture>, wgpu::SurfaceStatus, DispatchSurfaceOutputDetail) {
        let detail = DispatchSurfaceOutputDetail::custom(SurfaceOutputDetail);
        match lock(&self.device).clone() {
            Some(device) => {
                let texture = Texture::from_host(device, self.wit.get_current_texture());
                (Some(DispatchTexture::custom(texture)), wgpu::SurfaceStatus::Good, detail)
            }
            None => (None, wgpu::SurfaceStatus::Validation, detail),
        }
    }
}

impl Surface {
    /// The size is the canvas's own, and so is the rate at which it shows images.
    fn configuration<'a>(
        device: &'a DeviceShared,
        config: &wgpu::SurfaceConfiguration,
    ) -> Result<wit::GpuCanvasConfiguration<'a>, NotInWebGpu> {
        let wgpu::SurfaceConfiguration {
            usage,
            format,
            color_space,
            width: _,
            height: _,
            present_mode: _,
            desired_maximum_frame_latency: _,
            alpha_mode,
            view_formats,
        } = config;
        let (color_space, tone_mapping) = match color_space {
            wgpu::SurfaceColorSpace::Auto | wgpu::SurfaceColorSpace::Srgb => {
                (wit::PredefinedColorSpace::Srgb, wit::GpuCanvasToneMappingMode::Standard)
            }
            wgpu::SurfaceColorSpace::DisplayP3 => {
                (wit::PredefinedColorSpace::DisplayP3, wit::GpuCanvasToneMappingMode::Standard)
            }
            wgpu::SurfaceColorSpace::ExtendedSrgb => {
                (wit::PredefinedColorSpace::Srgb, wit::GpuCanvasToneMappingMode::Extended)
            }
            wgpu::SurfaceColorSpace::ExtendedDisplayP3 => {
                (wit::PredefinedColorSpace::DisplayP3, wit::GpuCanvasToneMappingMode::Extended)
            }
            wgpu::SurfaceColorSpace::ExtendedSrgbLinear
            | wgpu::SurfaceColorSpace::Bt2100Pq
            | wgpu::SurfaceColorSpace::Bt2100Hlg => {
                return Err(NotInWebGpu::value(
                    "SurfaceColorSpace::ExtendedSrgbLinear, Bt2100Pq and Bt2100Hlg",
                ));
            }
        };
        let alpha_mode = match alpha_mode {
            wgpu::CompositeAlphaMode::Auto | wgpu::CompositeAlphaMode::Opaque => {
                wit::GpuCanvasAlphaMode::Opaque
            }
            wgpu::CompositeAlphaMode::PreMultiplied => wit::GpuCanvasAlphaMode::Premultiplied,
            wgpu::CompositeAlphaMode::PostMultiplied | wgpu::CompositeAlphaMode::Inherit => {
                return Err(NotInWebGpu::value("CompositeAlphaMode::PostMultiplied and Inherit"));
            }
        };
        let view_formats = view_formats.iter().map(|format| (*format).try_into());
        Ok(wit::GpuCanvasConfiguration {
            device: &device.wit,
            format: (*format).try_into()?,
            usage: Some((*usage).try_into()?),
            view_formats: Some(view_formats.collect::<Result<_, NotInWebGpu>>()?),
            color_space: Some(color_space),
            tone_mapping: Some(wit::GpuCanvasToneMapping { mode: Some(tone_mapping) }),
            alpha_mode: Some(alpha_mode),
        })
    }
}

/// A surface of no canvas, in case that wgpu does not refuse a window without a handle one day.
#[derive(Debug)]
pub(crate) struct NoCanvas;

impl SurfaceInterface for NoCanvas {
    fn get_capabilities(&self, _adapter: &DispatchAdapter) -> wgpu::SurfaceCapabilities {
        wgpu::SurfaceCapabilities::default()
    }

    fn configure(&self, _device: &DispatchDevice, _config: &wgpu::SurfaceConfiguration) {}

    fn get_current_texture(
        &self,
    ) -> (Option<DispatchTexture>, wgpu::SurfaceStatus, DispatchSurfaceOutputDetail) {
        (None, wgpu::SurfaceStatus::Lost, DispatchSurfaceOutputDetail::custom(SurfaceOutputDetail))
    }
}

/// A texture of a canvas is shown when the component waits next, and cannot be given back.
#[derive(Debug)]
pub(crate) struct SurfaceOutputDetail;

impl SurfaceOutputDetailInterface for SurfaceOutputDetail {
    fn texture_discard(&self) {}

    fn texture_release(&self) {}
}
