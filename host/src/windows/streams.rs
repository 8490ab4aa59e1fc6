//! What a guest of `wasi-gfx:surface` hears of a window: a stream for each kind of event.
//!
//! It is filled from the same list as `wgpu-wasi:window`. A guest that does not read a stream loses what is old in it. Of
//! each key that was released, the release stays.

use std::{
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;

use crate::{
    quotas::MAX_UNREAD_EVENTS,
    window_bindings::{
        keys::KeyCode,
        surface::{FrameEvent, Key, KeyEvent, PointerEvent, ResizeEvent},
        windows::{self as wit, Event, Modifiers, Phase},
    },
};

/// The streams of one window. Two streams of a kind share what there is.
#[derive(Default)]
pub(crate) struct Streams(Mutex<State>);

#[derive(Default)]
struct State {
    feeds: Feeds,
    /// Where the pointer is.
    pointer: (f64, f64),
    /// Which modifiers are in force.
    pressed: (bool, bool, bool, bool),
    /// Whether nothing else will happen.
    ended: bool,
}

/// What waits to be read.
#[derive(Default)]
pub(crate) struct Feeds {
    pub(crate) resize: Feed<ResizeEvent>,
    pub(crate) frame: Feed<FrameEvent>,
    pub(crate) pointer_up: Feed<PointerEvent>,
    pub(crate) pointer_down: Feed<PointerEvent>,
    pub(crate) pointer_move: Feed<PointerEvent>,
    pub(crate) key_up: Feed<KeyEvent>,
    pub(crate) key_down: Feed<KeyEvent>,
}

/// What there is to do with all of them.
trait AnyFeed {
    /// Whether its reader is not about to do something.
    fn is_idle(&self) -> bool;

    fn wake(&mut self);
}

impl Feeds {
    fn all(&mut self) -> [&mut dyn AnyFeed; 7] {
        let Self { resize, frame, pointer_up, pointer_down, pointer_move, key_up, key_down } = self;
        [resize, frame, pointer_up, pointer_down, pointer_move, key_up, key_down]
    }
}

/// Which stream.
pub(crate) type Pick<I> = fn(&mut Feeds) -> &mut Feed<I>;

pub(crate) struct Feed<I> {
    items: VecDeque<I>,
    /// Who waits for the next.
    wakers: Vec<Waker>,
    /// Whether there is such a stream.
    open: bool,
    /// Whether it was read, and is not given up.
    read: bool,
    /// Whether somebody waits for the next.
    waiting: bool,
}

impl<I> Default for Feed<I> {
    fn default() -> Self {
        let (items, wakers) = (VecDeque::new(), Vec::new());
        Self { items, wakers, open: false, read: false, waiting: false }
    }
}

impl<I> Feed<I> {
    fn push(&mut self, item: I, most: usize) {
        if !self.open {
            return;
        }
        while self.items.len() >= most {
            self.items.pop_front();
        }
        self.items.push_back(item);
        self.wake();
    }
}

impl<I> AnyFeed for Feed<I> {
    fn is_idle(&self) -> bool {
        !self.read || (self.waiting && self.items.is_empty())
    }

    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

impl Streams {
    /// Says that there is a stream of a kind from now on.
    pub(crate) fn open<I>(&self, pick: Pick<I>) {
        pick(&mut self.0.lock().feeds).open = true;
    }

    /// Says that somebody does not read any more.
    pub(crate) fn give_up<I>(&self, pick: Pick<I>) {
        let mut state = self.0.lock();
        let feed = pick(&mut state.feeds);
        (feed.read, feed.waiting) = (false, false);
    }

    /// The next of a kind; `None` at the end.
    pub(crate) fn poll<I>(&self, pick: Pick<I>, cx: &Context<'_>) -> Poll<Option<I>> {
        let mut state = self.0.lock();
        let ended = state.ended;
        let feed = pick(&mut state.feeds);
        feed.read = true;
        feed.waiting = false;
        if let Some(item) = feed.items.pop_front() {
            return Poll::Ready(Some(item));
        }
        if ended {
            return Poll::Ready(None);
        }
        feed.waiting = true;
        if !feed.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            feed.wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Whether all who read wait for the next.
    pub(crate) fn all_wait(&self) -> bool {
        self.0.lock().feeds.all().iter().all(|feed| feed.is_idle())
    }

    /// Nothing else will happen: the streams end.
    pub(crate) fn end(&self) {
        let mut state = self.0.lock();
        state.ended = true;
        state.feeds.all().into_iter().for_each(AnyFeed::wake);
    }

    /// Takes note of what happens to the window. What has no stream is not told.
    pub(crate) fn take_note(&self, event: &Event) {
        let mut state = self.0.lock();
        match event {
            Event::Resized(wit::Size { width, height }) => {
                state.feeds.resize.push(ResizeEvent { height: *height, width: *width }, 1);
            }
            Event::Redraw => state.feeds.frame.push(FrameEvent { nothing: false }, 1),
            Event::CursorMoved(wit::Position { x, y }) => {
                state.pointer = (*x, *y);
                state.feeds.pointer_move.push(PointerEvent { x: *x, y: *y }, 1);
            }
            Event::Button(button) => state.press(button.pressed),
            Event::Touch(touch) => {
                state.pointer = (touch.position.x, touch.position.y);
                match touch.phase {
                    Phase::Started => state.press(true),
                    Phase::Moved => {
                        let wit::Position { x, y } = touch.position;
                        state.feeds.pointer_move.push(PointerEvent { x, y }, 1);
                    }
                    Phase::Ended | Phase::Cancelled => state.press(false),
                }
            }
            Event::Modifiers(modifiers) => {
                let is = |flag| modifiers.contains(flag);
                state.pressed =
                    (is(Modifiers::ALT), is(Modifiers::CONTROL), is(Modifiers::SUPER), is(Modifiers::SHIFT));
            }
            Event::Key(key) => state.key(key),
            _ => {}
        }
    }
}

impl State {
    fn press(&mut self, pressed: bool) {
        let (x, y) = self.pointer;
        let feed = if pressed { &mut self.feeds.pointer_down } else { &mut self.feeds.pointer_up };
        feed.push(PointerEvent { x, y }, MAX_UNREAD_EVENTS);
    }

    fn key(&mut self, key: &wit::KeyEvent) {
        let (alt_key, ctrl_key, meta_key, shift_key) = self.pressed;
        let text = key.text.clone();
        let event = KeyEvent { key: key.code.and_then(named), text, alt_key, ctrl_key, meta_key, shift_key };
        if key.pressed {
            return self.feeds.key_down.push(event, MAX_UNREAD_EVENTS);
        }
        let feed = &mut self.feeds.key_up;
        if feed.items.len() >= MAX_UNREAD_EVENTS {
            // There are fewer keys than that: an older release of the same one is among them, or will be.
            feed.items.retain(|older| older.key != event.key);
        }
        feed.push(event, usize::MAX);
    }
}

/// The rows that have one name in both: <https://www.w3.org/TR/uievents-code/>
macro_rules! same_names {
    ($($name:ident)*) => {
        /// The key in the words of `wasi-gfx:surface`; it knows fewer.
        fn named(code: KeyCode) -> Option<Key> {
            Some(match code {
                $(KeyCode::$name => Key::$name,)*
                KeyCode::SuperLeft => Key::MetaLeft,
                KeyCode::SuperRight => Key::MetaRight,
                KeyCode::Meta => Key::Super,
                _ => return None,
            })
        }

        #[cfg(test)]
        const SAME: &[(KeyCode, Key)] = &[$((KeyCode::$name, Key::$name)),*];
    };
}

same_names! {
    Backquote Backslash BracketLeft BracketRight Comma Digit0 Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7
    Digit8 Digit9 Equal IntlBackslash IntlRo IntlYen KeyA KeyB KeyC KeyD KeyE KeyF KeyG KeyH KeyI KeyJ KeyK KeyL
    KeyM KeyN KeyO KeyP KeyQ KeyR KeyS KeyT KeyU KeyV KeyW KeyX KeyY KeyZ Minus Period Quote Semicolon Slash
    AltLeft AltRight Backspace CapsLock ContextMenu ControlLeft ControlRight Enter ShiftLeft ShiftRight Space Tab
    Convert KanaMode Lang1 Lang2 Lang3 Lang4 Lang5 NonConvert Delete End Help Home Insert PageDown PageUp
    ArrowDown ArrowLeft ArrowRight ArrowUp NumLock Numpad0 Numpad1 Numpad2 Numpad3 Numpad4 Numpad5 Numpad6 Numpad7
    Numpad8 Numpad9 NumpadAdd NumpadBackspace NumpadClear NumpadClearEntry NumpadComma NumpadDecimal NumpadDivide
    NumpadEnter NumpadEqual NumpadHash NumpadMemoryAdd NumpadMemoryClear NumpadMemoryRecall NumpadMemoryStore
    NumpadMemorySubtract NumpadMultiply NumpadParenLeft NumpadParenRight NumpadStar NumpadSubtract Escape F1 F2 F3
    F4 F5 F6 F7 F8 F9 F10 F11 F12 Fn FnLock PrintScreen ScrollLock Pause BrowserBack BrowserFavorites
    BrowserForward BrowserHome BrowserRefresh BrowserSearch BrowserStop Eject LaunchApp1 LaunchApp2 LaunchMail
    MediaPlayPause MediaSelect MediaStop MediaTrackNext MediaTrackPrevious Power Sleep AudioVolumeDown
    AudioVolumeMute AudioVolumeUp WakeUp Hyper Turbo Abort Resume Suspend Again Copy Cut Find Open Paste Props
    Select Undo Hiragana Katakana
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn key(code: KeyCode, pressed: bool) -> Event {
        Event::Key(wit::KeyEvent {
            code: Some(code),
            logical: wit::LogicalKey::Unidentified,
            unmodified: wit::LogicalKey::Unidentified,
            text: None,
            text_with_all_modifiers: None,
            location: wit::KeyLocation::Standard,
            pressed,
            repeat: false,
            synthetic: false,
        })
    }

    fn next<I>(streams: &Streams, pick: Pick<I>) -> Poll<Option<I>> {
        streams.poll(pick, &Context::from_waker(Waker::noop()))
    }

    #[test]
    fn every_key_has_one_name() {
        // And those that have another name.
        assert_eq!(SAME.len() + 3, 171);
        let names: BTreeSet<_> = SAME
            .iter()
            .map(|(code, key)| {
                assert_eq!(code.name(), format!("{key:?}").rsplit("::").next().unwrap());
                code.name()
            })
            .collect();
        assert_eq!(names.len(), SAME.len());
    }

    #[test]
    fn no_release_of_a_key_is_lost() {
        let streams = Streams::default();
        streams.open(|feeds: &mut Feeds| &mut feeds.key_up);
        streams.open(|feeds: &mut Feeds| &mut feeds.key_down);
        for _ in 0..1_000 {
            for (code, _) in SAME {
                for pressed in [true, false] {
                    streams.take_note(&key(*code, pressed));
                }
            }
        }
        let mut released = BTreeSet::new();
        let mut up = 0;
        while let Poll::Ready(Some(event)) = next(&streams, |feeds| &mut feeds.key_up) {
            released.insert(format!("{:?}", event.key));
            up += 1;
        }
        assert!(released.len() == SAME.len() && up <= 2 * MAX_UNREAD_EVENTS, "{up}");
        let mut down = 0;
        while let Poll::Ready(Some(_)) = next(&streams, |feeds| &mut feeds.key_down) {
            down += 1;
        }
        assert_eq!(down, MAX_UNREAD_EVENTS);
    }

    #[test]
    fn of_what_only_the_last_counts_the_last_is_kept() {
        let streams = Streams::default();
        streams.take_note(&Event::Resized(wit::Size { width: 9, height: 9 }));
        streams.open(|feeds: &mut Feeds| &mut feeds.resize);
        assert!(next(&streams, |feeds| &mut feeds.resize).is_pending());
        assert!(streams.all_wait());
        for width in 1..4 {
            streams.take_note(&Event::Resized(wit::Size { width, height: 1 }));
        }
        assert!(!streams.all_wait());
        let Poll::Ready(Some(size)) = next(&streams, |feeds| &mut feeds.resize) else {
            panic!("it is there")
        };
        assert_eq!(size.width, 3);
        assert!(!streams.all_wait());
        streams.end();
        assert!(matches!(next(&streams, |feeds| &mut feeds.resize), Poll::Ready(None)));
    }
}
