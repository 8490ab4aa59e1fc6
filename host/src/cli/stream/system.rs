//! The windows of a streamed guest: windows without a display, of which a [`Screen`] shows what there is to see.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::screen::{Look, Screen};
use crate::windows::{
    Attributes, BoxFuture, CanvasStatus, Change, Cursor, Event, Events, Extent, Happening, Headless,
    HeadlessOptions, LogicalSize, Mailbox, Monitor, OpenError, Opening, Pace, Picture, Refusal, Request,
    ScaleChange, Show, Size, Snapshot, SystemWindow, Theme, WindowSystem,
};

/// What a visitor's page is like at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) size: Size,
    pub(super) scale: f64,
    pub(super) theme: Option<Theme>,
}

/// Shows the windows of one guest.
#[derive(Clone)]
pub(super) struct Streamed(Arc<Shared>);

struct Shared {
    windows: Headless,
    screen: Arc<Screen>,
    theme: Option<Theme>,
    /// The largest window and the largest picture.
    largest: Size,
    /// Whether the log says already that a picture is larger.
    told: AtomicBool,
}

impl Streamed {
    pub(super) fn new(place: Place, rate: u32, largest: Size, screen: Arc<Screen>) -> Self {
        let Place { size, scale, theme } = place;
        let windows = Headless::new(HeadlessOptions {
            size: within(size, largest),
            rate,
            scale_factor: scale,
            ..HeadlessOptions::default()
        });
        Self(Arc::new(Shared { windows, screen, theme, largest, told: AtomicBool::new(false) }))
    }

    /// Something happens in a window; what is of no window that is open does not.
    pub(super) fn happen(&self, window: u32, event: Event) {
        let Shared { windows, screen, largest, .. } = &*self.0;
        let (event, scale) = match event {
            Event::Resized(size) => (Event::Resized(within(size, *largest)), None),
            Event::ScaleChanged(ScaleChange { factor, .. }) => (event, Some(factor)),
            event => (event, None),
        };
        windows.happen(Some(window), Happening::Event(event));
        if let Some(scale) = scale {
            screen.set(window, |look| look.map(|look| Look { scale, ..look.clone() }));
        }
    }

    /// Something happens in all windows.
    pub(super) fn happen_everywhere(&self, event: &Event) {
        for window in self.0.windows.open_windows() {
            self.happen(window, event.clone());
        }
    }
}

/// A size that is no larger than another.
pub(super) fn within(size: Size, largest: Size) -> Size {
    Size {
        width: size.width.clamp(1, largest.width.max(1)),
        height: size.height.clamp(1, largest.height.max(1)),
    }
}

/// A size that a program asks for, at this scale, within the largest.
fn extent(extent: Extent, scale: f64, largest: Size) -> Extent {
    match extent {
        Extent::Physical(size) => Extent::Physical(within(size, largest)),
        Extent::Logical(LogicalSize { width, height }) => {
            let side = |side: f64, most: u32| side.min(f64::from(most) / scale);
            Extent::Logical(LogicalSize {
                width: side(width, largest.width),
                height: side(height, largest.height),
            })
        }
    }
}

