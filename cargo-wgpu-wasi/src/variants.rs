//! How wgpu is built for the sandbox, where crates want it otherwise than natively.
//!
//! Callbacks of `map_async` and `on_submitted_work_done` run in `poll` and `submit`, and wgpu's types are `Send`, both as
//! natively. Some crates take each wasm32 for a browser, where neither is so. For builds with one of these the backend
//! has features. It has one for windows too.

use clap::{Args, ValueEnum};

use crate::stand_ins::WINIT;

/// What the user wants.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Choice {
    /// When the callbacks of `map_async` and `on_submitted_work_done` run
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    callbacks: Callbacks,

    /// Whether wgpu's types, and the callbacks and windows that it takes, are `Send` and `Sync`
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    wgpu_types: Types,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Callbacks {
    /// In `poll` and `submit`, but at once where the build has a crate that is known not to poll
    #[default]
    Auto,
    /// Before `map_async` and `on_submitted_work_done` return
    AtOnce,
    /// In `poll` and `submit`, as natively
    InPoll,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Types {
    /// They are, but not where the build has a crate that is known not to compile then
    #[default]
    Auto,
    /// They are, as natively
    Send,
    /// They are not, as in browsers
    NotSend,
}

/// Crates that use wgpu and do not poll on wasm32; in all versions that are known.
const NEVER_POLL: [&str; 2] = [
    // `read_async` waits for the callback of `map_async`; only its native half has a thread that polls.
    "cubecl-wgpu",
    // Its `sync` waits for that of `on_submitted_work_done`, whatever is below it.
    "cubecl-runtime",
];

/// Crates that give wgpu what is not `Send` on wasm32; in all versions that are known.
const NOT_SEND: [&str; 1] = [
    // Its windows are `Send` natively alone.
    "anyrender_vello",
];

/// What a build has windows by.
const WINDOWS: [&str; 1] = [WINIT.name];

/// How wgpu is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variant {
    /// The callbacks run before the calls return that take them.
    pub(crate) at_once: bool,
    /// wgpu's types are not `Send`.
    pub(crate) not_send: bool,
    /// wgpu draws into windows. Without this, a component imports nothing of them.
    pub(crate) windows: bool,
}

impl Choice {
    /// What it comes to, for a build with packages of these names.
    pub(crate) fn variant<'a>(self, packages: impl Iterator<Item = &'a str> + Clone) -> Variant {
        let has = |names: &[&str]| packages.clone().any(|package| names.contains(&package));
        let Self { callbacks, wgpu_types } = self;
        Variant {
            at_once: match callbacks {
                Callbacks::Auto => has(&NEVER_POLL),
                Callbacks::AtOnce => true,
                Callbacks::InPoll => false,
            },
            not_send: match wgpu_types {
                Types::Auto => has(&NOT_SEND),
                Types::Send => false,
                Types::NotSend => true,
            },
            windows: has(&WINDOWS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_decide() {
        let variant = |callbacks, wgpu_types, packages: &[&str]| {
            let Variant { at_once, not_send, windows } =
                Choice { callbacks, wgpu_types }.variant(packages.iter().copied());
            assert_eq!(windows, packages.contains(&"winit"));
            (at_once, not_send)
        };
        assert_eq!(variant(Callbacks::Auto, Types::Auto, &["wgpu", "cubecl", "vello"]), (false, false));
        assert_eq!(variant(Callbacks::Auto, Types::Auto, &["cubecl-wgpu"]), (true, false));
        assert_eq!(variant(Callbacks::Auto, Types::Auto, &["anyrender_vello"]), (false, true));
        assert_eq!(variant(Callbacks::Auto, Types::Auto, &["winit", "wgpu"]), (false, false));
        assert_eq!(variant(Callbacks::AtOnce, Types::NotSend, &[]), (true, true));
        let both = ["cubecl-runtime", "anyrender_vello"];
        assert_eq!(variant(Callbacks::InPoll, Types::Send, &both), (false, false));
    }
}
