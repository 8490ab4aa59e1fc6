//! The names of objects in command memory: a file of its own, because buffers, pipelines and bind groups have one
//! each, and the commands in `commands/memory.rs` contain them.

use std::mem;
use std::num::NonZeroU16;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::id::Id;
use crate::lock::lock;

/// The number by which the host finds an object.
#[derive(Debug, Default)]
pub(crate) struct Name {
    /// 0: it has none.
    number: AtomicU32,
    /// Whether the host has the number.
    sent: AtomicBool,
    /// The pass that keeps the object.
    kept_by: AtomicU64,
}

/// Numbers that no object has.
#[derive(Debug)]
struct Unused {
    /// The lowest that none has had.
    next: u32,
    /// Those of objects that are gone.
    returned: Vec<u32>,
}

static UNUSED: Mutex<Unused> = Mutex::new(Unused { next: 1, returned: Vec::new() });

impl Name {
    /// The number, once the host has it.
    #[inline]
    pub(crate) fn sent_number(&self) -> Option<u32> {
        self.sent.load(Ordering::Relaxed).then(|| self.number.load(Ordering::Relaxed))
    }

    /// A number to send to the host, unless it has one or all are in use.
    pub(crate) fn number_to_send(&self) -> Option<u32> {
        if self.sent.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.number.load(Ordering::Relaxed);
        if number > 0 {
            return Some(number);
        }
        let mut unused = lock(&UNUSED);
        let number = match unused.returned.pop() {
            Some(number) => number,
            None => {
                let number = NonZeroU16::try_from(u16::try_from(unused.next).ok()?).ok()?;
                unused.next += 1;
                u32::from(number.get())
            }
        };
        self.number.store(number, Ordering::Relaxed);
        Some(number)
    }

    /// The host has the number from now on.
    pub(crate) fn set_sent(&self) {
        self.sent.store(true, Ordering::Relaxed);
    }

    /// Notes that `pass` keeps the object; `true` if it did not yet. When passes take turns, one may keep it twice.
    #[must_use = "`true`: keep the object"]
    #[inline]
    pub(crate) fn keep_for(&self, pass: Id) -> bool {
        let before = self.kept_by.load(Ordering::Relaxed);
        self.kept_by.store(pass.number(), Ordering::Relaxed);
        before != pass.number()
    }
}

impl Drop for Name {
    /// After the object itself: the host forgets the name with that.
    fn drop(&mut self) {
        let number = mem::take(self.number.get_mut());
        if number > 0 {
            lock(&UNUSED).returned.push(number);
        }
    }
}

/// Leaves out the numbers below `next`.
#[cfg(test)]
pub(crate) fn skip_to(next: u32) {
    lock(&UNUSED).next = next;
}
