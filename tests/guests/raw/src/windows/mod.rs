//! Guests with windows that know them by the WIT alone.

mod bindings;
mod cases;
mod clipboard;
mod desktop;
mod given_up;
mod kit;
mod surfaces;

use raw::Checks;

macro_rules! registry {
    (
        cases { $($case:ident,)* }
        surfaces { $($surface:ident,)* }
        traps { $($trap:ident: $message:literal,)* }
        surface_traps { $($surface_trap:ident: $surface_message:literal,)* }
        desktop { $($attended:ident,)* }
    ) => {
        /// Runs the case of this name, if there is one.
        pub(crate) async fn run(name: &str, checks: &mut Checks) -> bool {
            match name {
                $(stringify!($case) => cases::$case(checks).await,)*
                $(stringify!($surface) => surfaces::$surface(checks).await,)*
                $(stringify!($trap) => cases::$trap(checks).await,)*
                $(stringify!($surface_trap) => surfaces::$surface_trap(checks).await,)*
                $(stringify!($attended) => desktop::$attended(checks).await,)*
                _ => return false,
            }
            true
        }
    };
}

include!("../../windows.rs");
window_cases!(registry);
