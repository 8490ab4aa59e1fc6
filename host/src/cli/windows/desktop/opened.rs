//! One window, as the main thread has it.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use winit::{
    error::ExternalError,
    event::{ElementState, KeyEvent, WindowEvent},
    event_loop::ActiveEventLoop,
    keyboard::{KeyCode, PhysicalKey},
    monitor::MonitorHandle,
    window::{CursorGrabMode, Window},
};

use super::{
    Ended, Now, Shared, UNKNOWN, events,
    words::{self, Screens},
};
use crate::{
    default_instance,
    device::fence,
    windows::{
        Change, Cursor, Event, Events, Grab, Point, Refusal, Request, ScaleChange, Size, Snapshot, State,
        frames::Rate,
    },
};

/// For how long Escape is held by somebody who wants out.
const HOLD: Duration = Duration::from_secs(1);

/// Within which requests to close a window are counted.
const CLOSES_WITHIN: Duration = Duration::from_secs(5);

/// How long winit may take to say that a window is to be redrawn. It does not say so for one that nobody can see.
const UNSEEN: Duration = Duration::from_millis(100);

pub(super) struct Opened {
    pub(super) window: Arc<Window>,
    pub(super) events: Events,
    now: Arc<Mutex<Now>>,
    /// A surface in place of one that is gone.
    fresh: Arc<Mutex<Option<wgpu::Surface<'static>>>>,
    focused: bool,
    grabbed: bool,
    /// Since when Escape is held.
    escape: Option<Instant>,
    closes: Closes,
    /// When winit was asked for a redraw that it has not told yet.
    asked: Option<Instant>,
}

/// What the screen of a window shows in a second.
pub(super) fn rate(window: &Window) -> Rate {
    let rate = window.current_monitor().and_then(|monitor| monitor.refresh_rate_millihertz());
    Rate::of_millihertz(rate.filter(|rate| *rate > 0).unwrap_or(UNKNOWN))
}

impl Opened {
    pub(super) fn new(
        window: Arc<Window>,
        events: Events,
        now: Arc<Mutex<Now>>,
        fresh: Arc<Mutex<Option<wgpu::Surface<'static>>>>,
    ) -> Self {
        let focused = window.has_focus();
        let closes = Closes::default();
        Self { window, events, now, fresh, focused, grabbed: false, escape: None, closes, asked: None }
    }

    pub(super) fn is_focused(&self) -> bool {
        self.focused
    }

    /// What happened to it. An error is that the guest is to be ended.
    pub(super) fn event(&mut self, shared: &Shared, event: WindowEvent) -> Result<(), Ended> {
        match &event {
            WindowEvent::RedrawRequested => self.redraw(shared),
            WindowEvent::ScaleFactorChanged { scale_factor, .. } => {
                self.look_at_rate();
                let size = self.size();
                self.now.lock().frames.want_redraw();
                self.events.post(Event::ScaleChanged(ScaleChange { factor: *scale_factor, size }));
            }
            WindowEvent::Resized(size) => {
                self.resized(Size { width: size.width, height: size.height });
                return Ok(());
            }
            WindowEvent::Moved(_) => self.look_at_rate(),
            WindowEvent::Focused(focused) => {
                self.focused = *focused;
                self.escape = None;
                if !*focused && self.grabbed {
                    self.release();
                }
            }
            WindowEvent::Occluded(hidden) => {
                let mut now = self.now.lock();
                now.hidden = *hidden;
                now.frames.renumber();
                now.frames.want_redraw();
            }
            WindowEvent::KeyboardInput { event, .. } => self.key(event),
            WindowEvent::CloseRequested => {
                self.closes.add(Instant::now(), self.events.mailbox.taken())?;
            }
            _ => {}
        }
        if let Some(event) = events::told(event) {
            self.events.post(event);
        }
        Ok(())
    }

    /// winit says that it is to be redrawn: since we have asked, or the desktop needs it.
    fn redraw(&mut self, shared: &Shared) {
        let due = {
            let mut now = self.now.lock();
            let frame = now.pace().frame(shared.now());
            if self.asked.take().is_some() {
                now.frames.tell(frame);
                true
            } else {
                now.frames.want_redraw();
                now.frames.take_redraw(frame)
            }
        };
        if due {
            self.events.post(Event::Redraw);
        }
    }

    fn resized(&mut self, size: Size) {
        self.look_at_rate();
        {
            let mut now = self.now.lock();
            now.size = size;
            now.frames.want_redraw();
        }
        self.events.post(Event::Resized(size));
    }

    /// It may be on another screen.
    fn look_at_rate(&mut self) {
        let rate = rate(&self.window);
        let mut now = self.now.lock();
        if now.rate != rate {
            now.rate = rate;
            now.frames.renumber();
        }
    }

