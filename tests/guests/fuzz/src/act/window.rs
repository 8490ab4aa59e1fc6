//! Windows, what is drawn on them, and what happens to them.

use std::{cell::Cell, rc::Rc};

use crate::{
    act::Later,
    random::Random,
    windows::{
        canvas::{self, PresentMode},
        clipboard,
        drawing::{Context, ContextConfiguration},
        pixels,
        surface::{CreateDesc, Surface},
        wit::{
            self, Attention, Attributes, Buttons, Cursor, CursorImage, Direction, Extent, Fullscreen, Grab,
            Image, ImePurpose, Level, LogicalSize, OpenError, Opened, Place, Point, Position, Refusal, Size,
            State, Theme, Window,
        },
    },
    wit::{GpuTextureFormat, GpuTextureUsage},
    world::{Item, KnownCanvas, KnownTexture, Role, World, call},
};

/// The most windows of a guest. A surface of one more would end it.
const MOST: usize = 8;

/// The formats that windows have, and one that none has.
const FORMATS: [GpuTextureFormat; 6] = [
    GpuTextureFormat::Bgra8unormSrgb,
    GpuTextureFormat::Bgra8unorm,
    GpuTextureFormat::Rgba8unormSrgb,
    GpuTextureFormat::Rgba8unorm,
    GpuTextureFormat::Rgba16float,
    GpuTextureFormat::R8unorm,
];

fn size(random: &mut Random) -> Size {
    Size { width: random.word(&[1, 32, 64]), height: random.word(&[1, 32, 48]) }
}

fn position(random: &mut Random) -> Position {
    Position { x: f64::from(random.float()), y: f64::from(random.float()) }
}

fn extent(random: &mut Random) -> Extent {
    if random.chance(700) {
        return Extent::Physical(size(random));
    }
    Extent::Logical(LogicalSize {
        width: f64::from(random.float()) * 100.0,
        height: f64::from(random.float()) * 100.0,
    })
}

fn place(random: &mut Random) -> Place {
    if random.chance(500) {
        return Place::Logical(position(random));
    }
    Place::Physical(Point { x: random.word(&[0, 9]).cast_signed(), y: random.word(&[0, 9]).cast_signed() })
}

/// A picture, of which some have too many bytes or too few.
fn image(random: &mut Random) -> Image {
    let size = Size { width: random.word(&[1, 2, 16]), height: random.word(&[1, 2, 16]) };
    let bytes = u64::from(size.width) * u64::from(size.height) * 4;
    let bytes = random.number(&[bytes.min(1 << 12)]).min(1 << 16);
    Image { size, rgba: vec![7; usize::try_from(bytes).unwrap_or(0)] }
}

fn cursor(random: &mut Random) -> Cursor {
    use wit::CursorShape as Shape;
    if random.chance(600) {
        return Cursor::Shape(random.one_of(&[Shape::Default, Shape::Text, Shape::AllResize]));
    }
    let hotspot = |random: &mut Random| u16::try_from(random.word(&[0, 1])).unwrap_or(u16::MAX);
    Cursor::Image(CursorImage {
        image: image(random),
        hotspot_x: hotspot(random),
        hotspot_y: hotspot(random),
    })
}

fn flags(random: &mut Random) -> State {
    State::all().iter().filter(|_| random.chance(500)).collect()
}

fn fullscreen(random: &mut Random) -> Fullscreen {
    let monitor = random.word(&[0, 1]);
    if random.chance(700) {
        return Fullscreen::Borderless(random.maybe(|_| monitor));
    }
    let mode = wit::VideoMode {
        size: size(random),
        bit_depth: u16::try_from(random.word(&[32])).unwrap_or(0),
        refresh_millihertz: random.word(&[60_000]),
    };
    Fullscreen::Exclusive((monitor, mode))
}

fn attributes(random: &mut Random) -> Attributes {
    Attributes {
        title: random.text(),
        size: random.maybe(extent),
        min_size: if random.hostile() { Some(extent(random)) } else { None },
        max_size: if random.hostile() { Some(extent(random)) } else { None },
        resize_increments: if random.hostile() { Some(extent(random)) } else { None },
        position: random.maybe(place),
        state: flags(random),
        buttons: if random.chance(500) { Buttons::all() } else { Buttons::empty() },
        level: random.one_of(&[Level::Bottom, Level::Normal, Level::Top]),
        active: random.chance(500),
        fullscreen: if random.hostile() { Some(fullscreen(random)) } else { None },
        theme: random.maybe(|_| Theme::Dark),
        icon: random.maybe(image),
        cursor: cursor(random),
    }
}

fn refused<T>(w: &mut World, function: &str, result: Result<T, Refusal>) -> Option<T> {
    w.result(function, result, |refusal| format!("{refusal:?}"))
}

