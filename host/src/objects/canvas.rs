//! What a guest draws on a window — wit: wasi-gfx:surface/surface-webgpu, wgpu-wasi:window/canvas — peer: wgpu-wasi-backend/src/objects/surface.rs
//!
//! A canvas is no swapchain: each picture is a texture of the guest's own device, charged to its quota and checked as its
//! own textures are. To present it hands it to the window's system, on the device's timeline, and destroys it: what was
//! shown can't be drawn to any more. So nothing that a guest configures reaches a native surface.

use std::{collections::VecDeque, sync::Arc};

use thiserror::Error;
use tokio::sync::oneshot;
use wasmtime::component::{Access, Resource};

use crate::{
    bindings::wit as gpu,
    device::{core::DeviceCore, fence, lent_scopes::collecting, waiting::Patience},
    objects::{streams::Surface, texture::Texture},
    quotas::MAX_WINDOW_SIDE,
    view::{Entry, WebGpu, WebGpuCtxView},
    weights,
    window_bindings::{canvas, surface_webgpu as wit, windows},
    windows::{
        guest::GuestWindow,
        system::{CanvasStatus, Pace, Picture, PresentMode, SystemWindow},
    },
};

/// The canvas of a window.
pub struct Canvas {
    window: Arc<GuestWindow>,
    /// From the next `configure` on; `None`: the window's size.
    size: Option<windows::Size>,
    pace: Pace,
    configured: Option<Configured>,
    status: CanvasStatus,
    /// Pictures that the GPU has not finished, the first one first.
    unfinished: VecDeque<oneshot::Receiver<()>>,
}

/// What [`Canvas`] was configured to be.
struct Configured {
    device: Arc<DeviceCore>,
    format: gpu::GpuTextureFormat,
    usage: gpu::GpuTextureUsage,
    view_formats: Vec<gpu::GpuTextureFormat>,
    size: Option<windows::Size>,
    pace: Pace,
    /// Whether that was refused: each of its pictures is invalid.
    refused: bool,
    /// What is drawn now.
    current: Option<Texture>,
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canvas").field("window", &self.window.number()).finish_non_exhaustive()
    }
}

impl Entry for Canvas {
    fn weight(&self) -> usize {
        weights::WINDOW
    }
}

/// Why a call on a canvas ends its guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("get-current-texture of a canvas that was not configured")]
struct NotConfigured;

/// As a program that says nothing has it.
const PACE: Pace = Pace { mode: PresentMode::Fifo, latency: 2 };

/// Pictures that may wait to be shown, or be drawn by the GPU.
const MAX_LATENCY: u32 = 8;

impl Canvas {
    fn new(window: Arc<GuestWindow>) -> Self {
        let unfinished = VecDeque::new();
        Self { window, size: None, pace: PACE, configured: None, status: CanvasStatus::Good, unfinished }
    }

    /// One in the size of its window, whose pictures the host writes: of bytes as they are shown.
    pub(super) fn of_pixels(window: Arc<GuestWindow>, device: Arc<DeviceCore>) -> Self {
        Self { configured: Some(Configured::of_pixels(device)), ..Self::new(window) }
    }

    /// Where what is drawn now will be shown; `None` if nobody will see it.
    pub(super) fn shows(&self) -> Option<Arc<dyn SystemWindow>> {
        let configured = self.configured.as_ref()?;
        let shown = matches!(self.status, CanvasStatus::Good | CanvasStatus::Suboptimal)
            && !configured.refused
            && !configured.device.withdrawn();
        self.window.system().filter(|_| shown)
    }

    /// Has pictures come from another device from now on, for one of [`Self::of_pixels`].
    pub(super) fn be_of_pixels(&mut self, device: Arc<DeviceCore>) {
        let same = |configured: &Configured| Arc::ptr_eq(&configured.device, &device);
        if !self.configured.as_ref().is_some_and(same) {
            self.reconfigure(Some(Configured::of_pixels(device)));
        }
    }

    /// Ends it: what was drawn is not shown any more.
    pub(super) fn give_up(mut self) {
        self.reconfigure(None);
    }

    /// What was drawn before can't be drawn to, nor be shown any more.
    fn reconfigure(&mut self, configured: Option<Configured>) {
        self.unfinished.clear();
        let before = std::mem::replace(&mut self.configured, configured);
        if let Some(current) = before.and_then(|before| before.current) {
            current.expire();
        }
    }
}

impl Configured {
    fn of_pixels(device: Arc<DeviceCore>) -> Self {
        Self {
            device,
            format: gpu::GpuTextureFormat::Bgra8unorm,
            usage: gpu::GpuTextureUsage::COPY_DST,
            view_formats: Vec::new(),
            size: None,
            pace: PACE,
            refused: false,
            current: None,
        }
    }

