//! The one list of what happens to the windows of a guest, in order.
//!
//! A guest that never looks has no more than [`MAX_WAITING_EVENTS`] there, and a few that can't be left out. Of what
//! only the last counts, the last is kept. While a button is held, that is not so of the pointer's movements: its way may
//! be a line that is drawn. When the list is full, it is so again, and movements are dropped first; a press that is
//! dropped takes its release along, and a release whose press the guest has seen, or will see, is never dropped.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{
    quotas::MAX_WAITING_EVENTS,
    window_bindings::{keys::KeyCode, windows as wit},
    windows::streams::Streams,
};
use wit::{Event, Gesture, LogicalKey, MouseButton, Phase};

/// The events of one guest that it has not taken yet.
#[derive(Debug, Default)]
pub struct Mailbox {
    state: Mutex<State>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<(u32, Event)>,
    /// The windows that are open: nobody hears of others.
    open: BTreeMap<u32, Known>,
    /// How often the guest has taken events.
    taken: u64,
    /// How many were posted.
    posted: u64,
    /// Those for which a redraw waits.
    redraws: BTreeSet<u32>,
    /// Presses that were dropped.
    lost: Vec<(u32, Pressed)>,
}

/// What is known of a window.
#[derive(Default)]
struct Known {
    /// When somebody pressed something in it last.
    pressed: Option<Duration>,
    /// Whether it keeps their pointer.
    grabbed: bool,
    /// Which buttons of the mouse are held; a bit for each that has a name, and one for all others.
    held: u8,
    /// Its streams, once the guest has asked for one.
    streams: Option<Arc<Streams>>,
    /// Whether the guest can hear of it by these alone.
    has_streams_only: bool,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("pressed", &self.pressed).finish_non_exhaustive()
    }
}

/// What can be pressed and released.
#[derive(Clone, Debug, PartialEq)]
enum Pressed {
    Key(KeyCode),
    /// A key without a place.
    Meaning(String),
    Button(u32),
    Finger(u64),
}

/// What may become of an event for which there is no room.
enum Weight {
    /// A later one says all that it does, or nobody will miss it.
    Fleeting,
    Press(Pressed),
    Release(Pressed),
    /// A state: an earlier one of the kind may go.
    State,
    /// It is dropped only where nothing else can be.
    Once,
}

impl Mailbox {
    /// Has events of `window` from now on.
    pub(crate) fn open(&self, window: u32) {
        self.state.lock().open.insert(window, Known::default());
    }

    /// Has a guest of this window that hears of it by streams alone.
    pub(crate) fn leave_to_streams(&self, window: u32) {
        if let Some(known) = self.state.lock().open.get_mut(&window) {
            known.has_streams_only = true;
        }
    }

    /// The streams of a window; those of one that is closed have ended.
    pub(crate) fn streams(&self, window: u32) -> Arc<Streams> {
        match self.state.lock().open.get_mut(&window) {
            Some(known) => Arc::clone(known.streams.get_or_insert_default()),
            None => {
                let streams = Arc::<Streams>::default();
                streams.end();
                streams
            }
        }
    }

    /// Whether all who read streams wait.
    pub(crate) fn streams_wait(&self) -> bool {
        let state = self.state.lock();
        state.open.values().filter_map(|known| known.streams.as_ref()).all(|streams| streams.all_wait())
    }

    /// How many events were posted.
    pub(crate) fn posted(&self) -> u64 {
        self.state.lock().posted
    }

    /// Has none any more.
    pub(crate) fn forget(&self, window: u32) {
        let state = &mut *self.state.lock();
        if let Some(streams) = state.open.remove(&window).and_then(|known| known.streams) {
            streams.end();
        }
        state.redraws.remove(&window);
        state.events.retain(|(of, _)| *of != window);
    }