pub(crate) fn open(w: &mut World) -> Option<()> {
    let attributes = attributes(&mut w.random);
    call!(w, "Window.open", attributes);
    let opened = w.result("open", Window::open(&attributes), |error| match error {
        OpenError::NotGranted => "not granted".to_owned(),
        OpenError::NoDisplay => "no display".to_owned(),
        OpenError::TooMany => "too many".to_owned(),
        OpenError::Other(_) => "other".to_owned(),
    })?;
    let Opened { window, size, scale_factor, focused, theme } = opened;
    w.told(&(size, scale_factor, focused, theme));
    w.keep(window, 0, ());
    Some(())
}

/// One that is its own window.
pub(crate) fn own_surface(w: &mut World) -> Option<()> {
    // Each handle has one window at the most.
    let pools = &w.pools;
    let handles =
        pools.windows.len() + pools.surfaces.len() + pools.canvases.len() + pools.pixel_canvases.len();
    if handles >= MOST {
        return None;
    }
    let random = &mut w.random;
    let description = CreateDesc {
        height: random.maybe(|random| random.word(&[32])),
        width: random.maybe(|random| random.word(&[32])),
    };
    call!(w, "Surface.new", description);
    w.keep(Surface::new(description), 0, ());
    Some(())
}

pub(crate) fn surface(w: &mut World) -> Option<()> {
    let window: Item<Window> = w.any()?;
    call!(w, "Window.surface", window);
    w.keep(window.handle.surface(), 0, ());
    Some(())
}

pub(crate) fn canvas(w: &mut World) -> Option<()> {
    let surface: Item<Surface> = w.any()?;
    call!(w, "Context.new", surface);
    let known = KnownCanvas { device: Rc::new(Cell::new(None)) };
    w.keep(Context::new(&surface.handle), 0, known);
    Some(())
}

pub(crate) fn set_mode(w: &mut World) -> Option<()> {
    let canvas: Item<Context, KnownCanvas> = w.any()?;
    let random = &mut w.random;
    let (size, latency) = (size(random), random.word(&[1, 2, 3]));
    let mode = random.one_of(&[
        PresentMode::Fifo,
        PresentMode::FifoRelaxed,
        PresentMode::Immediate,
        PresentMode::Mailbox,
    ]);
    call!(w, "canvas.set_mode", canvas, size, mode, latency);
    canvas::set_mode(&canvas.handle, size, mode, latency);
    Some(())
}

pub(crate) fn configure(w: &mut World) -> Option<()> {
    let (canvas, device): (Item<Context, KnownCanvas>, _) = (w.any()?, w.device()?);
    let random = &mut w.random;
    let format = random.one_of(&FORMATS);
    let format = random.mostly(format);
    let usage = random.maybe(|random| random.mostly(GpuTextureUsage::RENDER_ATTACHMENT));
    let view_formats = if random.hostile() { Some(vec![random.any(), random.any()]) } else { None };
    call!(w, "Context.configure", canvas, device, format, usage, view_formats);
    canvas.handle.configure(&ContextConfiguration {
        device: &device.handle,
        format,
        usage,
        view_formats,
        color_space: None,
        tone_mapping: None,
        alpha_mode: None,
    });
    canvas.known.device.set(Some(device.device));
    Some(())
}

pub(crate) fn unconfigure(w: &mut World) -> Option<()> {
    let canvas: Item<Context, KnownCanvas> = w.any()?;
    call!(w, "Context.unconfigure", canvas);
    canvas.handle.unconfigure();
    canvas.known.device.set(None);
    Some(())
}

pub(crate) fn get_current_texture(w: &mut World) -> Option<()> {
    let canvas: Item<Context, KnownCanvas> =
        w.pick(None, |known: &KnownCanvas| known.device.get().is_some())?;
    // Without a configuration it ends the guest.
    let device = canvas.known.device.get()?;
    call!(w, "Context.get_current_texture", canvas);
    let texture = canvas.handle.get_current_texture();
    w.told(&canvas::status(&canvas.handle));
    let known = KnownTexture { role: Role::Color, usage: GpuTextureUsage::RENDER_ATTACHMENT };
    w.keep(texture, device, known);
    Some(())
}

pub(crate) fn present(w: &mut World) -> Option<()> {
    let canvas: Item<Context, KnownCanvas> = w.any()?;
    call!(w, "Context.present", canvas);
    canvas.handle.present();
    Some(())
}

pub(crate) fn pixel_canvas(w: &mut World) -> Option<()> {
    let surface: Item<Surface> = w.any()?;
    call!(w, "pixels.Context.new", surface);
    w.keep(pixels::Context::new(&surface.handle), 0, ());
    Some(())
}

pub(crate) fn get_current_buffer(w: &mut World) -> Option<()> {
    let canvas: Item<pixels::Context> = w.any()?;
    call!(w, "pixels.Context.get_current_buffer", canvas);
    w.keep(canvas.handle.get_current_buffer(), 0, ());
    Some(())
}

pub(crate) fn pixels_get(w: &mut World) -> Option<()> {
    let buffer: Item<pixels::Buffer> = w.any()?;
    call!(w, "Buffer.get_with_copy", buffer);
    let length = buffer.handle.get_with_copy().len();
    w.told(&length);
    Some(())
}

