//! What guests do when somebody is at their windows. `host/tests/desktop` is that somebody, and sees the colours.

use raw::Checks;

use super::{
    bindings::{
        canvas::{self, PresentMode},
        wit::{self, Event, Fullscreen, Grab, Refusal, Size},
    },
    cases::{BLUE, GREEN, RED},
    kit,
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
