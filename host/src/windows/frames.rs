//! When the pictures of a window are due: at the pace of its screen, on whatever clock.

use std::{collections::VecDeque, time::Duration};

/// How many pictures a screen shows. They are numbered from the beginning of its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    millihertz: u64,
}

/// Nanoseconds in a thousand seconds: what becomes of a rate in thousandths.
const NANOS: u128 = 1_000_000_000_000;

impl Rate {
    /// A picture every thousandth of a second at the most, and every thousand seconds at the least.
    pub(crate) fn of_millihertz(millihertz: u32) -> Self {
        Self { millihertz: u64::from(millihertz).clamp(1, 1_000_000) }
    }

    /// So many pictures a second.
    #[cfg(feature = "cli")]
    pub(crate) const fn of_hertz(hertz: u16) -> Self {
        Self { millihertz: hertz as u64 * 1_000 }
    }

    /// Which picture the screen shows at `time`.
    pub(crate) fn frame(self, time: Duration) -> u64 {
        let frame = time.as_nanos().saturating_mul(self.millihertz.into()) / NANOS;
        u64::try_from(frame).unwrap_or(u64::MAX)
    }

    /// The first moment of that picture.
    pub(crate) fn time(self, frame: u64) -> Duration {
        let nanos = u128::from(frame).saturating_mul(NANOS).div_ceil(self.millihertz.into());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Pictures that may wait to be shown.
const MAX_QUEUE: usize = 16;

/// What of a window is due when.
#[derive(Debug)]
pub(crate) struct Frames {
    /// Whether a redraw is due at the next picture of the screen.
    wants_redraw: bool,
    /// The picture of the screen at which it was told to redraw last.
    told: Option<u64>,
    /// Those that will show what it has presented.
    queue: VecDeque<u64>,
}

impl Frames {
    /// Of a new window: it is to be drawn.
    pub(crate) fn new() -> Self {
        Self { wants_redraw: true, told: None, queue: VecDeque::new() }
    }

    pub(crate) fn want_redraw(&mut self) {
        self.wants_redraw = true;
    }

    /// Whether the window is to be told to redraw at this picture of the screen, which is once.
    pub(crate) fn take_redraw(&mut self, frame: u64) -> bool {
        let due = self.wants_redraw && self.told.is_none_or(|told| told < frame);
        if due {
            self.tell(frame);
        }
        due
    }

    /// Says that it was told to redraw at this picture of the screen.
    pub(crate) fn tell(&mut self, frame: u64) {
        self.wants_redraw = false;
        self.told = Some(frame);
    }

    /// The picture of the screen at which a redraw is due.
    pub(crate) fn next_redraw(&self) -> Option<u64> {
        self.wants_redraw.then(|| self.told.map_or(0, |told| told.saturating_add(1)))
    }

    /// Counts a picture that was presented at this one of the screen. It will be in what is returned, the next one that
    /// shows no other picture.
    pub(crate) fn present(&mut self, frame: u64) -> u64 {
        let next = frame.saturating_add(1);
        let shown = self.queue.back().map_or(next, |last| next.max(last.saturating_add(1)));
        // A guest that presents without asking for a picture first has one.
        if self.queue.len() < MAX_QUEUE {
            self.queue.push_back(shown);
        }
        shown
    }

    /// The picture of the screen for which to wait until fewer than `latency` of the window's are to be shown; `None`:
    /// there are fewer.
    pub(crate) fn until_free(&mut self, frame: u64, latency: u32) -> Option<u64> {
        while self.queue.front().is_some_and(|shown| *shown <= frame) {
            self.queue.pop_front();
        }
        let latency = usize::try_from(latency).unwrap_or(MAX_QUEUE).clamp(1, MAX_QUEUE);
        self.queue.front().copied().filter(|_| self.queue.len() >= latency)
    }

    /// The window is on another screen, whose pictures have other numbers.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn renumber(&mut self) {
        self.told = None;
        self.queue.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_their_times() {
        for millihertz in [1, 10_000, 59_940, 60_000, 144_000, 1_000_000] {
            let rate = Rate::of_millihertz(millihertz);
            for frame in [0, 1, 2, 59, 60, 1_000_003] {
                let time = rate.time(frame);
                assert_eq!(rate.frame(time), frame, "{millihertz}");
                if frame > 0 {
                    assert_eq!(rate.frame(time.saturating_sub(Duration::from_nanos(1))), frame - 1);
                }
            }
        }
        assert_eq!(Rate::of_millihertz(60_000).time(60), Duration::from_secs(1));
        assert_eq!(Rate::of_millihertz(0), Rate::of_millihertz(1));
    }

    #[test]
    fn a_redraw_comes_once_in_a_picture_of_the_screen() {
        let mut frames = Frames::new();
        assert_eq!(frames.next_redraw(), Some(0));
        assert!(frames.take_redraw(5));
        assert!(!frames.take_redraw(6));
        assert_eq!(frames.next_redraw(), None);
        frames.want_redraw();
        frames.want_redraw();
        assert_eq!(frames.next_redraw(), Some(6));
        assert!(!frames.take_redraw(5) && frames.take_redraw(6));
        frames.want_redraw();
        frames.renumber();
        assert!(frames.take_redraw(1));
    }

    #[test]
    fn pictures_are_shown_one_after_the_other() {
        let mut frames = Frames::new();
        assert_eq!(frames.until_free(3, 2), None);
        assert_eq!([frames.present(3), frames.present(3)], [4, 5]);
        assert_eq!(frames.until_free(3, 2), Some(4));
        assert_eq!(frames.until_free(3, 3), None);
        assert_eq!(frames.until_free(4, 2), None);
        assert_eq!(frames.until_free(9, 1), None);
        assert_eq!(frames.present(9), 10);
        for _ in 0..100 {
            frames.present(9);
        }
        assert_eq!(frames.until_free(9, u32::MAX), Some(10));
        assert_eq!(frames.until_free(25, 1), None);
    }
}
