//! Two galaxies that meet, in a window. The mouse turns them, the wheel brings them nearer, P stops them and lets them go
//! on, Escape ends the program.
//!
//! It is written as for any desktop, over winit and wgpu. Not a word of it is about WASI.

mod camera;
mod galaxies;
mod sky;

use std::sync::Arc;

use anyhow::Context;
use winit::{
    application::ApplicationHandler,
    dpi::{LogicalSize, PhysicalPosition, PhysicalSize},
    event::{ElementState, KeyEvent, MouseButton, MouseScrollDelta, WindowEvent},
    event_loop::{ActiveEventLoop, EventLoop},
    keyboard::{KeyCode, PhysicalKey},
    window::{Window, WindowId},
};

use crate::{camera::Camera, sky::Sky};

/// How far the camera goes round for a pixel of the mouse's way.
const TURN: f32 = 0.008;

/// How many pixels are a line, where a wheel tells pixels.
const LINE: f32 = 20.0;

/// Everything that the program has on the screen.
struct Universe {
    window: Arc<Window>,
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    device: wgpu::Device,
    queue: wgpu::Queue,
    sky: Sky,
    camera: Camera,
    /// Where the mouse is, and whether it turns the camera.
    mouse: PhysicalPosition<f64>,
    turning: bool,
    paused: bool,
}

impl Universe {
    fn open(event_loop: &ActiveEventLoop) -> anyhow::Result<Self> {
        let size = LogicalSize::new(960.0, 600.0);
        let attributes = Window::default_attributes().with_title("Two galaxies").with_inner_size(size);
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
        let sky = Sky::new(&device, config.format);
        Ok(Self {
            window,
            surface,
            config,
            device,
            queue,
            sky,
            camera: Camera::new(),
            mouse: PhysicalPosition::default(),
            turning: false,
            paused: false,
        })
    }

    fn resize(&mut self, size: PhysicalSize<u32>) {
        self.config.width = size.width.max(1);
        self.config.height = size.height.max(1);
        self.surface.configure(&self.device, &self.config);
        self.window.request_redraw();
    }

    fn move_mouse(&mut self, position: PhysicalPosition<f64>) {
        let (x, y) = (position.x - self.mouse.x, position.y - self.mouse.y);
        self.mouse = position;
        if self.turning {
            #[expect(clippy::cast_possible_truncation, reason = "a way of the mouse is no large number")]
            self.camera.orbit(-TURN * x as f32, TURN * y as f32);
            self.window.request_redraw();
        }
    }

    fn scroll(&mut self, delta: MouseScrollDelta) {
        let lines = match delta {
            MouseScrollDelta::LineDelta(_, y) => y,
            #[expect(clippy::cast_possible_truncation, reason = "a turn of the wheel is no large number")]
            MouseScrollDelta::PixelDelta(position) => position.y as f32 / LINE,
        };
        self.camera.approach(lines);
        self.window.request_redraw();
    }

    fn press(&mut self, event_loop: &ActiveEventLoop, event: &KeyEvent) {
        if event.repeat || event.state != ElementState::Pressed {
            return;
        }
        match event.physical_key {
            PhysicalKey::Code(KeyCode::KeyP) => {
                self.paused = !self.paused;
                self.window.request_redraw();
            }
            PhysicalKey::Code(KeyCode::Escape) => event_loop.exit(),
            _ => {}
        }
    }

    fn draw(&mut self) {
        use wgpu::CurrentSurfaceTexture as Current;
        let picture = match self.surface.get_current_texture() {
            Current::Success(picture) | Current::Suboptimal(picture) => picture,
            Current::Outdated | Current::Lost => {
                self.surface.configure(&self.device, &self.config);
                self.window.request_redraw();
                return;
            }
            // The window will ask again, or the error is told elsewhere.
            Current::Timeout | Current::Occluded | Current::Validation => return,
        };
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if !self.paused {
            self.sky.advance(&mut encoder);
        }
        let target = picture.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let view = self.camera.view(self.config.width, self.config.height);
        self.sky.draw(&self.queue, &mut encoder, &target, view);
        self.queue.submit([encoder.finish()]);
        self.window.pre_present_notify();
        self.queue.present(picture);
        if !self.paused {
            self.window.request_redraw();
        }
    }
}

struct App {
    universe: Option<Universe>,
    /// How it ends.
    result: anyhow::Result<()>,
}

impl ApplicationHandler for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        match Universe::open(event_loop) {
            Ok(universe) => self.universe = Some(universe),
            Err(error) => {
                self.result = Err(error);
                event_loop.exit();
            }
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _window: WindowId, event: WindowEvent) {
        let Some(universe) = &mut self.universe else { return };
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::Resized(size) => universe.resize(size),
            WindowEvent::RedrawRequested => universe.draw(),
            WindowEvent::CursorMoved { position, .. } => universe.move_mouse(position),
            WindowEvent::MouseInput { state, button: MouseButton::Left, .. } => {
                universe.turning = state.is_pressed();
            }
            WindowEvent::MouseWheel { delta, .. } => universe.scroll(delta),
            WindowEvent::KeyboardInput { event, .. } => universe.press(event_loop, &event),
            // Seen again, it goes on.
            WindowEvent::Occluded(false) => universe.window.request_redraw(),
            _ => {}
        }
    }
}

fn main() -> anyhow::Result<()> {
    let mut app = App { universe: None, result: Ok(()) };
    EventLoop::new()?.run_app(&mut app)?;
    app.result
}
