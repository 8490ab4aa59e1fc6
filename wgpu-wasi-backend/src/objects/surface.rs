//! GPUCanvasContext — wit: context of wasi-gfx:surface/surface-webgpu — spec: <https://www.w3.org/TR/webgpu/#gpucanvascontext>
//!
//! What wgpu calls a surface. `wasi:webgpu` has a `gpu-canvas-context` too, and no function that gives one away.

use std::sync::{Arc, Mutex};

use wgpu::custom::{
    DispatchAdapter, DispatchDevice, DispatchSurfaceOutputDetail, DispatchTexture, SurfaceInterface,
    SurfaceOutputDetailInterface,
};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::bindings::wasi_gfx::surface::surface_webgpu as drawing;
use crate::bindings::wgpu_wasi::window::canvas;
use crate::convert::ours;
use crate::device::shared::DeviceShared;
use crate::lock::lock;
use crate::objects::device::Device;
use crate::objects::texture::Texture;

/// The formats of a canvas: those with encoding first, as native drivers have them.
/// <https://www.w3.org/TR/webgpu/#supported-context-formats>
const FORMATS: [wgpu::TextureFormat; 5] = [
    wgpu::TextureFormat::Bgra8UnormSrgb,
    wgpu::TextureFormat::Bgra8Unorm,
    wgpu::TextureFormat::Rgba8UnormSrgb,
    wgpu::TextureFormat::Rgba8Unorm,
    wgpu::TextureFormat::Rgba16Float,
];

/// What a canvas can be used for: all but what belongs to passes alone, or to no format above.
const USAGES: wgpu::TextureUsages = wgpu::TextureUsages::all()
    .difference(wgpu::TextureUsages::TRANSIENT_ATTACHMENT.union(wgpu::TextureUsages::STORAGE_ATOMIC));

/// The first is the default of programs.
const PRESENT_MODES: [wgpu::PresentMode; 4] = [
    wgpu::PresentMode::Fifo,
    wgpu::PresentMode::FifoRelaxed,
    wgpu::PresentMode::Immediate,
    wgpu::PresentMode::Mailbox,
];

const ALPHA_MODES: [wgpu::CompositeAlphaMode; 2] =
    [wgpu::CompositeAlphaMode::Opaque, wgpu::CompositeAlphaMode::PreMultiplied];

/// A canvas of a window.
#[derive(Debug)]
pub(crate) struct Surface {
    shared: Arc<Shared>,
}

/// The canvas itself, which a picture holds on to.
#[derive(Debug)]
struct Shared {
    context: drawing::Context,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The device of the last good configuration.
    device: Option<Arc<DeviceShared>>,
    /// Whether the program has a picture that it has neither shown nor dropped.
    acquired: bool,
}

impl Surface {
    /// The canvas of the window with this number, if it is open.
    pub(crate) fn of_window(id: u32) -> Option<Self> {
        let surface = wgpu_wasi_window::surface(id)?;
        let shared = Shared { context: drawing::Context::new(&surface), state: Mutex::default() };
        Some(Self { shared: Arc::new(shared) })
    }
}

impl SurfaceInterface for Surface {
    fn get_capabilities(&self, _adapter: &DispatchAdapter) -> wgpu::SurfaceCapabilities {
        let color_spaces = wgpu::SurfaceColorSpaces::SRGB;
        let of_format = |format| wgpu::SurfaceFormatCapabilities { format, color_spaces };
        wgpu::SurfaceCapabilities {
            formats: FORMATS.to_vec(),
            format_capabilities: FORMATS.into_iter().map(of_format).collect(),
            present_modes: PRESENT_MODES.to_vec(),
            alpha_modes: ALPHA_MODES.to_vec(),
            usages: USAGES,
        }
    }

    fn configure(&self, device: &DispatchDevice, config: &wgpu::SurfaceConfiguration) {
        let device = ours(device.as_custom::<Device>()).shared();
        let acquired = lock(&self.shared.state).acquired;
        match Configuration::new(device.limits(), config, acquired) {
            Ok(configuration) => {
                configuration.send(&self.shared.context, &device.wit);
                lock(&self.shared.state).device = Some(Arc::clone(device));
                device.created();
            }
            Err(why) => device.refuse("Surface::configure", None, why),
        }
    }