    /// Adds an event of a window that is open, at a time of the clock of its system.
    pub(crate) fn post(&self, window: u32, now: Duration, event: Event) {
        let mut state = self.state.lock();
        let Some(known) = state.open.get_mut(&window) else { return };
        match &event {
            // Where the pointer is elsewhere, its movements are nothing of the guest's.
            Event::Motion(_) if !known.grabbed => return,
            Event::Focused(false) => known.grabbed = false,
            event if is_press(event) => known.pressed = Some(now),
            _ => {}
        }
        if let Event::Button(button) = &event {
            let bit = 1 << number(button.button).min(u8::BITS - 1);
            if button.pressed {
                known.held |= bit;
            } else {
                known.held &= !bit;
            }
        }
        let on_its_way = known.held != 0 && matches!(event, Event::CursorMoved(_));
        let listed = !known.has_streams_only;
        if let Some(streams) = &known.streams {
            streams.take_note(&event);
            // Streams can't say that somebody wants the window closed.
            if matches!(event, Event::Destroyed) || (!listed && matches!(event, Event::CloseRequested)) {
                streams.end();
            }
        }
        if matches!(event, Event::Destroyed) {
            state.open.remove(&window);
            state.lost.retain(|(of, _)| *of != window);
        }
        state.posted = state.posted.wrapping_add(1);
        if listed {
            state.add(window, event, on_its_way);
        }
        drop(state);
        self.bell.notify_one();
    }

    /// When somebody pressed a key or a button in this window, or touched it, last.
    pub(crate) fn pressed(&self, window: u32) -> Option<Duration> {
        self.state.lock().open.get(&window).and_then(|known| known.pressed)
    }

    /// The same of all windows.
    pub(crate) fn pressed_anywhere(&self) -> Option<Duration> {
        self.state.lock().open.values().filter_map(|known| known.pressed).max()
    }

    /// Whether the window keeps the pointer.
    pub(crate) fn has_grabbed(&self, window: u32) -> bool {
        self.state.lock().open.get(&window).is_some_and(|known| known.grabbed)
    }

    /// Says whether the window keeps the pointer from now on.
    pub(crate) fn set_grabbed(&self, window: u32, grabbed: bool) {
        if let Some(known) = self.state.lock().open.get_mut(&window) {
            known.grabbed = grabbed;
        }
    }

    /// Somebody wants to get out of what the window does: nothing that they pressed before counts.
    pub(crate) fn let_go(&self, window: u32) {
        if let Some(known) = self.state.lock().open.get_mut(&window) {
            (known.pressed, known.grabbed) = (None, false);
        }
    }

    /// Takes all events.
    pub(crate) fn take(&self) -> Vec<(u32, Event)> {
        let state = &mut *self.state.lock();
        state.redraws.clear();
        state.taken = state.taken.wrapping_add(1);
        state.events.drain(..).collect()
    }

    /// How often events were taken.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn taken(&self) -> u64 {
        self.state.lock().taken
    }

    /// Whether there is nothing to take.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.lock().events.is_empty()
    }

    /// Waits until there is something to take, for no longer than `timeout`.
    pub async fn wait(&self, timeout: Option<Duration>) {
        let filled = async {
            while self.is_empty() {
                self.bell.notified().await;
            }
        };
        self.within(timeout, filled).await;
    }

    /// Waits until something was posted, or somebody has [rung](Self::ring), for no longer than `timeout`.
    pub(crate) async fn rung(&self, timeout: Option<Duration>) {
        self.within(timeout, self.bell.notified()).await;
    }

    async fn within(&self, timeout: Option<Duration>, wait: impl Future<Output = ()>) {
        match timeout {
            // Without a look at the clock.
            Some(Duration::ZERO) => {}
            Some(timeout) => drop(tokio::time::timeout(timeout, wait).await),
            None => wait.await,
        }
    }

    /// Wakes whoever waits.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }
}

impl State {
    /// `on_its_way`: the pointer is, with a button held.
    fn add(&mut self, window: u32, event: Event, on_its_way: bool) {
        if matches!(event, Event::Redraw) && !self.redraws.insert(window) {
            return;
        }
        let full = self.events.len() >= MAX_WAITING_EVENTS;
        if (full || !on_its_way)
            && let Some((of, last)) = self.events.back_mut()
            && *of == window
            && coalesce(last, &event)
        {
            return;
        }
        if !full || self.make_room(window, &event) {
            self.events.push_back((window, event));
        }
    }

