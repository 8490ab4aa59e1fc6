//! What shows windows: the trait between this host and a desktop, a file, or an embedder's own scene.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use crate::{
    device::core::DeviceCore,
    window_bindings::{canvas, windows as wit},
    windows::{mailbox::Mailbox, readback},
};

pub use canvas::{CanvasStatus, PresentMode};
pub use wit::{
    Attention, Attributes, ButtonEvent, Buttons, CalibratedForce, Cursor, CursorImage, CursorShape,
    Direction, Event, Extent, Force, Fullscreen, Gesture, Grab, Image, ImeEvent, ImePurpose, KeyEvent,
    KeyLocation, Level, LogicalKey, LogicalSize, Modifiers, Monitor, MouseButton, OpenError, Phase, Place,
    Point, Position, Refusal, ScaleChange, Size, Snapshot, State, Theme, TouchEvent, VideoMode, WheelDelta,
    WheelEvent,
};

/// A future of a window system's.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Shows the windows of guests. One may serve any number of guests.
///
/// Its functions are called while a guest runs, and from the thread that submits its work. None of them may wait for
/// the guest.
pub trait WindowSystem: Send + Sync {
    /// Opens a window whose events go to `events`. The attributes are within the limits of [`crate::limits`].
    fn open(&self, attributes: Attributes, events: Events) -> BoxFuture<'_, Result<Opening, OpenError>>;

    /// The screens, the primary one first.
    fn monitors(&self) -> Vec<Monitor>;

    /// The colours of the desktop, if it has any.
    fn theme(&self) -> Option<Theme> {
        None
    }

    /// The time by which it posts events. Whoever has a clock of its own posts them with [`Events::post_at`].
    fn now(&self) -> Duration {
        since_begin()
    }

    /// The text in the clipboard; empty where there is none. It is called for guests that have the clipboard.
    fn read_text(&self) -> BoxFuture<'_, Result<String, Refusal>> {
        Box::pin(async { Err(Refusal::NotSupported) })
    }

    /// Puts a text into the clipboard, for the same guests and after somebody has pressed something.
    ///
    /// # Errors
    ///
    /// Why not.
    fn write_text(&self, _text: String) -> Result<(), Refusal> {
        Err(Refusal::NotSupported)
    }

    /// Waits until there is something in `mailbox`, or for `timeout`.
    ///
    /// # Errors
    ///
    /// When nothing will ever happen: that ends the guest.
    fn wait<'a>(
        &'a self,
        mailbox: &'a Mailbox,
        timeout: Option<Duration>,
    ) -> BoxFuture<'a, wasmtime::Result<()>> {
        Box::pin(async move {
            mailbox.wait(timeout).await;
            Ok(())
        })
    }

    /// Goes on while a guest waits for streams of surfaces, whose events wake it: a system in which nothing happens by
    /// itself has the next thing happen, and returns.
    ///
    /// # Errors
    ///
    /// When nothing will ever happen: that ends the guest.
    fn go_on<'a>(&'a self, mailbox: &'a Mailbox) -> BoxFuture<'a, wasmtime::Result<()>> {
        let _ = mailbox;
        Box::pin(std::future::pending())
    }
}

/// A window that was opened, and what it is at first.
pub struct Opening {
    /// The window.
    pub window: Arc<dyn SystemWindow>,
    /// The size of what is drawn.
    pub size: Size,
    /// Pixels for each unit of a program.
    pub scale_factor: f64,
    /// Whether it has the keyboard.
    pub focused: bool,
    /// Its colours, if it has any.
    pub theme: Option<Theme>,
}

/// A window of a [`WindowSystem`].
pub trait SystemWindow: Send + Sync {
    /// Asks for an [`Event::Redraw`] when the next picture is due. The first one, and one after each change of the size,
    /// come without.
    fn request_redraw(&self);

    /// Does what the guest wants, as far as it is possible.
    fn change(&self, change: Change);

    /// Does what the guest wants, or says why not.
    ///
    /// # Errors
    ///
    /// Why not.
    fn ask(&self, request: Request) -> Result<(), Refusal>;

    /// What the window is now.
    fn snapshot(&self) -> Snapshot;

    /// The size of what is drawn, now.
    fn size(&self) -> Size;

    /// Whether it shows pictures of devices of this adapter; `None` is that of an embedder's device.
    ///
    /// # Errors
    ///
    /// Why not: the guest gets that as an error of its device.
    fn fits(&self, adapter: Option<&wgpu::Adapter>) -> Result<(), String> {
        let _ = adapter;
        Ok(())
    }

    /// Waits until the guest may draw the next picture, and says what will become of it.
    fn ready(&self, pace: Pace) -> BoxFuture<'_, CanvasStatus>;