    fn get_current_texture(
        &self,
    ) -> (Option<DispatchTexture>, wgpu::SurfaceStatus, DispatchSurfaceOutputDetail) {
        let detail = |device| {
            DispatchSurfaceOutputDetail::custom(Picture { shared: Arc::clone(&self.shared), device })
        };
        let mut state = lock(&self.shared.state);
        let Some(device) = state.device.clone() else {
            return (None, wgpu::SurfaceStatus::Validation, detail(None));
        };
        let detail = detail(Some(Arc::clone(&device)));
        if state.acquired {
            drop(state);
            device.refuse("Surface::get_current_texture_view", None, "Surface image is already acquired");
            return (None, wgpu::SurfaceStatus::Validation, detail);
        }
        device.touch();
        let texture = self.shared.context.get_current_texture();
        let status = match canvas::status(&self.shared.context) {
            canvas::CanvasStatus::Good => wgpu::SurfaceStatus::Good,
            canvas::CanvasStatus::Suboptimal => wgpu::SurfaceStatus::Suboptimal,
            canvas::CanvasStatus::Occluded => wgpu::SurfaceStatus::Occluded,
            canvas::CanvasStatus::Timeout => wgpu::SurfaceStatus::Timeout,
            canvas::CanvasStatus::Lost => wgpu::SurfaceStatus::Lost,
        };
        state.acquired = matches!(status, wgpu::SurfaceStatus::Good | wgpu::SurfaceStatus::Suboptimal);
        // What is drawn otherwise is not shown.
        let texture = state.acquired.then(|| DispatchTexture::custom(Texture::from_host(device, texture)));
        (texture, status, detail)
    }
}

/// A picture that the program draws.
#[derive(Debug)]
pub(crate) struct Picture {
    shared: Arc<Shared>,
    /// The device that it is of, if there is one.
    device: Option<Arc<DeviceShared>>,
}

impl Picture {
    /// Shows it.
    pub(crate) fn present(&self) {
        lock(&self.shared.state).acquired = false;
        if let Some(device) = &self.device {
            device.touch();
            self.shared.context.present();
            // A program that does nothing else hears of its errors here.
            device.flush_in_time();
        }
    }
}

/// A picture that is not shown: the next one takes its place.
impl SurfaceOutputDetailInterface for Picture {
    fn texture_discard(&self) {
        lock(&self.shared.state).acquired = false;
    }

    fn texture_release(&self) {
        lock(&self.shared.state).acquired = false;
    }
}

/// A configuration that passed what wgpu looks for.
#[derive(Debug)]
struct Configuration {
    size: wgpu_wasi_window::windows::Size,
    mode: canvas::PresentMode,
    latency: u32,
    format: wit::GpuTextureFormat,
    usage: wit::GpuTextureUsage,
    view_formats: Vec<wit::GpuTextureFormat>,
    alpha: wit::GpuCanvasAlphaMode,
}

impl Configuration {
    /// Checks what wgpu checks, in its words; `acquired` is whether the last picture is still there.
    fn new(
        limits: &wgpu::Limits,
        config: &wgpu::SurfaceConfiguration,
        acquired: bool,
    ) -> Result<Self, String> {
        let wgpu::SurfaceConfiguration {
            usage,
            format,
            color_space,
            width,
            height,
            present_mode,
            desired_maximum_frame_latency,
            alpha_mode,
            view_formats,
        } = config;
        for view in view_formats {
            if view.remove_srgb_suffix() != format.remove_srgb_suffix() {
                return Err(format!(
                    "The view format {view:?} is not compatible with texture format {format:?}, only changing \
                     srgb-ness is allowed."
                ));
            }
        }
        check_size(*width, *height, limits.max_texture_dimension_2d)?;
        let mode = present_mode_of(*present_mode);
        if !FORMATS.contains(format) {
            return Err(format!(
                "Requested format {format:?} is not in list of supported formats: {FORMATS:?}"
            ));
        }
        if !matches!(color_space, wgpu::SurfaceColorSpace::Auto | wgpu::SurfaceColorSpace::Srgb) {
            return Err(format!(
                "Requested color space {color_space:?} is not in the list of color spaces supported for format \
                 {format:?}: {:?}",
                wgpu::SurfaceColorSpaces::SRGB
            ));
        }
        let alpha = alpha_of(*alpha_mode)?;
        let not_in_list =
            |_| format!("Requested usage {usage:?} is not in the list of supported usages: {USAGES:?}");
        if !USAGES.contains(*usage) {
            return Err(not_in_list(()));
        }
        if acquired {
            return Err(
                "The `SurfaceOutput` returned by `get_current_texture` must be dropped before re-configuring via \
                 `configure` or  retrieving a new texture via `get_current_texture`."
                    .to_owned(),
            );
        }
        Ok(Self {
            size: wgpu_wasi_window::windows::Size { width: *width, height: *height },
            mode,
            latency: *desired_maximum_frame_latency,
            format: (*format).try_into()?,
            usage: (*usage).try_into()?,
            view_formats: view_formats
                .iter()
                .map(|view| Ok((*view).try_into()?))
                .collect::<Result<_, String>>()?,
            alpha,
        })
    }

    fn send(self, context: &drawing::Context, device: &wit::GpuDevice) {
        let Self { size, mode, latency, format, usage, view_formats, alpha } = self;
        canvas::set_mode(context, size, mode, latency);
        context.configure(&drawing::ContextConfiguration {
            device,
            format,
            usage: Some(usage),
            view_formats: Some(view_formats),
            color_space: Some(wit::PredefinedColorSpace::Srgb),
            tone_mapping: Some(wit::GpuCanvasToneMapping {
                mode: Some(wit::GpuCanvasToneMappingMode::Standard),
            }),
            alpha_mode: Some(alpha),
        });
    }
}

