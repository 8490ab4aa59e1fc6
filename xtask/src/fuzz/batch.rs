//! One process of the fuzzer: starting it, reading its lines, ending it when it hangs.
//!
//! The lines are described in `tests/harness/src/fuzz.rs`.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc::{self, Sender},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::repo::program;

/// A process that is silent for longer hangs: a guest ends within seconds, and the host itself ends one
/// after five minutes.
const SILENCE: Duration = Duration::from_secs(400);

/// The program that runs batches.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) component: PathBuf,
    pub(crate) cache: PathBuf,
    pub(crate) adapter: String,
}

/// What one process runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    pub(crate) seed: u64,
    pub(crate) guests: u64,
    pub(crate) calls: u64,
}

/// What a process said, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Start {
        seed: u64,
    },
    Guest {
        how: String,
        calls: u64,
        /// Memory of the process at the guest's end, and the most while it ran.
        resident_kib: u64,
        peak_kib: u64,
    },
    /// A guest was run once more, without command memory, and compared.
    Again {
        calls: u64,
    },
    Answer {
        kind: String,
        count: u64,
    },
    Trap {
        text: String,
    },
    Failure {
        seed: Option<u64>,
        what: String,
    },
    Function {
        name: String,
    },
    Panic {
        place: String,
        count: u64,
        message: String,
    },
    Uncaptured {
        kind: String,
        count: u64,
    },
    /// The process is gone; so much more memory it had at its last guest than at its fifth.
    End {
        resident_growth_kib: u64,
    },
}

impl Event {
    /// A line of the process; `None` for what is none.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        Some(match fields[..] {
            ["start", seed] => Self::Start { seed: seed.parse().ok()? },
            ["guest", _, how, calls, resident, peak] => Self::Guest {
                how: how.to_owned(),
                calls: calls.parse().ok()?,
                resident_kib: resident.parse().ok()?,
                peak_kib: peak.parse().ok()?,
            },
            ["again", _, calls] => Self::Again { calls: calls.parse().ok()? },
            ["answer", kind, count] => Self::Answer { kind: kind.to_owned(), count: count.parse().ok()? },
            ["trap", text] => Self::Trap { text: text.to_owned() },
            ["failure", seed, what] => Self::Failure { seed: seed.parse().ok(), what: what.to_owned() },
            ["function", name] => Self::Function { name: name.to_owned() },
            ["panic", place, count, message] => {
                let (place, message) = (place.to_owned(), message.to_owned());
                Self::Panic { place, count: count.parse().ok()?, message }
            }
            ["uncaptured", kind, count] => {
                Self::Uncaptured { kind: kind.to_owned(), count: count.parse().ok()? }
            }
            _ => return None,
        })
    }
}

impl Program {
    pub(crate) fn command(&self, batch: Batch, log: bool) -> Command {
        let mut command = program(&self.path);
        command.arg(&self.component).arg(&self.adapter);
        command.args([batch.seed, batch.guests, batch.calls].map(|number| number.to_string()));
        command.arg(&self.cache).args(log.then_some("--log"));
        // glibc gives each thread memory of its own and keeps it: with one pool, growth is a leak.
        command.env("MALLOC_ARENA_MAX", "1").env("RUST_BACKTRACE", "0");
        command
    }

    /// Runs a batch and sends what it says; that a process dies or hangs is a failure of the guest that it
    /// was at.
    pub(crate) fn run(&self, batch: Batch, events: &Sender<Event>) {
        let mut at = None;
        let mut failed = false;
        let mut resident = Vec::new();
        let how = self.watch(batch, |event| {
            match &event {
                Event::Start { seed } => at = Some(*seed),
                Event::Failure { .. } => failed = true,
                Event::Guest { resident_kib, .. } => resident.push(*resident_kib),
                _ => {}
            }
            // The receiver lives as long as the threads that send.
            let _ = events.send(event);
        });
        let what = match how {
            Ok(None) => None,
            // It has said why itself.
            Ok(Some(_)) if failed => None,
            Ok(Some(what)) => Some(what),
            Err(error) => Some(format!("{error:#}")),
        };
        if let Some(what) = what {
            let _ = events.send(Event::Failure { seed: at, what });
        }
        let growth =
            resident.get(4).zip(resident.last()).map_or(0, |(fifth, last)| last.saturating_sub(*fifth));
        let _ = events.send(Event::End { resident_growth_kib: growth });
    }

    /// Whether the host fails in a batch.
    pub(crate) fn fails(&self, batch: Batch) -> bool {
        !matches!(self.watch(batch, |_| {}), Ok(None))
    }

    /// The calls of a batch as the guest logs them.
    pub(crate) fn log(&self, batch: Batch) -> Result<String> {
        let output = self.command(batch, true).stdin(Stdio::null()).output().context("the fuzzer")?;
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Runs a batch to its end; `Some` says what is wrong with that.
    fn watch(&self, batch: Batch, mut each: impl FnMut(Event)) -> Result<Option<String>> {
        let mut command = self.command(batch, false);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("the fuzzer can't be started")?;
        let stdout = child.stdout.take().context("its stdout")?;
        let mut stderr = child.stderr.take().context("its stderr")?;
        let (sender, lines) = mpsc::channel();
        let reader = thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let errors = thread::spawn(move || {
            let mut text = String::new();
            // Half of a message is better than none.
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let hangs = loop {
            match lines.recv_timeout(SILENCE) {
                Ok(line) => {
                    if let Some(event) = Event::parse(&line) {
                        each(event);
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => break true,
                Err(mpsc::RecvTimeoutError::Disconnected) => break false,
            }
        };
        if hangs {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
        }
        let status = child.wait().context("the fuzzer's end")?;
        // Threads that only read do not panic.
        let _ = reader.join();
        let errors = errors.join().unwrap_or_default();
        if hangs {
            return Ok(Some(format!("nothing happened for {SILENCE:?}")));
        }
        if status.success() {
            return Ok(None);
        }
        Ok(Some(format!("the process ended, {status}: {}", errors.trim())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        assert_eq!(Event::parse("start\t7"), Some(Event::Start { seed: 7 }));
        let guest = Event::Guest { how: "ended".to_owned(), calls: 20, resident_kib: 300, peak_kib: 400 };
        assert_eq!(Event::parse("guest\t7\tended\t20\t300\t400"), Some(guest));
        assert_eq!(Event::parse("again\t7\t20"), Some(Event::Again { calls: 20 }));
        let failure = Event::Failure { seed: None, what: "a panic".to_owned() };
        assert_eq!(Event::parse("failure\t\ta panic"), Some(failure));
        assert_eq!(Event::parse("start\tx"), None);
        assert_eq!(Event::parse("something else"), None);
    }
}
