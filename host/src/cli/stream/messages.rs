//! What a visitor's page says, and what it is told. Nothing of what it says is trusted.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{keys::Key, screen::Look, system::Place};
use crate::{
    quotas::MAX_WINDOW_SIDE,
    windows::{
        ButtonEvent, Event, Force, ImeEvent, KeyEvent, Modifiers, MouseButton, Phase, Position, ScaleChange,
        Size, Theme, TouchEvent, WheelDelta, WheelEvent,
    },
};

/// Bytes of a message; a longer one ends the visit.
pub(super) const LONGEST: usize = 16 << 10;

/// Bytes of a text that is put together, and of a file's name.
const LONGEST_TEXT: usize = 4 << 10;

/// What a page says. Places and sizes are in pixels of the window.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Said {
    /// First of all: how large the page is.
    Hello {
        size: (f64, f64),
        scale: f64,
        theme: Option<Colours>,
    },
    /// The picture of this number is shown.
    Ack {
        picture: u64,
    },
    Key {
        window: u32,
        key: Key,
    },
    Modifiers {
        window: u32,
        held: Vec<Modifier>,
    },
    Cursor {
        window: u32,
        at: (f64, f64),
    },
    Inside {
        window: u32,
        is: bool,
    },
    Button {
        window: u32,
        button: u16,
        pressed: bool,
    },
    Wheel {
        window: u32,
        by: (f64, f64),
        lines: bool,
    },
    Touch {
        window: u32,
        at: (f64, f64),
        finger: u64,
        phase: TouchPhase,
        force: Option<f64>,
    },
    Resize {
        window: u32,
        size: (f64, f64),
    },
    Scale {
        window: u32,
        scale: f64,
    },
    Focus {
        window: u32,
        is: bool,
    },
    Occluded {
        window: u32,
        is: bool,
    },
    Preedit {
        window: u32,
        text: String,
    },
    Commit {
        window: u32,
        text: String,
    },
    Drop {
        window: u32,
        name: String,
    },
    Close {
        window: u32,
    },
    Theme {
        theme: Colours,
    },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Colours {
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TouchPhase {
    Started,
    Moved,
    Ended,
    Cancelled,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Modifier {
    Shift,
    Control,
    Alt,
    Super,
    LeftShift,
    RightShift,
    LeftControl,
    RightControl,
    LeftAlt,
    RightAlt,
    LeftSuper,
    RightSuper,
}

/// What a page has said, for whoever does it.
#[derive(Debug)]
pub(super) enum Heard {
    Hello(Place),
    Ack(u64),
    /// Something happens in a window.
    Happens(u32, Event),
    /// Something happens in all of them.
    Everywhere(Event),
    /// What it says is nothing.
    Nothing,
}

/// Understands a message, or says what is wrong.
pub(super) fn hear(text: &str) -> Result<Heard, String> {
    let said: Said = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(match said {
        Said::Hello { size, scale, theme } => Heard::Hello(place(size, scale, theme)),
        Said::Ack { picture } => Heard::Ack(picture),
        Said::Theme { theme } => Heard::Everywhere(Event::ThemeChanged(theme.into())),
        said => said.happens().map_or(Heard::Nothing, |(window, event)| Heard::Happens(window, event)),
    })
}

/// What a page is like that says these numbers.
pub(super) fn place((width, height): (f64, f64), scale: f64, theme: Option<Colours>) -> Place {
    Place {
        size: Size { width: side(width), height: side(height) },
        scale: factor(scale),
        theme: theme.map(Theme::from),
    }
}

impl Said {
    /// What happens in which window.
    fn happens(self) -> Option<(u32, Event)> {
        Some(match self {
            Self::Key { window, key } => (window, Event::Key(key.event()?)),
            Self::Modifiers { window, held } => (window, Event::Modifiers(flags(&held))),
            Self::Cursor { window, at } => (window, Event::CursorMoved(position(at))),
            Self::Inside { window, is } => {
                (window, if is { Event::CursorEntered } else { Event::CursorLeft })
            }
            Self::Button { window, button, pressed } => {
                let button = match button {
                    0 => MouseButton::Left,
                    1 => MouseButton::Middle,
                    2 => MouseButton::Right,
                    3 => MouseButton::Back,
                    4 => MouseButton::Forward,
                    other => MouseButton::Other(other),
                };
                (window, Event::Button(ButtonEvent { button, pressed }))
            }
            Self::Wheel { window, by, lines } => (window, wheel(by, lines)),
            Self::Touch { window, at, finger, phase, force } => {
                let force = force.map(|force| Force::Normalized(force.clamp(0.0, 1.0)));
                let phase = match phase {
                    TouchPhase::Started => Phase::Started,
                    TouchPhase::Moved => Phase::Moved,
                    TouchPhase::Ended => Phase::Ended,
                    TouchPhase::Cancelled => Phase::Cancelled,
                };
                (window, Event::Touch(TouchEvent { phase, position: position(at), force, finger }))
            }
            Self::Resize { window, size: (width, height) } => {
                (window, Event::Resized(Size { width: side(width), height: side(height) }))
            }
            Self::Scale { window, scale } => {
                let change = ScaleChange { factor: factor(scale), size: Size { width: 0, height: 0 } };
                (window, Event::ScaleChanged(change))
            }
            Self::Focus { window, is } => (window, Event::Focused(is)),
            Self::Occluded { window, is } => (window, Event::Occluded(is)),
            Self::Preedit { window, text } => {
                let text = bounded(text);
                let end = u32::try_from(text.len()).ok().filter(|end| *end > 0);
                (window, Event::Ime(ImeEvent::Preedit((text, end.map(|end| (end, end))))))
            }
            Self::Commit { window, text } => (window, Event::Ime(ImeEvent::Commit(bounded(text)))),
            Self::Drop { window, name } => {
                // Where it is on the visitor's machine is nothing of the program's.
                let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                (window, Event::FileDropped(bounded(name)))
            }
            Self::Close { window } => (window, Event::CloseRequested),
            Self::Hello { .. } | Self::Ack { .. } | Self::Theme { .. } => return None,
        })
    }
}

impl From<Colours> for Theme {
    fn from(colours: Colours) -> Self {
        match colours {
            Colours::Light => Self::Light,
            Colours::Dark => Self::Dark,
        }
    }
}

/// A side of a window; what is no number is the least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within both")]
fn side(side: f64) -> u32 {
    side.round().clamp(1.0, f64::from(MAX_WINDOW_SIDE)) as u32
}

/// A scale factor that screens have.
fn factor(scale: f64) -> f64 {
    scale.clamp(0.25, 8.0)
}

/// A place that is not too far from any window.
fn position((x, y): (f64, f64)) -> Position {
    let most = 4.0 * f64::from(MAX_WINDOW_SIDE);
    let within = |side: f64| side.clamp(-most, most);
    Position { x: within(x), y: within(y) }
}

fn wheel((x, y): (f64, f64), lines: bool) -> Event {
    let by = position((x, y));
    #[expect(clippy::cast_possible_truncation, reason = "it is not large")]
    let delta = if lines { WheelDelta::Lines((by.x as f32, by.y as f32)) } else { WheelDelta::Pixels(by) };
    Event::Wheel(WheelEvent { delta, phase: Phase::Moved })
}

fn bounded(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    text
}

fn flags(held: &[Modifier]) -> Modifiers {
    let flag = |modifier: &Modifier| match modifier {
        Modifier::Shift => Modifiers::SHIFT,
        Modifier::Control => Modifiers::CONTROL,
        Modifier::Alt => Modifiers::ALT,
        Modifier::Super => Modifiers::SUPER,
        Modifier::LeftShift => Modifiers::LEFT_SHIFT,
        Modifier::RightShift => Modifiers::RIGHT_SHIFT,
        Modifier::LeftControl => Modifiers::LEFT_CONTROL,
        Modifier::RightControl => Modifiers::RIGHT_CONTROL,
        Modifier::LeftAlt => Modifiers::LEFT_ALT,
        Modifier::RightAlt => Modifiers::RIGHT_ALT,
        Modifier::LeftSuper => Modifiers::LEFT_SUPER,
        Modifier::RightSuper => Modifiers::RIGHT_SUPER,
    };
    held.iter().map(flag).fold(Modifiers::empty(), |all, flag| all | flag)
}

/// The first message to a page: what it may do.
pub(super) fn welcome(largest: Size, shared: bool) -> Value {
    json!({ "type": "welcome", "largest": [largest.width, largest.height], "shared": shared })
}

/// How a window looks.
pub(super) fn window(number: u32, look: &Look) -> Value {
    let Look { title, cursor, cursor_visible, ime, size: (width, height), scale, asked } = look;
    json!({
        "type": "window", "window": number, "title": title, "ime": ime, "asked": asked, "scale": scale,
        "size": [width, height], "cursor": if *cursor_visible { cursor } else { "none" },
    })
}

/// A window is closed.
pub(super) fn closed(number: u32) -> Value {
    json!({ "type": "closed", "window": number })
}

/// The server will stop.
pub(super) fn stopping(seconds: u64) -> Value {
    json!({ "type": "stopping", "seconds": seconds })
}

/// What one of several visitors holds pressed, to be released when he goes.
#[derive(Debug, Default)]
pub(super) struct Held(VecDeque<(u32, Event)>);

impl Held {
    /// Keys, buttons and fingers of one visitor at a time; more are forgotten.
    const MOST: usize = 64;

    /// Takes note of what happens.
    pub(super) fn note(&mut self, window: u32, event: &Event) {
        let (release, pressed) = match event {
            Event::Key(key) => {
                let release = KeyEvent {
                    pressed: false,
                    repeat: false,
                    synthetic: true,
                    text: None,
                    text_with_all_modifiers: None,
                    ..key.clone()
                };
                (Event::Key(release), key.pressed)
            }
            Event::Button(button) => {
                (Event::Button(ButtonEvent { pressed: false, ..*button }), button.pressed)
            }
            Event::Touch(touch) => {
                let begins = match touch.phase {
                    Phase::Started => true,
                    Phase::Ended | Phase::Cancelled => false,
                    Phase::Moved => return,
                };
                (Event::Touch(TouchEvent { phase: Phase::Cancelled, ..*touch }), begins)
            }
            _ => return,
        };
        self.0.retain(|(of, held)| *of != window || !is_same(held, &release));
        if pressed {
            self.0.push_back((window, release));
            if self.0.len() > Self::MOST {
                self.0.pop_front();
            }
        }
    }

    /// The releases.
    pub(super) fn releases(self) -> impl Iterator<Item = (u32, Event)> {
        self.0.into_iter()
    }
}

/// Whether both are of the same key, button or finger.
fn is_same(one: &Event, other: &Event) -> bool {
    match (one, other) {
        (Event::Key(one), Event::Key(other)) => match (one.code, other.code) {
            (None, None) => format!("{:?}", one.unmodified) == format!("{:?}", other.unmodified),
            (one, other) => one == other,
        },
        (Event::Button(one), Event::Button(other)) => {
            format!("{:?}", one.button) == format!("{:?}", other.button)
        }
        (Event::Touch(one), Event::Touch(other)) => one.finger == other.finger,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> (u32, Event) {
        match hear(text).unwrap() {
            Heard::Happens(window, event) => (window, event),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_a_page_says() {
        let hello = hear(r#"{"type":"hello","size":[800,1e300],"scale":0,"theme":"dark"}"#).unwrap();
        let Heard::Hello(Place { size, scale, theme }) = hello else { panic!("{hello:?}") };
        assert_eq!((size.width, size.height, scale), (800, MAX_WINDOW_SIDE, 0.25));
        assert!(matches!(theme, Some(Theme::Dark)));
        assert!(matches!(hear(r#"{"type":"ack","picture":7}"#), Ok(Heard::Ack(7))));
        let (window, key) =
            event(r#"{"type":"key","window":3,"key":{"code":"KeyA","key":"a","pressed":true}}"#);
        assert!(window == 3 && matches!(key, Event::Key(KeyEvent { pressed: true, .. })), "{key:?}");
        let (_, cursor) = event(r#"{"type":"cursor","window":1,"at":[-1e300,5.5]}"#);
        assert!(matches!(cursor, Event::CursorMoved(Position { x: -65536.0, y: 5.5 })), "{cursor:?}");
        let (_, wheel) = event(r#"{"type":"wheel","window":1,"by":[0,-1],"lines":true}"#);
        assert!(matches!(wheel, Event::Wheel(WheelEvent { delta: WheelDelta::Lines((_, -1.0)), .. })));
        let (_, dropped) = event(r#"{"type":"drop","window":1,"name":"C:\\secret\\a.png"}"#);
        assert!(matches!(dropped, Event::FileDropped(name) if name == "a.png"));
        let held = r#"{"type":"modifiers","window":1,"held":["shift","left-shift"]}"#;
        let (_, Event::Modifiers(held)) = event(held) else { panic!() };
        assert!(held == Modifiers::SHIFT | Modifiers::LEFT_SHIFT);
        let none = r#"{"type":"key","window":1,"key":{"code":"","key":"","pressed":true}}"#;
        assert!(matches!(hear(none), Ok(Heard::Nothing)));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for text in [
            "",
            "[]",
            r#"{"type":"nothing"}"#,
            r#"{"type":"ack"}"#,
            r#"{"type":"ack","picture":-1}"#,
            r#"{"type":"ack","picture":1,"more":2}"#,
            r#"{"type":"cursor","window":1,"at":[1e999,0]}"#,
            r#"{"type":"cursor","window":99999999999,"at":[0,0]}"#,
            r#"{"type":"touch","window":1,"at":[0,0],"finger":1,"phase":"thrown","force":null}"#,
        ] {
            assert!(hear(text).is_err(), "{text}");
        }
        // No recursion without an end.
        assert!(hear(&"[".repeat(LONGEST)).is_err());
    }

    #[test]
    fn what_is_held_is_released() {
        let mut held = Held::default();
        let key = |code: &str, pressed| {
            let text = format!(
                r#"{{"type":"key","window":1,"key":{{"code":"{code}","key":"x","pressed":{pressed}}}}}"#
            );
            event(&text).1
        };
        for (code, pressed) in [("KeyA", true), ("KeyB", true), ("KeyA", true), ("KeyB", false)] {
            held.note(1, &key(code, pressed));
        }
        held.note(2, &Event::Button(ButtonEvent { button: MouseButton::Left, pressed: true }));
        let released: Vec<_> = held.releases().collect();
        let [(1, Event::Key(KeyEvent { pressed: false, text: None, .. })), (2, Event::Button(button))] =
            &released[..]
        else {
            panic!("{released:?}")
        };
        assert!(!button.pressed);
        let mut held = Held::default();
        for finger in 0..1000 {
            let position = Position { x: 0.0, y: 0.0 };
            held.note(1, &Event::Touch(TouchEvent { phase: Phase::Started, position, force: None, finger }));
        }
        assert_eq!(held.releases().count(), Held::MOST);
    }
}
