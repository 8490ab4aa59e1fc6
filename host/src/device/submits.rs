//! The submits of a guest by their numbers, and who waits for one that is not the last. A program that draws waits for the
//! picture before the one that it has just submitted: so it makes the next while the GPU draws.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::device::budget::Reservation;

/// How many may wait before those are looked for who wait no more.
const FEW: usize = 64;

/// The submits of one device.
#[derive(Debug, Default)]
pub(crate) struct Submits(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// The number of the last that the guest has asked for.
    asked: AtomicU64,
    /// The number of the last that wgpu has got.
    given: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the last that is done.
    done: u64,
    /// Who waits, and for which.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    /// How many of them have not ended by themselves, as far as was looked.
    seen: usize,
}

/// A submit, which is done when this is dropped. wgpu drops them in their order, but for those that it finds done at the
/// same time, and on a lost device: there, whoever waits is answered at once.
pub(crate) struct Submit {
    submits: Arc<Shared>,
    number: u64,
    /// What wgpu keeps of it.
    _weight: Option<Reservation>,
}

impl fmt::Debug for Submit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Submit").field(&self.number).finish()
    }
}

impl Submit {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Submit {
    fn drop(&mut self) {
        let answered: Vec<_> = {
            let mut state = self.submits.state.lock();
            state.done = state.done.max(self.number);
            let done = state.done;
            state.waiting.extract_if(.., |(number, _)| *number <= done).collect()
        };
        for (_, sender) in answered {
            // Nobody receives when the guest was ended meanwhile.
            let _ = sender.send(());
        }
    }
}

impl Submits {
    /// The guest asks for a submit, which counts as `weight` until it is done.
    pub(crate) fn begin(&self, weight: Option<Reservation>) -> Submit {
        // The calls of a guest come one after the other.
        let number = self.0.asked.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        Submit { submits: Arc::clone(&self.0), number, _weight: weight }
    }

    /// wgpu has got the one with this number.
    pub(crate) fn give(&self, number: u64) {
        self.0.given.fetch_max(number, Ordering::Release);
    }

    /// Whether it has.
    pub(crate) fn is_given(&self, number: u64) -> bool {
        self.0.given.load(Ordering::Acquire) >= number
    }

    /// The number of the last but `behind`, and what is sent when it is done.
    pub(crate) fn all_but(&self, behind: u64) -> (u64, oneshot::Receiver<()>) {
        let number = self.0.asked.load(Ordering::Relaxed).saturating_sub(behind);
        let (sender, done) = oneshot::channel();
        let mut state = self.0.state.lock();
        if number > state.done {
            if state.waiting.len() >= FEW.max(2 * state.seen) {
                state.waiting.retain(|(_, sender)| !sender.is_closed());
                state.seen = state.waiting.len();
            }
            state.waiting.push((number, sender));
        } else {
            drop(state);
            let _ = sender.send(());
        }
        (number, done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_one_does_not_wait_for_the_next() {
        let submits = Submits::default();
        let (nothing, mut at_once) = submits.all_but(0);
        assert_eq!((nothing, at_once.try_recv()), (0, Ok(())));
        let [first, second, third] = [(); 3].map(|()| submits.begin(None));
        assert!(!submits.is_given(1));
        submits.give(first.number());
        assert!(submits.is_given(1) && !submits.is_given(2));

        let [(one, mut but_two), (two, mut but_one), (three, mut all)] =
            [2, 1, 0].map(|behind| submits.all_but(behind));
        assert_eq!([one, two, three], [1, 2, 3]);
        assert!(but_two.try_recv().is_err());
        drop(first);
        assert!(but_two.try_recv().is_ok() && but_one.try_recv().is_err());
        drop(second);
        assert!(but_one.try_recv().is_ok() && all.try_recv().is_err());
        assert!(submits.all_but(1).1.try_recv().is_ok(), "it is done already");
        drop(third);
        assert!(all.try_recv().is_ok());
        // More than there are.
        assert!(submits.all_but(u64::MAX).1.try_recv().is_ok());
    }

    #[test]
    fn those_who_wait_no_more_are_forgotten() {
        let submits = Submits::default();
        let _first = submits.begin(None);
        let waits: Vec<_> = (0..100).map(|_| submits.all_but(0)).collect();
        for _ in 0..1000 {
            drop(submits.all_but(0));
        }
        let count = submits.0.state.lock().waiting.len();
        assert!((waits.len()..=2 * waits.len()).contains(&count), "{count}");
    }
}
