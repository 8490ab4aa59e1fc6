//! What all processes of a run found out together.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;

use super::batch::Event;

/// The functions of the WIT that a guest can reach: the other five are methods of objects that no function
/// gives out.
const REACHABLE: usize = 224;

/// The report of a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    adapter: String,
    seed: u64,
    calls: u64,
    pub(crate) guests: u64,
    /// Guests that were run once more without command memory, and got the same answers unless a failure says otherwise.
    compared: u64,
    /// The calls of those runs, which are not in `calls`.
    calls_again: u64,
    /// How guests ended, and how many did.
    ends: BTreeMap<String, u64>,
    functions_reached: usize,
    functions: BTreeSet<String>,
    /// Errors of the WIT and of error scopes, and how the sequences went that come to work for the device.
    answers: BTreeMap<String, u64>,
    /// Errors of WebGPU that no scope caught, by kind.
    uncaptured: BTreeMap<String, u64>,
    traps: BTreeMap<String, u64>,
    /// Panics of wgpu that became errors of the guest.
    fenced_panics: BTreeMap<String, Panic>,
    /// The most that a process grew after its first five guests, in KiB.
    resident_growth_kib: u64,
    /// The most that a process had.
    resident_peak_kib: u64,
    pub(crate) failures: Vec<Failure>,
}

#[derive(Debug, Default, Serialize)]
struct Panic {
    count: u64,
    message: String,
}

/// Something that the host did wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    pub(crate) seed: Option<u64>,
    pub(crate) what: String,
}

impl Report {
    /// The report of a run that has not begun.
    pub(crate) fn new(adapter: &str, seed: u64) -> Self {
        Self { adapter: adapter.to_owned(), seed, ..Self::default() }
    }

    pub(crate) fn add(&mut self, event: Event) {
        let count = |map: &mut BTreeMap<String, u64>, key: String, by: u64| {
            *map.entry(key).or_default() += by;
        };
        match event {
            Event::Start { .. } => {}
            Event::Guest { how, calls, resident_kib: _, peak_kib } => {
                self.guests += 1;
                self.calls += calls;
                count(&mut self.ends, how, 1);
                self.resident_peak_kib = self.resident_peak_kib.max(peak_kib);
            }
            Event::Again { calls } => {
                self.compared += 1;
                self.calls_again += calls;
            }
            Event::Answer { kind, count: by } => count(&mut self.answers, kind, by),
            Event::Trap { text } => count(&mut self.traps, text, 1),
            Event::Failure { seed, what } => self.failures.push(Failure { seed, what }),
            Event::Function { name } => {
                self.functions.insert(name);
                self.functions_reached = self.functions.len();
            }
            Event::Panic { place, count, message } => {
                let panic = self.fenced_panics.entry(place).or_default();
                panic.count += count;
                panic.message = message;
            }
            Event::Uncaptured { kind, count: by } => count(&mut self.uncaptured, kind, by),
            Event::End { resident_growth_kib } => {
                self.resident_growth_kib = self.resident_growth_kib.max(resident_growth_kib);
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = |map: &BTreeMap<String, u64>| {
            map.iter().map(|(key, count)| format!("\n           {count:8}  {key}")).collect::<String>()
        };
        writeln!(f, "adapter    {}", self.adapter)?;
        writeln!(f, "calls      {} by {} guests from seed {}", self.calls, self.guests, self.seed)?;
        writeln!(
            f,
            "compared   {} guests, by {} calls more, without command memory",
            self.compared, self.calls_again
        )?;
        writeln!(f, "functions  {} of {REACHABLE} that a guest can reach", self.functions_reached)?;
        writeln!(f, "ends      {}", counts(&self.ends))?;
        writeln!(f, "answers   {}", counts(&self.answers))?;
        writeln!(f, "uncaptured{}", counts(&self.uncaptured))?;
        writeln!(f, "traps     {}", counts(&self.traps))?;
        writeln!(f, "fenced panics of wgpu")?;
        for (place, Panic { count, message }) in &self.fenced_panics {
            writeln!(f, "           {count:8}  {place}: {}", message.chars().take(60).collect::<String>())?;
        }
        write!(
            f,
            "memory     {} KiB at most in one process, grown by {} KiB after its first five guests",
            self.resident_peak_kib, self.resident_growth_kib
        )
    }
}
