//! What headless windows are now, and what happens to them next.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{Happening, HeadlessOptions, Input, Pictures, When};
use crate::{
    quotas::MAX_WINDOW_SIDE,
    windows::{
        frames::{Frames, Rate},
        system::{
            CanvasStatus, Change, Event, Events, Extent, Point, ScaleChange, Size, Snapshot, State as Flags,
        },
    },
};

/// What a guest that waits does next.
pub(super) enum Step {
    /// It goes on.
    Done,
    /// It looks again at this time; `None`: when something else happens.
    Sleep(Option<Instant>),
    /// It looks again.
    Again,
    /// It would wait for ever.
    Never(String),
}

/// By how much virtual time goes on when a guest asks for events without waiting: what it does then may depend on time.
const POLLED: Duration = Duration::from_millis(1);

/// All that headless windows know.
pub(super) struct World {
    screen: Size,
    rate: Rate,
    scale_factor: f64,
    clock: Clock,
    windows: BTreeMap<u32, Window>,
    /// The one that has the keyboard.
    focused: Option<u32>,
    input: VecDeque<Input>,
    pictures: Option<Arc<dyn Pictures>>,
    shown: u64,
    asked_to_close: bool,
    /// Text that was copied; of these windows alone.
    pub(super) clipboard: String,
}

enum Clock {
    /// `None` until there is a window.
    Real(Option<Instant>),
    Virtual(Duration),
}

struct Window {
    events: Events,
    size: Size,
    flags: Flags,
    fullscreen: bool,
    /// Before it filled the screen.
    restored: Size,
    occluded: bool,
    frames: Frames,
}

impl World {
    pub(super) fn new(options: &HeadlessOptions) -> Self {
        let HeadlessOptions { size, rate, scale_factor, virtual_time, input, pictures } = options;
        Self {
            screen: *size,
            rate: Rate::of_millihertz(rate.saturating_mul(1_000)),
            scale_factor: *scale_factor,
            clock: if *virtual_time { Clock::Virtual(Duration::ZERO) } else { Clock::Real(None) },
            windows: BTreeMap::new(),
            focused: None,
            input: input.iter().cloned().collect(),
            pictures: pictures.clone(),
            shown: 0,
            asked_to_close: false,
            clipboard: String::new(),
        }
    }

    pub(super) fn shown(&self) -> u64 {
        self.shown
    }

    /// Pixels for each unit of a program, now.
    pub(super) fn scale_factor(&self) -> f64 {
        self.scale_factor
    }

    pub(super) fn open_windows(&self) -> Vec<u32> {
        self.windows.keys().copied().collect()
    }

    /// Since the first window was opened.
    pub(super) fn now(&self) -> Duration {
        match self.clock {
            Clock::Real(begin) => begin.map_or(Duration::ZERO, |begin| begin.elapsed()),
            Clock::Virtual(now) => now,
        }
    }

    /// Which picture the screen shows now.
    fn frame(&self) -> u64 {
        self.rate.frame(self.now())
    }

    pub(super) fn open(
        &mut self,
        events: Events,
        wanted: Option<Extent>,
        flags: Flags,
        fullscreen: bool,
        active: bool,
    ) -> Size {
        if let Clock::Real(begin @ None) = &mut self.clock {
            *begin = Some(Instant::now());
        }
        let restored = wanted.map_or(self.screen, |extent| self.pixels(extent));
        let fills = fullscreen || flags.contains(Flags::MAXIMIZED);
        let size = if fills { self.screen } else { restored };
        let number = events.window();
        let window =
            Window { events, size, flags, fullscreen, restored, occluded: false, frames: Frames::new() };
        self.windows.insert(number, window);
        if active {
            self.take_focus(number);
        }
        size
    }

    /// The window has the keyboard from now on, and the one that had it hears so.
    fn take_focus(&mut self, window: u32) {
        let before = self.focused.replace(window).filter(|before| *before != window);
        if let Some(before) = before.and_then(|before| self.windows.get(&before)) {
            before.events.post(Event::Focused(false));
        }
    }

