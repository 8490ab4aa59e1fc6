//! The window, and a picture in it.

use std::sync::Arc;

use anyhow::Context as _;
use ml_kit::Canvas;
use wgpu::util::{TextureBlitter, TextureBlitterBuilder};
use winit::{
    dpi::{LogicalSize, PhysicalPosition, PhysicalSize},
    event_loop::ActiveEventLoop,
    window::Window,
};

/// A window that shows one picture, as large as the window is.
pub(crate) struct Screen {
    pub(crate) window: Arc<Window>,
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    device: wgpu::Device,
    queue: wgpu::Queue,
    picture: wgpu::Texture,
    blitter: TextureBlitter,
}

impl Screen {
    /// Opens a window for pictures of this size.
    pub(crate) fn open(event_loop: &ActiveEventLoop, [width, height]: [u32; 2]) -> anyhow::Result<Self> {
        let attributes = Window::default_attributes()
            .with_title("Digits")
            .with_inner_size(LogicalSize::new(width, height))
            .with_resizable(false);
        let window = Arc::new(event_loop.create_window(attributes)?);
        let display = Box::new(event_loop.owned_display_handle());
        let instance =
            wgpu::Instance::new(wgpu::InstanceDescriptor::new_with_display_handle_from_env(display));
        let surface = instance.create_surface(Arc::clone(&window))?;
        let options =
            wgpu::RequestAdapterOptions { compatible_surface: Some(&surface), ..Default::default() };
        let adapter = pollster::block_on(instance.request_adapter(&options))?;
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()))?;
        let size = window.inner_size();
        let mut config = surface
            .get_default_config(&adapter, size.width.max(1), size.height.max(1))
            .context("the adapter can't draw into the window")?;
        config.present_mode = wgpu::PresentMode::Fifo;
        surface.configure(&device, &config);
        let picture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("picture"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8UnormSrgb,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let blitter =
            TextureBlitterBuilder::new(&device, config.format).sample_type(wgpu::FilterMode::Linear).build();
        window.request_redraw();
        Ok(Self { window, surface, config, device, queue, picture, blitter })
    }

    /// The point of the picture that is at a place of the window.
    pub(crate) fn point(&self, position: PhysicalPosition<f64>) -> [f32; 2] {
        let scale = |at: f64, picture: u32, window: u32| (at * f64::from(picture) / f64::from(window)) as f32;
        [
            scale(position.x, self.picture.width(), self.config.width),
            scale(position.y, self.picture.height(), self.config.height),
        ]
    }

    pub(crate) fn resize(&mut self, size: PhysicalSize<u32>) {
        self.config.width = size.width.max(1);
        self.config.height = size.height.max(1);
        self.surface.configure(&self.device, &self.config);
        self.window.request_redraw();
    }

    /// Shows a picture.
    pub(crate) fn show(&self, canvas: &Canvas) -> anyhow::Result<()> {
        use wgpu::CurrentSurfaceTexture as Current;
        let shown = match self.surface.get_current_texture() {
            Current::Success(shown) | Current::Suboptimal(shown) => shown,
            Current::Outdated | Current::Lost => {
                self.surface.configure(&self.device, &self.config);
                self.window.request_redraw();
                return Ok(());
            }
            // The window will ask again, or the error is told elsewhere.
            Current::Timeout | Current::Occluded | Current::Validation => return Ok(()),
        };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * self.picture.width()),
            rows_per_image: None,
        };
        self.queue.write_texture(self.picture.as_image_copy(), &canvas.rgba(), layout, self.picture.size());
        let view = |texture: &wgpu::Texture| texture.create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.blitter.copy(&self.device, &mut encoder, &view(&self.picture), &view(&shown.texture));
        self.queue.submit([encoder.finish()]);
        self.window.pre_present_notify();
        self.queue.present(shown);
        Ok(())
    }
}