fn check_size(width: u32, height: u32, max_texture_dimension_2d: u32) -> Result<(), String> {
    if width > max_texture_dimension_2d || height > max_texture_dimension_2d {
        return Err(format!(
            "`Surface` width and height must be within the maximum supported texture size. Requested was ({width}, \
             {height}), maximum extent for either dimension is {max_texture_dimension_2d}."
        ));
    }
    if width == 0 || height == 0 {
        return Err(
            "Both `Surface` width and height must be non-zero. Wait to recreate the `Surface` until the window has \
             non-zero area."
                .to_owned(),
        );
    }
    Ok(())
}

/// With wgpu's choices for those that choose by themselves.
fn present_mode_of(mode: wgpu::PresentMode) -> canvas::PresentMode {
    match mode {
        wgpu::PresentMode::Fifo => canvas::PresentMode::Fifo,
        wgpu::PresentMode::AutoVsync | wgpu::PresentMode::FifoRelaxed => canvas::PresentMode::FifoRelaxed,
        wgpu::PresentMode::AutoNoVsync | wgpu::PresentMode::Immediate => canvas::PresentMode::Immediate,
        wgpu::PresentMode::Mailbox => canvas::PresentMode::Mailbox,
    }
}

fn alpha_of(mode: wgpu::CompositeAlphaMode) -> Result<wit::GpuCanvasAlphaMode, String> {
    match mode {
        wgpu::CompositeAlphaMode::Auto | wgpu::CompositeAlphaMode::Opaque => {
            Ok(wit::GpuCanvasAlphaMode::Opaque)
        }
        wgpu::CompositeAlphaMode::PreMultiplied => Ok(wit::GpuCanvasAlphaMode::Premultiplied),
        wgpu::CompositeAlphaMode::PostMultiplied | wgpu::CompositeAlphaMode::Inherit => Err(format!(
            "Requested alpha mode {mode:?} is not in the list of supported alpha modes: {ALPHA_MODES:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> wgpu::SurfaceConfiguration {
        wgpu::SurfaceConfiguration {
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            format: wgpu::TextureFormat::Bgra8UnormSrgb,
            color_space: wgpu::SurfaceColorSpace::Auto,
            width: 640,
            height: 480,
            present_mode: wgpu::PresentMode::AutoNoVsync,
            desired_maximum_frame_latency: 2,
            alpha_mode: wgpu::CompositeAlphaMode::Auto,
            view_formats: vec![wgpu::TextureFormat::Bgra8Unorm],
        }
    }

    fn refused(change: impl FnOnce(&mut wgpu::SurfaceConfiguration)) -> String {
        let mut config = config();
        change(&mut config);
        Configuration::new(&wgpu::Limits::default(), &config, false).unwrap_err()
    }

    #[test]
    fn what_a_canvas_can_be() {
        let made = Configuration::new(&wgpu::Limits::default(), &config(), false).unwrap();
        assert_eq!((made.size.width, made.size.height, made.latency), (640, 480, 2));
        assert_eq!(made.mode, canvas::PresentMode::Immediate);
        assert_eq!(made.alpha, wit::GpuCanvasAlphaMode::Opaque);
        assert_eq!(made.view_formats, [wit::GpuTextureFormat::Bgra8unorm]);
        // Every row of the lists.
        for format in FORMATS {
            for alpha_mode in ALPHA_MODES {
                let config = wgpu::SurfaceConfiguration {
                    format,
                    alpha_mode,
                    usage: USAGES,
                    view_formats: vec![],
                    ..config()
                };
                assert!(Configuration::new(&wgpu::Limits::default(), &config, false).is_ok(), "{config:?}");
            }
        }
    }

    #[test]
    fn what_it_can_not_be_is_said_in_the_words_of_wgpu() {
        assert!(refused(|config| config.width = 0).contains("must be non-zero"));
        assert!(refused(|config| config.height = 8193).contains("maximum supported texture size"));
        assert!(
            refused(|config| config.view_formats = vec![wgpu::TextureFormat::R8Unorm]).contains("srgb-ness")
        );
        let format = |config: &mut wgpu::SurfaceConfiguration| {
            config.format = wgpu::TextureFormat::R8Unorm;
            config.view_formats = Vec::new();
        };
        assert!(refused(format).starts_with("Requested format R8Unorm is not in list"));
        assert!(
            refused(|config| config.usage = wgpu::TextureUsages::TRANSIENT_ATTACHMENT)
                .contains("supported usages")
        );
        let alpha = refused(|config| config.alpha_mode = wgpu::CompositeAlphaMode::Inherit);
        assert!(alpha.contains("alpha mode Inherit"), "{alpha}");
        let color = refused(|config| config.color_space = wgpu::SurfaceColorSpace::DisplayP3);
        assert!(color.contains("color space DisplayP3"), "{color}");
        assert!(
            Configuration::new(&wgpu::Limits::default(), &config(), true)
                .unwrap_err()
                .contains("must be dropped")
        );
    }
}
