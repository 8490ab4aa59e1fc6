//! The memory that a guest without our backend offers for commands (`wgpu-wasi:commands/memory`), and what it leaves
//! there. One file for the guests `raw` and `fuzz`.

use std::sync::atomic::{AtomicU32, Ordering};

/// More than one call finds.
const WORDS: usize = 1024;

static MEMORY: [AtomicU32; WORDS] = [const { AtomicU32::new(0) }; WORDS];

mod export {
    use std::sync::atomic::{AtomicUsize, Ordering};

    wit_bindgen::generate!({
        path: "../../../wit",
        world: "wgpu-wasi:backend/guest-commands",
        skip: ["attach"],
        generate_all,
    });
    export!(attach);

    /// A list as the canonical ABI returns it: address and length.
    static LIST: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

    // SAFETY: nothing else has this name, and this is the type of the function in the canonical ABI.
    #[unsafe(export_name = "wgpu-wasi:commands/memory@0.2.0#attach")]
    extern "C" fn attach() -> *const AtomicUsize {
        let [address, length] = &LIST;
        address.store(super::MEMORY.as_ptr().addr(), Ordering::Relaxed);
        length.store(super::WORDS, Ordering::Relaxed);
        LIST.as_ptr()
    }
}

/// Makes a call that finds these words in the memory.
pub(crate) fn with<T>(words: &[u32], call: impl FnOnce() -> T) -> T {
    let used = u32::try_from(words.len()).expect("few words");
    with_length(used, words, call)
}

/// Makes a call that finds this name for the bind group that it makes.
pub(crate) fn with_new_name<T>(name: u32, call: impl FnOnce() -> T) -> T {
    let [_, new, ..] = &MEMORY;
    new.store(name, Ordering::Relaxed);
    let result = call();
    new.store(0, Ordering::Relaxed);
    result
}

/// [`with`], where the memory says that another number of words is in use.
pub(crate) fn with_length<T>(length: u32, words: &[u32], call: impl FnOnce() -> T) -> T {
    let [used, _, memory @ ..] = &MEMORY;
    for (place, word) in memory.iter().zip(words) {
        place.store(*word, Ordering::Relaxed);
    }
    used.store(length, Ordering::Relaxed);
    let result = call();
    used.store(0, Ordering::Relaxed);
    result
}
