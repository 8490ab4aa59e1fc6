//! The windows of one guest: how many it has, what it may do with them, and where their events are.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;

use crate::{
    quotas::{
        MAX_CLIPBOARD_BYTES, MAX_ICON_SIDE, MAX_TITLE_BYTES, MAX_WINDOW_SIDE, MAX_WINDOWS, PRESS_COUNTS_FOR,
    },
    windows::{
        mailbox::Mailbox,
        system::{
            Attributes, Change, Cursor, CursorImage, CursorShape, Event, Events, Extent, Fullscreen, Grab,
            Image, Level, LogicalSize, OpenError, Opening, Refusal, Request, Size, State, SystemWindow,
            WindowSystem,
        },
    },
};

/// What a guest may do with its windows.
#[derive(Clone, Debug, Default)]
pub struct WindowRights {
    /// The name of the program, which the title of each window has beside the guest's own text.
    pub program: Option<String>,
    /// Whether a window may look like no window of a sandbox: with a title of its own alone, without a frame, above all
    /// others. It may also keep the pointer, fill a screen and change its mode, and take the keyboard, when nobody has
    /// pressed anything.
    pub trusted: bool,
    /// Whether it has the clipboard: it may read it, and write to it just after somebody has pressed something.
    pub clipboard: bool,
}

/// What a guest with windows has.
pub(crate) struct Windows {
    pub(crate) system: Arc<dyn WindowSystem>,
    pub(crate) mailbox: Arc<Mailbox>,
    rights: Arc<WindowRights>,
    last: u32,
    open: Arc<AtomicUsize>,
    /// Whether somebody waits for events.
    pub(crate) waiting: Arc<AtomicBool>,
}

impl std::fmt::Debug for Windows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Windows").field("open", &self.open).finish_non_exhaustive()
    }
}

impl Windows {
    pub(crate) fn new(system: Arc<dyn WindowSystem>, rights: WindowRights) -> Self {
        Self {
            system,
            mailbox: Arc::default(),
            rights: Arc::new(rights),
            last: 0,
            open: Arc::default(),
            waiting: Arc::default(),
        }
    }

    /// The next window, counted, which [`Place::open`] opens.
    pub(crate) fn next(&mut self) -> Result<Place, OpenError> {
        let number = self.last.checked_add(1).ok_or(OpenError::TooMany)?;
        if self.open.load(Ordering::Relaxed) >= MAX_WINDOWS {
            return Err(OpenError::TooMany);
        }
        self.last = number;
        self.open.fetch_add(1, Ordering::Relaxed);
        let events = Events { mailbox: Arc::clone(&self.mailbox), window: number };
        let (counted, rights) = (Counted(Arc::clone(&self.open)), Arc::clone(&self.rights));
        Ok(Place { system: Arc::clone(&self.system), events, counted, rights })
    }
}

/// What a guest is to the clipboard.
impl Windows {
    /// Whether it has it.
    pub(crate) fn has_clipboard(&self) -> bool {
        self.rights.clipboard
    }

    /// The text that is there.
    pub(crate) async fn read_text(system: &dyn WindowSystem) -> Result<String, Refusal> {
        let text = system.read_text().await?;
        if text.len() <= MAX_CLIPBOARD_BYTES { Ok(text) } else { Err(Refusal::Failed) }
    }

    /// Puts a text there.
    pub(crate) fn write_text(&self, text: String) -> Result<(), Refusal> {
        let pressed = self.mailbox.pressed_anywhere();
        let recent = |pressed| self.system.now().saturating_sub(pressed) <= PRESS_COUNTS_FOR;
        if !self.rights.clipboard || !(self.rights.trusted || pressed.is_some_and(recent)) {
            return Err(Refusal::NotGranted);
        }
        if text.len() > MAX_CLIPBOARD_BYTES {
            return Err(Refusal::Failed);
        }
        self.system.write_text(text)
    }
}

/// One of the windows that a guest may have; given back when dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A window that is to be opened.
pub(crate) struct Place {
    system: Arc<dyn WindowSystem>,
    events: Events,
    counted: Counted,
    rights: Arc<WindowRights>,
}

impl Place {
    /// Opens the window.
    pub(crate) async fn open(self, attributes: Attributes) -> Result<(Arc<GuestWindow>, Opening), OpenError> {
        let Self { system, events, counted, rights } = self;
        let attributes = rights.bounded(attributes);
        events.mailbox.open(events.window);
        match system.open(attributes, events.clone()).await {
            Ok(opening) => {
                let open = Mutex::new(Some((Arc::clone(&opening.window), counted)));
                let window = GuestWindow { number: events.window, events, open, rights, system };
                Ok((Arc::new(window), opening))
            }
            Err(error) => {
                events.mailbox.forget(events.window);
                Err(error)
            }
        }
    }
}

