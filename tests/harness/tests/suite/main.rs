//! Everything that runs guests, in one program: so each case runs once, whoever asks, and one list of the
//! functions called covers all of it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic; clippy knows test functions, and not what they call"
)]

mod at_once;
mod background;
mod calls;
mod checklist;
mod coverage;
mod dependency;
mod failing;
mod fuzz;
mod lifecycle;
mod misuse;
mod parity;
mod raw;
mod report;
mod sharing;
mod validation;
mod waiting;
mod windows;
