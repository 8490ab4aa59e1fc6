//! One guest of the fuzzer: how it is run, what it says, and how it may end.

use std::{collections::BTreeMap, iter, time::Duration};

use wgpu_wasi_host::{WaitMode, WebGpuCtxBuilder, command::TimedOut};

/// Bytes of the quotas of a guest: enough for what most need, and too little for what some ask. On noop and on a
/// software adapter all of them are memory of this process.
pub(super) const GPU_MEMORY: u64 = 64 << 20;
/// As [`GPU_MEMORY`]; each device takes a few MiB, and each pipeline one.
pub(super) const HOST_MEMORY: u64 = 192 << 20;
/// As [`GPU_MEMORY`].
pub(super) const GUEST_MEMORY: u64 = 64 << 20;
/// Bytes that one call of a guest may carry.
const CALL_BYTES: usize = 16 << 20;

/// The longest that a guest may take. Each makes a few thousand calls; this is for one that hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

/// The time of a guest that does not end by itself: it has made its calls by then, mostly.
pub(super) const STAY: Duration = Duration::from_secs(3);

/// How much later than its time a guest's end may be.
pub(super) const LATE: Duration = Duration::from_secs(2);

/// Iterations of loops of shaders, for the guests that have a bound.
const LOOP_ITERATIONS: u32 = 1000;

/// Odd ways to offer memory for commands: so many have the host fetch from it, as `ODDITIES` in the guest's
/// `command_memory/offered.rs` has them, and of the others each ends in its own way.
const FETCHED: u64 = 7;
const REFUSED: [&str; 7] = [
    "a memory of 262145 words",
    "list pointer is not aligned",
    "list pointer/length out of bounds of memory",
    "list pointer/length out of bounds of memory",
    "pointer out of bounds of memory",
    "return pointer not aligned",
    "wasm `unreachable` instruction executed",
];
/// Beside these: it leaves, and it loops for ever.
const LEAVES: u64 = FETCHED + 7;
const LOOPS: u64 = FETCHED + 8;
const ODDITIES: u64 = FETCHED + 9;

/// How a guest is ended that has used up a quota.
const QUOTAS: [&str; 5] = [
    "WebGPU objects, as many as it may",
    "error scopes open on a device, as many as it may",
    "bytes of host memory it may",
    "bytes (the quota `max_call_bytes`",
    "the keys of a record of the guest have more than",
];

/// What a trap says where the guest's own memory is full, which it may be in any call that returns a list.
const GUEST_MEMORY_FULL: &str = "bytes that its memories and tables may have together";

/// How the guest with a seed is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// The seed.
    pub(super) seed: u64,
    /// It drops calls that have not ended.
    hasty: bool,
    /// The way in which it does not end.
    stays: Option<u64>,
    /// What is odd about the memory that it offers.
    attach: Option<u64>,
    loops_end: bool,
}

impl Plan {
    /// The plan for a seed; always the same.
    #[must_use]
    pub(super) fn new(seed: u64) -> Self {
        let stays = (seed % 97 == 5).then_some(seed / 97);
        let attach = (stays.is_none() && seed % 17 == 9).then_some(seed / 17 % ODDITIES);
        Self { seed, hasty: seed % 4 == 3, stays, attach, loops_end: seed.is_multiple_of(3) }
    }

    /// Whether it gets the same answers on every host. Left out are those for which time decides: what is done by the
    /// moment in which a hasty guest drops a call, and what a guest gets done that is ended because its time is up. And
    /// those that trap, leave or loop when the host asks for their memory, for a host that fetches no commands does not
    /// ask.
    #[must_use]
    pub(super) fn is_compared(&self) -> bool {
        !self.hasty && self.stays.is_none() && self.attach.is_none_or(|attach| attach < FETCHED)
    }

    /// How long it may take.
    #[must_use]
    pub(super) fn time(&self) -> Duration {
        if self.stays.is_some() || self.attach == Some(LOOPS) { STAY } else { PATIENCE }
    }