    /// What is wrong with it, in the words of wgpu's surfaces.
    fn error(&self) -> Option<String> {
        let limit = self.device.limits.max_texture_dimension_2d.min(MAX_WINDOW_SIDE);
        if let Some(windows::Size { width, height }) = self.size {
            if width == 0 || height == 0 {
                return Some("Both `Surface` width and height must be non-zero.".to_owned());
            }
            if width > limit || height > limit {
                return Some(format!(
                    "`Surface` width and height must be within the maximum supported texture size. Requested was \
                     ({width}, {height}), maximum extent for either dimension is {limit}."
                ));
            }
        }
        if !is_format_of_a_window(self.format) {
            return Some(format!("Requested format {:?} is not one of a surface.", self.format));
        }
        if self.usage == gpu::GpuTextureUsage::empty() {
            return Some("Requested usage is empty.".to_owned());
        }
        None
    }

    /// The next picture.
    fn descriptor(&self, window: windows::Size) -> gpu::GpuTextureDescriptor {
        let windows::Size { width, height } = self.size.unwrap_or(window);
        // Beside the guest's usages: windows are copied from it, or drawn with it.
        let host = gpu::GpuTextureUsage::COPY_SRC | gpu::GpuTextureUsage::TEXTURE_BINDING;
        let usage = if self.refused { gpu::GpuTextureUsage::empty() } else { self.usage | host };
        gpu::GpuTextureDescriptor {
            size: gpu::GpuExtent3D {
                width: width.max(1),
                height: Some(height.max(1)),
                depth_or_array_layers: None,
            },
            mip_level_count: None,
            sample_count: None,
            dimension: None,
            format: self.format,
            usage,
            view_formats: Some(self.view_formats.clone()),
            texture_binding_view_dimension: None,
            label: None,
        }
    }
}

fn is_format_of_a_window(format: gpu::GpuTextureFormat) -> bool {
    matches!(
        format,
        gpu::GpuTextureFormat::Bgra8unormSrgb
            | gpu::GpuTextureFormat::Bgra8unorm
            | gpu::GpuTextureFormat::Rgba8unormSrgb
            | gpu::GpuTextureFormat::Rgba8unorm
            | gpu::GpuTextureFormat::Rgba16float
    )
}

impl<T: Send + 'static> wit::HostContextWithStore<T> for WebGpu {
    async fn get_current_texture(
        mut access: Access<'_, T, Self>,
        this: Resource<Canvas>,
    ) -> wasmtime::Result<Resource<Texture>> {
        next_picture(&mut access, &this).await
    }
}

/// Waits until a picture is due and the GPU has not too many to draw, and makes it.
pub(super) async fn next_picture<T: Send + 'static>(
    access: &mut Access<'_, T, WebGpu>,
    this: &Resource<Canvas>,
) -> wasmtime::Result<Resource<Texture>> {
    let begun = access.get().begin_picture(this)?;
    let Begun { window, device, pace, unfinished, patience } = match begun {
        Ok(begun) => begun,
        Err(current) => return Ok(current),
    };
    for done in unfinished {
        // Of a lost device it is never done.
        device.wait_until(done, patience).await?;
    }
    let status = match window.system() {
        Some(window) => window.ready(pace).await,
        None => CanvasStatus::Lost,
    };
    access.get().new_picture(this, status)
}

/// A picture for which somebody waits.
struct Begun {
    window: Arc<GuestWindow>,
    device: Arc<DeviceCore>,
    pace: Pace,
    /// What the GPU has to finish first.
    unfinished: Vec<oneshot::Receiver<()>>,
    patience: Patience,
}

impl WebGpuCtxView<'_> {
    /// What to wait for before the next picture; `Err` is the one that is being drawn.
    fn begin_picture(
        &mut self,
        this: &Resource<Canvas>,
    ) -> wasmtime::Result<Result<Begun, Resource<Texture>>> {
        let patience = self.ctx.patience();
        let canvas = self.get_mut(this)?;
        let configured = canvas.configured.as_ref().ok_or(NotConfigured)?;
        if let Some(current) = &configured.current {
            let again = current.again();
            return self.push(again).map(Err);
        }
        let (window, device, pace) =
            (Arc::clone(&canvas.window), Arc::clone(&configured.device), configured.pace);
        let latency = usize::try_from(pace.latency).unwrap_or(usize::MAX);
        let excess = (canvas.unfinished.len() + 1).saturating_sub(latency);
        let unfinished: Vec<_> = canvas.unfinished.drain(..excess).collect();
        if !unfinished.is_empty() {
            device.timeline.settle();
        }
        Ok(Ok(Begun { window, device, pace, unfinished, patience }))
    }

    /// Makes the next picture.
    fn new_picture(
        &mut self,
        this: &Resource<Canvas>,
        status: CanvasStatus,
    ) -> wasmtime::Result<Resource<Texture>> {
        let canvas = self.get(this)?;
        let configured = canvas.configured.as_ref().ok_or(NotConfigured)?;
        let window =
            canvas.window.system().map_or(windows::Size { width: 1, height: 1 }, |window| window.size());
        let (device, size, usage) = (Arc::clone(&configured.device), configured.size, configured.usage);
        let descriptor = configured.descriptor(window);
        let other_size = size.is_some_and(|size| (size.width, size.height) != (window.width, window.height));
        let status = match status {
            _ if device.is_lost() => CanvasStatus::Lost,
            CanvasStatus::Good if other_size => CanvasStatus::Suboptimal,
            status => status,
        };
        let texture = self.new_texture(&device, descriptor)?.with_usage(usage);
        let again = texture.again();
        let canvas = self.get_mut(this)?;
        canvas.status = status;
        if let Some(configured) = &mut canvas.configured {
            configured.current = Some(texture);
        }
        self.push(again)
    }
}

