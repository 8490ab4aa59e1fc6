//! A triangle in a window: the space bar changes the background, Escape ends the program.
//!
//! It is written as for any desktop, over winit and wgpu. Not a word of it is about WASI.

use std::sync::Arc;

use anyhow::Context;
use winit::{
    application::ApplicationHandler,
    dpi::{LogicalSize, PhysicalSize},
    event::{ElementState, WindowEvent},
    event_loop::{ActiveEventLoop, EventLoop},
    keyboard::{KeyCode, PhysicalKey},
    window::{Window, WindowId},
};

const SHADER: &str = "
    @vertex
    fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
        let x = f32(i32(index) - 1);
        let y = f32(i32(index & 1) * 2 - 1);
        return vec4f(0.8 * x, 0.8 * y, 0, 1);
    }

    @fragment
    fn color() -> @location(0) vec4f {
        return vec4f(1, 0.5, 0, 1);
    }
";

/// Behind the triangle: one after the other.
const BACKGROUNDS: [wgpu::Color; 3] = [
    wgpu::Color { r: 0.0, g: 0.0, b: 0.4, a: 1.0 },
    wgpu::Color { r: 0.0, g: 0.4, b: 0.0, a: 1.0 },
    wgpu::Color { r: 0.3, g: 0.0, b: 0.3, a: 1.0 },
];

/// Everything that the program has on the screen.
struct View {
    window: Arc<Window>,
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    device: wgpu::Device,
    queue: wgpu::Queue,
    pipeline: wgpu::RenderPipeline,
    background: usize,
}

impl View {
    fn open(event_loop: &ActiveEventLoop) -> anyhow::Result<Self> {
        let attributes = Window::default_attributes()
            .with_title("Triangle")
            .with_inner_size(LogicalSize::new(400.0, 300.0));
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
        let pipeline = pipeline(&device, config.format);
        Ok(Self { window, surface, config, device, queue, pipeline, background: 0 })
    }

    fn resize(&mut self, size: PhysicalSize<u32>) {
        self.config.width = size.width.max(1);
        self.config.height = size.height.max(1);
        self.surface.configure(&self.device, &self.config);
        self.window.request_redraw();
    }

    fn change_background(&mut self) {
        self.background = (self.background + 1) % BACKGROUNDS.len();
        self.window.request_redraw();
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
        let view = picture.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let background = BACKGROUNDS.get(self.background).copied().unwrap_or_default();
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let target = wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(background), store: wgpu::StoreOp::Store },
            };
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &[Some(target)],
                ..Default::default()
            });
            pass.set_pipeline(&self.pipeline);
            pass.draw(0..3, 0..1);
        }
        self.queue.submit([encoder.finish()]);
        self.window.pre_present_notify();
        self.queue.present(picture);
    }
}

fn pipeline(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(SHADER.into()),
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: None,
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

struct App {
    view: Option<View>,
    /// Why it ends.
    result: anyhow::Result<()>,
}

impl ApplicationHandler for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        match View::open(event_loop) {
            Ok(view) => self.view = Some(view),
            Err(error) => {
                self.result = Err(error);
                event_loop.exit();
            }
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _window: WindowId, event: WindowEvent) {
        let Some(view) = &mut self.view else { return };
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::Resized(size) => view.resize(size),
            WindowEvent::RedrawRequested => view.draw(),
            WindowEvent::KeyboardInput { event, .. } if event.state == ElementState::Pressed => {
                match event.physical_key {
                    PhysicalKey::Code(KeyCode::Space) => view.change_background(),
                    PhysicalKey::Code(KeyCode::Escape) => event_loop.exit(),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn main() -> anyhow::Result<()> {
    let mut app = App { view: None, result: Ok(()) };
    EventLoop::new()?.run_app(&mut app)?;
    app.result
}