    /// Its arguments after the seed and the number of calls.
    #[must_use]
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        arguments.extend(self.hasty.then(|| "--hasty".to_owned()));
        arguments.extend(self.loops_end.then(|| "--loops-end".to_owned()));
        for (name, value) in [("--stays", self.stays), ("--attach", self.attach)] {
            arguments.extend(value.iter().flat_map(|value| [name.to_owned(), value.to_string()]));
        }
        arguments
    }

    /// Its quotas and its way to wait.
    #[must_use]
    pub(super) fn limited(&self, gpu: WebGpuCtxBuilder) -> WebGpuCtxBuilder {
        // Both ways of waiting, guest by guest.
        let wait_mode = if self.seed.is_multiple_of(2) { WaitMode::Eager } else { WaitMode::Background };
        let gpu = gpu
            .max_gpu_memory(GPU_MEMORY)
            .max_host_memory(HOST_MEMORY)
            .max_guest_memory(GUEST_MEMORY)
            .max_call_bytes(CALL_BYTES)
            .max_wait(PATIENCE)
            .wait_mode(wait_mode);
        if self.loops_end { gpu.max_loop_iterations(LOOP_ITERATIONS) } else { gpu }
    }

    /// What is wrong with how it ended.
    #[must_use]
    pub(super) fn is_wrong(&self, said: &Said, end: &End) -> Option<String> {
        let knows = |known: &[&str], text: &str| known.iter().any(|known| text.contains(known));
        let fine = match (said.ends.as_deref(), end) {
            (_, End::Panic) => return Some("a panic came out of the runtime".to_owned()),
            (_, End::TimedOut) => self.time() == STAY,
            (_, End::Trap { text: _, all }) if all.contains(GUEST_MEMORY_FULL) => true,
            (None, End::Trap { text, .. }) => {
                let refused = self.attach.and_then(|attach| attach.checked_sub(FETCHED));
                let refused =
                    refused.and_then(|refused| REFUSED.get(usize::try_from(refused).unwrap_or(usize::MAX)));
                match refused {
                    Some(refused) => text.contains(refused),
                    None => knows(&QUOTAS, text),
                }
            }
            (None, End::Ok { left: _, success }) => self.attach == Some(LEAVES) && *success,
            // It leaves without a word, and then everything is the host's to clean up.
            (Some("exit"), End::Ok { left: _, success }) => *success,
            (Some("handle"), End::Trap { text, .. }) => knows(
                &[
                    "unknown handle index",
                    "handle index 3 used with the wrong type",
                    "index 3 is not a resource",
                ],
                text,
            ),
            // The handle was one by chance, or there was nothing to leave nonsense for, or it had not enough.
            (Some("handle" | "nonsense" | "hoard"), End::Ok { left: _, success }) => *success,
            (Some("abort"), End::Trap { text, .. }) => {
                text.contains("wasm `unreachable` instruction executed")
            }
            (Some("nonsense"), End::Trap { text, .. }) => text.contains("wgpu-wasi:commands/memory@0.2.0: "),
            (Some("hoard"), End::Trap { text, .. }) => knows(&QUOTAS, text),
            (Some("clean"), End::Ok { left, success }) => {
                if let Some(left) = left {
                    return Some(format!("the guest let go of everything, and this is left: {left}"));
                }
                *success
            }
            _ => false,
        };
        (!fine).then(|| format!("the guest ended in a way that is not known, after {:?}: {end:?}", said.ends))
    }
}

/// How a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By itself.
    Ok {
        /// What of it was left, if there was something.
        left: Option<String>,
        /// Whether its status was 0.
        success: bool,
    },
    /// The host ended it.
    Trap {
        /// The innermost reason.
        text: String,
        /// The reasons above it.
        all: String,
    },
    /// Its time was up.
    TimedOut,
    /// The host panicked.
    Panic,
}

impl End {
    /// As it is in a line: a guest that says so has ended with nothing left.
    #[must_use]
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Ok { left: None, .. } => "ended",
            Self::Ok { left: Some(_), .. } => "exit",
            Self::Trap { .. } => "trap",
            Self::TimedOut => "time",
            Self::Panic => "panic",
        }
    }

    /// Without what depends on the function that the guest was in.
    fn short(&self) -> String {
        match self {
            Self::Trap { text, all: _ } => format!("trap: {text}"),
            other => format!("{other:?}"),
        }
    }

    /// The end of a guest that was ended.
    #[must_use]
    pub(super) fn of_error(error: &wasmtime::Error) -> Self {
        if error.is::<TimedOut>() {
            return Self::TimedOut;
        }
        // What the outermost knows more of, it says: which quota it was.
        let all: Vec<String> = error.chain().map(ToString::to_string).collect();
        let root = all.last().cloned().unwrap_or_default();
        let text = all.iter().find(|text| QUOTAS.iter().any(|quota| text.contains(quota)));
        Self::Trap { text: text.cloned().unwrap_or(root), all: all.join(": ") }
    }
}

