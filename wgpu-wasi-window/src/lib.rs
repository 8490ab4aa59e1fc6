//! Windows of the host's, for programs in a sandbox: the imports `wgpu-wasi:window/windows`, and the one table that tells
//! which window has which number.
//!
//! winit knows windows and no GPU, wgpu knows a GPU and of windows nothing but a number, the one in
//! `RawWindowHandle::Web`. What both need to find each other is here: the stand-in for winit opens windows by [`open`], and
//! wgpu-wasi-backend, with its feature `window`, draws on the [`surface()`] of the one with that number.
//!
//! A program uses neither this crate nor its types: it uses winit and wgpu.
//!
//! On targets other than WASI the crate compiles, and there is no host to ask: its functions panic.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use windows::{Attributes, Event, OpenError, Opened, Refusal, Window};

#[allow(missing_docs, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "wgpu-wasi:backend/guest-desktop",
        generate_all,
    });
}

pub use bindings::wasi_gfx::surface::surface;
pub use bindings::wgpu_wasi::window::{clipboard, keys, windows};

/// The windows that are open, by their numbers.
static OPEN: Mutex<BTreeMap<u32, Weak<Window>>> = Mutex::new(BTreeMap::new());

/// A window that is open, and what it was at first: no event says that again.
#[derive(Debug)]
pub struct Opening {
    /// The window. It closes when the last of these is dropped.
    pub window: Arc<Window>,
    /// Its number; never that of another window.
    pub id: u32,
    /// Its size in pixels.
    pub size: windows::Size,
    /// What turns logical units into pixels.
    pub scale_factor: f64,
    /// Whether it has the keyboard.
    pub focused: bool,
    /// Its colours, where the host knows them.
    pub theme: Option<windows::Theme>,
}

/// Opens a window, which [`surface()`] finds by its number from now on.
///
/// # Errors
/// Why the host gives this program no window.
pub fn open(attributes: &Attributes) -> Result<Opening, OpenError> {
    let Opened { window, size, scale_factor, focused, theme } = Window::open(attributes)?;
    let (id, window) = (window.id(), Arc::new(window));
    let mut open = table();
    open.retain(|_, window| window.strong_count() > 0);
    open.insert(id, Arc::downgrade(&window));
    Ok(Opening { window, id, size, scale_factor, focused, theme })
}

/// The surface of the window with this number, if it is open.
pub fn surface(id: u32) -> Option<surface::Surface> {
    let window = table().get(&id)?.upgrade()?;
    Some(window.surface())
}

/// What happened to all windows since the last call, in order, with their numbers. Where nothing did, waits until something
/// does or the time is over; without a time, for as long as it takes.
pub fn next(timeout: Option<Duration>) -> Vec<(u32, Event)> {
    // Longer than any program runs.
    let nanoseconds = timeout.map(|timeout| u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
    wit_bindgen::block_on(windows::next(nanoseconds))
}

/// The text in the clipboard; empty where there is none.
///
/// # Errors
/// Why this program may not read it.
pub fn read_text() -> Result<String, Refusal> {
    wit_bindgen::block_on(clipboard::read_text())
}

/// What others have to do in each turn of the event loop.
static WORK: Mutex<Vec<fn() -> bool>> = Mutex::new(Vec::new());

/// Has the event loop call `work` in each turn, before it waits. It says whether it wants another turn without waiting: the
/// stand-in for wasm-bindgen-futures goes on with its futures by it.
pub fn at_each_turn(work: fn() -> bool) {
    let mut all = WORK.lock().unwrap_or_else(PoisonError::into_inner);
    if !all.iter().any(|known| std::ptr::fn_addr_eq(*known, work)) {
        all.push(work);
    }
}

/// Does what others have to do in a turn of the event loop; whether there is more to do without waiting.
pub fn turn() -> bool {
    // Not held meanwhile: what is done may bring more.
    let all = WORK.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // All of it, whatever the first ones say.
    all.into_iter().filter(|work| work()).count() > 0
}

fn table() -> MutexGuard<'static, BTreeMap<u32, Weak<Window>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}
