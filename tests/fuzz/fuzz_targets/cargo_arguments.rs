//! Arguments for cargo, as `cargo wgpu-wasi` looks at them: nothing of what the user wrote may get lost or change its
//! place on the way to cargo.
#![no_main]

use std::{ffi::OsString, path::Path};

use clap::Parser;
use libfuzzer_sys::fuzz_target;

// A program has no other way to lend what is its own.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../cargo-wgpu-wasi/src/arguments.rs"]
mod arguments;

use arguments::{CargoArguments, split};

/// Options like those of the real command.
#[derive(Parser)]
struct Ours {
    #[arg(long)]
    _dir: Vec<String>,
    #[arg(long)]
    _no_cache: bool,
}

/// Whether these are some of `whole`, in the same order.
fn are_in_order(some: &[OsString], whole: &[OsString]) -> bool {
    let mut rest = whole.iter();
    some.iter().all(|argument| rest.any(|other| other == argument))
}

fuzz_target!(|text: &str| {
    let words: Vec<OsString> = text.lines().map(OsString::from).collect();
    let (ours, rest) = split::<Ours>(words.clone());
    assert_eq!(ours.len() + rest.len(), words.len());
    assert!(are_in_order(&ours, &words) && are_in_order(&rest, &words), "{words:?}: {ours:?}, {rest:?}");
    // What follows `--` is the program's.
    let end = words.iter().position(|word| word == "--");
    let (_, again) = split::<Ours>(rest.clone());
    if let Some(end) = end
        && !ours.contains(&"--".into())
    {
        assert!(rest.ends_with(&words[end..]), "{words:?}: {rest:?}");
        assert_eq!(again, rest);
    }

    let found = CargoArguments::new(words.clone());
    // Only `--locked` goes, and `--frozen` stands for it and `--offline`.
    for list in [&found.place, &found.selection] {
        assert!(list.len() <= 2 * words.len());
    }
    let kept = |word: &OsString| word != "--locked" && word != "--frozen" && word != "--offline";
    let (before, after): (Vec<_>, Vec<_>) = (
        words.iter().filter(|word| kept(word)).collect(),
        found.all.iter().filter(|word| kept(word)).collect(),
    );
    assert_eq!(before, after);
    // What is handed on says the same again, but for that.
    let again = CargoArguments::new(found.all.clone());
    assert_eq!(again.all, found.all);
    assert_eq!((&again.place, &again.selection), (&found.place, &found.selection));
    assert_eq!((&again.targets, &again.manifest), (&found.targets, &found.manifest));
    assert!(are_in_order(&found.features(), &found.selection));

    let mut moved = found.clone();
    moved.move_to(Path::new("/elsewhere/Cargo.toml"), "a=1".into());
    let [option, manifest, ..] = &moved.all[..] else { panic!("{moved:?}") };
    assert!(option == "--manifest-path" && manifest == "/elsewhere/Cargo.toml");
    assert_eq!(moved.all.len(), found.all.len() + 4 - found.manifest.len(), "{words:?}: {moved:?}");
});
