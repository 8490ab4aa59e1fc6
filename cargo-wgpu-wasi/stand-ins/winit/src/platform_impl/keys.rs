//! Keys of the contract as keys of winit, by the tables that the host has as well.

use smol_str::SmolStr;
use wgpu_wasi_window::{keys, windows as wit};

use crate::event::{ElementState, KeyEvent};
use crate::keyboard::{Key, KeyLocation, NativeKey, NativeKeyCode, PhysicalKey};
use crate::platform_impl::KeyEventExtra;

macro_rules! from_contract {
    ($krate:ident::$module:ident::$native:ident = $wit:ident { $($variant:ident = $name:ident,)* }) => {
        impl From<keys::$wit> for crate::$module::$native {
            fn from(value: keys::$wit) -> Self {
                match value {
                    $(keys::$wit::$name => Self::$variant,)*
                }
            }
        }

        /// That a table has each variant of winit's.
        const _: fn(crate::$module::$native) = |value| match value {
            $(crate::$module::$native::$variant => {})*
        };
    };
}

include!("../../../../wgpu-wasi-window/wit/tables/key_code.rs");
include!("../../../../wgpu-wasi-window/wit/tables/named_key.rs");

key_code!(from_contract);
named_key!(from_contract);

impl From<wit::KeyEvent> for KeyEvent {
    fn from(event: wit::KeyEvent) -> Self {
        // Whether the host made it up is told beside it.
        let wit::KeyEvent {
            code,
            logical,
            unmodified,
            text,
            text_with_all_modifiers,
            location,
            pressed,
            repeat,
            synthetic: _,
        } = event;
        Self {
            physical_key: code.map_or(PhysicalKey::Unidentified(NativeKeyCode::Unidentified), |code| {
                PhysicalKey::Code(code.into())
            }),
            logical_key: logical.into(),
            text: text.map(SmolStr::from),
            location: location.into(),
            state: state(pressed),
            repeat,
            platform_specific: KeyEventExtra {
                key_without_modifiers: unmodified.into(),
                text_with_all_modifiers: text_with_all_modifiers.map(SmolStr::from),
            },
        }
    }
}

pub(super) fn state(pressed: bool) -> ElementState {
    if pressed { ElementState::Pressed } else { ElementState::Released }
}

impl From<wit::LogicalKey> for Key {
    fn from(key: wit::LogicalKey) -> Self {
        match key {
            wit::LogicalKey::Named(key) => Self::Named(key.into()),
            wit::LogicalKey::Character(text) => Self::Character(text.into()),
            wit::LogicalKey::Unidentified => Self::Unidentified(NativeKey::Unidentified),
            wit::LogicalKey::Dead(character) => Self::Dead(character),
        }
    }
}

impl From<wit::KeyLocation> for KeyLocation {
    fn from(location: wit::KeyLocation) -> Self {
        match location {
            wit::KeyLocation::Standard => Self::Standard,
            wit::KeyLocation::Left => Self::Left,
            wit::KeyLocation::Right => Self::Right,
            wit::KeyLocation::Numpad => Self::Numpad,
        }
    }
}
