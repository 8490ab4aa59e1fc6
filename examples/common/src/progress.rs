//! A progress bar on stderr. The usual crates take every component for one without a terminal and
//! stay silent; this one asks the standard library, which asks the host.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Columns of the bar itself.
const WIDTH: u64 = 32;
/// A terminal is not redrawn more often than this.
const REDRAW: Duration = Duration::from_millis(50);

/// Progress through a known number of steps. On a terminal one line, redrawn; elsewhere a plain
/// line at every tenth of the way.
#[derive(Debug)]
pub struct Progress {
    label: &'static str,
    total: u64,
    done: u64,
    start: Instant,
    drawn: Option<Instant>,
    tenths: u64,
    terminal: bool,
}

impl Progress {
    /// Starts at 0 of `total` steps.
    pub fn new(label: &'static str, total: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let mut progress = Self {
            label,
            total: total.max(1),
            done: 0,
            start: Instant::now(),
            drawn: None,
            tenths: 0,
            terminal,
        };
        if terminal {
            progress.draw();
        }
        progress
    }

    /// Goes on by `steps`.
    pub fn advance(&mut self, steps: u64) {
        self.done = (self.done + steps).min(self.total);
        if self.terminal {
            let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW);
            if due || self.done == self.total {
                self.draw();
            }
        } else if self.done * 10 / self.total > self.tenths {
            self.tenths = self.done * 10 / self.total;
            eprintln!("{}", self.line());
        }
    }

    /// Ends the line. Time that passed is in it.
    pub fn finish(mut self) {
        self.done = self.total;
        if self.terminal {
            self.draw();
            eprintln!();
        } else if self.tenths < 10 {
            eprintln!("{}", self.line());
        }
    }

    fn draw(&mut self) {
        self.drawn = Some(Instant::now());
        // `\x1b[K` clears what a longer line before has left. A closed stderr is no reason to stop.
        let _ = write!(std::io::stderr(), "\r{} {}\x1b[K", self.bar(), self.line());
        let _ = std::io::stderr().flush();
    }

    fn bar(&self) -> String {
        let full = self.done * WIDTH / self.total;
        (0..WIDTH).map(|column| if column < full { '█' } else { '░' }).collect()
    }

    fn line(&self) -> String {
        let elapsed = self.start.elapsed().as_secs_f64();
        let percent = self.done * 100 / self.total;
        let (label, done, total) = (self.label, self.done, self.total);
        format!("{percent:3} %  {label} {done}/{total}  {elapsed:.1} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_beyond_the_end() {
        let mut progress = Progress::new("steps", 3);
        progress.advance(2);
        assert!(progress.line().starts_with(" 66 %  steps 2/3"), "{}", progress.line());
        progress.advance(7);
        assert_eq!(progress.done, 3);
        assert!(!progress.bar().contains('░'));
        progress.finish();
    }

    #[test]
    fn nothing_to_do_is_fine() {
        Progress::new("steps", 0).finish();
    }
}
