//! [winit](https://github.com/rust-windowing/winit) with windows for WASI.
//!
//! This package takes the place of the one of the same name and version on crates.io, by a `[patch.crates-io]` that
//! `cargo wgpu-wasi` writes. On WASI it has the files of the real package that know no platform, from where cargo has
//! unpacked it, and a platform of its own: `platform_impl`. So its API is winit's. On any other target all of it is the
//! real winit.
#![cfg_attr(target_os = "wasi", allow(dead_code, unexpected_cfgs))]

#[cfg(not(target_os = "wasi"))]
pub use upstream::*;

/// Modules in files of the real package. Its warnings are its own affair.
#[cfg(target_os = "wasi")]
macro_rules! of_winit {
    ($($visibility:vis $name:ident = $file:literal;)*) => {
        $(
            #[allow(warnings)]
            #[path = $file]
            $visibility mod $name;
        )*
    };
}

#[cfg(target_os = "wasi")]
of_winit! {
    pub application = "../../../registry/NAME-VERSION/src/application.rs";
    cursor = "../../../registry/NAME-VERSION/src/cursor.rs";
    pub error = "../../../registry/NAME-VERSION/src/error.rs";
    pub event = "../../../registry/NAME-VERSION/src/event.rs";
    pub event_loop = "../../../registry/NAME-VERSION/src/event_loop.rs";
    icon = "../../../registry/NAME-VERSION/src/icon.rs";
    pub keyboard = "../../../registry/NAME-VERSION/src/keyboard.rs";
    pub monitor = "../../../registry/NAME-VERSION/src/monitor.rs";
    utils = "../../../registry/NAME-VERSION/src/utils.rs";
    pub window = "../../../registry/NAME-VERSION/src/window.rs";
}

#[cfg(target_os = "wasi")]
pub mod platform;
#[cfg(target_os = "wasi")]
mod platform_impl;

#[cfg(target_os = "wasi")]
pub use dpi;
#[cfg(all(target_os = "wasi", feature = "rwh_04"))]
pub use rwh_04 as raw_window_handle_04;
#[cfg(all(target_os = "wasi", feature = "rwh_05"))]
pub use rwh_05 as raw_window_handle_05;
#[cfg(all(target_os = "wasi", feature = "rwh_06"))]
pub use rwh_06 as raw_window_handle;