/// The name that style sheets have for a pointer; of a program's own picture, the usual one.
fn css(cursor: &Cursor) -> String {
    let Cursor::Shape(shape) = cursor else { return "default".to_owned() };
    let mut name = String::new();
    for character in shape.name().chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

impl WindowSystem for Streamed {
    fn open(&self, mut attributes: Attributes, events: Events) -> BoxFuture<'_, Result<Opening, OpenError>> {
        let Shared { windows, screen, theme, largest, .. } = &*self.0;
        let number = events.window();
        let scale = windows.monitors().first().map_or(1.0, |monitor| monitor.scale_factor);
        attributes.size = attributes.size.map(|size| extent(size, scale, *largest));
        let (title, cursor) = (attributes.title.clone(), css(&attributes.cursor));
        Box::pin(async move {
            let opening = windows.open(attributes, events).await?;
            let Opening { size, scale_factor: scale, .. } = opening;
            let look = Look {
                title,
                cursor,
                cursor_visible: true,
                ime: false,
                size: (size.width, size.height),
                scale,
                asked: 0,
            };
            screen.set(number, |_| Some(look));
            let window = Window { system: self.clone(), number, inner: opening.window };
            Ok(Opening { window: Arc::new(window), theme: *theme, ..opening })
        })
    }

    fn monitors(&self) -> Vec<Monitor> {
        self.0.windows.monitors()
    }

    fn theme(&self) -> Option<Theme> {
        self.0.theme
    }

    fn now(&self) -> std::time::Duration {
        self.0.windows.now()
    }

    fn wait<'a>(
        &'a self,
        mailbox: &'a Mailbox,
        timeout: Option<std::time::Duration>,
    ) -> BoxFuture<'a, wasmtime::Result<()>> {
        self.0.windows.wait(mailbox, timeout)
    }

    fn go_on<'a>(&'a self, mailbox: &'a Mailbox) -> BoxFuture<'a, wasmtime::Result<()>> {
        self.0.windows.go_on(mailbox)
    }
}

struct Window {
    system: Streamed,
    number: u32,
    inner: Arc<dyn SystemWindow>,
}

impl Window {
    /// Has the page know of it.
    fn look(&self, change: impl FnOnce(&mut Look)) {
        self.system.0.screen.set(self.number, |look| {
            let mut look = look?.clone();
            change(&mut look);
            Some(look)
        });
    }

    /// The program has asked for the size that it has now.
    fn look_sized(&self) {
        let Size { width, height } = self.inner.size();
        self.look(|look| (look.size, look.asked) = ((width, height), look.asked.wrapping_add(1)));
    }
}

impl SystemWindow for Window {
    fn request_redraw(&self) {
        self.inner.request_redraw();
    }

    fn change(&self, change: Change) {
        match change {
            Change::Size(size) => {
                let scale =
                    self.system.0.windows.monitors().first().map_or(1.0, |screen| screen.scale_factor);
                self.inner.change(Change::Size(extent(size, scale, self.system.0.largest)));
                self.look_sized();
            }
            sized @ (Change::State(..) | Change::Fullscreen(_)) => {
                let before = self.inner.size();
                self.inner.change(sized);
                let size = self.inner.size();
                if (before.width, before.height) != (size.width, size.height) {
                    self.look_sized();
                }
            }
            Change::Title(title) => self.look(|look| look.title = title),
            Change::Cursor(cursor) => self.look(|look| look.cursor = css(&cursor)),
            Change::CursorVisible(visible) => self.look(|look| look.cursor_visible = visible),
            Change::ImeAllowed(allowed) => self.look(|look| look.ime = allowed),
            other @ (Change::Limits(..)
            | Change::ResizeIncrements(_)
            | Change::Position(_)
            | Change::Buttons(_)
            | Change::Level(_)
            | Change::Theme(_)
            | Change::Icon(_)
            | Change::Focus
            | Change::Attention(_)
            | Change::Menu(_)
            | Change::ImeArea(..)
            | Change::ImePurpose(_)) => self.inner.change(other),
        }
    }

    fn ask(&self, request: Request) -> Result<(), Refusal> {
        match request {
            Request::Grab(crate::windows::Grab::None) => Ok(()),
            // The pointer is the visitor's.
            Request::CursorPosition(_)
            | Request::CursorHittest(_)
            | Request::Grab(_)
            | Request::Drag
            | Request::DragResize(_) => Err(Refusal::NotSupported),
        }
    }

    fn snapshot(&self) -> Snapshot {
        self.inner.snapshot()
    }

    fn size(&self) -> Size {
        self.inner.size()
    }

    fn ready(&self, pace: Pace) -> BoxFuture<'_, CanvasStatus> {
        self.inner.ready(pace)
    }

    fn present(&self, pace: Pace) -> Show {
        let counted = self.inner.present(pace);
        let (shared, window) = (Arc::clone(&self.system.0), self.number);
        Box::new(move |picture| {
            counted(picture);
            shared.show(window, picture);
        })
    }

    fn close(&self) {
        self.inner.close();
        self.system.0.screen.close(self.number);
    }
}

