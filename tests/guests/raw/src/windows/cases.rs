//! What guests with windows do, right and wrong.

use std::time::{Duration, Instant};

use raw::{Checks, kit as raw_kit, wit as gpu};

use super::{
    bindings::{
        canvas::{self, CanvasStatus, PresentMode},
        drawing::Context,
        wit::{self, Event, Extent, LogicalKey, OpenError, Opened, Size, Window},
    },
    kit::{self, Shown},
};

pub(super) use super::{
    clipboard::{clipboard_after_a_press, clipboard_not_granted},
    given_up::{canvas_of_a_lost_device, canvases_of_one_surface, waits_that_are_given_up},
};

pub(super) const RED: [f64; 3] = [1.0, 0.0, 0.0];
pub(super) const GREEN: [f64; 3] = [0.0, 1.0, 0.0];
pub(super) const BLUE: [f64; 3] = [0.0, 0.0, 1.0];

/// Three pictures, one in each colour, and then it waits until it is closed.
pub(super) async fn shown_in_three_colours(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    for color in [RED, GREEN, BLUE] {
        shown.redraw().await;
        shown.fill(color);
        checks.that("the picture is shown", canvas::status(&shown.context) == CanvasStatus::Good);
        shown.window.request_redraw();
    }
    while !shown.next().await.iter().any(|event| matches!(event, Event::CloseRequested)) {}
    drop(shown);
    checks.that("the last event", matches!(wit::next(None).await.last(), Some((1, Event::Destroyed))));
}

/// The second goes on when the first was closed.
pub(super) async fn two_windows(checks: &mut Checks) {
    let (one, other) = (kit::shown(PresentMode::Fifo).await, kit::shown(PresentMode::Fifo).await);
    checks.that("each window has a number", one.id != other.id);
    one.fill(RED);
    other.fill(GREEN);
    drop(one);
    for _ in 0..3 {
        other.window.request_redraw();
        other.redraw().await;
        other.fill(BLUE);
    }
}

/// 120 pictures as fast as the host lets it, and 120 by requests.
pub(super) async fn paced(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    shown.redraw().await;
    at_pace(checks, "pictures", async || shown.fill(RED)).await;
    let redraw = async || {
        shown.window.request_redraw();
        shown.redraw().await;
        shown.fill(GREEN);
    };
    at_pace(checks, "redraws", redraw).await;
    checks.that("an empty answer when the time is up", {
        let start = Instant::now();
        wit::next(Some(20_000_000)).await.is_empty() && start.elapsed() >= Duration::from_millis(20)
    });
}

/// `picture` comes 60 times a second. A busy machine can make it slower: one of a few turns has to do. It can't make it
/// faster, but for a picture or two that came late just before.
async fn at_pace(checks: &mut Checks, what: &str, picture: impl AsyncFn()) {
    let mut rates = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..120 {
            picture().await;
        }
        rates.push(120.0 / start.elapsed().as_secs_f64());
        if rates.last().is_some_and(|rate| (rate - 60.0).abs() <= 1.0) {
            break;
        }
    }
    checks.that(&format!("60 {what} a second: {rates:?}"), rates.last().is_some_and(|rate| *rate >= 59.0));
    checks.that(&format!("never more {what}: {rates:?}"), rates.iter().all(|rate| *rate <= 62.0));
}

/// The harness posts key `n` for each letter of a long text, with movements between, and then a line that is drawn with a
/// button held, while the guest sleeps.
pub(super) async fn events_in_order(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    let (mut keys, mut presses, mut last) = (0_u32, 0_u32, None);
    let (mut line, mut is_held) = (Vec::new(), false);
    loop {
        for event in shown.next().await {
            match event {
                Event::Key(key) => {
                    let LogicalKey::Character(text) = key.logical else { return checks.fail("a letter") };
                    let number: u32 = text.parse().unwrap_or(u32::MAX);
                    checks.equal("keys are in order", (number, key.pressed), (keys / 2, keys % 2 == 0));
                    keys += 1;
                    presses += u32::from(key.pressed);
                }
                Event::Button(button) => is_held = button.pressed,
                Event::CursorMoved(position) if is_held => line.push(position.x),
                Event::CursorMoved(position) => last = Some(position.x),
                Event::CloseRequested => {
                    checks.equal("all keys", (keys, presses), (8_000, 4_000));
                    checks.equal("the line", line, (0..2_000).map(f64::from).collect());
                    checks.equal("the last movement", last, Some(3_999.0));
                    return;
                }
                _ => {}
            }
        }
    }
}

/// The harness posts far more than there is room for: what was pressed is released, and the end is heard of.
pub(super) async fn events_nobody_takes(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    let (mut held, mut events) = (std::collections::BTreeSet::new(), 0);
    loop {
        for event in shown.next().await {
            events += 1;
            match event {
                Event::Key(key) => {
                    let LogicalKey::Character(text) = key.logical else { return checks.fail("a letter") };
                    let known = if key.pressed { held.insert(text) } else { held.remove(&text) };
                    checks.that("a press, and then its release", known);
                }
                Event::CloseRequested => {
                    checks.that("nothing is held", held.is_empty());
                    checks.that(&format!("{events} events are few"), events < 17_000);
                    return;
                }
                _ => {}
            }
        }
    }
}