    fn key(&mut self, event: &KeyEvent) {
        if event.physical_key == PhysicalKey::Code(KeyCode::Escape) && !event.repeat {
            self.escape = (event.state == ElementState::Pressed).then(Instant::now);
        }
    }

    /// Gives the pointer free.
    fn release(&mut self) {
        self.grabbed = false;
        // What can't be given free is not kept.
        let _ = self.window.set_cursor_grab(CursorGrabMode::None);
    }

    /// Somebody wants out of what the guest does with their pointer and their screen.
    fn let_go(&mut self) {
        self.release();
        self.window.set_cursor_visible(true);
        self.window.set_fullscreen(None);
        self.events.let_go();
    }

    /// A surface in place of one that is gone.
    pub(super) fn make_surface(&mut self) {
        match default_instance().create_surface(Arc::clone(&self.window)) {
            Ok(surface) => {
                *self.fresh.lock() = Some(surface);
                self.now.lock().frames.want_redraw();
            }
            Err(error) => tracing::warn!("the window shows no pictures any more: {error}"),
        }
    }

    /// Does what is to be done now, and says when there is more.
    pub(super) fn tend(
        &mut self,
        shared: &Shared,
        event_loop: &ActiveEventLoop,
        now: Instant,
        monitor: &dyn Fn(u32) -> Option<MonitorHandle>,
    ) -> Option<Instant> {
        let (changes, more) = self.now.lock().wanted.take(now);
        for change in changes {
            // winit takes some errors of the desktop for errors of the program.
            if let Err(panic) = fence::catch(|| self.change(change, event_loop, monitor)) {
                tracing::warn!("a change of a window has failed: {panic}");
            }
        }
        let redraw = self.tend_redraw(shared, now);
        let held = self.escape.and_then(|since| since.checked_add(HOLD));
        let held = held.filter(|until| {
            let over = *until <= now;
            if over {
                self.escape = None;
                self.let_go();
            }
            !over
        });
        [more, redraw, held].into_iter().flatten().min()
    }

    /// Asks winit for the redraw that is due.
    fn tend_redraw(&mut self, shared: &Shared, now: Instant) -> Option<Instant> {
        let due = {
            let state = self.now.lock();
            shared.instant(state.pace().time(state.frames.next_redraw()?))
        };
        if due > now {
            return Some(due);
        }
        let asked = *self.asked.get_or_insert_with(|| {
            self.window.request_redraw();
            now
        });
        let unseen = asked.checked_add(UNSEEN)?;
        if unseen > now {
            return Some(unseen);
        }
        self.asked = None;
        let told = {
            let mut state = self.now.lock();
            let frame = state.pace().frame(shared.now());
            state.frames.take_redraw(frame)
        };
        if told {
            self.events.post(Event::Redraw);
        }
        None
    }

    /// Does what the guest wants.
    fn change(
        &mut self,
        change: Change,
        event_loop: &ActiveEventLoop,
        monitor: &dyn Fn(u32) -> Option<MonitorHandle>,
    ) {
        let window = Arc::clone(&self.window);
        let size = |extent| Screens::of(event_loop).size(extent, window.scale_factor());
        match change {
            Change::Size(extent) => {
                // Where it has that size at once, nothing else tells.
                if let Some(size) = window.request_inner_size(size(extent)) {
                    self.resized(Size { width: size.width, height: size.height });
                }
            }
            Change::Limits(min, max) => {
                window.set_min_inner_size(min.map(size));
                window.set_max_inner_size(max.map(size));
            }
            Change::ResizeIncrements(increments) => window.set_resize_increments(increments.map(size)),
            Change::Position(place) => window.set_outer_position(words::place(place)),
            Change::Title(title) => window.set_title(&title),
            Change::State(mask, value) => set_state(&window, mask, value),
            Change::Buttons(buttons) => window.set_enabled_buttons(words::buttons(buttons)),
            Change::Level(level) => window.set_window_level(words::level(level)),
            Change::Fullscreen(fullscreen) => {
                window.set_fullscreen(fullscreen.map(|how| words::fullscreen(how, monitor)));
            }
            Change::Theme(theme) => window.set_theme(theme.map(words::theme)),
            Change::Icon(icon) => window.set_window_icon(icon.and_then(words::icon)),
            Change::Focus => window.focus_window(),
            Change::Attention(attention) => window.request_user_attention(attention.map(words::attention)),
            Change::Cursor(cursor) => set_cursor(&window, cursor, event_loop),
            Change::CursorVisible(visible) => window.set_cursor_visible(visible),
            Change::Menu(place) => window.show_window_menu(words::place(place)),
            Change::ImeAllowed(allowed) => window.set_ime_allowed(allowed),
            Change::ImeArea(place, extent) => window.set_ime_cursor_area(words::place(place), size(extent)),
            Change::ImePurpose(purpose) => window.set_ime_purpose(words::purpose(purpose)),
        }
    }

