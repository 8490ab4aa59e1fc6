//! What a program that was ended is told about: why, and where in its own source.

use std::fmt::Write as _;

use rustc_demangle::demangle;
use wasmtime::{FrameInfo, Trap, WasmBacktrace};

use crate::runtime::PANICKED;

/// Exit status of a program that trapped, as a shell reports one that was aborted.
pub const TRAPPED: u8 = 134;

/// How many frames are told, the innermost first.
const FRAMES: usize = 20;

/// What helps a program whose own stack is too small.
const MORE_STACK: &str = "  It has the stack that it was linked with: 8 MiB by `cargo wgpu-wasi`, and otherwise 1 MiB. \
                          For 64 MiB, build it with\n  \
                          RUSTFLAGS=\"-C link-arg=-zstack-size=67108864\"\n";

/// What helps a program whose calls are nested too deep.
const MORE_HOST_STACK: &str =
    "  The host has 8 MiB for them, as much as a native program has for all of its stack\n";

/// How a program was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    /// A Rust panic: it has told its message itself.
    Panic,
    /// `abort`, or a panic that may not unwind.
    Abort,
    /// The stack in its own memory was too small.
    OwnStack,
    /// An access outside of its memory, no one knows where: the same, unless unsafe code is to blame.
    Memory,
    /// The host's stack for its calls was too small.
    HostStack,
    /// Anything else: the causes that wasmtime and the host have given.
    Trap(Vec<String>),
}

/// What a trap is told as: the reason, what helps, and the program's own functions down from the one that it ended
/// in; nothing of the host's own stack, nor of the machinery that Rust ends a program with. Where a panic hook did not
/// come to its end, they are those that had panicked before.
#[must_use]
pub fn trap_report(error: &wasmtime::Error) -> String {
    let names = names(error);
    let end = End::of(error, &names);
    let ended = matches!(end, End::Panic | End::Abort);
    let (hook, names) = names.split_at(if ended { within_hook(&names) } else { 0 });
    let frames = own_frames(names, ended);
    let mut text = end.text();
    if let Some(name) = hook.iter().rev().find(|name| !is_std(name)) {
        text.push_str(&format!(
            "  It had panicked, and its panic hook did not come to an end: {name}. The first panic was in\n"
        ));
    }
    for (number, (name, times)) in frames.iter().enumerate() {
        let times = if *times > 1 { format!(" ({times} times)") } else { String::new() };
        // A text can be written to.
        let _ = writeln!(text, "  {number:>3}: {name}{times}");
    }
    text
}

/// The exit status for a program that was ended: natively a panic has one of its own.
#[must_use]
pub fn trap_status(error: &wasmtime::Error) -> u8 {
    match End::of(error, &names(error)) {
        End::Panic => PANICKED,
        End::Abort | End::OwnStack | End::Memory | End::HostStack | End::Trap(_) => TRAPPED,
    }
}

impl End {
    fn of(error: &wasmtime::Error, names: &[String]) -> Self {
        let top = names.iter().take_while(|name| is_std(name));
        let through = |parts: &[&str]| top.clone().any(|name| parts.iter().any(|part| name.contains(part)));
        match error.downcast_ref::<Trap>() {
            Some(Trap::UnreachableCodeReached) => {
                // Natively too, these end in `abort`: a panic in a panic hook, and where none may unwind.
                if within_hook(names) > 0
                    || through(&["panic_nounwind", "panic_cannot_unwind", "panic_in_cleanup"])
                {
                    Self::Abort
                } else if through(&["rust_panic", "rust_begin_unwind", "__rust_start_panic"]) {
                    Self::Panic
                } else if through(&["abort", "rust_oom"]) {
                    Self::Abort
                } else {
                    Self::Trap(causes(error))
                }
            }
            Some(Trap::MemoryOutOfBounds) => {
                match error.chain().find_map(|cause| is_below_zero(&cause.to_string())) {
                    Some(true) => Self::OwnStack,
                    Some(false) => Self::Trap(causes(error)),
                    // Copies and fills of memory are the host's, and end without an address.
                    None => Self::Memory,
                }
            }
            Some(Trap::StackOverflow) => Self::HostStack,
            _ => Self::Trap(causes(error)),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Panic => "error: the program panicked\n".to_owned(),
            Self::Abort => "error: the program aborted\n".to_owned(),
            Self::OwnStack => format!("error: stack overflow\n{MORE_STACK}"),
            Self::Memory => format!(
                "error: stack overflow, or else unsafe code that reached beyond the program's memory\n{MORE_STACK}"
            ),
            Self::HostStack => format!("error: stack overflow: calls are nested too deep\n{MORE_HOST_STACK}"),
            Self::Trap(causes) => {
                let lines = causes.iter().flat_map(|cause| cause.lines());
                lines.fold("error: the program was ended by a trap\n".to_owned(), |text, line| {
                    text + "  " + line + "\n"
                })
            }
        }
    }
}

