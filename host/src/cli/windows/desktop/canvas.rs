//! The pictures of a guest in a window of the desktop: its surface, on the timeline of the guest's device.
//!
//! A picture is copied. Nothing that the guest has configured reaches the surface: its configuration is the host's.

use std::sync::Arc;

use parking_lot::Mutex;
use wgpu::util::{TextureBlitter, TextureBlitterBuilder};
use winit::{dpi::PhysicalSize, window::Window};

use crate::{
    device::lent_scopes::collecting,
    windows::{Pace, Picture, PresentMode, Size},
};

/// What a window shows.
pub(super) struct Canvas {
    window: Arc<Window>,
    surface: wgpu::Surface<'static>,
    /// One that the main thread has made in place of it.
    fresh: Arc<Mutex<Option<wgpu::Surface<'static>>>>,
    configured: Option<Configured>,
}

/// What became of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Yes,
    /// Nobody can see it, or there was no room for it in time.
    Dropped,
    /// Not in the window's size: it is to be drawn again.
    Outdated,
    /// The surface is gone: the main thread has to make another one.
    Lost,
}

struct Configured {
    device: wgpu::Device,
    wanted: Wanted,
    surface: wgpu::SurfaceConfiguration,
    /// For pictures of another format, and of another size.
    same_size: Option<TextureBlitter>,
    other_size: Option<TextureBlitter>,
}

/// What a configuration is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    width: u32,
    height: u32,
    /// Whether what is drawn is encoded when it is written.
    srgb: bool,
    pace: Pace,
}

impl Canvas {
    pub(super) fn new(
        window: Arc<Window>,
        surface: wgpu::Surface<'static>,
        fresh: Arc<Mutex<Option<wgpu::Surface<'static>>>>,
    ) -> Self {
        Self { window, surface, fresh, configured: None }
    }

    /// Whether it can show what is drawn on this adapter.
    pub(super) fn fits(&self, adapter: &wgpu::Adapter) -> Result<(), String> {
        if !self.surface.get_capabilities(adapter).formats.is_empty() {
            return Ok(());
        }
        Err(format!(
            "The adapter {:?} can't draw into the window: the desktop is shown by another one. Take that (`--adapter`, \
             `wgpu-wasi adapters`), or windows without a display (`--windows=headless`).",
            adapter.get_info().name
        ))
    }

    /// Shows a picture in a window that was last known to have this size.
    pub(super) fn show(
        &mut self,
        picture: &Picture,
        adapter: &wgpu::Adapter,
        pace: Pace,
        size: Size,
    ) -> Shown {
        if let Some(surface) = self.fresh.lock().take() {
            self.surface = surface;
            self.configured = None;
        }
        let mut size = PhysicalSize::new(size.width, size.height);
        // A second time with a configuration for what the window is now.
        for _ in 0..2 {
            if !self.configure(picture, adapter, pace, size) {
                return Shown::Dropped;
            }
            match self.surface.get_current_texture() {
                wgpu::CurrentSurfaceTexture::Success(frame) => {
                    self.copy(picture, frame);
                    return Shown::Yes;
                }
                wgpu::CurrentSurfaceTexture::Suboptimal(frame) => {
                    self.copy(picture, frame);
                    // The next one in the size that the window has now.
                    if self.window.inner_size() != size {
                        self.configured = None;
                    }
                    return Shown::Yes;
                }
                wgpu::CurrentSurfaceTexture::Outdated => {
                    self.configured = None;
                    size = self.window.inner_size();
                }
                wgpu::CurrentSurfaceTexture::Timeout | wgpu::CurrentSurfaceTexture::Occluded => {
                    return Shown::Dropped;
                }
                wgpu::CurrentSurfaceTexture::Lost => return Shown::Lost,
                // The device is gone, perhaps.
                wgpu::CurrentSurfaceTexture::Validation => {
                    self.configured = None;
                    return Shown::Dropped;
                }
            }
        }
        Shown::Outdated
    }

    /// Makes the surface ready for a picture; whether it is.
    fn configure(
        &mut self,
        picture: &Picture,
        adapter: &wgpu::Adapter,
        pace: Pace,
        size: PhysicalSize<u32>,
    ) -> bool {
        if size.width == 0 || size.height == 0 {
            return false;
        }
        let srgb = is_encoded(picture.texture().format());
        let wanted = Wanted { width: size.width, height: size.height, srgb, pace };
        let device = picture.device();
        let as_before = |before: &Configured| before.device == *device && before.wanted == wanted;
        if self.configured.as_ref().is_some_and(as_before) {
            return true;
        }
        let capabilities = self.surface.get_capabilities(adapter);
        let Some(format) = format(&capabilities.formats, wanted.srgb) else { return false };
        let surface = wgpu::SurfaceConfiguration {
            usage: (wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_DST)
                & capabilities.usages,
            format,
            color_space: wgpu::SurfaceColorSpace::Auto,
            width: wanted.width,
            height: wanted.height,
            present_mode: mode(&capabilities.present_modes, pace.mode),
            desired_maximum_frame_latency: pace.latency,
            alpha_mode: alpha(&capabilities.alpha_modes),
            view_formats: Vec::new(),
        };
        let ((), errors) = collecting(|| self.surface.configure(device, &surface));
        if let Some(error) = errors.first() {
            tracing::warn!("the window can't be drawn to: {}", error.message);
            self.configured = None;
            return false;
        }
        let kept =
            self.configured.take().filter(|kept| kept.device == *device && kept.surface.format == format);
        let (same_size, other_size) = kept.map_or((None, None), |kept| (kept.same_size, kept.other_size));
        self.configured = Some(Configured { device: device.clone(), wanted, surface, same_size, other_size });
        true
    }