    /// Whether `event` is to be kept although the list is full.
    #[cold]
    fn make_room(&mut self, window: u32, event: &Event) -> bool {
        match weight(event) {
            // Where the pointer is now counts for more than where it has been.
            Weight::Fleeting => {
                matches!(event, Event::CursorMoved(_))
                    && self.drop_first(|of, event| of == window && matches!(event, Event::CursorMoved(_)))
            }
            Weight::Press(pressed) => {
                let lost = (window, pressed);
                if !self.lost.contains(&lost) {
                    self.lost.push(lost);
                }
                false
            }
            Weight::Release(pressed) => {
                let lost = self.lost.iter().position(|lost| *lost == (window, pressed.clone()));
                match lost {
                    Some(at) => {
                        self.lost.swap_remove(at);
                        false
                    }
                    None => {
                        self.drop_first(|_, event| matches!(weight(event), Weight::Fleeting));
                        true
                    }
                }
            }
            Weight::State => {
                let kind = std::mem::discriminant(event);
                if !self.drop_first(|of, event| of == window && std::mem::discriminant(event) == kind) {
                    self.drop_first(|_, event| matches!(weight(event), Weight::Fleeting));
                }
                true
            }
            Weight::Once => self.drop_first(|_, event| matches!(weight(event), Weight::Fleeting)),
        }
    }

    fn drop_first(&mut self, may_go: impl Fn(u32, &Event) -> bool) -> bool {
        let at = self.events.iter().position(|(window, event)| may_go(*window, event));
        at.and_then(|at| self.events.remove(at)).is_some()
    }
}

/// Whether somebody has pressed something: what a guest may answer by what it may not do by itself.
fn is_press(event: &Event) -> bool {
    match event {
        Event::Key(key) => key.pressed && !key.repeat && !key.synthetic,
        Event::Button(button) => button.pressed,
        Event::Touch(touch) => matches!(touch.phase, Phase::Started),
        _ => false,
    }
}

/// Whether `next` was put into `last`, which says all of both then.
fn coalesce(last: &mut Event, next: &Event) -> bool {
    match (&mut *last, next) {
        (Event::Resized(_), Event::Resized(_))
        | (Event::CursorMoved(_), Event::CursorMoved(_))
        | (Event::Moved(_), Event::Moved(_))
        | (Event::CloseRequested, Event::CloseRequested) => *last = next.clone(),
        (Event::Motion(sum), Event::Motion(more)) => {
            sum.x += more.x;
            sum.y += more.y;
        }
        _ => return false,
    }
    true
}

fn weight(event: &Event) -> Weight {
    let phase = |phase: Phase, id: u64| match phase {
        Phase::Started => Weight::Press(Pressed::Finger(id)),
        Phase::Moved => Weight::Fleeting,
        Phase::Ended | Phase::Cancelled => Weight::Release(Pressed::Finger(id)),
    };
    match event {
        Event::CursorMoved(_)
        | Event::Motion(_)
        | Event::Moved(_)
        | Event::Wheel(_)
        | Event::FileHovered(_) => Weight::Fleeting,
        Event::Touch(touch) => phase(touch.phase, touch.finger),
        Event::Gesture(gesture) => match gesture {
            Gesture::Pinch((_, Phase::Started | Phase::Ended | Phase::Cancelled))
            | Gesture::Pan((_, _, Phase::Started | Phase::Ended | Phase::Cancelled))
            | Gesture::Rotation((_, Phase::Started | Phase::Ended | Phase::Cancelled))
            | Gesture::DoubleTap => Weight::Once,
            Gesture::Pinch(_)
            | Gesture::Pan(_)
            | Gesture::Rotation(_)
            | Gesture::Pressure(_)
            | Gesture::Axis(_) => Weight::Fleeting,
        },
        Event::Key(key) if key.repeat => Weight::Fleeting,
        Event::Key(key) => {
            let pressed = match key.code {
                Some(code) => Pressed::Key(code),
                None => Pressed::Meaning(meaning(&key.logical)),
            };
            if key.pressed { Weight::Press(pressed) } else { Weight::Release(pressed) }
        }
        Event::Button(button) => {
            let pressed = Pressed::Button(number(button.button));
            if button.pressed { Weight::Press(pressed) } else { Weight::Release(pressed) }
        }
        Event::Resized(_)
        | Event::ScaleChanged(_)
        | Event::Redraw
        | Event::CloseRequested
        | Event::Focused(_)
        | Event::Occluded(_)
        | Event::ThemeChanged(_)
        | Event::CursorEntered
        | Event::CursorLeft
        | Event::Modifiers(_)
        | Event::FileHoverCancelled => Weight::State,
        Event::Destroyed | Event::Ime(_) | Event::FileDropped(_) => Weight::Once,
    }
}

