//! What of one guest's errors goes into the log: a program that makes a mistake in each frame would fill a disk.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::quotas::MAX_LOGGED_ERRORS;

/// Between two lines with the number of errors since the last.
const INTERVAL: Duration = Duration::from_secs(10);

/// The uncaptured errors of one guest, of all its devices. The first are logged as they come, the others counted.
#[derive(Debug, Default)]
pub(crate) struct GuestLog {
    state: Mutex<State>,
    /// Whether the log says that there is no adapter: a guest may ask again and again.
    no_adapter: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    logged: usize,
    /// Since the last line.
    unlogged: u64,
    /// When the next line may be.
    next: Option<Instant>,
}

/// What to write of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The error itself.
    Error,
    /// The error, and that there will be a count from now on.
    Last,
    /// How many there were.
    Count(u64),
    Nothing,
}

impl State {
    fn add(&mut self, now: Instant) -> Line {
        if self.logged < MAX_LOGGED_ERRORS {
            self.logged += 1;
            self.next = now.checked_add(INTERVAL);
            return if self.logged == MAX_LOGGED_ERRORS { Line::Last } else { Line::Error };
        }
        self.unlogged += 1;
        if self.next.is_none_or(|next| now < next) {
            return Line::Nothing;
        }
        self.next = now.checked_add(INTERVAL);
        Line::Count(std::mem::take(&mut self.unlogged))
    }
}

impl GuestLog {
    /// Logs an error that no scope caught. `how` says what became of it.
    pub(crate) fn uncaptured(&self, kind: &dyn fmt::Debug, message: &str, how: &str) {
        // Calls are traced one by one, and so is what came of them.
        tracing::trace!(?kind, "uncaptured WebGPU error");
        let line = self.state.lock().add(Instant::now());
        if matches!(line, Line::Error | Line::Last) {
            tracing::warn!(?kind, "uncaptured WebGPU error{how}: {message}");
        }
        match line {
            Line::Last => tracing::warn!("the guest's further uncaptured WebGPU errors are counted"),
            Line::Count(count) => tracing::warn!("{count} more uncaptured WebGPU errors"),
            Line::Error | Line::Nothing => {}
        }
    }

    /// Logs why there is no adapter, the first time.
    pub(crate) fn no_adapter(&self, why: &str) {
        if !self.no_adapter.swap(true, Ordering::Relaxed) {
            tracing::warn!("{why}");
        }
    }
}

impl Drop for GuestLog {
    fn drop(&mut self) {
        let State { logged: _, unlogged, next: _ } = *self.state.get_mut();
        if unlogged > 0 {
            tracing::warn!("{unlogged} more uncaptured WebGPU errors until the guest ended");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_and_the_others_counted() {
        let mut state = State::default();
        let start = Instant::now();
        for _ in 1..MAX_LOGGED_ERRORS {
            assert_eq!(state.add(start), Line::Error);
        }
        assert_eq!(state.add(start), Line::Last);
        for _ in 0..1000 {
            assert_eq!(state.add(start), Line::Nothing);
        }
        assert_eq!(state.add(start + INTERVAL), Line::Count(1001));
        assert_eq!(state.add(start + INTERVAL), Line::Nothing);
        assert_eq!(state.add(start + 3 * INTERVAL), Line::Count(2));
        assert_eq!(state.unlogged, 0);
    }
}
