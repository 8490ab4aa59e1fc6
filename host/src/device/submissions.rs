//! The last submissions of a device, so that a guest waits for no later one than it has to: while it writes one picture
//! the GPU computes the next. wgpu can wait for a submission, but not for a mapping.

use std::collections::VecDeque;

use parking_lot::Mutex;

/// How many are told apart. Few guests have more pictures under way, and to wait for each of many small submissions
/// would only cost.
const KEPT: usize = 4;

/// Those that are not known to be done, the oldest first.
#[derive(Debug)]
pub(crate) struct Submissions<I = wgpu::SubmissionIndex>(Mutex<Kept<I>>);

#[derive(Debug)]
struct Kept<I> {
    last: VecDeque<I>,
    /// How many came before those.
    before: u64,
}

impl<I> Default for Submissions<I> {
    fn default() -> Self {
        Self(Mutex::new(Kept { last: VecDeque::new(), before: 0 }))
    }
}

impl<I: Clone> Submissions<I> {
    /// Something was submitted.
    pub(crate) fn push(&self, index: I) {
        let mut kept = self.0.lock();
        if kept.last.len() == KEPT {
            kept.forget();
        }
        kept.last.push_back(index);
    }

    /// The oldest of those that are kept, and its number. `None`: there is none, so that all of them have to be waited
    /// for.
    pub(crate) fn oldest(&self) -> Option<(u64, I)> {
        let kept = self.0.lock();
        Some((kept.before, kept.last.front()?.clone()))
    }

    /// The one with this number is done, and those before it.
    pub(crate) fn done(&self, number: u64) {
        let mut kept = self.0.lock();
        while kept.before <= number && !kept.last.is_empty() {
            kept.forget();
        }
    }
}

impl<I> Kept<I> {
    fn forget(&mut self) {
        self.last.pop_front();
        self.before = self.before.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_comes_first() {
        let submissions = Submissions::default();
        assert_eq!(submissions.oldest(), None);
        for index in ["a", "b", "c"] {
            submissions.push(index);
        }
        assert_eq!(submissions.oldest(), Some((0, "a")));
        submissions.done(0);
        assert_eq!(submissions.oldest(), Some((1, "b")));
        // Somebody else has waited for it meanwhile.
        submissions.done(0);
        assert_eq!(submissions.oldest(), Some((1, "b")));
        submissions.done(2);
        assert_eq!(submissions.oldest(), None);
        submissions.push("d");
        assert_eq!(submissions.oldest(), Some((3, "d")));
    }

    #[test]
    fn of_many_the_last_are_kept() {
        let submissions = Submissions::default();
        (0..100).for_each(|index| submissions.push(index));
        assert_eq!(submissions.oldest(), Some((96, 96)));
        submissions.done(97);
        assert_eq!(submissions.oldest(), Some((98, 98)));
        submissions.done(99);
        assert_eq!(submissions.oldest(), None);
    }
}
