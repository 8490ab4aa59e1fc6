//! Memory that a host reads — wit: wgpu-wasi:commands/memory — peer: host/src/commands/memory.rs
//!
//! The first word says how many words of commands are in use (`commands/memory.rs`). The second is an argument more of
//! a call that is not one of a pass. On other hosts, nobody reads it.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Words of the memory: 64 KiB, some four thousand commands.
const WORDS: usize = 16 * 1024;

/// The memory. It is atomic because it is `static`; a component has one thread, for which that costs nothing.
static MEMORY: [AtomicU32; WORDS] = [const { AtomicU32::new(0) }; WORDS];

/// The number of words of commands in use, or 0.
pub(crate) static IN_USE: &AtomicU32 = &MEMORY[0];

/// The argument, or 0.
static ARGUMENT: &AtomicU32 = &MEMORY[1];

/// Where commands are.
pub(crate) static COMMANDS: &[AtomicU32] = MEMORY.split_at(2).1;

/// Whether a host has asked for it.
static ATTACHED: AtomicBool = AtomicBool::new(false);

/// Whether a host reads what is left here.
#[inline]
pub(crate) fn is_read() -> bool {
    ATTACHED.load(Ordering::Relaxed)
}

/// From now on, a host does.
#[cfg(any(test, all(feature = "command-memory", target_os = "wasi")))]
pub(crate) fn attach() {
    ATTACHED.store(true, Ordering::Relaxed);
}

/// Makes a call with an argument more.
pub(crate) fn with_argument<T>(argument: u32, call: impl FnOnce() -> T) -> T {
    ARGUMENT.store(argument, Ordering::Relaxed);
    let result = call();
    ARGUMENT.store(0, Ordering::Relaxed);
    result
}

/// The same for a call that waits, which is made when it is polled first. Others may make theirs between two polls.
pub(crate) async fn polled_with_argument<T>(argument: u32, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    std::future::poll_fn(|context| with_argument(argument, || call.as_mut().poll(context))).await
}

/// The export `attach`, by hand: a generated one would free the list that it returns.
#[cfg(all(feature = "command-memory", target_os = "wasi"))]
mod export {
    #![expect(unsafe_code, reason = "an exported function has a name of its own choice")]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{MEMORY, attach as attached};

    #[allow(missing_docs, unreachable_pub, unnameable_types, reason = "generated")]
    mod bindings {
        wit_bindgen::generate!({
            path: "wit",
            world: "wgpu-wasi:backend/guest-commands",
            skip: ["attach"],
            generate_all,
        });
        // Says that the component exports the interface. Nothing has to be implemented for it: its function is below.
        export!(attach);
    }

    /// A list as the canonical ABI returns it: address and length, of 32 bits each on this target.
    static LIST: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

    // SAFETY: nothing else has this name: it is that of the interface's one function, whose type in the canonical ABI
    // this is. The list has no `cabi_post_` function, so that nobody frees it.
    #[unsafe(export_name = "wgpu-wasi:commands/memory@0.2.0#attach")]
    extern "C" fn attach() -> *const AtomicUsize {
        attached();
        let [address, length] = &LIST;
        address.store(MEMORY.as_ptr().addr(), Ordering::Relaxed);
        length.store(MEMORY.len(), Ordering::Relaxed);
        LIST.as_ptr()
    }
}

/// What the host would read.
#[cfg(test)]
pub(crate) fn argument() -> u32 {
    ARGUMENT.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn an_argument_is_that_of_one_call() {
        let mut polls = 0;
        let call = std::future::poll_fn(|_| {
            polls += 1;
            if polls == 2 { Poll::Ready(argument()) } else { Poll::Pending }
        });
        let mut call = pin!(polled_with_argument(3, call));
        let mut poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!((poll(), argument()), (Poll::Pending, 0));
        assert_eq!((poll(), argument()), (Poll::Ready(3), 0));
    }
}
