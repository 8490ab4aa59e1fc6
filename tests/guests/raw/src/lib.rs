//! Guests that know `wasi:webgpu` by its WIT alone: no wgpu, no backend of this project.
//!
//! They do what such a guest may do and wgpu's API can't express: calls after `end` and `finish`, modes,
//! sizes and keys that make no sense, handles that are none. A case in `cases/` says what the answer has
//! to be; one in `traps/` has to be ended by the host. What is wrong in a single call is in `misuse/`.

mod bindings;
pub mod cases;
pub mod checks;
#[path = "../../command_memory.rs"]
mod command_memory;
pub mod kit;
pub mod misuse;
pub mod quotas;
pub mod traps;

use std::pin::Pin;

pub use bindings::wasi::webgpu::webgpu as wit;
pub use checks::Checks;

/// A case: its name and what it does.
pub struct Case {
    /// The name of its file.
    pub name: &'static str,
    run: for<'a> fn(&'a mut Checks) -> Pin<Box<dyn Future<Output = ()> + 'a>>,
}

impl Case {
    /// Runs the case; what it found wrong is in the result.
    pub async fn run(&self) -> Checks {
        let mut checks = Checks::default();
        (self.run)(&mut checks).await;
        checks
    }
}

macro_rules! registry {
    (
        cases { $($case:ident,)* }
        quotas { $($quota:ident,)* }
        traps { $($trap:ident: $message:literal,)* }
    ) => {
        /// All cases.
        pub const CASES: &[Case] = &[
            $(Case { name: stringify!($case), run: |checks| Box::pin(cases::$case::run(checks)) },)*
            $(Case { name: stringify!($quota), run: |checks| Box::pin(quotas::$quota::run(checks)) },)*
            $(Case { name: stringify!($trap), run: |checks| Box::pin(traps::$trap(checks)) },)*
        ];
    };
}

include!("../cases.rs");
raw_cases!(registry);
