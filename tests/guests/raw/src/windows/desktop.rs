//! What guests do when somebody is at their windows. `host/tests/desktop` is that somebody, and sees the colours.

use std::time::{Duration, Instant};

use raw::{Checks, wit as gpu};

use super::{
    bindings::{
        canvas::{self, PresentMode},
        clipboard,
        wit::{self, Event, Fullscreen, Grab, Refusal, Size},
    },
    cases::{BLUE, GREEN, RED},
    kit::{self, Shown},
};

/// It draws in the size that its window has, picture after picture, until it is closed.
pub(super) async fn follows_its_size(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    let mut pictures = 0_u32;
    loop {
        for event in shown.next().await {
            match event {
                Event::Resized(Size { width, height }) => {
                    let size = Size { width: width.max(1), height: height.max(1) };
                    canvas::set_mode(&shown.context, size, PresentMode::Fifo, 2);
                    checks.fine("the new size", &shown.device, || shown.configure()).await;
                }
                Event::Redraw => {
                    let colour = [RED, GREEN, BLUE][pictures as usize % 3];
                    checks.fine("the next picture", &shown.device, || shown.fill(colour)).await;
                    pictures += 1;
                }
                Event::CloseRequested => return,
                _ => {}
            }
        }
        shown.window.request_redraw();
    }
}