impl wit::HostContext for WebGpuCtxView<'_> {
    fn new(&mut self, surface: Resource<Surface>) -> wasmtime::Result<Resource<Canvas>> {
        let canvas = Canvas::new(Arc::clone(&self.get(&surface)?.window));
        self.push(canvas)
    }

    fn configure(
        &mut self,
        this: Resource<Canvas>,
        configuration: wit::ContextConfiguration,
    ) -> wasmtime::Result<()> {
        let wit::ContextConfiguration {
            device,
            format,
            usage,
            view_formats,
            // Each window shows sRGB, as WebGPU's default is; wider ones are not told to the guest.
            color_space: _,
            tone_mapping: _,
            // No window is transparent.
            alpha_mode: _,
        } = configuration;
        let device = self.core(&device)?;
        let canvas = self.get_mut(&this)?;
        let mut configured = Configured {
            device: Arc::clone(&device),
            format,
            // https://www.w3.org/TR/webgpu/#dom-gpucanvasconfiguration-usage
            usage: usage.unwrap_or(gpu::GpuTextureUsage::RENDER_ATTACHMENT),
            view_formats: view_formats.unwrap_or_default(),
            size: canvas.size,
            pace: canvas.pace,
            refused: false,
            current: None,
        };
        let unfit = || canvas.window.system()?.fits(device.adapter.as_ref()).err();
        let error = configured.error().or_else(unfit);
        configured.refused = error.is_some();
        canvas.reconfigure(Some(configured));
        if let Some(error) = error {
            device.errors.refuse("Surface::configure", "", error);
        }
        Ok(())
    }

    fn unconfigure(&mut self, this: Resource<Canvas>) -> wasmtime::Result<()> {
        self.get_mut(&this)?.reconfigure(None);
        Ok(())
    }

    fn present(&mut self, this: Resource<Canvas>) -> wasmtime::Result<()> {
        let deadline = self.ctx.patience().deadline;
        let canvas = self.get_mut(&this)?;
        let window = canvas.shows();
        let Some(configured) = &mut canvas.configured else { return Ok(()) };
        let Some(current) = configured.current.take() else { return Ok(()) };
        let Some(window) = window else {
            current.expire();
            return Ok(());
        };
        let show = window.present(configured.pace);
        let (told, done) = oneshot::channel();
        canvas.unfinished.push_back(done);
        let device = Arc::clone(&configured.device);
        current.expires();
        let picture = Picture { core: Arc::clone(&device), texture: current.inner.clone(), deadline };
        device.later({
            let device = Arc::clone(&device);
            move || {
                // Whatever the window's system does wrong with it is nothing of the guest's.
                let ((), _errors) = collecting(|| {
                    if let Err(panic) = fence::catch(|| show(&picture)) {
                        tracing::warn!("a picture was not shown: {panic}");
                    }
                });
                drop(picture);
                current.destroy_here();
                device.submitted(told);
            }
        });
        device.after_submit();
        Ok(())
    }

    fn drop(&mut self, this: Resource<Canvas>) -> wasmtime::Result<()> {
        self.delete(this)?.give_up();
        Ok(())
    }
}

impl wit::Host for WebGpuCtxView<'_> {}

impl canvas::Host for WebGpuCtxView<'_> {
    fn set_mode(
        &mut self,
        context: Resource<Canvas>,
        size: windows::Size,
        mode: canvas::PresentMode,
        latency: u32,
    ) -> wasmtime::Result<()> {
        let canvas = self.get_mut(&context)?;
        canvas.size = Some(size);
        canvas.pace = Pace { mode, latency: latency.clamp(1, MAX_LATENCY) };
        Ok(())
    }

    fn status(&mut self, context: Resource<Canvas>) -> wasmtime::Result<canvas::CanvasStatus> {
        Ok(self.get(&context)?.status)
    }
}