    fn pixels(&self, extent: Extent) -> Size {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` saturates, and what is no size becomes the least one"
        )]
        let size = match extent {
            Extent::Physical(size) => size,
            Extent::Logical(logical) => Size {
                width: (logical.width * self.scale_factor).round() as u32,
                height: (logical.height * self.scale_factor).round() as u32,
            },
        };
        Size { width: size.width.clamp(1, MAX_WINDOW_SIDE), height: size.height.clamp(1, MAX_WINDOW_SIDE) }
    }

    /// The newest of the other windows gets the keyboard, if it had it.
    pub(super) fn close(&mut self, window: u32) {
        self.windows.remove(&window);
        if self.focused == Some(window) {
            self.focused = self.windows.last_key_value().map(|(next, window)| {
                window.events.post(Event::Focused(true));
                *next
            });
        }
    }

    pub(super) fn request_redraw(&mut self, window: u32) {
        if let Some(window) = self.windows.get_mut(&window) {
            window.frames.want_redraw();
            window.events.mailbox.ring();
        }
    }

    pub(super) fn size(&self, window: u32) -> Size {
        self.windows.get(&window).map_or(Size { width: 0, height: 0 }, |window| window.size)
    }

    pub(super) fn status(&self, window: u32) -> CanvasStatus {
        match self.windows.get(&window) {
            None => CanvasStatus::Lost,
            Some(window) if window.occluded => CanvasStatus::Occluded,
            Some(_) => CanvasStatus::Good,
        }
    }

    pub(super) fn snapshot(&self, window: u32) -> Snapshot {
        let (size, state, fullscreen) = match self.windows.get(&window) {
            Some(window) => (window.size, window.flags, window.fullscreen),
            None => (Size { width: 0, height: 0 }, Flags::empty(), false),
        };
        let origin = Some(Point { x: 0, y: 0 });
        Snapshot {
            outer_size: size,
            inner_position: origin,
            outer_position: origin,
            monitor: Some(1),
            state,
            theme: None,
            fullscreen,
        }
    }

    pub(super) fn change(&mut self, window: u32, change: Change) {
        let screen = self.screen;
        let wanted = match &change {
            Change::Size(extent) => self.pixels(*extent),
            _ => screen,
        };
        if matches!(change, Change::Focus) && self.focused != Some(window) {
            self.take_focus(window);
            if let Some(window) = self.windows.get(&window) {
                window.events.post(Event::Focused(true));
            }
        }
        let Some(window) = self.windows.get_mut(&window) else { return };
        let filled = window.fills();
        match change {
            Change::Size(_) => window.resize(wanted),
            Change::State(mask, value) => {
                window.flags = (window.flags & (mask ^ Flags::all())) | (value & mask);
                window.fill(filled, screen);
            }
            Change::Fullscreen(fullscreen) => {
                window.fullscreen = fullscreen.is_some();
                window.fill(filled, screen);
            }
            // Nobody sees any of these.
            Change::Limits(..)
            | Change::ResizeIncrements(_)
            | Change::Position(_)
            | Change::Title(_)
            | Change::Buttons(_)
            | Change::Level(_)
            | Change::Theme(_)
            | Change::Icon(_)
            | Change::Focus
            | Change::Attention(_)
            | Change::Cursor(_)
            | Change::CursorVisible(_)
            | Change::Menu(_)
            | Change::ImeAllowed(_)
            | Change::ImeArea(..)
            | Change::ImePurpose(_) => {}
        }
    }

    /// Counts a picture; `paced`: it is shown at the next picture of the screen that shows no other one.
    pub(super) fn present(&mut self, window: u32, paced: bool) -> (u64, Duration) {
        let (now, frame) = (self.now(), self.frame());
        self.shown = self.shown.saturating_add(1);
        let window = self.windows.get_mut(&window).filter(|_| paced);
        let shown_in = window.map(|window| window.frames.present(frame));
        (self.shown, shown_in.map_or(now, |frame| self.rate.time(frame)))
    }

    /// Whether fewer than `latency` pictures wait to be shown.
    pub(super) fn until_free(&mut self, window: u32, latency: u32) -> Step {
        let frame = self.frame();
        let window = self.windows.get_mut(&window);
        match window.and_then(|window| window.frames.until_free(frame, latency)) {
            Some(first) => self.until(self.rate.time(first)),
            None => Step::Done,
        }
    }

    /// Goes on to `time`, or says when that is.
    fn until(&mut self, time: Duration) -> Step {
        match &mut self.clock {
            Clock::Virtual(now) => {
                *now = time.max(*now);
                Step::Again
            }
            Clock::Real(begin) => Step::Sleep(begin.and_then(|begin| begin.checked_add(time))),
        }
    }

    /// One step of a guest that waits for events until a moment; `is_empty`: whether there are none.
    pub(super) fn step(&mut self, until: Option<Duration>, is_empty: impl Fn() -> bool) -> Step {
        self.post_due();
        if !is_empty() {
            return Step::Done;
        }
        let now = self.now();
        let virtual_time = matches!(self.clock, Clock::Virtual(_));
        if until.is_some_and(|until| until <= now) {
            if virtual_time {
                let _ = self.until(now.saturating_add(POLLED));
            }
            return Step::Done;
        }
        match (self.next_due(), until) {
            (Some(due), Some(until)) => self.until(due.min(until)),
            (Some(due), None) => self.until(due),
            (None, Some(until)) => self.until(until),
            (None, None) if self.ask_to_close() => Step::Done,
            (None, None) if virtual_time => Step::Never(self.stuck()),
            (None, None) => Step::Sleep(None),
        }
    }

    /// Posts what is due now.
    fn post_due(&mut self) {
        let now = self.now();
        while self.input.front().is_some_and(|input| self.is_due(input.when, now)) {
            let Some(input) = self.input.pop_front() else { break };
            self.happen(&input);
        }
        let frame = self.rate.frame(now);
        for window in self.windows.values_mut() {
            if window.frames.take_redraw(frame) {
                window.events.post(Event::Redraw);
            }
        }
        if self.pictures.as_ref().is_some_and(|pictures| pictures.is_done(self.shown)) {
            self.ask_to_close();
        }
    }

    fn is_due(&self, when: When, now: Duration) -> bool {
        // What happens needs a window.
        !self.windows.is_empty()
            && match when {
                When::Now => true,
                When::After(time) => time <= now,
                When::Picture(number) => number <= self.shown,
            }
    }

    /// When something is due without the guest's doing.
    fn next_due(&self) -> Option<Duration> {
        // What is in the past, and can't happen without a window, would be due for ever.
        let input = self.input.front().filter(|_| !self.windows.is_empty());
        let input = input.and_then(|input| match input.when {
            When::After(time) => Some(time),
            When::Now | When::Picture(_) => None,
        });
        let frame = self.windows.values().filter_map(|window| window.frames.next_redraw()).min();
        input.into_iter().chain(frame.map(|frame| self.rate.time(frame))).min()
    }

    /// Whatever it says of when.
    pub(super) fn happen(&mut self, input: &Input) {
        let event = match &input.happening {
            Happening::Event(event) => event,
            Happening::Copied(text) => {
                self.clipboard.clone_from(text);
                return;
            }
        };
        let now = self.now();
        let first = || self.windows.first_key_value().map(|(number, _)| *number);
        let Some(number) = input.window.or_else(first) else { return };
        match event {
            Event::Focused(true) if self.windows.contains_key(&number) => self.take_focus(number),
            Event::Focused(false) if self.focused == Some(number) => self.focused = None,
            _ => {}
        }
        let Some(window) = self.windows.get_mut(&number) else { return };
        let mut event = event.clone();
        match &mut event {
            Event::Resized(size) => return window.resize(*size),
            Event::ScaleChanged(ScaleChange { factor, size }) => {
                self.scale_factor = *factor;
                *size = window.size;
                window.frames.want_redraw();
            }
            Event::Occluded(occluded) => {
                window.occluded = *occluded;
                if !*occluded {
                    window.frames.want_redraw();
                }
            }
            Event::Redraw => {
                window.frames.want_redraw();
                // Nothing is posted yet: whoever waits looks at when it is due.
                return window.events.mailbox.ring();
            }
            _ => {}
        }
        window.events.post_at(now, event);
    }

    /// At the end of the input, asks the windows to close; whether it does, which is once.
    fn ask_to_close(&mut self) -> bool {
        let ends = self.pictures.is_some() || matches!(self.clock, Clock::Virtual(_));
        if !ends || self.asked_to_close || !self.input.is_empty() || self.windows.is_empty() {
            return false;
        }
        self.asked_to_close = true;
        self.windows.values().for_each(|window| window.events.post(Event::CloseRequested));
        true
    }

    fn stuck(&self) -> String {
        match self.input.front() {
            _ if self.windows.is_empty() => {
                "the program waits for events, and none are to come: it has no window".to_owned()
            }
            Some(Input { when: When::Picture(number), .. }) => format!(
                "the input goes on after picture {number}, but the program waits for events and has shown {}",
                self.shown
            ),
            _ => "the program waits for events, and none are to come: the input is at its end, and its windows were \
                  asked to close"
                .to_owned(),
        }
    }
}

impl Window {
    fn resize(&mut self, size: Size) {
        if (self.size.width, self.size.height) != (size.width, size.height) {
            self.size = size;
            self.events.post(Event::Resized(size));
            self.frames.want_redraw();
        }
    }

    fn fills(&self) -> bool {
        self.fullscreen || self.flags.contains(Flags::MAXIMIZED)
    }

    /// Follows what has changed since it filled the screen, or did not.
    fn fill(&mut self, filled: bool, screen: Size) {
        match (filled, self.fills()) {
            (false, true) => {
                self.restored = self.size;
                self.resize(screen);
            }
            (true, false) => self.resize(self.restored),
            (true, true) | (false, false) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A guest that waits without a window, while somebody would do something in one.
    #[test]
    fn what_happens_needs_a_window() {
        let input = Input {
            when: When::After(Duration::from_millis(30)),
            window: None,
            happening: Happening::Event(Event::CloseRequested),
        };
        let options =
            HeadlessOptions { virtual_time: true, input: vec![input], ..HeadlessOptions::default() };
        let mut world = World::new(&options);
        let until = Duration::from_millis(300);
        assert!(matches!(world.step(Some(until), || true), Step::Again));
        assert_eq!(world.now(), until);
        assert!(matches!(world.step(Some(until), || true), Step::Done));
        assert!(matches!(world.step(None, || true), Step::Never(_)));
    }
}
