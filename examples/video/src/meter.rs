//! How fast it goes, on standard error. How many pictures will come nobody knows, so this is no bar.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How often a terminal shows it anew.
const REDRAW: Duration = Duration::from_millis(200);
/// How often there is a line where it is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// Counts pictures.
#[derive(Debug)]
pub(crate) struct Meter {
    frames: u64,
    /// Pictures a second of the stream, if it says.
    rate: Option<f64>,
    begin: Instant,
    shown: Instant,
    terminal: bool,
    quiet: bool,
}

impl Meter {
    /// Begins now. `quiet`: it shows nothing.
    pub(crate) fn new(rate: Option<f64>, quiet: bool) -> Self {
        let now = Instant::now();
        Self { frames: 0, rate, begin: now, shown: now, terminal: std::io::stderr().is_terminal(), quiet }
    }

    /// Begins anew.
    pub(crate) fn restart(&mut self) {
        *self = Self::new(self.rate, self.quiet);
    }

    /// Counts a picture that was written.
    pub(crate) fn count(&mut self) {
        self.frames += 1;
        if self.quiet || self.shown.elapsed() < if self.terminal { REDRAW } else { LINE } {
            return;
        }
        self.shown = Instant::now();
        let line = self.line(self.begin.elapsed());
        let mut stderr = std::io::stderr();
        // A closed stderr is no reason to stop. `\x1b[K` clears what a longer line before has left.
        let _ = if self.terminal { write!(stderr, "\r{line}\x1b[K") } else { writeln!(stderr, "{line}") };
        let _ = stderr.flush();
    }

    /// Shows what it came to.
    pub(crate) fn finish(&self) {
        if self.quiet {
            return;
        }
        let line = self.line(self.begin.elapsed());
        let end = if self.terminal { "\x1b[K" } else { "" };
        let _ = writeln!(std::io::stderr(), "{}{line}{end}", if self.terminal { "\r" } else { "" });
    }

    fn line(&self, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64();
        let frames = self.frames;
        let speed = frames as f64 / seconds.max(1e-9);
        let realtime = self.rate.map(|rate| format!(", {:.2} times real time", speed / rate));
        format!("{frames} frames in {seconds:.1} s, {speed:.1} a second{}", realtime.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_and_real_time() {
        let mut meter = Meter::new(Some(25.0), false);
        (0..100).for_each(|_| meter.count());
        assert_eq!(
            meter.line(Duration::from_secs(2)),
            "100 frames in 2.0 s, 50.0 a second, 2.00 times real time"
        );
        meter.rate = None;
        assert_eq!(meter.line(Duration::from_secs(8)), "100 frames in 8.0 s, 12.5 a second");
        meter.finish();
    }
}