impl Shared {
    /// Reads a picture if somebody waits for it. A program decides by itself how large its pictures are.
    fn show(&self, window: u32, picture: &Picture) {
        let Size { width, height } = self.largest;
        let size = picture.texture().size();
        if size.width > width || size.height > height {
            if !self.told.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    window,
                    "pictures of {} by {} pixels are not shown: they are larger than {width}x{height} (--max-size)",
                    size.width,
                    size.height
                );
            }
        } else if self.screen.wants(window) {
            match picture.read() {
                Ok(image) => self.screen.show(window, image),
                // The guest hears of it elsewhere.
                Err(why) => tracing::debug!(window, "a picture was not read: {why}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::{Buttons, CursorShape, Level, State};

    fn attributes(width: u32) -> Attributes {
        Attributes {
            title: "a title".to_owned(),
            size: Some(Extent::Physical(Size { width, height: 30 })),
            min_size: None,
            max_size: None,
            resize_increments: None,
            position: None,
            state: State::VISIBLE,
            buttons: Buttons::empty(),
            level: Level::Normal,
            active: true,
            fullscreen: None,
            theme: None,
            icon: None,
            cursor: Cursor::Shape(CursorShape::Text),
        }
    }

    #[test]
    fn what_happens_and_what_is_seen() {
        let (screen, largest) = (Arc::<Screen>::default(), Size { width: 100, height: 50 });
        let place = Place { size: largest, scale: 1.0, theme: Some(Theme::Dark) };
        let system = Streamed::new(place, 30, largest, Arc::clone(&screen));
        let mailbox = Arc::<Mailbox>::default();
        mailbox.open(1);
        let events = Events { mailbox: Arc::clone(&mailbox), window: 1 };
        let opening = pollster::block_on(system.open(attributes(1000), events)).unwrap();
        let look = || screen.looks().remove(&1).unwrap();
        assert_eq!((look().size, look().cursor.as_str(), look().asked), ((100, 30), "text", 0));
        opening.window.change(Change::Title("another".to_owned()));
        opening.window.change(Change::CursorVisible(false));
        opening.window.change(Change::Size(Extent::Physical(Size { width: 60, height: 60 })));
        assert_eq!((look().size, look().title.as_str(), look().asked), ((60, 50), "another", 1));
        assert!(!look().cursor_visible);
        mailbox.take();
        // What the visitor does to its size is nothing that the page has to be told.
        system.happen(1, Event::Resized(Size { width: 40, height: 1000 }));
        system.happen(2, Event::CloseRequested);
        assert_eq!((look().size, look().asked), ((60, 50), 1));
        let heard = mailbox.take();
        assert!(matches!(&heard[..], [(1, Event::Resized(Size { width: 40, height: 50 }))]), "{heard:?}");
        let kept = opening.window.ask(Request::Grab(crate::windows::Grab::Locked));
        assert!(matches!(kept, Err(Refusal::NotSupported)));
        opening.window.close();
        assert!(screen.looks().is_empty());
    }

    #[test]
    fn sizes_are_within_the_largest() {
        let largest = Size { width: 100, height: 50 };
        let size = within(Size { width: 0, height: u32::MAX }, largest);
        assert_eq!((size.width, size.height), (1, 50));
        let logical = Extent::Logical(LogicalSize { width: 1e9, height: 10.0 });
        let Extent::Logical(LogicalSize { width, height }) = extent(logical, 2.0, largest) else { panic!() };
        assert_eq!((width, height), (50.0, 10.0));
    }

    #[test]
    fn pointers_have_names() {
        assert_eq!(css(&Cursor::Shape(CursorShape::NotAllowed)), "not-allowed");
        assert_eq!(css(&Cursor::Shape(CursorShape::Default)), "default");
    }
}