/// It shows a picture, and then does not answer.
pub(super) async fn hangs(_checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    shown.redraw().await;
    shown.fill(GREEN);
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

/// It hears that it is to close, and does not.
pub(super) async fn closed_in_vain(_checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    shown.redraw().await;
    shown.fill(GREEN);
    loop {
        shown.next().await;
    }
}

/// It keeps the pointer and fills the screen when somebody clicks (green), and not before (red). When they get out of that
/// (blue), it may not do so again.
pub(super) async fn keeps_the_pointer(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    let keep = || shown.window.grab_cursor(Grab::Confined);
    let fill = || shown.window.set_fullscreen(Some(Fullscreen::Borderless(None)));
    shown.redraw().await;
    checks.that("nobody has clicked", matches!(keep(), Err(Refusal::NotGranted)));
    fill();
    shown.fill(RED);
    while !shown.next().await.iter().any(|event| matches!(event, Event::Button(button) if button.pressed)) {}
    checks.that("now somebody has", keep().is_ok());
    fill();
    // What is asked for is done in its time.
    while !shown.window.snapshot().fullscreen {
        wit::next(Some(10_000_000)).await;
    }
    shown.fill(GREEN);
    while shown.window.snapshot().fullscreen {
        wit::next(Some(10_000_000)).await;
    }
    checks.that("and now no more", matches!(keep(), Err(Refusal::NotGranted)));
    shown.fill(BLUE);
    while !shown.next().await.iter().any(|event| matches!(event, Event::CloseRequested)) {}
}

/// Waits until somebody clicks.
async fn click(shown: &Shown) {
    while !shown.next().await.iter().any(|event| matches!(event, Event::Button(button) if button.pressed)) {}
}

/// Red until somebody clicks. Then it reads "theirs" and copies "mine" (green), and after another click it reads what
/// somebody has copied meanwhile (blue).
pub(super) async fn copies_and_pastes(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    let read = || async { clipboard::read_text().await.unwrap_or_default() };
    checks.that("it is there", clipboard::granted());
    shown.redraw().await;
    let written = clipboard::write_text("too early");
    checks.that("nobody has clicked", matches!(written, Err(Refusal::NotGranted)));
    shown.fill(RED);
    click(&shown).await;
    checks.equal("what somebody has copied", &*read().await, "theirs");
    checks.that("now somebody has clicked", clipboard::write_text("mine ☺").is_ok());
    checks.equal("its own", &*read().await, "mine ☺");
    shown.fill(GREEN);
    click(&shown).await;
    checks.equal("what they have copied since", &*read().await, "again");
    shown.fill(BLUE);
    while !shown.next().await.iter().any(|event| matches!(event, Event::CloseRequested)) {}
}

/// It has a pointer of its own from the beginning, and asks for attention (green). After a click the pointer is an arrow
/// again, and it asks no more (blue).
pub(super) async fn draws_attention(_checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    let size = Size { width: 16, height: 16 };
    let image = wit::Image { size, rgba: [255, 0, 0, 255].repeat(16 * 16) };
    let cursor = wit::Cursor::Image(wit::CursorImage { image, hotspot_x: 3, hotspot_y: 5 });
    shown.window.set_cursor(&cursor);
    shown.window.request_attention(Some(wit::Attention::Critical));
    shown.redraw().await;
    shown.fill(GREEN);
    click(&shown).await;
    shown.window.set_cursor(&wit::Cursor::Shape(wit::CursorShape::Default));
    shown.window.request_attention(None);
    shown.fill(BLUE);
    while !shown.next().await.iter().any(|event| matches!(event, Event::CloseRequested)) {}
}

/// Pictures that are measured, each drawn and waited for.
const MEASURED: usize = 300;

/// Prints what a picture costs on a texture of its own, and on the canvas of a window where it is shown, as the
/// benchmark program prints its rows: `cargo xtask bench` compares the two.
pub(super) async fn what_pictures_cost(_checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Immediate).await;
    let size = Size { width: 1280, height: 720 };
    canvas::set_mode(&shown.context, size, PresentMode::Immediate, 2);
    shown.configure();
    let queue = shown.device.queue();
    let texture = shown.device.create_texture(&gpu::GpuTextureDescriptor {
        size: gpu::GpuExtent3D { width: size.width, height: Some(size.height), depth_or_array_layers: None },
        mip_level_count: None,
        sample_count: None,
        dimension: None,
        format: gpu::GpuTextureFormat::Bgra8unormSrgb,
        usage: gpu::GpuTextureUsage::RENDER_ATTACHMENT,
        view_formats: None,
        texture_binding_view_dimension: None,
        label: None,
    });
    let (mut on_texture, mut on_canvas) = (Vec::new(), Vec::new());
    for _ in 0..MEASURED {
        let start = Instant::now();
        kit::clear(&shown.device, &texture, RED);
        queue.on_submitted_work_done().await;
        on_texture.push(start.elapsed());
        let start = Instant::now();
        shown.fill(RED);
        queue.on_submitted_work_done().await;
        on_canvas.push(start.elapsed());
    }
    for (name, mut times) in [("texture", on_texture), ("canvas", on_canvas)] {
        times.sort();
        let [value, quiet] = [times[MEASURED / 2], times[MEASURED / 10]].map(|time| time.as_secs_f64() * 1e6);
        println!(r#"{{"name":"present/{name}","unit":"us","value":{value},"quiet":{quiet}}}"#);
    }
}

/// It draws picture after picture, prints what it hears, and has another colour after each press and each turn of the wheel.
/// Some keys have it do what programs do that are streamed. `host/tests/stream` is somebody in a browser.
pub(super) async fn streamed(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    // Its pictures are there for a moment only; this is seen in what it holds.
    let _held = raw::kit::buffer(&shown.device, 1 << 20, gpu::GpuBufferUsage::STORAGE);
    let mut others = Vec::new();
    let mut colour = 0_usize;
    loop {
        for (window, event) in wit::next(None).await {
            match event {
                Event::Redraw if window == shown.id => {
                    shown.fill([RED, GREEN, BLUE][colour % 3]);
                    continue;
                }
                Event::Redraw => continue,
                Event::Resized(Size { width, height }) if window == shown.id => {
                    canvas::set_mode(&shown.context, Size { width, height }, PresentMode::Fifo, 2);
                    checks.fine("the new size", &shown.device, || shown.configure()).await;
                }
                Event::CloseRequested => return,
                _ => {}
            }
            println!("{window} {event:?}");
            let pressed = match &event {
                Event::Key(key) if key.pressed => key.text.clone().unwrap_or_default(),
                Event::Button(button) if button.pressed => String::new(),
                Event::Wheel(_) => String::new(),
                _ => continue,
            };
            colour += 1;
            match pressed.as_str() {
                "w" => others.push(kit::open(32, 32).expect("another window")),
                "s" => shown.window.request_size(wit::Extent::Physical(Size { width: 96, height: 32 })),
                "t" => shown.window.set_title("another title"),
                "p" => panic!("somebody wants that"),
                "l" => loop {
                    colour = std::hint::black_box(colour.wrapping_add(1));
                },
                // The GPU works for six seconds, in short pieces, and the program waits for all of them.
                "g" => {
                    let mut work = raw::kit::Work::new(&shown.device).await;
                    let piece = work.grow(&shown.device, Duration::from_millis(300)).await;
                    for _ in 0..=6000 / piece.as_millis() {
                        work.submit(&shown.device);
                    }
                    println!("the GPU works");
                    shown.device.queue().on_submitted_work_done().await;
                }
                "q" => return,
                _ => {}
            }
        }
        shown.window.request_redraw();
    }
}
