//! Pixels that a guest makes without a GPU — wit: wasi-gfx:frame-buffer/frame-buffer, wasi-gfx:surface/surface-frame-buffer — peer: -
//!
//! Four bytes a pixel, from the upper left corner: blue, green, red, and one that nobody looks at. That is what softbuffer
//! has, which other hosts take. They are shown as what a guest draws with its GPU is: on a canvas, by a device of the host's
//! that counts as the guest's.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use wasmtime::component::{Access, Resource};

use crate::{
    ctx::AdapterChoice,
    device::{core::DeviceCore, guest_log::GuestLog, lent_scopes::collecting},
    objects::{
        canvas::{self, Canvas},
        instance::{NO_ADAPTER, find_adapter},
        streams::Surface,
        texture::Texture,
    },
    view::{Entry, WebGpu, WebGpuCtxView},
    weights,
    window_bindings::{frame_buffer, surface_frame_buffer as wit, surface_webgpu},
    windows::guest::GuestWindow,
};

/// What a surface shows of a guest without a GPU.
pub struct PixelContext {
    window: Arc<GuestWindow>,
    /// Once it has shown something, the canvas.
    canvas: Option<Resource<Canvas>>,
    /// The picture that is made now, until it is presented.
    current: Option<Resource<Texture>>,
    pixels: Pixels,
}

/// The pixels of a picture, for as long as its context is there, which has them.
pub struct PixelBuffer(Weak<Mutex<Vec<u8>>>);

type Pixels = Arc<Mutex<Vec<u8>>>;

impl std::fmt::Debug for PixelContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PixelContext").field("window", &self.window.number()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PixelBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PixelBuffer").finish_non_exhaustive()
    }
}

impl Entry for PixelContext {
    fn text_bytes(&self) -> usize {
        self.pixels.lock().len()
    }

    fn weight(&self) -> usize {
        weights::WINDOW
    }
}

impl Entry for PixelBuffer {
    fn weight(&self) -> usize {
        weights::HANDLE
    }
}

/// Where the device comes from.
enum Source {
    Made(Arc<DeviceCore>),
    Found(wgpu::Instance, AdapterChoice, Arc<GuestLog>),
}

impl WebGpuCtxView<'_> {
    fn pixel_source(&mut self) -> Source {
        if let Some(made) = self.ctx.pixels.as_ref().filter(|made| !made.is_lost()) {
            return Source::Made(Arc::clone(made));
        }
        match self.ctx.lent_device().cloned() {
            Some(device) => Source::Made(self.ctx.lend(&device)),
            None => {
                let (choice, log) = (self.ctx.choice().clone(), self.ctx.log());
                Source::Found(self.ctx.instance().clone(), choice, log)
            }
        }
    }

    /// The canvas of a context, on this device; made at the first use.
    fn pixel_canvas(
        &mut self,
        this: &Resource<PixelContext>,
        device: Arc<DeviceCore>,
    ) -> wasmtime::Result<Resource<Canvas>> {
        let context = self.get(this)?;
        if let Some(canvas) = &context.canvas {
            let canvas: Resource<Canvas> = Resource::new_borrow(canvas.rep());
            self.get_mut(&canvas)?.be_of_pixels(device);
            return Ok(canvas);
        }
        let canvas = Canvas::of_pixels(Arc::clone(&context.window), device);
        let canvas = self.push(canvas)?;
        let borrowed = Resource::new_borrow(canvas.rep());
        self.get_mut(this)?.canvas = Some(canvas);
        Ok(borrowed)
    }

    /// Keeps the picture that is made now, and gives its pixels, which are as before where the size is.
    fn pixel_buffer(
        &mut self,
        this: &Resource<PixelContext>,
        texture: Resource<Texture>,
    ) -> wasmtime::Result<Resource<PixelBuffer>> {
        let inner = &self.get(&texture)?.inner;
        let bytes = u64::from(inner.width()) * u64::from(inner.height()) * 4;
        let bytes = usize::try_from(bytes)?;
        let before = self.get_mut(this)?.current.replace(texture);
        if let Some(before) = before {
            self.delete(before)?;
        }
        // What is refused here has not been allocated.
        let has = self.get(this)?.pixels.lock().len();
        self.ctx.count_bytes(bytes.saturating_sub(has))?;
        self.ctx.uncount_bytes(has.saturating_sub(bytes));
        let pixels = Arc::clone(&self.get(this)?.pixels);
        pixels.lock().resize(bytes, 0);
        self.push(PixelBuffer(Arc::downgrade(&pixels)))
    }
}

