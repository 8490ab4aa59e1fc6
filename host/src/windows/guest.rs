//! The windows of one guest: how many it has, what it may do with them, and where their events are.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use parking_lot::Mutex;

use crate::{
    quotas::{MAX_ICON_SIDE, MAX_TITLE_BYTES, MAX_WINDOW_SIDE, MAX_WINDOWS},
    windows::{
        mailbox::Mailbox,
        system::{
            Attributes, Change, Cursor, CursorImage, Event, Events, Extent, Image, Level, LogicalSize,
            OpenError, Opening, Refusal, Request, Size, State, SystemWindow, WindowSystem,
        },
    },
};

/// What a guest may do with its windows.
#[derive(Clone, Debug, Default)]
pub struct WindowRights {
    /// The name of the program, which the title of each window has beside the guest's own text.
    pub program: Option<String>,
    /// Whether a window may look like no window of a sandbox: with a title of its own alone, without a frame, above all
    /// others.
    pub trusted: bool,
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
                let window = GuestWindow { number: events.window, events, open, rights };
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
}

impl GuestWindow {
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// What shows it; `None` once it was closed.
    pub(crate) fn system(&self) -> Option<Arc<dyn SystemWindow>> {
        self.open.lock().as_ref().map(|(window, _)| Arc::clone(window))
    }

    pub(crate) fn change(&self, change: Change) {
        if let (Some(window), Some(change)) = (self.system(), self.rights.allowed(change)) {
            window.change(change);
        }
    }

    pub(crate) fn ask(&self, request: Request) -> Result<(), Refusal> {
        // Through such a window somebody would click on what is behind it.
        if matches!(request, Request::CursorHittest(false)) && !self.rights.trusted {
            return Err(Refusal::NotGranted);
        }
        self.system().map_or(Err(Refusal::Failed), |window| window.ask(request))
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
            fullscreen,
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
            Change::Icon(icon) => Change::Icon(icon.filter(is_icon)),
            Change::Cursor(cursor) => Change::Cursor(allowed_cursor(cursor)),
            other @ (Change::Position(_)
            | Change::Buttons(_)
            | Change::Fullscreen(_)
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
            Cursor::Shape(crate::windows::system::CursorShape::Default)
        }
        cursor @ (Cursor::Image(_) | Cursor::Shape(_)) => cursor,
    }
}