    /// Counts a picture as shown next. What is returned shows it, on the thread that submits the guest's work and when
    /// all that was submitted before is on its way.
    fn present(&self, pace: Pace) -> Show;

    /// Closes it: from now on nothing is posted, and no other function called.
    fn close(&self);
}

/// Shows one picture.
pub type Show = Box<dyn FnOnce(&Picture) + Send>;

/// How pictures follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// When a picture is shown.
    pub mode: PresentMode,
    /// How many may wait to be shown, 1 at least.
    pub latency: u32,
}

/// Posts the events of one window.
#[derive(Clone, Debug)]
pub struct Events {
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) window: u32,
}

impl Events {
    /// Posts an event. After [`Event::Destroyed`] there are no others.
    pub fn post(&self, event: Event) {
        self.post_at(since_begin(), event);
    }

    /// Posts an event at a time of the system's own [clock](WindowSystem::now).
    pub fn post_at(&self, now: Duration, event: Event) {
        self.mailbox.post(self.window, now, event);
    }

    /// Tells that somebody has got out of what the window does, such as keeping the pointer: the guest may not do that
    /// again before they press something.
    pub fn let_go(&self) {
        self.mailbox.let_go(self.window);
    }

    /// The number by which the guest knows the window.
    #[must_use]
    pub fn window(&self) -> u32 {
        self.window
    }
}

/// The clock of systems that have none.
fn since_begin() -> Duration {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed()
}

/// What a guest wants of a window.
#[derive(Clone, Debug)]
pub enum Change {
    /// A size of what is drawn.
    Size(Extent),
    /// The least and the largest size.
    Limits(Option<Extent>, Option<Extent>),
    /// The steps in which somebody may resize it.
    ResizeIncrements(Option<Extent>),
    /// The place of its upper left corner.
    Position(Place),
    /// The text in its title bar.
    Title(String),
    /// Those of the first to what they are in the second.
    State(State, State),
    /// The buttons in its title bar.
    Buttons(Buttons),
    /// Which windows it is above.
    Level(Level),
    /// The whole of a screen.
    Fullscreen(Option<Fullscreen>),
    /// Its colours.
    Theme(Option<Theme>),
    /// Its icon.
    Icon(Option<Image>),
    /// The keyboard.
    Focus,
    /// Somebody's attention.
    Attention(Option<Attention>),
    /// How the pointer looks above it.
    Cursor(Cursor),
    /// Whether the pointer is seen above it.
    CursorVisible(bool),
    /// The menu that its title bar has.
    Menu(Place),
    /// Whether text may be put together before it is typed.
    ImeAllowed(bool),
    /// Where the text is that is being typed.
    ImeArea(Place, Extent),
    /// What that text is for.
    ImePurpose(ImePurpose),
}

/// What a guest wants of a window, with an answer.
#[derive(Clone, Debug)]
pub enum Request {
    /// The pointer at a place in the window.
    CursorPosition(Place),
    /// Whether the pointer is for the window, or for what is behind it.
    CursorHittest(bool),
    /// The pointer kept.
    Grab(Grab),
    /// The window moved with the pointer.
    Drag,
    /// The window resized with the pointer.
    DragResize(Direction),
}

/// A picture that a guest has drawn. Its texture is a copy of nobody's: after it was shown, it is destroyed.
#[derive(Clone, Debug)]
pub struct Picture {
    pub(crate) core: Arc<DeviceCore>,
    pub(crate) texture: wgpu::Texture,
    pub(crate) deadline: Option<Instant>,
}

impl Picture {
    /// The guest's device.
    #[must_use]
    pub fn device(&self) -> &wgpu::Device {
        &self.core.wgpu
    }

    /// The queue of that device.
    #[must_use]
    pub fn queue(&self) -> &wgpu::Queue {
        &self.core.queue
    }

    /// The adapter of that device; `None` where an embedder has lent it.
    #[must_use]
    pub fn adapter(&self) -> Option<&wgpu::Adapter> {
        self.core.adapter.as_ref()
    }

    /// What that adapter is.
    #[must_use]
    pub fn adapter_info(&self) -> &wgpu::AdapterInfo {
        &self.core.adapter_info
    }

    /// The picture. It has the usages `TEXTURE_BINDING` and `COPY_SRC`.
    #[must_use]
    pub fn texture(&self) -> &wgpu::Texture {
        &self.texture
    }

    /// The picture's pixels as a window would show them, without transparency. Waits for the GPU.
    ///
    /// # Errors
    ///
    /// When the guest has destroyed the picture or lost its device.
    pub fn read(&self) -> Result<Image, String> {
        readback::read(self)
    }
}