/// Writes these pixels to a picture, in its turn.
fn write(texture: Texture, pixels: Vec<u8>) -> wasmtime::Result<()> {
    let device = Arc::clone(&texture.device);
    let weight = device.weigh(u64::try_from(pixels.len())?)?;
    device.later({
        let device = Arc::clone(&device);
        move || {
            let inner = &texture.inner;
            let layout = wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: inner.width().checked_mul(4),
                rows_per_image: None,
            };
            // What the host does wrong, with a device that was lost meanwhile for example, is no error of the guest's.
            let ((), _errors) = device.guarded(|| {
                collecting(|| {
                    device.queue.write_texture(inner.as_image_copy(), &pixels, layout, inner.size());
                })
            });
            drop(weight);
        }
    });
    Ok(())
}

impl<T: Send + 'static> wit::HostContextWithStore<T> for WebGpu {
    async fn get_current_buffer(
        mut access: Access<'_, T, Self>,
        this: Resource<PixelContext>,
    ) -> wasmtime::Result<Resource<PixelBuffer>> {
        let source = access.get().pixel_source();
        let device = match source {
            Source::Made(device) => device,
            Source::Found(instance, choice, log) => {
                let adapter = find_adapter(&instance, choice, None, &log).await;
                let adapter = adapter.ok_or_else(|| wasmtime::Error::msg(NO_ADAPTER))?;
                let policy = access.get().ctx.policy_of_new_device(true)?;
                let (device, queue) = adapter.request_device(&wgpu::DeviceDescriptor::default()).await?;
                let info = Arc::new(adapter.get_info());
                let core = DeviceCore::create(device, queue, (adapter, info), String::new(), policy);
                let view = access.get();
                view.ctx.add_device(&core);
                view.ctx.pixels = Some(Arc::clone(&core));
                core
            }
        };
        let canvas = access.get().pixel_canvas(&this, device)?;
        let texture = canvas::next_picture(&mut access, &canvas).await?;
        access.get().pixel_buffer(&this, texture)
    }
}

impl wit::HostContext for WebGpuCtxView<'_> {
    fn new(&mut self, surface: Resource<Surface>) -> wasmtime::Result<Resource<PixelContext>> {
        let window = Arc::clone(&self.get(&surface)?.window);
        self.push(PixelContext { window, canvas: None, current: None, pixels: Pixels::default() })
    }

    fn present(&mut self, this: Resource<PixelContext>) -> wasmtime::Result<()> {
        let context = self.get_mut(&this)?;
        let (Some(canvas), Some(current)) = (&context.canvas, context.current.take()) else { return Ok(()) };
        let canvas: Resource<Canvas> = Resource::new_borrow(canvas.rep());
        let pixels = Arc::clone(&context.pixels);
        let texture = self.delete(current)?;
        // wgpu keeps what is written until the next submit, which is that of the picture that is shown.
        if self.get(&canvas)?.shows().is_some() {
            write(texture, pixels.lock().clone())?;
        }
        surface_webgpu::HostContext::present(self, canvas)
    }

    fn drop(&mut self, this: Resource<PixelContext>) -> wasmtime::Result<()> {
        let PixelContext { canvas, current, .. } = self.delete(this)?;
        if let Some(current) = current {
            self.delete(current)?;
        }
        if let Some(canvas) = canvas {
            self.delete(canvas)?.give_up();
        }
        Ok(())
    }
}

impl wit::Host for WebGpuCtxView<'_> {}

impl frame_buffer::HostBuffer for WebGpuCtxView<'_> {
    fn get_with_copy(&mut self, this: Resource<PixelBuffer>) -> wasmtime::Result<Vec<u8>> {
        let pixels = self.get(&this)?.0.upgrade();
        Ok(pixels.map(|pixels| pixels.lock().clone()).unwrap_or_default())
    }

    /// Of too many bytes the first are taken; where there are too few, the last rows stay as they were.
    fn set_with_copy(&mut self, this: Resource<PixelBuffer>, bytes: Vec<u8>) -> wasmtime::Result<()> {
        if let Some(pixels) = self.get(&this)?.0.upgrade() {
            pixels.lock().iter_mut().zip(bytes).for_each(|(pixel, byte)| *pixel = byte);
        }
        Ok(())
    }

    fn drop(&mut self, this: Resource<PixelBuffer>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

impl frame_buffer::Host for WebGpuCtxView<'_> {}
