//! Events from a file, one JSON object a line. Empty lines, and those that begin with `#`, say nothing.
//!
//! `at` (seconds after the first window) or `picture` (pictures shown so far) say when, `window` says where. Each line
//! has one thing that happens; `key`, `button` and `touch` without `pressed` or `phase` are pressed and released.

use std::{fs, path::Path, time::Duration};

use serde::Deserialize;

use crate::windows::{
    ButtonEvent, Event, Happening, ImeEvent, Input, KeyCode, KeyEvent, KeyLocation, LogicalKey, Modifiers,
    MouseButton, NamedKey, Phase, Position, ScaleChange, Size, Theme, TouchEvent, WheelDelta, WheelEvent,
    When,
};

/// A line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Line {
    at: Option<f64>,
    picture: Option<u64>,
    window: Option<u32>,
    pressed: Option<bool>,
    repeat: bool,

    /// The code of a key, such as `KeyA`; with `text`, what it types.
    key: Option<String>,
    /// Alone: keys that type this, one after the other.
    text: Option<String>,
    modifiers: Option<Vec<Modifier>>,
    ime: Option<Ime>,
    cursor: Option<(f64, f64)>,
    inside: Option<bool>,
    motion: Option<(f64, f64)>,
    button: Option<Button>,
    wheel: Option<(f32, f32)>,
    wheel_pixels: Option<(f64, f64)>,
    touch: Option<Touch>,
    resize: Option<(u32, u32)>,
    scale: Option<f64>,
    theme: Option<Colours>,
    focus: Option<bool>,
    occluded: Option<bool>,
    redraw: Option<bool>,
    close: Option<bool>,
    drop: Option<String>,
    /// Another program has copied this text.
    clipboard: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Modifier {
    Shift,
    Control,
    Alt,
    Super,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ime {
    Enabled,
    Preedit(String),
    Commit(String),
    Disabled,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Button {
    Left,
    Right,
    Middle,
    Back,
    Forward,
    #[serde(untagged)]
    Other(u16),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Touch {
    at: (f64, f64),
    #[serde(default)]
    finger: u64,
    phase: Option<TouchPhase>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TouchPhase {
    Started,
    Moved,
    Ended,
    Cancelled,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Colours {
    Light,
    Dark,
}

/// Reads a file of events.
pub(super) fn read(file: &Path) -> wasmtime::Result<Vec<Input>> {
    let text = fs::read_to_string(file).map_err(|error| {
        wasmtime::Error::from(error).context(format!("can't read the events {} (--input)", file.display()))
    })?;
    parse(&text).map_err(|(line, why)| wasmtime::format_err!("{}, line {line}: {why}", file.display()))
}

/// The events, or the number of a line and what is wrong in it.
fn parse(text: &str) -> Result<Vec<Input>, (usize, String)> {
    let mut input = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let parsed: Result<Line, _> = serde_json::from_str(line);
        let parsed = parsed.map_err(|error| error.to_string()).and_then(|line| line.happens());
        input.extend(parsed.map_err(|why| (number, why))?);
    }
    Ok(input)
}

impl Line {
    /// All that it says.
    fn happens(self) -> Result<Vec<Input>, String> {
        let when = match (self.at, self.picture) {
            (Some(_), Some(_)) => return Err("it has both `at` and `picture`".to_owned()),
            (Some(at), None) => When::After(
                Duration::try_from_secs_f64(at).map_err(|_| "`at` is in seconds from 0 on".to_owned())?,
            ),
            (None, Some(number)) => When::Picture(number),
            (None, None) => When::Now,
        };
        let window = self.window;
        let happenings = self.happenings()?;
        Ok(happenings.into_iter().map(|happening| Input { when, window, happening }).collect())
    }

    fn happenings(mut self) -> Result<Vec<Happening>, String> {
        let copied = self.clipboard.take();
        let mut things = self.events()?;
        match (things.len(), copied) {
            (0, Some(text)) => Ok(vec![Happening::Copied(text)]),
            (1, None) => Ok(things.remove(0).into_iter().map(Happening::Event).collect()),
            (events, copied) => {
                let number = events + usize::from(copied.is_some());
                Err(format!("it has {number} things that happen, and not one"))
            }
        }
    }

    /// The events of each thing that it says.
    fn events(self) -> Result<Vec<Vec<Event>>, String> {
        let mut things: Vec<Vec<Event>> = Vec::new();
        let states = both(self.pressed);
        if let Some(name) = &self.key {
            let code = KeyCode::named(name).ok_or_else(|| format!("no key is called {name:?}"))?;
            let key = |pressed: &bool| key(code, self.text.as_deref(), *pressed, self.repeat);
            things.push(states.iter().map(key).collect());
        } else if let Some(text) = &self.text {
            things.push(text.chars().flat_map(typed).collect());
        }
        if let Some(button) = self.button {
            let button = match button {
                Button::Left => MouseButton::Left,
                Button::Right => MouseButton::Right,
                Button::Middle => MouseButton::Middle,
                Button::Back => MouseButton::Back,
                Button::Forward => MouseButton::Forward,
                Button::Other(number) => MouseButton::Other(number),
            };
            let event = |pressed: &bool| Event::Button(ButtonEvent { button, pressed: *pressed });
            things.push(states.iter().map(event).collect());
        }
        let position = |(x, y)| Position { x, y };
        let wheel = |delta| Event::Wheel(WheelEvent { delta, phase: Phase::Moved });
        let one = [
            self.modifiers.map(|modifiers| Event::Modifiers(flags(&modifiers))),
            self.ime.map(|ime| Event::Ime(composed(ime))),
            self.cursor.map(|at| Event::CursorMoved(position(at))),
            self.inside.map(|inside| if inside { Event::CursorEntered } else { Event::CursorLeft }),
            self.motion.map(|by| Event::Motion(position(by))),
            self.wheel.map(|lines| wheel(WheelDelta::Lines(lines))),
            self.wheel_pixels.map(|pixels| wheel(WheelDelta::Pixels(position(pixels)))),
            self.resize.map(|(width, height)| Event::Resized(Size { width, height })),
            // The size is filled in where it is known.
            self.scale.map(|factor| {
                Event::ScaleChanged(ScaleChange { factor, size: Size { width: 0, height: 0 } })
            }),
            self.theme.map(|theme| match theme {
                Colours::Light => Event::ThemeChanged(Theme::Light),
                Colours::Dark => Event::ThemeChanged(Theme::Dark),
            }),
            self.focus.map(Event::Focused),
            self.occluded.map(Event::Occluded),
            self.redraw.filter(|redraw| *redraw).map(|_| Event::Redraw),
            self.close.filter(|close| *close).map(|_| Event::CloseRequested),
            self.drop.map(Event::FileDropped),
        ];
        things.extend(one.into_iter().flatten().map(|event| vec![event]));
        if let Some(touch) = self.touch {
            things.push(touched(&touch));
        }
        Ok(things)
    }
}

/// Pressed, released, or one after the other.
fn both(pressed: Option<bool>) -> Vec<bool> {
    pressed.map_or_else(|| vec![true, false], |pressed| vec![pressed])
}

fn flags(modifiers: &[Modifier]) -> Modifiers {
    let flag = |modifier: &Modifier| match modifier {
        Modifier::Shift => Modifiers::SHIFT | Modifiers::LEFT_SHIFT,
        Modifier::Control => Modifiers::CONTROL | Modifiers::LEFT_CONTROL,
        Modifier::Alt => Modifiers::ALT | Modifiers::LEFT_ALT,
        Modifier::Super => Modifiers::SUPER | Modifiers::LEFT_SUPER,
    };
    modifiers.iter().map(flag).fold(Modifiers::empty(), |all, flag| all | flag)
}

fn composed(ime: Ime) -> ImeEvent {
    match ime {
        Ime::Enabled => ImeEvent::Enabled,
        Ime::Preedit(text) => {
            let end = u32::try_from(text.len()).ok();
            ImeEvent::Preedit((text, end.map(|end| (end, end))))
        }
        Ime::Commit(text) => ImeEvent::Commit(text),
        Ime::Disabled => ImeEvent::Disabled,
    }
}

fn touched(Touch { at: (x, y), finger, phase }: &Touch) -> Vec<Event> {
    let event = |phase| {
        Event::Touch(TouchEvent { phase, position: Position { x: *x, y: *y }, force: None, finger: *finger })
    };
    match phase {
        Some(TouchPhase::Started) => vec![event(Phase::Started)],
        Some(TouchPhase::Moved) => vec![event(Phase::Moved)],
        Some(TouchPhase::Ended) => vec![event(Phase::Ended)],
        Some(TouchPhase::Cancelled) => vec![event(Phase::Cancelled)],
        None => vec![event(Phase::Started), event(Phase::Ended)],
    }
}

/// A key of an English keyboard, as winit has it on X11.
fn key(code: KeyCode, text: Option<&str>, pressed: bool, repeat: bool) -> Event {
    let name = code.name();
    let (meaning, location) = match name.strip_suffix("Left").map(|name| (name, KeyLocation::Left)) {
        Some(side @ ("Alt" | "Control" | "Shift" | "Super", _)) => side,
        _ => match name.strip_suffix("Right").map(|name| (name, KeyLocation::Right)) {
            Some(side @ ("Alt" | "Control" | "Shift" | "Super", _)) => side,
            _ => (name, KeyLocation::Standard),
        },
    };
    let (meaning, location) = match name.strip_prefix("Numpad") {
        Some(key) => (key, KeyLocation::Numpad),
        None => (meaning, location),
    };
    let character = printed(meaning).map(str::to_owned);
    let plain = match (&character, NamedKey::named(meaning)) {
        (Some(character), _) => LogicalKey::Character(character.clone()),
        (None, Some(named)) => LogicalKey::Named(named),
        (None, None) => LogicalKey::Unidentified,
    };
    let control = match meaning {
        "Space" => Some(" "),
        "Enter" => Some("\r"),
        "Tab" => Some("\t"),
        "Backspace" => Some("\u{8}"),
        "Escape" => Some("\u{1b}"),
        "Delete" => Some("\u{7f}"),
        _ => None,
    };
    let typed = text.map(str::to_owned).or(character).or(control.map(str::to_owned));
    let logical = match text {
        Some(text) => LogicalKey::Character(text.to_owned()),
        None => plain.clone(),
    };
    let typed = typed.filter(|_| pressed);
    Event::Key(KeyEvent {
        code: Some(code),
        logical,
        unmodified: plain,
        text_with_all_modifiers: typed.clone(),
        text: typed,
        location,
        pressed,
        repeat,
        synthetic: false,
    })
}

/// What is printed on a key.
fn printed(key: &str) -> Option<&str> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    if let Some(digit) = key.strip_prefix("Digit").or(Some(key).filter(|key| key.len() == 1)) {
        return Some(digit);
    }
    if let Some(letter) = key.strip_prefix("Key") {
        let at = LETTERS.find(&letter.to_lowercase())?;
        return LETTERS.get(at..at + 1);
    }
    Some(match key {
        "Backquote" => "`",
        "Backslash" => "\\",
        "BracketLeft" => "[",
        "BracketRight" => "]",
        "Comma" => ",",
        "Equal" => "=",
        "Minus" | "Subtract" => "-",
        "Period" | "Decimal" => ".",
        "Quote" => "'",
        "Semicolon" => ";",
        "Slash" | "Divide" => "/",
        "Add" => "+",
        "Multiply" => "*",
        _ => return None,
    })
}

/// The keys that type a character.
fn typed(character: char) -> Vec<Event> {
    let text = character.to_string();
    let code = match character {
        'a'..='z' | 'A'..='Z' => KeyCode::named(&format!("Key{}", character.to_ascii_uppercase())),
        '0'..='9' => KeyCode::named(&format!("Digit{character}")),
        ' ' => Some(KeyCode::Space),
        '\n' => Some(KeyCode::Enter),
        '\t' => Some(KeyCode::Tab),
        _ => None,
    };
    let event = |pressed| match code {
        Some(code @ (KeyCode::Space | KeyCode::Enter | KeyCode::Tab)) => key(code, None, pressed, false),
        Some(code) => key(code, Some(&text), pressed, false),
        None => Event::Key(KeyEvent {
            code: None,
            logical: LogicalKey::Character(text.clone()),
            unmodified: LogicalKey::Character(text.clone()),
            text: pressed.then(|| text.clone()),
            text_with_all_modifiers: pressed.then(|| text.clone()),
            location: KeyLocation::Standard,
            pressed,
            repeat: false,
            synthetic: false,
        }),
    };
    vec![event(true), event(false)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let text = "# a comment\n\n{\"picture\": 2, \"key\": \"Space\"}\n{\"at\": 0.5, \"window\": 3, \"resize\": [6, 2]}\n";
        let input = parse(text).unwrap();
        let [down, up, resize] = input.as_slice() else { panic!("{input:?}") };
        assert_eq!((down.when, up.when), (When::Picture(2), When::Picture(2)));
        let Happening::Event(Event::Key(down)) = &down.happening else { panic!("{down:?}") };
        assert!(down.pressed && down.text.as_deref() == Some(" ") && down.code == Some(KeyCode::Space));
        assert!(matches!(down.logical, LogicalKey::Named(NamedKey::Space)));
        let Happening::Event(Event::Key(up)) = &up.happening else { panic!("{up:?}") };
        assert!(!up.pressed && up.text.is_none());
        assert_eq!((resize.when, resize.window), (When::After(Duration::from_millis(500)), Some(3)));
        assert!(matches!(resize.happening, Happening::Event(Event::Resized(Size { width: 6, height: 2 }))));
        let copied = parse("{\"clipboard\": \"a b\"}").unwrap();
        assert!(matches!(&copied[..], [Input { happening: Happening::Copied(text), .. }] if text == "a b"));
    }

    #[test]
    fn keys_mean_what_is_printed_on_them() {
        let meaning = |name: &str| {
            let Event::Key(key) = key(KeyCode::named(name).unwrap(), None, true, false) else { panic!() };
            (format!("{:?}", key.logical), key.text, format!("{:?}", key.location))
        };
        let is = |key: &str, text: Option<&str>, at: &str| {
            (key.to_owned(), text.map(str::to_owned), at.to_owned())
        };
        let left = meaning("ShiftLeft");
        assert!(left.0.contains("Shift") && left.1.is_none() && left.2.ends_with("Left"), "{left:?}");
        assert!(meaning("ArrowLeft").0.contains("ArrowLeft"));
        assert!(meaning("NumpadEnter").0.contains("Enter"));
        let (letter, digit) = (meaning("KeyQ"), meaning("Numpad7"));
        assert_eq!(letter, is(&letter.0, Some("q"), &letter.2));
        assert_eq!(digit, is(&digit.0, Some("7"), &digit.2));
        assert!(digit.2.ends_with("Numpad"));
        assert_eq!(parse("{\"text\": \"aB é\"}").unwrap().len(), 8);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, why) in [
            ("{}", "0 things"),
            ("{\"close\": true, \"focus\": true}", "2 things"),
            ("{\"close\": true, \"clipboard\": \"a\"}", "2 things"),
            ("{\"at\": 1, \"picture\": 1, \"close\": true}", "both"),
            ("{\"at\": -1, \"close\": true}", "seconds"),
            ("{\"key\": \"Any\"}", "no key"),
            ("{\"keys\": \"KeyA\"}", "unknown field"),
            ("{\"button\": \"none\"}", "did not match"),
        ] {
            let (number, found) = parse(line).unwrap_err();
            assert!(number == 1 && found.contains(why), "{line}: {found}");
        }
    }
}
