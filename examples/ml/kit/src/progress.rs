//! Progress bars on stderr.

use std::io::{IsTerminal as _, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal::Stderr;

/// A bar of `length` steps; its message stands behind it. Nothing is shown where stderr is no terminal.
///
/// # Errors
///
/// When the bar's template is none: never.
pub fn progress(length: u64, doing: &'static str) -> anyhow::Result<ProgressBar> {
    let target = if stderr().is_terminal() {
        ProgressDrawTarget::term_like_with_hz(Box::new(Stderr), 8)
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {per_sec} {msg}")?;
    bar.set_style(style);
    bar.set_prefix(doing);
    Ok(bar)
}
