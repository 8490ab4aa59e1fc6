//! What guests do that know surfaces and their streams, and nothing of `wgpu-wasi:window`.

use raw::{Checks, kit as raw_kit};

use super::{
    bindings::{
        drawing::Context,
        pixels,
        surface::{CreateDesc, Key, Surface},
    },
    cases::{BLUE, GREEN, RED},
    kit,
};

fn surface() -> Surface {
    Surface::new(CreateDesc { height: Some(48), width: Some(64) })
}

/// Three pictures, then what somebody does at the window, and then it closes: the streams end.
pub(super) async fn surfaces_and_their_streams(checks: &mut Checks) {
    let surface = surface();
    let (device, context) = (raw_kit::device().await, Context::new(&surface));
    kit::configure(&context, &device);
    let (mut frames, mut resized) = (surface.on_frame(), surface.on_resize());
    let (mut up, mut down) = (surface.on_key_up(), surface.on_key_down());
    let (mut moved, mut pressed, mut released) =
        (surface.on_pointer_move(), surface.on_pointer_down(), surface.on_pointer_up());
    checks.equal("its size", (surface.width(), surface.height()), (64, 48));
    for colour in [RED, GREEN, BLUE] {
        checks.that("a picture is due", frames.next().await.is_some());
        kit::clear(&device, &context.get_current_texture(), colour);
        context.present();
    }
    let key = |key: Option<super::bindings::surface::KeyEvent>| key.and_then(|key| key.key);
    checks.that("a key is pressed", key(down.next().await) == Some(Key::KeyA));
    checks.that("and released", key(up.next().await) == Some(Key::KeyA));
    checks.equal("the pointer", moved.next().await.map(|to| (to.x, to.y)), Some((5.0, 6.0)));
    checks.equal("a button", pressed.next().await.map(|at| (at.x, at.y)), Some((5.0, 6.0)));
    checks.equal("and released", released.next().await.map(|at| (at.x, at.y)), Some((5.0, 6.0)));
    checks.equal("the size", resized.next().await.map(|to| (to.width, to.height)), Some((80, 60)));
    checks.equal("the size now", (surface.width(), surface.height()), (80, 60));
    checks.that("the streams end", up.next().await.is_none() && moved.next().await.is_none());
    while frames.next().await.is_some() {}
}

/// Streams by the thousand, of which nobody reads any but one.
pub(super) async fn streams_nobody_reads(checks: &mut Checks) {
    let surface = surface();
    let unread: Vec<_> = (0..1_000).map(|_| (surface.on_key_up(), surface.on_frame())).collect();
    let mut down = surface.on_key_down();
    checks.that("a key is pressed", down.next().await.is_some());
    checks.that("the window is closed", down.next().await.is_none());
    drop(surface);
    drop(unread);
}

/// Two pictures of the same pixels, and one of which a byte is another.
pub(super) async fn pixels_without_a_gpu(checks: &mut Checks) {
    let surface = surface();
    let context = pixels::Context::new(&surface);
    context.present();
    let buffer = context.get_current_buffer();
    checks.that("nothing at first", buffer.get_with_copy() == vec![0; 64 * 48 * 4]);
    buffer.set_with_copy(&[1, 2, 3, 0].repeat(64 * 48));
    context.present();
    context.present();
    let again = context.get_current_buffer();
    checks.that("they are kept", again.get_with_copy() == buffer.get_with_copy());
    context.present();
    let last = context.get_current_buffer();
    last.set_with_copy(&[1, 2, 9, 7].repeat(64 * 48 + 5));
    context.present();
    last.set_with_copy(&[7]);
    drop(context);
    checks.that("they went with the context", last.get_with_copy().is_empty());
}

/// The device is the embedder's, and the guest has lost it when it presents: nobody sees that picture. The next one is a
/// device's that it has not lost.
pub(super) async fn pixels_after_a_lost_device(checks: &mut Checks) {
    let (surface, device) = (surface(), raw_kit::device().await);
    let context = pixels::Context::new(&surface);
    let buffer = context.get_current_buffer();
    buffer.set_with_copy(&[1, 2, 3, 0].repeat(64 * 48));
    device.destroy();
    context.present();
    let again = context.get_current_buffer();
    checks.that("the pixels stay", again.get_with_copy() == buffer.get_with_copy());
    context.present();
}

/// It waits for what never comes.
pub(super) async fn streams_of_nothing(_checks: &mut Checks) {
    let surface = surface();
    let (mut up, mut down) = (surface.on_key_up(), surface.on_key_down());
    // The window is asked to close, and the guest goes on all the same.
    while up.next().await.is_some() {}
    let another = self::surface();
    let mut resized = another.on_resize();
    while resized.next().await.is_some() || down.next().await.is_some() {}
}

/// There is no error for it.
pub(super) async fn surfaces_by_the_thousand(checks: &mut Checks) {
    let surfaces: Vec<_> = (0..1_000).map(|_| surface()).collect();
    checks.fail(format!("it got {}", surfaces.len()));
}

/// The host was not told to give this guest windows.
pub(super) async fn surfaces_not_granted(checks: &mut Checks) {
    drop(surface());
    checks.fail("it got a surface");
}