/// What a guest wrote to its stdout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// How many calls it has made.
    pub(super) calls: u64,
    /// What it was answered: kinds, and how often.
    pub(super) answers: Vec<String>,
    /// A sum over its calls and their answers, in order.
    trace: String,
    /// What it read from buffers, in order: after which call, how many bytes, and a sum over them.
    reads: Vec<String>,
    /// It has asked for the stream of uncaptured errors.
    listened: bool,
    /// How it was going to end.
    pub(super) ends: Option<String>,
}

impl Said {
    /// From its stdout.
    #[must_use]
    pub(super) fn new(stdout: &str) -> Self {
        let mut said = Self::default();
        for line in stdout.lines() {
            match line.split_once('\t') {
                Some(("calls", calls)) => said.calls = calls.parse().unwrap_or(0),
                Some(("trace", sum)) => sum.clone_into(&mut said.trace),
                Some(("read", read)) => said.reads.push(read.replace('\t', " ")),
                Some(("answer", _)) => said.answers.push(line.to_owned()),
                Some(("ends", how)) => said.ends = Some(how.to_owned()),
                _ => said.listened |= line == "listened",
            }
        }
        said
    }
}

/// All that is compared of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// What it wrote.
    pub(super) said: Said,
    /// How it ended.
    pub(super) end: End,
    /// The kinds of errors that no scope of it caught, and how often.
    pub(super) uncaptured: BTreeMap<String, u64>,
}