/// The host was not told to give this guest windows.
pub(super) async fn not_granted(checks: &mut Checks) {
    checks.that("no window", matches!(kit::open(64, 48), Err(OpenError::NotGranted)));
    checks.that("no screens", wit::monitors().is_empty() && wit::system_theme().is_none());
}

/// It draws on its picture whenever it is to, and shows it to nobody.
pub(super) async fn never_presents(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    for _ in 0..100 {
        shown.redraw().await;
        let texture = shown.context.get_current_texture();
        checks.fine("it is drawn on", &shown.device, || kit::clear(&shown.device, &texture, RED)).await;
        shown.window.request_redraw();
    }
}

/// The same picture until it is presented, nothing to present, and then the next.
pub(super) async fn presented_twice(checks: &mut Checks) {
    let Shown { device, context, window, id: _ } = &kit::shown(PresentMode::Immediate).await;
    context.present();
    let (one, same) = (context.get_current_texture(), context.get_current_texture());
    checks.equal("it has the size of the canvas", (one.width(), same.height()), (64, 48));
    checks
        .fine("both are drawn to", device, || {
            kit::clear(device, &one, RED);
            kit::clear(device, &same, GREEN);
        })
        .await;
    context.present();
    context.present();
    context.unconfigure();
    context.unconfigure();
    context.present();
    window.request_redraw();
}

/// What was shown can't be changed any more, and neither can what a canvas has given up.
pub(super) async fn drawn_after_present(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Immediate).await;
    let Shown { device, context, .. } = &shown;
    let texture = context.get_current_texture();
    let view = texture.create_view(None);
    context.present();
    checks.invalid("after present", device, || kit::clear(device, &texture, RED)).await;
    drop(view);
    let texture = context.get_current_texture();
    shown.configure();
    checks.invalid("after configure", device, || kit::clear(device, &texture, RED)).await;
    let texture = context.get_current_texture();
    texture.destroy();
    checks.fine("one that the guest has destroyed is presented", device, || context.present()).await;
    let texture = context.get_current_texture();
    let Shown { device, context, window, .. } = shown;
    drop(window);
    let (device, context) = (&device, &context);
    checks.fine("a window that was closed", device, || context.present()).await;
    checks.invalid("after that", device, || kit::clear(device, &texture, RED)).await;
    checks.fine("a closed window has pictures", device, || drop(context.get_current_texture())).await;
    checks.that("nobody sees them", canvas::status(context) == CanvasStatus::Lost);
}

/// Each is an error of WebGPU, and so is the picture.
pub(super) async fn canvases_that_are_not_valid(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Immediate).await;
    let Shown { device, context, .. } = &shown;
    let render = Some(gpu::GpuTextureUsage::RENDER_ATTACHMENT);
    let srgb = gpu::GpuTextureFormat::Bgra8unormSrgb;
    for (width, height, format, usage) in [
        (0, 48, srgb, render),
        (64, 0, srgb, render),
        (u32::MAX, 48, srgb, render),
        (64, 48, gpu::GpuTextureFormat::R8unorm, render),
        (64, 48, gpu::GpuTextureFormat::Depth24plus, render),
        (64, 48, srgb, Some(gpu::GpuTextureUsage::empty())),
    ] {
        let what = format!("{width} by {height}, {format:?}, {usage:?}");
        canvas::set_mode(context, Size { width, height }, PresentMode::Immediate, u32::MAX);
        checks.invalid(&what, device, || shown.configure_as(format, usage)).await;
        let texture = checks.invalid(&what, device, || context.get_current_texture()).await;
        checks.invalid(&what, device, || kit::clear(device, &texture, RED)).await;
        checks.fine(&what, device, || context.present()).await;
    }
    canvas::set_mode(context, Size { width: 64, height: 48 }, PresentMode::Immediate, 0);
    checks.fine("and then a good one", device, || shown.configure()).await;
    checks.fine("and then a good one", device, || shown.fill(RED)).await;
}

/// Whatever goes first, the others end well.
pub(super) async fn dropped_in_any_order(checks: &mut Checks) {
    for order in 0..24_usize {
        let Opened { window, .. } = kit::open(64, 48).expect("windows are granted");
        let (device, surface) = (raw_kit::device().await, window.surface());
        let context = Context::new(&surface);
        let shown = Shown { id: window.id(), device, context, window };
        shown.configure();
        let texture = shown.context.get_current_texture();
        kit::clear(&shown.device, &texture, RED);
        let Shown { device, context, window, .. } = shown;
        let mut parts: Vec<Box<dyn std::any::Any>> =
            vec![Box::new(device), Box::new(context), Box::new(window), Box::new((surface, texture))];
        let (mut left, mut turn) = (order, 4);
        while turn > 0 {
            drop(parts.remove(left % turn));
            left /= turn;
            turn -= 1;
        }
    }
    let events = wit::next(Some(0)).await;
    let destroyed = events.iter().filter(|(_, event)| matches!(event, Event::Destroyed));
    checks.equal("each was destroyed", destroyed.count(), 24);
}

