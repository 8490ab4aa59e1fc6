//! What a guest wants of a window and the main thread has not done yet.
//!
//! Of each kind the last one counts, so there are no more than there are kinds, however often a guest asks. What it asks
//! for reaches the desktop no faster than somebody could see.

use std::{
    mem,
    time::{Duration, Instant},
};

use crate::windows::{Change, Cursor, State};

/// Between two times that anything is changed.
const PAUSE: Duration = Duration::from_millis(4);

/// Between two titles, icons, pointers that are pictures, and cries for attention.
const LONG_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// In order.
    changes: Vec<Change>,
    changed: Option<Instant>,
    changed_slowly: Option<Instant>,
}

impl Wanted {
    pub(super) fn add(&mut self, change: Change) {
        let kind = mem::discriminant(&change);
        let before = self.changes.iter().position(|before| mem::discriminant(before) == kind);
        let change = match before.map(|at| self.changes.remove(at)) {
            Some(before) => both(before, change),
            None => change,
        };
        self.changes.push(change);
    }

    /// Takes what is to be done now. The moment is when there is more to be done.
    pub(super) fn take(&mut self, now: Instant) -> (Vec<Change>, Option<Instant>) {
        if self.changes.is_empty() {
            return (Vec::new(), None);
        }
        let ready = |last: Option<Instant>, pause| last.and_then(|last| last.checked_add(pause));
        let soon = ready(self.changed, PAUSE).filter(|soon| *soon > now);
        if soon.is_some() {
            return (Vec::new(), soon);
        }
        let later = ready(self.changed_slowly, LONG_PAUSE).filter(|later| *later > now);
        let (slow, fast): (Vec<_>, Vec<_>) = mem::take(&mut self.changes).into_iter().partition(is_slow);
        self.changed = Some(now);
        if slow.is_empty() {
            return (fast, None);
        }
        if later.is_some() {
            self.changes = slow;
            return (fast, later);
        }
        self.changed_slowly = Some(now);
        (fast.into_iter().chain(slow).collect(), None)
    }
}

/// One change that does what two of a kind do.
fn both(before: Change, after: Change) -> Change {
    match (before, after) {
        (Change::State(mask, value), Change::State(later_mask, later_value)) => {
            let kept = mask & (later_mask ^ State::all());
            Change::State(mask | later_mask, (value & kept) | (later_value & later_mask))
        }
        (_, after) => after,
    }
}

fn is_slow(change: &Change) -> bool {
    matches!(
        change,
        Change::Title(_) | Change::Icon(_) | Change::Attention(_) | Change::Cursor(Cursor::Image(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::{Extent, Size};

    fn texts(changes: &[Change]) -> Vec<String> {
        changes.iter().map(|change| format!("{change:?}")).collect()
    }

    #[test]
    fn a_flood_is_its_last_drops() {
        let (mut wanted, now) = (Wanted::default(), Instant::now());
        for round in 0..1_000_u32 {
            wanted.add(Change::Title(round.to_string()));
            wanted.add(Change::Size(Extent::Physical(Size { width: round, height: 1 })));
            wanted.add(Change::State(State::VISIBLE | State::MAXIMIZED, State::VISIBLE));
            wanted.add(Change::State(State::MAXIMIZED | State::RESIZABLE, State::MAXIMIZED));
        }
        let (changes, more) = wanted.take(now);
        let taken = texts(&changes);
        assert!(taken.len() == 3 && more.is_none(), "{taken:?}");
        assert!(taken[0].contains("width: 999") && taken[2].contains("\"999\""), "{taken:?}");
        let all = State::VISIBLE | State::MAXIMIZED | State::RESIZABLE;
        let Change::State(mask, value) = changes[1] else { panic!("{taken:?}") };
        assert!(mask == all && value == State::VISIBLE | State::MAXIMIZED, "{taken:?}");
    }

    #[test]
    fn titles_come_ten_times_a_second() {
        let (mut wanted, start) = (Wanted::default(), Instant::now());
        let after = |millis| start + Duration::from_millis(millis);
        let (mut titles, mut sizes, mut wake) = (0, 0, start);
        for millis in 0..1_000 {
            wanted.add(Change::Title(millis.to_string()));
            wanted.add(Change::CursorVisible(true));
            let (changes, more) = wanted.take(after(millis));
            titles += changes.iter().filter(|change| matches!(change, Change::Title(_))).count();
            sizes += changes.iter().filter(|change| matches!(change, Change::CursorVisible(_))).count();
            wake = more.unwrap_or(wake);
        }
        assert_eq!((titles, sizes), (10, 250));
        assert!(wake > after(900), "the last one is not forgotten");
        let (changes, more) = wanted.take(after(2_000));
        assert!(texts(&changes).iter().any(|change| change.contains("999")) && more.is_none());
    }
}