impl Run {
    /// How it ended, as it is in a line; `early` if the host ended it before it had made all of its calls.
    #[must_use]
    pub(super) fn word(&self) -> &'static str {
        match &self.end {
            End::Trap { .. } if self.said.ends.is_none() => "early",
            end => end.word(),
        }
    }

    /// What differs from the run of the same guest without command memory.
    #[must_use]
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, one: String, two: String| {
            if one != two {
                differences.push(format!("{what} {one} and without command memory {two}"));
            }
        };
        let (one, two) = (&self.said, &other.said);
        compare("calls", one.calls.to_string(), two.calls.to_string());
        let only = |these: &Said, those: &Said| -> Vec<String> {
            these.answers.iter().filter(|answer| !those.answers.contains(answer)).cloned().collect()
        };
        compare("answers", format!("{:?}", only(one, two)), format!("{:?}", only(two, one)));
        compare("sum of answers", one.trace.clone(), two.trace.clone());
        // The first that differs: what comes after may differ because of it.
        let first = iter::zip(&one.reads, &two.reads).take_while(|(one, two)| one == two).count();
        let read = |said: &Said| said.reads.get(first).map_or("nothing", String::as_str).to_owned();
        compare("data read after call", read(one), read(two));
        compare("end", format!("{:?}", one.ends), format!("{:?}", two.ends));
        // How many errors a stream has taken when its guest drops it is a matter of time; and what a guest does after
        // it has said how it ends is not compared where that is meant for the host's memory, or never the same.
        let ends_as_said = matches!(one.ends.as_deref(), None | Some("exit" | "handle" | "abort" | "clean"));
        if ends_as_said {
            compare("end", self.end.short(), other.end.short());
            if !one.listened {
                compare(
                    "uncaptured errors",
                    format!("{:?}", self.uncaptured),
                    format!("{:?}", other.uncaptured),
                );
            }
        }
        (!differences.is_empty()).then(|| differences.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uncaptured(count: u64) -> BTreeMap<String, u64> {
        BTreeMap::from([("Validation".to_owned(), count)])
    }

    fn run(stdout: &str) -> Run {
        let end = End::Ok { left: None, success: true };
        Run { said: Said::new(stdout), end, uncaptured: uncaptured(3) }
    }

    const STDOUT: &str = "calls\t20\ntrace\t01\nread\t7\t4 bytes\t02\nread\t9\t4 bytes\t03\nanswer\tunmap: abort error\t2\nends\tclean\n";

    #[test]
    fn what_a_guest_says_is_compared() {
        let one = run(STDOUT);
        assert_eq!(one.difference(&one), None);
        for (from, to) in [
            ("20", "21"),
            ("01", "11"),
            ("02", "12"),
            ("read\t9\t4 bytes\t03\n", ""),
            ("\t2\n", "\t3\n"),
            ("clean", "exit"),
        ] {
            let other = run(&STDOUT.replacen(from, to, 1));
            assert!(one.difference(&other).is_some(), "{from} {to}");
            assert!(other.difference(&one).is_some(), "{from} {to}");
        }
        let other = run(&STDOUT.replacen("03", "13", 1));
        let difference = "data read after call 9 4 bytes 03 and without command memory 9 4 bytes 13";
        assert_eq!(one.difference(&other).as_deref(), Some(difference));
        let other = Run { uncaptured: uncaptured(4), ..one.clone() };
        assert!(one.difference(&other).is_some());
        let end = End::Ok { left: Some("a buffer".to_owned()), success: true };
        assert!(one.difference(&Run { end, ..one.clone() }).is_some());
    }

    #[test]
    fn what_time_decides_is_not() {
        let listened = run(&format!("listened\n{STDOUT}"));
        assert_eq!(listened.difference(&Run { uncaptured: uncaptured(4), ..listened.clone() }), None);
        assert!(!Plan::new(3).is_compared() && !Plan::new(5).is_compared());
        assert!(Plan::new(1).is_compared() && Plan::new(2).is_compared());
        assert!((0..1000).filter(|seed| Plan::new(*seed).is_compared()).count() > 700);
    }

    #[test]
    fn a_guest_ends_as_it_says() {
        let plan = Plan::new(2);
        let ok = End::Ok { left: None, success: true };
        let says = |how: &str| Said { ends: Some(how.to_owned()), ..Said::default() };
        let trap = |text: &str| End::Trap { text: text.to_owned(), all: String::new() };
        assert_eq!(plan.is_wrong(&says("clean"), &ok), None);
        assert!(plan.is_wrong(&Said::default(), &ok).is_some(), "it has not come to its end");
        let left = End::Ok { left: Some("a buffer".to_owned()), success: true };
        assert!(plan.is_wrong(&says("clean"), &left).is_some());
        assert_eq!(plan.is_wrong(&says("exit"), &left), None);
        let nonsense = trap("wgpu-wasi:commands/memory@0.2.0: 99 is no command");
        assert_eq!(plan.is_wrong(&says("nonsense"), &nonsense), None);
        assert!(plan.is_wrong(&says("clean"), &nonsense).is_some(), "its words made sense");
        assert!(plan.is_wrong(&Said::default(), &nonsense).is_some());
        assert!(plan.is_wrong(&Said::default(), &trap("unknown handle index 7")).is_some());
        assert!(
            plan.is_wrong(&says("stays"), &ok).is_some()
                && plan.is_wrong(&says("stays"), &End::TimedOut).is_some()
        );
        assert_eq!(Plan::new(5).is_wrong(&says("stays"), &End::TimedOut), None);
        assert!(Plan::new(5).is_wrong(&says("stays"), &ok).is_some());
    }

    #[test]
    fn odd_memories_are_refused_each_in_its_way() {
        for attach in 0..ODDITIES {
            let seed = attach * 17 + 9;
            let plan = Plan::new(seed);
            if plan.stays.is_some() {
                continue;
            }
            assert_eq!(plan.attach, Some(attach));
            let trap = |text: &str| End::Trap { text: text.to_owned(), all: String::new() };
            let known =
                (attach.checked_sub(FETCHED)).and_then(|at| REFUSED.get(usize::try_from(at).unwrap()));
            if let Some(text) = known {
                assert_eq!(plan.is_wrong(&Said::default(), &trap(text)), None);
            }
            assert!(plan.is_wrong(&Said::default(), &trap("something else")).is_some());
        }
    }
}
