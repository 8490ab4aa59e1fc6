//! What almost every case with windows does.

use raw::{kit, wit as gpu};

use super::bindings::{
    canvas::{self, PresentMode},
    drawing::{Context, ContextConfiguration},
    wit::{self, Attributes, Event, OpenError, Opened, Size, State, Window},
};

/// A window of 64 by 48 pixels with a canvas of that size, and a device.
pub(super) struct Shown {
    pub(super) device: gpu::GpuDevice,
    pub(super) context: Context,
    pub(super) window: Window,
    pub(super) id: u32,
}

/// What programs ask for that ask for little.
pub(super) fn attributes(width: u32, height: u32) -> Attributes {
    Attributes {
        title: "raw".to_owned(),
        size: Some(wit::Extent::Physical(Size { width, height })),
        min_size: None,
        max_size: None,
        resize_increments: None,
        position: None,
        state: State::RESIZABLE | State::DECORATED | State::VISIBLE,
        buttons: wit::Buttons::all(),
        level: wit::Level::Normal,
        active: true,
        fullscreen: None,
        theme: None,
        icon: None,
        cursor: wit::Cursor::Shape(wit::CursorShape::Default),
    }
}

/// A window of this size.
pub(super) fn open(width: u32, height: u32) -> Result<Opened, OpenError> {
    Window::open(&attributes(width, height))
}

/// A window with a canvas that is shown in this way.
pub(super) async fn shown(mode: PresentMode) -> Shown {
    let Opened { window, size, .. } = open(64, 48).expect("windows are granted");
    let (device, context) = (kit::device().await, Context::new(&window.surface()));
    let id = window.id();
    canvas::set_mode(&context, size, mode, 2);
    let shown = Shown { device, context, window, id };
    shown.configure();
    shown
}

impl Shown {
    pub(super) fn configure(&self) {
        self.configure_as(gpu::GpuTextureFormat::Bgra8unormSrgb, None);
    }

    pub(super) fn configure_as(&self, format: gpu::GpuTextureFormat, usage: Option<gpu::GpuTextureUsage>) {
        self.context.configure(&ContextConfiguration {
            device: &self.device,
            format,
            usage,
            view_formats: None,
            color_space: None,
            tone_mapping: None,
            alpha_mode: None,
        });
    }

    /// Fills the next picture, and presents it.
    pub(super) fn fill(&self, color: [f64; 3]) {
        let texture = self.context.get_current_texture();
        clear(&self.device, &texture, color);
        self.context.present();
    }

    /// The next events of the window.
    pub(super) async fn next(&self) -> Vec<Event> {
        let events = wit::next(None).await;
        events.into_iter().filter(|(id, _)| *id == self.id).map(|(_, event)| event).collect()
    }

    /// Waits until it is to be drawn.
    pub(super) async fn redraw(&self) {
        while !self.next().await.iter().any(|event| matches!(event, Event::Redraw)) {}
    }
}

/// Configures a canvas as most programs do.
pub(super) fn configure(context: &Context, device: &gpu::GpuDevice) {
    context.configure(&ContextConfiguration {
        device,
        format: gpu::GpuTextureFormat::Bgra8unormSrgb,
        usage: None,
        view_formats: None,
        color_space: None,
        tone_mapping: None,
        alpha_mode: None,
    });
}

/// Fills a texture.
pub(super) fn clear(device: &gpu::GpuDevice, texture: &gpu::GpuTexture, [r, g, b]: [f64; 3]) {
    let view = texture.create_view(None);
    let encoder = kit::encoder(device);
    let pass = encoder.begin_render_pass(&gpu::GpuRenderPassDescriptor {
        color_attachments: vec![Some(gpu::GpuRenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            clear_value: Some(gpu::GpuColor { r, g, b, a: 1.0 }),
            load_op: gpu::GpuLoadOp::Clear,
            store_op: gpu::GpuStoreOp::Store,
        })],
        depth_stencil_attachment: None,
        occlusion_query_set: None,
        timestamp_writes: None,
        max_draw_count: None,
        label: None,
    });
    pass.end();
    device.queue().submit(&[&encoder.finish(None)]);
}
