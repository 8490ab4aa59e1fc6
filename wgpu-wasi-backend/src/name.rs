//! The names of objects in command memory: a file of its own, because buffers, pipelines and bind groups have one
//! each, and the commands in `commands/memory.rs` say them.

use std::mem;
use std::num::NonZeroU16;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::id::Id;
use crate::lock::lock;

/// The number by which the host knows an object.
#[derive(Debug, Default)]
pub(crate) struct Name {
    /// 0: it has none.
    number: AtomicU32,
    told: AtomicBool,
    /// The pass that holds the object.
    held_by: AtomicU64,
}

/// Numbers that no object has.
#[derive(Debug)]
struct Unused {
    /// The lowest that none has had.
    next: u32,
    again: Vec<u32>,
}

static UNUSED: Mutex<Unused> = Mutex::new(Unused { next: 1, again: Vec::new() });

impl Name {
    /// The number, once the host knows it.
    #[inline]
    pub(crate) fn known(&self) -> Option<u32> {
        self.told.load(Ordering::Relaxed).then(|| self.number.load(Ordering::Relaxed))
    }

    /// A number to tell the host, unless it knows one or all are in use.
    pub(crate) fn choose(&self) -> Option<u32> {
        if self.told.load(Ordering::Relaxed) {
            return None;
        }
        let chosen = self.number.load(Ordering::Relaxed);
        if chosen > 0 {
            return Some(chosen);
        }
        let mut unused = lock(&UNUSED);
        let number = match unused.again.pop() {
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

    pub(crate) fn told(&self) {
        self.told.store(true, Ordering::Relaxed);
    }

    /// Whether `pass` does not hold the object yet; from now on it does. When passes take turns, one may hold it
    /// twice.
    #[inline]
    pub(crate) fn is_new_to(&self, pass: Id) -> bool {
        let before = self.held_by.load(Ordering::Relaxed);
        self.held_by.store(pass.number(), Ordering::Relaxed);
        before != pass.number()
    }
}

impl Drop for Name {
    /// After the object itself: the host forgets the name with that.
    fn drop(&mut self) {
        let number = mem::take(self.number.get_mut());
        if number > 0 {
            lock(&UNUSED).again.push(number);
        }
    }
}

/// Leaves out the numbers below `next`.
#[cfg(test)]
pub(crate) fn skip_to(next: u32) {
    lock(&UNUSED).next = next;
}