/// Eight at a time, as often as it likes.
pub(super) async fn windows_by_the_thousand(checks: &mut Checks) {
    for _ in 0..4 {
        let windows: Vec<_> = (0..1_000).filter_map(|_| kit::open(64, 48).ok()).collect();
        checks.equal("sixteen windows", windows.len(), 16);
        checks.that("too many", matches!(kit::open(64, 48), Err(OpenError::TooMany)));
    }
    for _ in 0..1_000 {
        checks.that("one after the other", kit::open(1, 1).is_ok());
    }
    let Opened { window, size, .. } = kit::open(u32::MAX, 0).expect("windows are granted");
    checks.equal("a size that windows have", (size.width, size.height), (16_384, 1));
    let surfaces: Vec<_> = (0..1_000).map(|_| window.surface()).collect();
    let canvases: Vec<_> = surfaces.iter().map(Context::new).collect();
    drop(window);
    checks.equal("they are there", (surfaces.len(), canvases.len()), (1_000, 1_000));
}

/// Everything that there is, a thousand times, with values that make no sense.
pub(super) async fn requests_by_the_thousand(_checks: &mut Checks) {
    let Opened { window, .. } = kit::open(64, 48).expect("windows are granted");
    let long = "x".repeat(1 << 20);
    let nan = Extent::Logical(wit::LogicalSize { width: f64::NAN, height: f64::INFINITY });
    let far = wit::Place::Logical(wit::Position { x: f64::NAN, y: f64::NEG_INFINITY });
    let image = |bytes: usize| wit::Image { size: Size { width: u32::MAX, height: 2 }, rgba: vec![0; bytes] };
    for round in 0..1_000_u32 {
        window.request_redraw();
        window.request_size(nan);
        window.set_limits(Some(nan), Some(Extent::Physical(Size { width: 0, height: 0 })));
        window.set_resize_increments(Some(nan));
        window.set_position(far);
        window.set_state(
            wit::State::all(),
            if round % 2 == 0 { wit::State::all() } else { wit::State::empty() },
        );
        window.set_buttons(wit::Buttons::empty());
        window.set_level(wit::Level::Top);
        window.set_fullscreen(Some(wit::Fullscreen::Borderless(Some(round))));
        window.set_fullscreen(None);
        window.set_theme(Some(wit::Theme::Dark));
        window.set_icon(Some(&image(8)));
        window.set_cursor(&wit::Cursor::Image(wit::CursorImage {
            image: image(4),
            hotspot_x: 9,
            hotspot_y: 9,
        }));
        window.focus();
        window.request_attention(Some(wit::Attention::Critical));
        window.set_cursor_visible(false);
        let _ = (window.set_cursor_position(far), window.set_cursor_hittest(false));
        let _ = (window.grab_cursor(wit::Grab::Locked), window.drag());
        let _ = window.drag_resize(wit::Direction::NorthEast);
        window.show_menu(far);
        window.set_ime_allowed(true);
        window.set_ime_area(far, nan);
        window.set_ime_purpose(wit::ImePurpose::Password);
        let _ = window.snapshot();
    }
    window.set_title(&long);
}

/// The size and the colour change with each picture, and the memory is that of one.
pub(super) async fn resized_a_thousand_times(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Immediate).await;
    let Shown { device, context, window, .. } = &shown;
    let mut size = Size { width: 64, height: 48 };
    for round in 0..1_000_u32 {
        window.request_size(Extent::Physical(Size { width: 32 + round % 64, height: 32 + round % 48 }));
        for event in shown.next().await {
            if let Event::Resized(to) = event {
                size = to;
            }
        }
        canvas::set_mode(context, size, PresentMode::Immediate, 2);
        shown.configure();
        let texture = checks.fine("the next picture", device, || context.get_current_texture()).await;
        checks.equal("it has the new size", (texture.width(), texture.height()), (size.width, size.height));
        checks.that("it fits", canvas::status(context) == CanvasStatus::Good);
        let colour = [RED, GREEN, BLUE][round as usize % 3];
        checks.fine("it is drawn", device, || kit::clear(device, &texture, colour)).await;
        context.present();
    }
}

/// It waits for what never comes.
pub(super) async fn nothing_to_wait_for(_checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    loop {
        shown.next().await;
    }
}

/// There is no texture, and no error to say so.
pub(super) async fn texture_of_no_configuration(checks: &mut Checks) {
    let Opened { window, .. } = kit::open(64, 48).expect("windows are granted");
    Context::new(&window.surface()).get_current_texture();
    checks.fail("it got a texture");
}

/// The list of events has one reader.
pub(super) async fn waits_twice(checks: &mut Checks) {
    let _window: Window = kit::open(64, 48).expect("windows are granted").window;
    wit::next(None).await;
    let (one, other) = (wit::next(None), wit::next(None));
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    std::future::poll_fn(|cx| {
        let _ = (one.as_mut().poll(cx), other.as_mut().poll(cx));
        std::task::Poll::<()>::Pending
    })
    .await;
    checks.fail("both wait");
}
