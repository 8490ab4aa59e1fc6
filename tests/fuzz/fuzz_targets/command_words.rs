//! The words of commands that a guest leaves in its memory, against a decoder that knows nothing but how many words each
//! command has: both have to say of the same words that they are commands, and how many.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let words: Vec<u32> = data.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let found = wgpu_wasi_fuzz_targets::commands(&words);
    assert_eq!(found.as_ref().ok(), count(&words).as_ref(), "{words:?}: {found:?}");
});

/// How many commands the words are, by the table of `wit/deps/wgpu-wasi-commands-0.2.0/commands.wit`.
fn count(mut words: &[u32]) -> Option<usize> {
    let mut commands = 0;
    while let [command, operands @ ..] = words {
        let length = match (command, operands) {
            (1, [1..=65_535]) => 1,
            (2, _) => 1,
            (3, [_, _, length, ..]) => 3_usize.checked_add(usize::try_from(*length).ok()?)?,
            (4, [_, length, ..]) => 2_usize.checked_add(usize::try_from(*length).ok()?)?,
            (5 | 6 | 11 | 12, _) => 3,
            (7, [_, 0 | 1, ..]) => 6,
            (8, _) => 6,
            (9 | 13, _) => 4,
            (10, _) => 5,
            _ => return None,
        };
        words = operands.get(length..)?;
        commands += 1;
    }
    Some(commands)
}