/// A window of the guest, for as long as any of its handles is there.
pub(crate) struct GuestWindow {
    number: u32,
    events: Events,
    open: Mutex<Option<(Arc<dyn SystemWindow>, Counted)>>,
    rights: Arc<WindowRights>,
    /// For its clock.
    system: Arc<dyn WindowSystem>,
}

impl GuestWindow {
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The guest hears of it by streams alone.
    pub(crate) fn leave_to_streams(&self) {
        self.events.mailbox.leave_to_streams(self.number);
    }

    /// The list of its events, and what fills that.
    pub(crate) fn list(&self) -> (Arc<Mailbox>, Arc<dyn WindowSystem>) {
        (Arc::clone(&self.events.mailbox), Arc::clone(&self.system))
    }

    /// What shows it; `None` once it was closed.
    pub(crate) fn system(&self) -> Option<Arc<dyn SystemWindow>> {
        self.open.lock().as_ref().map(|(window, _)| Arc::clone(window))
    }

    pub(crate) fn change(&self, change: Change) {
        let granted = match &change {
            Change::Fullscreen(Some(_)) | Change::Menu(_) => self.was_pressed(),
            // A program with several windows may go from one to another.
            Change::Focus => self.is_recent(self.events.mailbox.pressed_anywhere()),
            _ => true,
        };
        if !granted {
            return;
        }
        if let (Some(window), Some(change)) = (self.system(), self.rights.allowed(change)) {
            window.change(change);
        }
    }

    pub(crate) fn ask(&self, request: Request) -> Result<(), Refusal> {
        let granted = match &request {
            // Through such a window somebody would click on what is behind it.
            Request::CursorHittest(hittest) => *hittest || self.rights.trusted,
            Request::Grab(Grab::None) => true,
            Request::Grab(Grab::Confined | Grab::Locked) | Request::Drag | Request::DragResize(_) => {
                self.was_pressed()
            }
            Request::CursorPosition(_) => self.events.mailbox.has_grabbed(self.number) || self.was_pressed(),
        };
        if !granted {
            return Err(Refusal::NotGranted);
        }
        let grab = match &request {
            Request::Grab(grab) => Some(!matches!(grab, Grab::None)),
            _ => None,
        };
        self.system().map_or(Err(Refusal::Failed), |window| window.ask(request))?;
        if let Some(grabbed) = grab {
            self.events.mailbox.set_grabbed(self.number, grabbed);
        }
        Ok(())
    }

    /// Whether somebody has pressed something in it just now, so that it may do what they could mean by that.
    fn was_pressed(&self) -> bool {
        self.is_recent(self.events.mailbox.pressed(self.number))
    }

    fn is_recent(&self, pressed: Option<Duration>) -> bool {
        let recent = |pressed| self.system.now().saturating_sub(pressed) <= PRESS_COUNTS_FOR;
        self.rights.trusted || pressed.is_some_and(recent)
    }

    /// Closes it, and tells the guest as the last event.
    pub(crate) fn close(&self) {
        let open = self.open.lock().take();
        if let Some((window, _counted)) = open {
            window.close();
            self.events.post(Event::Destroyed);
        }
    }
}

impl Drop for GuestWindow {
    fn drop(&mut self) {
        self.close();
    }
}

impl WindowRights {
    /// The attributes as far as this guest may have them.
    fn bounded(&self, attributes: Attributes) -> Attributes {
        let Attributes {
            title,
            size,
            min_size,
            max_size,
            resize_increments,
            position,
            state,
            buttons,
            level,
            active,
            fullscreen,
            theme,
            icon,
            cursor,
        } = attributes;
        Attributes {
            title: self.title(title),
            size: size.map(extent),
            min_size: min_size.map(extent),
            max_size: max_size.map(extent),
            resize_increments: resize_increments.map(extent),
            position,
            state: self.state(State::all(), state).1,
            buttons,
            level: self.level(level),
            active,
            // Nobody has pressed anything in it.
            fullscreen: fullscreen.filter(|_| self.trusted),
            theme,
            icon: icon.filter(is_icon),
            cursor: allowed_cursor(cursor),
        }
    }

