//! What guests give up while it is used: devices, and calls that wait.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use raw::{Checks, kit as raw_kit};

use super::{
    bindings::{
        canvas::{self, CanvasStatus, PresentMode},
        drawing::Context,
        pixels,
        wit::{self, Opened},
    },
    cases::{BLUE, GREEN, RED},
    kit::{self, Shown},
};

/// Looks once whether it is done, and takes the call back if it is not.
async fn given_up<T>(call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    poll_fn(|cx| match call.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Its pictures are nobody's, and another device takes its place.
pub(super) async fn canvas_of_a_lost_device(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Immediate).await;
    let Shown { device, context, .. } = &shown;
    let texture = context.get_current_texture();
    kit::clear(device, &texture, RED);
    device.destroy();
    context.present();
    let texture = context.get_current_texture();
    checks.that("it is lost", canvas::status(context) == CanvasStatus::Lost);
    checks.equal("as large as before", (texture.width(), texture.height()), (64, 48));
    context.present();
    let Shown { context, window, id, .. } = shown;
    let shown = Shown { device: raw_kit::device().await, context, window, id };
    checks.fine("another device", &shown.device, || shown.configure()).await;
    checks.fine("its picture", &shown.device, || shown.fill(GREEN)).await;
    checks.that("it is shown", canvas::status(&shown.context) == CanvasStatus::Good);
}

/// Each has its own picture, and pixels are one more.
pub(super) async fn canvases_of_one_surface(checks: &mut Checks) {
    let Opened { window, .. } = kit::open(64, 48).expect("windows are granted");
    let surface = window.surface();
    let device = raw_kit::device().await;
    let contexts = [Context::new(&surface), Context::new(&surface)];
    let pixels = pixels::Context::new(&surface);
    for (context, colour) in contexts.iter().zip([RED, BLUE]).cycle().take(6) {
        kit::configure(context, &device);
        let texture = context.get_current_texture();
        let buffer = pixels.get_current_buffer();
        checks.fine("it is drawn", &device, || kit::clear(&device, &texture, colour)).await;
        buffer.set_with_copy(&[9; 64 * 48 * 4]);
        pixels.present();
        checks.fine("it is shown", &device, || context.present()).await;
    }
    let [one, other] = contexts;
    // Also where there is so much to do that the picture is not shown yet.
    for _ in 0..20 {
        let texture = one.get_current_texture();
        let body = || {
            (0..20).for_each(|_| kit::clear(&device, &texture, RED));
            one.present();
            texture.create_view(None)
        };
        checks.invalid("a view of one that was presented", &device, body).await;
    }
    let texture = one.get_current_texture();
    drop(one);
    checks.invalid("a canvas that is gone", &device, || kit::clear(&device, &texture, RED)).await;
    checks.fine("the other goes on", &device, || drop(other.get_current_texture())).await;
}

/// What happens is for the next one who waits.
pub(super) async fn waits_that_are_given_up(checks: &mut Checks) {
    let shown = kit::shown(PresentMode::Fifo).await;
    for _ in 0..100 {
        // What there is at once may be taken by it.
        let _ = given_up(wit::next(Some(1_000_000_000))).await;
    }
    let surface = shown.window.surface();
    for _ in 0..100 {
        let mut frames = surface.on_frame();
        let _ = given_up(frames.next()).await;
    }
    shown.window.request_redraw();
    shown.redraw().await;
    checks.fine("the picture is drawn", &shown.device, || shown.fill(BLUE)).await;
}