/// The causes without the backtrace, which is told apart.
fn causes(error: &wasmtime::Error) -> Vec<String> {
    let backtrace = error.downcast_ref::<WasmBacktrace>().map(ToString::to_string);
    error.chain().map(ToString::to_string).filter(|cause| Some(cause) != backtrace.as_ref()).collect()
}

/// Whether the address that wasmtime tells here is below zero, counted in 32 bits, and so far beyond the memory; `None`
/// where it tells none. The stack is at the beginning of the memory and grows down: what overflows it is there.
fn is_below_zero(cause: &str) -> Option<bool> {
    const LOWEST: u64 = 1 << 31;
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let (address, rest) = cause.strip_prefix("memory fault at wasm address 0x")?.split_once(' ')?;
    let (address, size) = (number(address)?, number(rest.strip_prefix("in linear memory of size 0x")?)?);
    Some(address >= LOWEST && size <= address)
}

/// The functions that the program was in, the innermost first, as their author wrote them, with the place in the
/// source where that is known.
fn names(error: &wasmtime::Error) -> Vec<String> {
    let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
    frames.iter().flat_map(frame_names).collect()
}

fn frame_names(frame: &FrameInfo) -> Vec<String> {
    let own = frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), plain);
    let mut names: Vec<String> = Vec::new();
    // More than one where functions were inlined.
    for symbol in frame.symbols() {
        let mut name = symbol.name().map_or_else(|| own.clone(), plain);
        if let (Some(file), Some(line)) = (symbol.file(), symbol.line()) {
            name.push_str(&format!(" at {file}:{line}"));
        }
        names.push(name);
    }
    if names.is_empty() {
        names.push(own);
    }
    names
}

/// A name without the hash that keeps versions apart.
fn plain(name: &str) -> String {
    format!("{:#}", demangle(name))
}

/// How many of the innermost functions are those of a panic hook, with what Rust calls it by: none where a program
/// ended otherwise. Nothing unwinds here, so that a panic which has more than Rust's library above it is in its hook.
fn within_hook(names: &[String]) -> usize {
    const PANICS: [&str; 3] = ["panic_with_hook", "rust_begin_unwind", "std::panicking::begin_panic"];
    let panics = |name: &String| is_std(name) && PANICS.iter().any(|part| name.contains(part));
    let outermost = names.iter().rposition(panics).map_or(0, |last| last + 1);
    let own = names.iter().take(outermost).any(|name| !is_std(name));
    if own { outermost } else { 0 }
}

/// The author's: above what calls `main`, and below what ends a program where that is what `ended` it. What calls itself
/// stands there once, with how many times.
fn own_frames(names: &[String], ended: bool) -> Vec<(&str, usize)> {
    const ENTRIES: [&str; 4] =
        ["__rust_begin_short_backtrace", "std::rt::lang_start", "__main_void", "_start"];
    let below = names.iter().position(|name| !is_std(name)).unwrap_or(0);
    let own = names.get(if ended { below } else { 0 }..).unwrap_or_default();
    let end = own.iter().position(|name| ENTRIES.iter().any(|entry| name.contains(entry)));
    let own = own.get(..end.unwrap_or(own.len())).unwrap_or_default();
    // Between the two, an unoptimized build has some of the library's.
    let last = own.iter().rposition(|name| !is_std(name)).unwrap_or(own.len());
    let own = own.get(..=last).unwrap_or(own);
    let mut frames: Vec<(&str, usize)> = Vec::new();
    for name in own {
        match frames.last_mut() {
            Some((last, times)) if *last == name => *times += 1,
            _ => frames.push((name, 1)),
        }
    }
    frames.truncate(FRAMES);
    frames
}