    /// `change` as far as this guest may have it.
    fn allowed(&self, change: Change) -> Option<Change> {
        Some(match change {
            Change::Size(size) => Change::Size(extent(size)),
            Change::Limits(min, max) => Change::Limits(min.map(extent), max.map(extent)),
            Change::ResizeIncrements(increments) => Change::ResizeIncrements(increments.map(extent)),
            Change::Title(title) => Change::Title(self.title(title)),
            Change::State(mask, value) => {
                let (mask, value) = self.state(mask, value);
                Change::State(mask, value)
            }
            Change::Level(level) => Change::Level(self.level(level)),
            Change::Fullscreen(fullscreen) => Change::Fullscreen(fullscreen.map(|how| self.fullscreen(how))),
            Change::Icon(icon) => Change::Icon(icon.filter(is_icon)),
            Change::Cursor(cursor) => Change::Cursor(allowed_cursor(cursor)),
            other @ (Change::Position(_)
            | Change::Buttons(_)
            | Change::Theme(_)
            | Change::Focus
            | Change::Attention(_)
            | Change::CursorVisible(_)
            | Change::Menu(_)
            | Change::ImeAllowed(_)
            | Change::ImeArea(..)
            | Change::ImePurpose(_)) => other,
        })
    }

    fn title(&self, mut title: String) -> String {
        title.truncate(title.floor_char_boundary(MAX_TITLE_BYTES));
        match &self.program {
            Some(program) if !self.trusted && title.is_empty() => format!("{program} (sandboxed)"),
            Some(program) if !self.trusted => format!("{title} — {program} (sandboxed)"),
            _ => title,
        }
    }

    /// A window of the sandbox has a frame, and nothing is seen through it.
    fn state(&self, mask: State, value: State) -> (State, State) {
        let value = value & (mask & State::all());
        if self.trusted {
            (mask, value)
        } else {
            let hiding = State::TRANSPARENT | State::PROTECTED;
            (mask, (value & (State::all() ^ hiding)) | (mask & State::DECORATED))
        }
    }

    /// The mode of a screen stays: it is everybody's.
    fn fullscreen(&self, fullscreen: Fullscreen) -> Fullscreen {
        match fullscreen {
            Fullscreen::Exclusive((monitor, _)) if !self.trusted => Fullscreen::Borderless(Some(monitor)),
            fullscreen @ (Fullscreen::Exclusive(_) | Fullscreen::Borderless(_)) => fullscreen,
        }
    }

    fn level(&self, level: Level) -> Level {
        match level {
            Level::Top if !self.trusted => Level::Normal,
            level @ (Level::Bottom | Level::Normal | Level::Top) => level,
        }
    }
}

/// A size that a window can have.
fn extent(extent: Extent) -> Extent {
    match extent {
        Extent::Physical(Size { width, height }) => {
            Extent::Physical(Size { width: width.min(MAX_WINDOW_SIDE), height: height.min(MAX_WINDOW_SIDE) })
        }
        Extent::Logical(LogicalSize { width, height }) => {
            // What is no number becomes 0.
            let side = |side: f64| side.max(0.0).min(f64::from(MAX_WINDOW_SIDE));
            Extent::Logical(LogicalSize { width: side(width), height: side(height) })
        }
    }
}

/// Whether it is a picture of a size that icons have, with all its pixels.
fn is_icon(image: &Image) -> bool {
    let Image { size: Size { width, height }, rgba } = image;
    let pixels = u64::from(*width) * u64::from(*height);
    (1..=MAX_ICON_SIDE).contains(width)
        && (1..=MAX_ICON_SIDE).contains(height)
        && u64::try_from(rgba.len()).is_ok_and(|bytes| bytes == pixels * 4)
}

