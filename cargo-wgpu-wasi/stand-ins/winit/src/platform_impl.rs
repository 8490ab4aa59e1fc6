//! A platform over `wgpu-wasi:window`, for the files of winit that know none.
//!
//! The host has the windows. What a window is (its size, its scale factor, whether it has the keyboard) is here what
//! events have told, never what the host knows already: a program that goes by events and one that asks see the same.

mod event_loop;
mod events;
mod keys;
mod monitor;
mod window;
mod words;

use std::fmt;

use smol_str::SmolStr;
use wgpu_wasi_window::windows as wit;

use crate::error::{ExternalError, NotSupportedError, OsError as RootOsError};
use crate::keyboard::{Key, NativeKeyCode, PhysicalKey};

pub(crate) use self::event_loop::{ActiveEventLoop, EventLoop, EventLoopProxy, OwnedDisplayHandle};
pub(crate) use self::monitor::{MonitorHandle, VideoModeHandle};
pub(crate) use self::window::Window;
pub(crate) use crate::cursor::{
    OnlyCursorImage as PlatformCustomCursor, OnlyCursorImageSource as PlatformCustomCursorSource,
};
pub(crate) use crate::icon::RgbaIcon as PlatformIcon;

/// Why the host does not do something.
#[derive(Clone, Debug)]
pub struct OsError(String);

impl fmt::Display for OsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<wit::OpenError> for OsError {
    fn from(why: wit::OpenError) -> Self {
        Self(match why {
            wit::OpenError::NotGranted => {
                "this program may not open windows: `wgpu-wasi run --windows` lets it".to_owned()
            }
            wit::OpenError::NoDisplay => "the host has no display to show windows on".to_owned(),
            wit::OpenError::TooMany => {
                "this program has as many windows as the host gives one program".to_owned()
            }
            wit::OpenError::Other(why) => why,
        })
    }
}

/// An error of winit's for what the host refuses.
fn refused(why: wit::Refusal) -> ExternalError {
    let text = match why {
        wit::Refusal::NotSupported => return ExternalError::NotSupported(NotSupportedError::new()),
        wit::Refusal::NotGranted => {
            "the host lets programs do this only after a click or a key, or not at all"
        }
        wit::Refusal::Failed => "the system did not do it",
    };
    ExternalError::Os(RootOsError::new(line!(), file!(), OsError(text.to_owned())))
}

/// The number of a window.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WindowId(u64);

impl WindowId {
    /// The number of no window.
    pub const fn dummy() -> Self {
        Self(0)
    }
}

impl From<WindowId> for u64 {
    fn from(id: WindowId) -> Self {
        id.0
    }
}

impl From<u64> for WindowId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

/// The host does not tell devices apart.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DeviceId;

impl DeviceId {
    /// The only one.
    pub const fn dummy() -> Self {
        Self
    }
}

/// Nothing that only this platform has.
#[derive(Clone, Debug, Default)]
pub struct PlatformSpecificWindowAttributes;

/// Nothing that only this platform has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct PlatformSpecificEventLoopAttributes;

/// What `platform::modifier_supplement` tells of a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyEventExtra {
    pub(crate) key_without_modifiers: Key,
    pub(crate) text_with_all_modifiers: Option<SmolStr>,
}

/// The host gives a key its name, and none of the numbers that systems have.
pub(crate) fn physicalkey_to_scancode(_key: PhysicalKey) -> Option<u32> {
    None
}

pub(crate) fn scancode_to_physicalkey(_scancode: u32) -> PhysicalKey {
    PhysicalKey::Unidentified(NativeKeyCode::Unidentified)
}