    /// Does what the guest wants, or says why not.
    pub(super) fn ask(&mut self, request: Request) -> Result<(), Refusal> {
        let window = &self.window;
        let done = match request {
            Request::CursorPosition(place) => window.set_cursor_position(words::place(place)),
            Request::CursorHittest(hittest) => window.set_cursor_hittest(hittest),
            Request::Grab(grab) => window.set_cursor_grab(words::grab(grab)),
            Request::Drag => window.drag_window(),
            Request::DragResize(direction) => window.drag_resize_window(words::direction(direction)),
        };
        done.map_err(|error| match error {
            ExternalError::NotSupported(_) => Refusal::NotSupported,
            ExternalError::Ignored | ExternalError::Os(_) => Refusal::Failed,
        })?;
        if let Request::Grab(grab) = request {
            self.grabbed = !matches!(grab, Grab::None);
        }
        Ok(())
    }

    fn size(&self) -> Size {
        let size = self.window.inner_size();
        Size { width: size.width, height: size.height }
    }

    /// What it is now, without its monitor.
    pub(super) fn snapshot(&self) -> Snapshot {
        let window = &self.window;
        let outer = window.outer_size();
        let states = [
            (State::RESIZABLE, window.is_resizable()),
            (State::DECORATED, window.is_decorated()),
            (State::VISIBLE, window.is_visible().unwrap_or(true)),
            (State::MAXIMIZED, window.is_maximized()),
            (State::MINIMIZED, window.is_minimized().unwrap_or(false)),
        ];
        let state = states.into_iter().filter(|(_, is)| *is).map(|(flag, _)| flag);
        let point = |at: winit::dpi::PhysicalPosition<i32>| Point { x: at.x, y: at.y };
        Snapshot {
            outer_size: Size { width: outer.width, height: outer.height },
            inner_position: window.inner_position().ok().map(point),
            outer_position: window.outer_position().ok().map(point),
            monitor: None,
            state: state.fold(State::empty(), |all, flag| all | flag),
            theme: window.theme().map(events::theme),
            fullscreen: window.fullscreen().is_some(),
        }
    }
}

fn set_state(window: &Window, mask: State, value: State) {
    type Set = fn(&Window, bool);
    let set: [(State, Set); 8] = [
        (State::RESIZABLE, Window::set_resizable),
        (State::DECORATED, Window::set_decorations),
        (State::VISIBLE, Window::set_visible),
        (State::MAXIMIZED, Window::set_maximized),
        (State::MINIMIZED, Window::set_minimized),
        (State::TRANSPARENT, Window::set_transparent),
        (State::BLURRED, Window::set_blur),
        (State::PROTECTED, Window::set_content_protected),
    ];
    for (flag, set) in set.into_iter().filter(|(flag, _)| mask.contains(*flag)) {
        set(window, value.contains(flag));
    }
}

fn set_cursor(window: &Window, cursor: Cursor, event_loop: &ActiveEventLoop) {
    match cursor {
        Cursor::Shape(shape) => window.set_cursor(words::shape(shape)),
        Cursor::Image(image) => {
            if let Some(source) = words::pointer(image) {
                window.set_cursor(event_loop.create_custom_cursor(source));
            }
        }
    }
}

/// Requests to close a window.
#[derive(Debug, Default)]
struct Closes {
    /// When, and how often the guest had taken its events then.
    requests: VecDeque<(Instant, u64)>,
}

impl Closes {
    /// Counts a request. An error is that it was not the first, and the guest does not answer.
    fn add(&mut self, now: Instant, taken: u64) -> Result<(), Ended> {
        self.requests.retain(|(request, _)| now.saturating_duration_since(*request) <= CLOSES_WITHIN);
        self.requests.push_back((now, taken));
        let unanswered = self.requests.iter().filter(|(_, before)| *before == taken).count();
        match (unanswered, self.requests.len()) {
            (2.., _) => Err(Ended::Unanswered),
            (_, 4..) => Err(Ended::Unclosed),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_closed_in_the_end() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        // It hangs.
        let mut closes = Closes::default();
        assert_eq!(closes.add(after(0), 7), Ok(()));
        assert_eq!(closes.add(after(6), 7), Ok(()));
        assert_eq!(closes.add(after(9), 7), Err(Ended::Unanswered));
        // It asks whether it shall save.
        let mut closes = Closes::default();
        for (seconds, taken) in [(0, 1), (1, 2), (2, 3), (20, 4), (21, 5)] {
            assert_eq!(closes.add(after(seconds), taken), Ok(()));
        }
        // It does not want to.
        assert_eq!(closes.add(after(22), 6), Ok(()));
        assert_eq!(closes.add(after(23), 7), Err(Ended::Unclosed));
    }
}
