//! What a keyboard says in a page, in the words of the contract — peer: web/host/src/windows/page/keys.ts

use serde::Deserialize;

use crate::windows::{KeyCode, KeyEvent, KeyLocation, LogicalKey, NamedKey};

/// What a page tells of a `KeyboardEvent`: <https://www.w3.org/TR/uievents/#interface-keyboardevent>
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    code: String,
    key: String,
    #[serde(default)]
    location: u8,
    #[serde(default)]
    repeat: bool,
    pressed: bool,
    /// Whether Control is held.
    #[serde(default)]
    control: bool,
    /// Whether the page has made it up: it is a release of what was pressed when the keyboard went elsewhere.
    #[serde(default)]
    synthetic: bool,
}

/// Bytes of a character that a key types: more than any has.
const LONGEST: usize = 32;

impl Key {
    /// The key of the contract; `None` where it says nothing.
    pub(super) fn event(&self) -> Option<KeyEvent> {
        let Self { code, key, location, repeat, pressed, control, synthetic } = self;
        let code = self::code(code);
        let logical = logical(key);
        if code.is_none() && matches!(logical, LogicalKey::Unidentified) {
            return None;
        }
        let text = text(&logical).filter(|_| *pressed);
        // A page is not told what a key is without modifiers; of letters it is known.
        let unmodified = match &logical {
            LogicalKey::Character(text) => LogicalKey::Character(text.to_lowercase()),
            other => other.clone(),
        };
        let all = if *control { text.as_deref().map(with_control) } else { text.clone() };
        Some(KeyEvent {
            code,
            logical,
            unmodified,
            text,
            text_with_all_modifiers: all,
            location: match location {
                1 => KeyLocation::Left,
                2 => KeyLocation::Right,
                3 => KeyLocation::Numpad,
                _ => KeyLocation::Standard,
            },
            pressed: *pressed,
            repeat: *repeat,
            synthetic: *synthetic,
        })
    }
}

/// Names of browsers that winit has others for.
fn code(name: &str) -> Option<KeyCode> {
    match name {
        "MetaLeft" | "OSLeft" => Some(KeyCode::SuperLeft),
        "MetaRight" | "OSRight" => Some(KeyCode::SuperRight),
        name => KeyCode::named(name),
    }
}

fn logical(key: &str) -> LogicalKey {
    match key {
        "" | "Unidentified" => LogicalKey::Unidentified,
        "Dead" => LogicalKey::Dead(None),
        " " => LogicalKey::Named(NamedKey::Space),
        "Meta" | "OS" => LogicalKey::Named(NamedKey::Super),
        key if key.chars().nth(1).is_none() => LogicalKey::Character(key.to_owned()),
        key => match NamedKey::named(key) {
            Some(named) => LogicalKey::Named(named),
            // A name that nobody knows.
            None if key.chars().all(|c| c.is_ascii_alphanumeric()) => LogicalKey::Unidentified,
            // A letter of several characters.
            None if key.len() <= LONGEST => LogicalKey::Character(key.to_owned()),
            None => LogicalKey::Unidentified,
        },
    }
}

fn text(key: &LogicalKey) -> Option<String> {
    let text = match key {
        LogicalKey::Character(text) => text.as_str(),
        LogicalKey::Named(NamedKey::Backspace) => "\u{8}",
        LogicalKey::Named(NamedKey::Enter) => "\r",
        LogicalKey::Named(NamedKey::Escape) => "\u{1b}",
        LogicalKey::Named(NamedKey::Space) => " ",
        LogicalKey::Named(NamedKey::Tab) => "\t",
        LogicalKey::Named(_) | LogicalKey::Unidentified | LogicalKey::Dead(_) => return None,
    };
    Some(text.to_owned())
}

/// What Control makes of a character.
fn with_control(text: &str) -> String {
    match text.to_ascii_uppercase().as_bytes() {
        [byte @ 0x40..=0x5f] => char::from(byte & 0x1f).to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: &str, key: &str) -> Key {
        let (code, key) = (code.to_owned(), key.to_owned());
        Key { code, key, location: 0, repeat: false, pressed: true, control: false, synthetic: false }
    }

    #[test]
    fn keys_of_a_page() {
        let a = key("KeyA", "A").event().unwrap();
        assert!(a.code == Some(KeyCode::KeyA) && a.text.as_deref() == Some("A"), "{a:?}");
        assert!(matches!(a.unmodified, LogicalKey::Character(text) if text == "a"));
        let c = Key { control: true, ..key("KeyC", "c") }.event().unwrap();
        assert_eq!((c.text.as_deref(), c.text_with_all_modifiers.as_deref()), (Some("c"), Some("\u{3}")));
        let enter = Key { location: 3, ..key("NumpadEnter", "Enter") }.event().unwrap();
        assert!(matches!(enter.logical, LogicalKey::Named(NamedKey::Enter)), "{enter:?}");
        assert!(matches!(enter.location, KeyLocation::Numpad) && enter.text.as_deref() == Some("\r"));
        let meta = Key { pressed: false, location: 2, ..key("MetaRight", "Meta") }.event().unwrap();
        assert!(meta.code == Some(KeyCode::SuperRight) && meta.text.is_none() && !meta.pressed);
        assert!(matches!(key("", "Dead").event().unwrap().logical, LogicalKey::Dead(None)));
        assert!(matches!(key("Space", " ").event().unwrap().logical, LogicalKey::Named(NamedKey::Space)));
    }

    #[test]
    fn what_is_no_key_says_nothing() {
        assert!(key("", "").event().is_none());
        assert!(key("Nothing", "NoSuchKey").event().is_none());
        assert!(key("Nothing", &"é".repeat(1000)).event().is_none());
        let several = key("", "e\u{301}").event().unwrap();
        assert_eq!(several.text.as_deref(), Some("e\u{301}"));
    }
}