fn number(button: MouseButton) -> u32 {
    match button {
        MouseButton::Left => 0,
        MouseButton::Right => 1,
        MouseButton::Middle => 2,
        MouseButton::Back => 3,
        MouseButton::Forward => 4,
        MouseButton::Other(number) => u32::from(number) + 5,
    }
}

fn meaning(key: &LogicalKey) -> String {
    match key {
        LogicalKey::Named(key) => format!("{key:?}"),
        LogicalKey::Character(text) => text.clone(),
        LogicalKey::Unidentified => String::new(),
        LogicalKey::Dead(accent) => format!("dead {accent:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit::{ButtonEvent, Position, Size};

    fn button(number: u16, pressed: bool) -> Event {
        Event::Button(ButtonEvent { button: MouseButton::Other(number), pressed })
    }

    impl Mailbox {
        fn tell(&self, window: u32, event: Event) {
            self.post(window, Duration::ZERO, event);
        }
    }

    fn moved(x: u32) -> Event {
        Event::CursorMoved(Position { x: x.into(), y: 0.0 })
    }

    fn texts(mailbox: &Mailbox) -> Vec<String> {
        mailbox.take().iter().map(|(window, event)| format!("{window} {event:?}")).collect()
    }

    #[test]
    fn of_what_only_the_last_counts_the_last_is_kept() {
        let mailbox = Mailbox::default();
        mailbox.open(1);
        mailbox.open(2);
        let size = |width| Event::Resized(Size { width, height: 1 });
        for event in [Event::Redraw, size(1), size(2), moved(1), moved(2), Event::Redraw, moved(3)] {
            mailbox.tell(1, event);
        }
        mailbox.tell(2, moved(4));
        mailbox.tell(3, moved(5));
        let taken = texts(&mailbox);
        let [redraw, resized, cursor, other] = taken.as_slice() else { panic!("{taken:?}") };
        assert!(redraw.starts_with("1 ") && redraw.contains("Redraw"), "{redraw}");
        assert!(resized.contains("width: 2"), "{resized}");
        assert!(cursor.contains("3.0") && other.starts_with("2 "), "{cursor}, {other}");
        mailbox.tell(1, Event::Redraw);
        assert_eq!(texts(&mailbox).len(), 1);
    }

    /// Where the pointer has been, and which buttons were pressed (`+`) and released (`-`) meanwhile.
    fn way(taken: &[(u32, Event)]) -> String {
        let tell = |(_, event): &(u32, Event)| match event {
            Event::CursorMoved(at) => at.x.to_string(),
            Event::Button(button) => {
                format!("{}{}", if button.pressed { "+" } else { "-" }, number(button.button))
            }
            event => format!("{event:?}"),
        };
        taken.iter().map(tell).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn with_a_button_held_each_movement_is_kept() {
        let mailbox = Mailbox::default();
        mailbox.open(1);
        mailbox.open(2);
        let events =
            [moved(1), moved(2), button(1, true), moved(3), moved(4), button(300, true), moved(5), moved(6)];
        let then = [button(1, false), moved(7), moved(8), button(300, false), moved(9), moved(10)];
        for event in events.into_iter().chain(then) {
            mailbox.tell(1, event);
        }
        assert_eq!(way(&mailbox.take()), "2 +6 3 4 +305 5 6 -6 7 8 -305 10");
        // In another window none is, and what was released twice is not held.
        mailbox.tell(2, button(1, true));
        for event in [button(2, false), button(2, false), moved(1), moved(2)] {
            mailbox.tell(1, event);
        }
        assert_eq!(way(&mailbox.take()), "+6 -7 -7 2");
    }

    #[test]
    fn a_full_list_has_the_way_so_far_and_where_the_pointer_is() {
        let mailbox = Mailbox::default();
        mailbox.open(1);
        mailbox.tell(1, button(1, true));
        let most = u32::try_from(MAX_WAITING_EVENTS).unwrap();
        for x in 0..3 * most {
            mailbox.tell(1, moved(x));
        }
        mailbox.tell(1, button(1, false));
        for x in [5, 6, 7] {
            mailbox.tell(1, moved(x));
        }
        let taken = mailbox.take();
        assert_eq!(taken.len(), MAX_WAITING_EVENTS);
        // The first two have made room for the release and the last place.
        assert_eq!(way(&taken[..3]), "+6 2 3");
        assert_eq!(way(&taken[taken.len() - 4..]), format!("{} {} -6 7", most - 3, 3 * most - 1));
    }

    #[test]
    fn a_full_list_keeps_each_release_of_what_was_pressed() {
        let mailbox = Mailbox::default();
        mailbox.open(1);
        mailbox.tell(1, button(1, true));
        for _ in 0..MAX_WAITING_EVENTS {
            mailbox.tell(1, moved(1));
            mailbox.tell(1, Event::CursorLeft);
        }
        mailbox.tell(1, button(2, true));
        mailbox.tell(1, button(2, false));
        mailbox.tell(1, button(1, false));
        mailbox.tell(1, Event::CloseRequested);
        mailbox.tell(1, Event::Destroyed);
        mailbox.tell(1, moved(1));
        let taken = mailbox.take();
        assert!(taken.len() <= MAX_WAITING_EVENTS + 2, "{}", taken.len());
        let buttons: Vec<_> = taken
            .iter()
            .filter_map(|(_, event)| match event {
                Event::Button(ButtonEvent { button: MouseButton::Other(number), pressed }) => {
                    Some((*number, *pressed))
                }
                _ => None,
            })
            .collect();
        assert_eq!(buttons, [(1, true), (1, false)]);
        let end: Vec<_> = taken.iter().rev().take(2).map(|(_, event)| event).collect();
        assert!(matches!(end[..], [Event::Destroyed, Event::CloseRequested]), "{end:?}");
    }

    #[test]
    fn nobody_hears_of_windows_that_are_closed() {
        let mailbox = Mailbox::default();
        mailbox.open(1);
        mailbox.tell(1, Event::Destroyed);
        mailbox.tell(1, Event::Redraw);
        assert_eq!(texts(&mailbox).len(), 1);
        mailbox.open(2);
        mailbox.tell(2, Event::Redraw);
        mailbox.forget(2);
        assert!(mailbox.is_empty());
    }

    #[test]
    fn what_somebody_has_pressed_is_known() {
        let mailbox = Mailbox::default();
        let second = Duration::from_secs;
        for window in [1, 2] {
            mailbox.open(window);
        }
        mailbox.post(1, second(1), moved(1));
        assert_eq!(mailbox.pressed(1), None);
        mailbox.post(1, second(2), button(1, true));
        mailbox.post(1, second(3), button(1, false));
        mailbox.post(3, second(4), button(1, true));
        assert_eq!((mailbox.pressed(1), mailbox.pressed(2)), (Some(second(2)), None));
        assert_eq!(mailbox.pressed_anywhere(), Some(second(2)));
        mailbox.let_go(1);
        assert_eq!(mailbox.pressed_anywhere(), None);
    }

    #[test]
    fn a_device_moves_for_the_window_that_has_grabbed_it() {
        let mailbox = Mailbox::default();
        let motion = || Event::Motion(Position { x: 1.0, y: 0.0 });
        mailbox.open(1);
        mailbox.tell(1, motion());
        assert!(mailbox.is_empty());
        mailbox.set_grabbed(1, true);
        mailbox.tell(1, motion());
        mailbox.tell(1, Event::Focused(false));
        mailbox.tell(1, motion());
        assert!(!mailbox.has_grabbed(1));
        assert_eq!(mailbox.take().len(), 2);
        assert_eq!(mailbox.taken(), 1);
    }
}