fn allowed_cursor(cursor: Cursor) -> Cursor {
    match cursor {
        Cursor::Image(CursorImage { image, hotspot_x, hotspot_y })
            if !is_icon(&image)
                || u32::from(hotspot_x) >= image.size.width
                || u32::from(hotspot_y) >= image.size.height =>
        {
            Cursor::Shape(CursorShape::Default)
        }
        cursor @ (Cursor::Image(_) | Cursor::Shape(_)) => cursor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::{
        headless::{Headless, HeadlessOptions},
        system::{ButtonEvent, Buttons, MouseButton, Position, Theme, VideoMode},
    };

    const SIZE: Size = Size { width: 64, height: 48 };

    fn attributes() -> Attributes {
        Attributes {
            title: "My bank".to_owned(),
            size: Some(Extent::Physical(Size { width: u32::MAX, height: 48 })),
            min_size: None,
            max_size: None,
            resize_increments: None,
            position: None,
            state: State::VISIBLE | State::TRANSPARENT,
            buttons: Buttons::empty(),
            level: Level::Top,
            active: true,
            fullscreen: Some(Fullscreen::Borderless(None)),
            theme: Some(Theme::Dark),
            icon: Some(Image { size: SIZE, rgba: vec![0; 3] }),
            cursor: Cursor::Shape(CursorShape::Default),
        }
    }

    #[test]
    fn windows_of_the_sandbox_look_like_that() {
        let program = Some("app.wasm".to_owned());
        let sandboxed = WindowRights { program: program.clone(), trusted: false, clipboard: false };
        let bounded = sandboxed.bounded(attributes());
        assert_eq!(bounded.title, "My bank — app.wasm (sandboxed)");
        assert!(bounded.state == State::VISIBLE | State::DECORATED, "{:?}", bounded.state);
        assert!(matches!(bounded.level, Level::Normal) && bounded.fullscreen.is_none());
        assert!(matches!(bounded.size, Some(Extent::Physical(Size { width: MAX_WINDOW_SIDE, height: 48 }))));
        assert!(bounded.icon.is_none());
        let nameless = sandboxed.allowed(Change::Title(String::new()));
        assert!(matches!(nameless, Some(Change::Title(title)) if title == "app.wasm (sandboxed)"));
        let title = sandboxed.allowed(Change::Title("ä".repeat(MAX_TITLE_BYTES)));
        assert!(matches!(title, Some(Change::Title(title)) if title.len() < MAX_TITLE_BYTES + 64));
        let mode = VideoMode { size: SIZE, bit_depth: 24, refresh_millihertz: 1 };
        let exclusive = || Change::Fullscreen(Some(Fullscreen::Exclusive((7, mode))));
        let changed = sandboxed.allowed(exclusive());
        assert!(matches!(changed, Some(Change::Fullscreen(Some(Fullscreen::Borderless(Some(7)))))));
        let trusted = WindowRights { program, trusted: true, clipboard: false };
        let bounded = trusted.bounded(attributes());
        assert!(bounded.title == "My bank" && matches!(bounded.level, Level::Top));
        let changed = trusted.allowed(exclusive());
        assert!(matches!(changed, Some(Change::Fullscreen(Some(Fullscreen::Exclusive(_))))));
    }

    #[test]
    fn only_what_somebody_has_just_pressed_counts() {
        let system = Headless::new(HeadlessOptions { virtual_time: true, ..HeadlessOptions::default() });
        let mut windows = Windows::new(Arc::new(system.clone()), WindowRights::default());
        let (window, _) = pollster::block_on(windows.next().unwrap().open(attributes())).unwrap();
        let fullscreen = || window.system().unwrap().snapshot().fullscreen;
        let press = |pressed| {
            let button = ButtonEvent { button: MouseButton::Left, pressed };
            window.events.post_at(system.now(), Event::Button(button));
        };
        let fill = || window.change(Change::Fullscreen(Some(Fullscreen::Borderless(None))));
        window.events.post_at(system.now(), Event::CursorMoved(Position { x: 1.0, y: 1.0 }));
        press(false);
        fill();
        assert!(!fullscreen());
        assert!(matches!(window.ask(Request::Grab(Grab::Locked)), Err(Refusal::NotGranted)));
        press(true);
        fill();
        assert!(fullscreen() && window.ask(Request::Grab(Grab::Locked)).is_ok());
        window.change(Change::Fullscreen(None));
        // The clock goes on while the guest waits.
        drop(windows.mailbox.take());
        pollster::block_on(system.wait(&windows.mailbox, Some(PRESS_COUNTS_FOR))).unwrap();
        drop(windows.mailbox.take());
        pollster::block_on(system.wait(&windows.mailbox, Some(PRESS_COUNTS_FOR))).unwrap();
        fill();
        assert!(!fullscreen());
        let elsewhere =
            Request::CursorPosition(crate::windows::system::Place::Logical(Position { x: 0.0, y: 0.0 }));
        assert!(window.ask(elsewhere.clone()).is_ok(), "it keeps the pointer");
        window.events.let_go();
        assert!(matches!(window.ask(elsewhere), Err(Refusal::NotGranted)));
        assert!(window.ask(Request::Grab(Grab::None)).is_ok(), "what is given back is nobody's business");
        assert!(matches!(window.ask(Request::CursorHittest(false)), Err(Refusal::NotGranted)));
    }
}
