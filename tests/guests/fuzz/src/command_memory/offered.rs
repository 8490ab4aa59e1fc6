//! The memory that the guest offers for commands (`wgpu-wasi:commands/memory`), where it may lie, and what may be wrong
//! with it.

use std::{
    alloc::{Layout, alloc_zeroed},
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
};

/// As many words as our backend offers.
pub(crate) const WORDS: usize = 16 * 1024;

/// The most words that the host takes.
const MOST: usize = (1 << 20) / 4;

/// Bytes of a page of the guest's memory.
const PAGE: usize = 64 << 10;

static PLAIN: [AtomicU32; WORDS] = [const { AtomicU32::new(0) }; WORDS];

/// Where the memory begins that was offered; 0 while none is.
static ADDRESS: AtomicUsize = AtomicUsize::new(0);
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// What is odd about the memory. The first six have a host fetch from it, the others do not; the harness knows them by
/// their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Oddity {
    /// It lies at the very end of the guest's memory.
    AtTheEnd,
    /// As [`Self::AtTheEnd`]; then the guest's memory grows, and may be moved by that.
    Grows,
    /// It is as large as may be.
    Largest,
    /// It has so many words: too few for any command.
    Few(usize),
    /// The guest calls the host before it says where the memory is.
    Calls,
    /// One word more than may be.
    TooLarge,
    NotAligned,
    /// Its last word is not in the guest's memory.
    BeyondTheEnd,
    /// Its length in bytes has more than 32 bits.
    WrapsAround,
    /// The list itself is not in the guest's memory.
    NoList,
    ListNotAligned,
    Traps,
    Leaves,
    Loops,
}

/// By number, as `--attach` has it.
const ODDITIES: [Oddity; 16] = [
    Oddity::AtTheEnd,
    Oddity::Grows,
    Oddity::Largest,
    Oddity::Few(0),
    Oddity::Few(1),
    Oddity::Few(2),
    Oddity::Calls,
    Oddity::TooLarge,
    Oddity::NotAligned,
    Oddity::BeyondTheEnd,
    Oddity::WrapsAround,
    Oddity::NoList,
    Oddity::ListNotAligned,
    Oddity::Traps,
    Oddity::Leaves,
    Oddity::Loops,
];

fn oddity() -> Option<Oddity> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--attach");
    let number: usize = arguments.nth(1)?.parse().ok()?;
    ODDITIES.get(number).copied()
}

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
    extern "C" fn attach() -> usize {
        let [address, length] = &LIST;
        let offer = super::offer();
        address.store(offer.address, Ordering::Relaxed);
        length.store(offer.length, Ordering::Relaxed);
        offer.list.unwrap_or(LIST.as_ptr().addr())
    }
}

/// What `attach` answers.
struct Offer {
    address: usize,
    length: usize,
    /// Where the list is, if not where it should be.
    list: Option<usize>,
}

/// Memory with room for so many words.
fn allocated(words: usize) -> usize {
    let layout = Layout::array::<u32>(words).expect("not much");
    // SAFETY: there is at least one word.
    let memory = unsafe { alloc_zeroed(layout) };
    assert!(!memory.is_null(), "the guest has so much memory");
    memory.expose_provenance()
}

/// A page of its own at the end of the guest's memory; where that ends.
fn end() -> usize {
    let before = core::arch::wasm32::memory_grow::<0>(1);
    (before + 1) * PAGE
}

fn offer() -> Offer {
    /// Words of a page.
    const FEW: usize = PAGE / 4;
    let offer = |address, length| Offer { address, length, list: None };
    let plain = PLAIN.as_ptr().expose_provenance();
    let offer = match oddity() {
        None => offer(plain, WORDS),
        Some(Oddity::AtTheEnd | Oddity::Grows) => offer(end() - PAGE, FEW),
        Some(Oddity::Largest) => offer(allocated(MOST), MOST),
        Some(Oddity::Few(words)) => offer(plain, words),
        Some(Oddity::Calls) => {
            let gpu = crate::wit::get_gpu();
            drop((gpu.wgsl_language_features(), gpu));
            offer(plain, WORDS)
        }
        Some(Oddity::TooLarge) => offer(allocated(MOST + 1), MOST + 1),
        Some(Oddity::NotAligned) => offer(plain + 2, 16),
        Some(Oddity::BeyondTheEnd) => offer(end() - 64, 17),
        Some(Oddity::WrapsAround) => offer(plain, usize::MAX / 2),
        Some(Oddity::NoList) => Offer { address: plain, length: WORDS, list: Some(usize::MAX & !3) },
        Some(Oddity::ListNotAligned) => Offer { address: plain, length: WORDS, list: Some(plain + 1) },
        Some(Oddity::Traps) => core::arch::wasm32::unreachable(),
        Some(Oddity::Leaves) => std::process::exit(0),
        Some(Oddity::Loops) => loop {
            core::hint::spin_loop();
        },
    };
    ADDRESS.store(offer.address, Ordering::Relaxed);
    LENGTH.store(offer.length, Ordering::Relaxed);
    offer
}

/// Whether the host has asked for the memory.
pub(crate) fn attached() -> bool {
    ADDRESS.load(Ordering::Relaxed) != 0
}

/// Makes the guest's memory larger where it is that kind of guest.
pub(crate) fn grow() {
    if oddity() == Some(Oddity::Grows) {
        core::arch::wasm32::memory_grow::<0>(64);
    }
}

/// The memory that was offered; none where nothing was.
fn memory() -> &'static [AtomicU32] {
    let address = ADDRESS.load(Ordering::Relaxed);
    if address == 0 {
        return &[];
    }
    // SAFETY: a host that goes on after it has asked was offered words that are all in this memory, are aligned, stay
    // where they are, and are used for nothing else.
    unsafe {
        std::slice::from_raw_parts(std::ptr::with_exposed_provenance(address), LENGTH.load(Ordering::Relaxed))
    }
}

/// Whether there is room for so many words.
pub(crate) fn has_room(words: usize) -> bool {
    memory().len() >= words + 2
}

/// Makes a call that finds these words in the memory, of which the memory says that `length` are in use.
pub(crate) fn with_length<T>(length: u32, words: &[u32], call: impl FnOnce() -> T) -> T {
    let [used, _, memory @ ..] = memory() else { return call() };
    for (place, word) in memory.iter().zip(words) {
        place.store(*word, Ordering::Relaxed);
    }
    used.store(length, Ordering::Relaxed);
    let result = call();
    used.store(0, Ordering::Relaxed);
    result
}

/// Makes a call that finds this name for the bind group that it makes.
pub(crate) fn with_new_name<T>(name: u32, call: impl FnOnce() -> T) -> T {
    let [_, new, ..] = memory() else { return call() };
    new.store(name, Ordering::Relaxed);
    let result = call();
    new.store(0, Ordering::Relaxed);
    result
}