/// Whether a function is of Rust's library, and not of the program or a crate that it uses.
fn is_std(name: &str) -> bool {
    const CRATES: [&str; 5] = ["core::", "alloc::", "std::", "panic_abort::", "__rustc::"];
    const FUNCTIONS: [&str; 5] =
        ["rust_panic", "rust_begin_unwind", "__rust_start_panic", "__rust_alloc_error_handler", "abort"];
    const PRIMITIVES: [&str; 17] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
        "u64", "u128", "usize",
    ];
    let of_crate = |path: &str| CRATES.iter().any(|name| path.starts_with(name));
    let of_type = |path: &str| {
        let path = path.trim_start_matches(['<', '&', '*', '(', '[']);
        let word = path.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
        of_crate(path) || PRIMITIVES.contains(&word)
    };
    match name.strip_prefix('<') {
        Some(path) => match path.split_once(" as ") {
            Some((of, implemented)) => of_type(of) && of_crate(implemented),
            None => of_type(path),
        },
        None => of_crate(name) || FUNCTIONS.contains(&name.split(' ').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_rusts_library() {
        for name in [
            "abort",
            "abort at abort.c:1",
            "std::process::abort",
            "__rustc::rust_begin_unwind",
            "core::panicking::panic_bounds_check",
            "<alloc::vec::Vec<app::Thing>>::remove::assert_failed",
            "<[f32]>::copy_from_slice::len_mismatch_fail",
            "<&std::io::stdio::Stdout as std::io::Write>::write_fmt",
        ] {
            assert!(is_std(name), "{name}");
        }
        for name in [
            "app::main",
            "<app::Thing as core::fmt::Display>::fmt",
            "<alloc::vec::Vec<u8> as app::Encode>::encode",
            "<app::Thing>::new",
            "standard::f",
            "function 7",
        ] {
            assert!(!is_std(name), "{name}");
        }
    }

    #[test]
    fn the_programs_own_functions() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let panicked = names(&[
            "abort",
            "__rustc::rust_panic",
            "core::option::unwrap_failed",
            "app::walk",
            "app::walk",
            "app::main",
            "core::ops::function::FnOnce::call_once",
            "std::sys::backtrace::__rust_begin_short_backtrace",
            "_start",
        ]);
        assert_eq!(own_frames(&panicked, true), [("app::walk", 2), ("app::main", 1)]);
        assert_eq!(own_frames(&panicked, false).len(), 5);
        // Nothing but the library is better than nothing.
        assert_eq!(own_frames(&names(&["core::f"]), true), [("core::f", 1)]);
    }

    #[test]
    fn a_panic_in_a_panic_hook() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let first = ["core::panicking::panic_fmt", "app::walk", "app::main", "_start"];
        let machinery = ["__rustc::rust_begin_unwind", "std::panicking::panic_with_hook"];
        let hook = ["abort", machinery[1], "core::panicking::panic", "js::call", "hook::hook", machinery[1]];
        let stack = names(&[hook.as_slice(), &machinery[..1], &first].concat());
        let inside = within_hook(&stack);
        assert_eq!(inside, 7);
        assert_eq!(own_frames(&stack[inside..], true), [("app::walk", 1), ("app::main", 1)]);
        // One panic, and none.
        assert_eq!(within_hook(&names(&[&machinery[..], &first].concat())), 0);
        assert_eq!(within_hook(&names(&["app::walk", "app::main"])), 0);
    }

    #[test]
    fn addresses_below_zero() {
        let fault = |address: &str| {
            format!("memory fault at wasm address 0x{address} in linear memory of size 0x810000")
        };
        assert_eq!(is_below_zero(&fault("ffffff10")), Some(true));
        assert_eq!(is_below_zero(&fault("100000010")), Some(true));
        assert_eq!(is_below_zero(&fault("77359400")), Some(false));
        assert_eq!(is_below_zero("wasm trap: out of bounds memory access"), None);
    }
}