pub(crate) fn pixels_set(w: &mut World) -> Option<()> {
    let buffer: Item<pixels::Buffer> = w.any()?;
    let bytes = w.random.number(&[0, 4, 32 * 32 * 4]).min(1 << 20);
    call!(w, "Buffer.set_with_copy", buffer, bytes);
    buffer.handle.set_with_copy(&vec![9; usize::try_from(bytes).unwrap_or(0)]);
    Some(())
}

pub(crate) fn present_pixels(w: &mut World) -> Option<()> {
    let canvas: Item<pixels::Context> = w.any()?;
    call!(w, "pixels.Context.present", canvas);
    canvas.handle.present();
    Some(())
}

/// What happened. Somebody who waits for ever where nothing is to come is ended.
pub(crate) fn next(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let timeout = w.random.number(&[0, 1_000_000, 20_000_000, 300_000_000]).min(1_000_000_000);
        call!(w, "windows.next", timeout);
        let events = wit::next(Some(timeout)).await;
        w.told(&events);
        Some(())
    })
}

/// A stream, of which the first is read if it is there.
pub(crate) fn stream(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let surface: Item<Surface> = w.any()?;
        let which = w.random.below(7);
        call!(w, "Surface.on", surface, which);
        macro_rules! first {
            ($method:ident) => {{
                let mut stream = surface.handle.$method();
                // Dropping a call that waits takes it back.
                let first = crate::act::device::now_or_never(stream.next()).await;
                w.told(&first.is_some());
            }};
        }
        match which {
            0 => first!(on_resize),
            1 => first!(on_frame),
            2 => first!(on_pointer_up),
            3 => first!(on_pointer_down),
            4 => first!(on_pointer_move),
            5 => first!(on_key_up),
            _ => first!(on_key_down),
        }
        Some(())
    })
}

/// The size of a surface, or another one.
pub(crate) fn surface_size(w: &mut World) -> Option<()> {
    let surface: Item<Surface> = w.any()?;
    let random = &mut w.random;
    let side = |random: &mut Random| random.maybe(|random| random.word(&[16, 32, 64]));
    let (height, width) = (side(random), side(random));
    call!(w, "Surface.request_set_size", surface, height, width);
    surface.handle.request_set_size(height, width);
    w.told(&(surface.handle.width(), surface.handle.height()));
    Some(())
}

pub(crate) fn copy_and_paste(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let text = w.random.text();
        call!(w, "clipboard", text);
        w.told(&clipboard::granted());
        refused(w, "write-text", clipboard::write_text(&text));
        let read = clipboard::read_text().await;
        let read = refused(w, "read-text", read);
        w.told(&read);
        Some(())
    })
}

/// One of the things that a window is asked for without an answer.
pub(crate) fn change(w: &mut World) -> Option<()> {
    let window: Item<Window> = w.any()?;
    let which = w.random.below(20);
    call!(w, "Window.change", window, which);
    let (window, random) = (&window.handle, &mut w.random);
    match which {
        0 => window.request_redraw(),
        1 => window.request_size(extent(random)),
        2 => window.set_limits(random.maybe(extent), random.maybe(extent)),
        3 => window.set_resize_increments(random.maybe(extent)),
        4 => window.set_position(place(random)),
        5 => window.set_title(&random.text()),
        6 => window.set_state(flags(random), flags(random)),
        7 => window.set_buttons(Buttons::CLOSE),
        8 => window.set_level(random.one_of(&[Level::Bottom, Level::Normal, Level::Top])),
        9 => window.set_fullscreen(random.maybe(fullscreen)),
        10 => window.set_theme(random.maybe(|_| Theme::Light)),
        11 => window.set_icon(random.maybe(image).as_ref()),
        12 => window.focus(),
        13 => window.request_attention(random.maybe(|_| Attention::Critical)),
        14 => window.set_cursor(&cursor(random)),
        15 => window.set_cursor_visible(random.chance(500)),
        16 => window.show_menu(place(random)),
        17 => window.set_ime_allowed(random.chance(500)),
        18 => window.set_ime_area(place(random), extent(random)),
        _ => window.set_ime_purpose(random.one_of(&[ImePurpose::Normal, ImePurpose::Password])),
    }
    Some(())
}

/// One of those with an answer.
pub(crate) fn ask(w: &mut World) -> Option<()> {
    let window: Item<Window> = w.any()?;
    let which = w.random.below(8);
    call!(w, "Window.ask", window, which);
    let random = &mut w.random;
    let handle = &window.handle;
    let answer = match which {
        0 => handle.set_cursor_position(place(random)),
        1 => handle.set_cursor_hittest(random.chance(500)),
        2 => handle.grab_cursor(random.one_of(&[Grab::None, Grab::Confined, Grab::Locked])),
        3 => handle.drag(),
        4 => handle.drag_resize(Direction::NorthWest),
        5 => {
            let snapshot = handle.snapshot();
            w.told(&snapshot);
            return Some(());
        }
        6 => {
            w.told(&handle.id());
            return Some(());
        }
        _ => {
            w.told(&(wit::monitors(), wit::system_theme()));
            return Some(());
        }
    };
    refused(w, "ask", answer);
    Some(())
}