    fn copy(&mut self, picture: &Picture, frame: wgpu::SurfaceTexture) {
        let Some(configured) = &mut self.configured else { return };
        let (device, source) = (picture.device(), picture.texture());
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let same_size =
            (source.width(), source.height()) == (configured.surface.width, configured.surface.height);
        let as_it_is = same_size
            && source.format() == configured.surface.format
            && configured.surface.usage.contains(wgpu::TextureUsages::COPY_DST);
        if as_it_is {
            encoder.copy_texture_to_texture(
                source.as_image_copy(),
                frame.texture.as_image_copy(),
                source.size(),
            );
        } else {
            let (blitter, filter) = if same_size {
                (&mut configured.same_size, wgpu::FilterMode::Nearest)
            } else {
                (&mut configured.other_size, wgpu::FilterMode::Linear)
            };
            let blitter = blitter.get_or_insert_with(|| {
                TextureBlitterBuilder::new(device, configured.surface.format).sample_type(filter).build()
            });
            let view = |texture: &wgpu::Texture| texture.create_view(&wgpu::TextureViewDescriptor::default());
            blitter.copy(device, &mut encoder, &view(source), &view(&frame.texture));
        }
        picture.queue().submit([encoder.finish()]);
        self.window.pre_present_notify();
        picture.queue().present(frame);
    }
}

/// Whether a canvas of this format has light in it, or bytes as they are shown.
///
/// The surface has to be of the same kind: else a copy encodes them once too often, or not at all.
fn is_encoded(canvas: wgpu::TextureFormat) -> bool {
    !matches!(canvas, wgpu::TextureFormat::Bgra8Unorm | wgpu::TextureFormat::Rgba8Unorm)
}

/// The format of a surface that shows such a canvas.
fn format(formats: &[wgpu::TextureFormat], srgb: bool) -> Option<wgpu::TextureFormat> {
    let eight_bits = |format: &&wgpu::TextureFormat| {
        matches!(
            format,
            wgpu::TextureFormat::Bgra8Unorm
                | wgpu::TextureFormat::Rgba8Unorm
                | wgpu::TextureFormat::Bgra8UnormSrgb
                | wgpu::TextureFormat::Rgba8UnormSrgb
        )
    };
    let of_kind = formats.iter().find(|format| eight_bits(format) && format.is_srgb() == srgb);
    of_kind.or_else(|| formats.iter().find(eight_bits)).or_else(|| formats.first()).copied()
}

/// The mode that a guest asked for, or one that is as good.
fn mode(modes: &[wgpu::PresentMode], wanted: PresentMode) -> wgpu::PresentMode {
    let (wanted, other) = match wanted {
        PresentMode::Fifo => (wgpu::PresentMode::Fifo, wgpu::PresentMode::AutoVsync),
        PresentMode::FifoRelaxed => (wgpu::PresentMode::FifoRelaxed, wgpu::PresentMode::AutoVsync),
        PresentMode::Immediate => (wgpu::PresentMode::Immediate, wgpu::PresentMode::AutoNoVsync),
        PresentMode::Mailbox => (wgpu::PresentMode::Mailbox, wgpu::PresentMode::AutoNoVsync),
    };
    if modes.contains(&wanted) { wanted } else { other }
}

/// No window of a guest is transparent.
fn alpha(modes: &[wgpu::CompositeAlphaMode]) -> wgpu::CompositeAlphaMode {
    let opaque = wgpu::CompositeAlphaMode::Opaque;
    if modes.contains(&opaque) { opaque } else { wgpu::CompositeAlphaMode::Auto }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surfaces_of_the_kind_of_the_canvas() {
        use wgpu::TextureFormat as F;
        let formats = [F::Rgba16Float, F::Bgra8UnormSrgb, F::Bgra8Unorm];
        let shown = |canvas| format(&formats, is_encoded(canvas));
        assert_eq!(shown(F::Rgba8UnormSrgb), Some(F::Bgra8UnormSrgb));
        assert_eq!(shown(F::Bgra8Unorm), Some(F::Bgra8Unorm));
        assert_eq!(shown(F::Rgba16Float), Some(F::Bgra8UnormSrgb));
        assert_eq!(format(&[F::Bgra8Unorm], true), Some(F::Bgra8Unorm));
        assert_eq!(format(&[], true), None);
    }

    #[test]
    fn modes() {
        use wgpu::PresentMode as M;
        assert_eq!(mode(&[M::Immediate, M::Fifo], PresentMode::Fifo), M::Fifo);
        assert_eq!(mode(&[M::Fifo], PresentMode::Mailbox), M::AutoNoVsync);
        assert_eq!(mode(&[M::Fifo], PresentMode::FifoRelaxed), M::AutoVsync);
    }
}
