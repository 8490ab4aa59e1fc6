//! How much memory this process has while a guest runs, and how much it may have.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// Bytes that a process may have above what it began with and what the quotas of its guest allow: for compilers of
/// shaders, which are in no account, the stacks of threads, and what the allocator keeps.
pub(super) const SLACK: u64 = 256 << 20;

/// Looks at the memory of this process all the time, until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    page: u64,
    /// The most bytes since [`Watch::begin`].
    peak: AtomicU64,
    over: AtomicBool,
}

impl Shared {
    fn look(&self) -> u64 {
        let now = resident_pages().unwrap_or(0) * self.page;
        self.peak.fetch_max(now, Ordering::Relaxed);
        now
    }
}

impl Watch {
    /// `None` where the system does not tell in `/proc`: nothing is watched there.
    #[must_use]
    pub(super) fn start() -> Option<Self> {
        resident_pages()?;
        let shared =
            Arc::new(Shared { page: page_size()?, peak: AtomicU64::new(0), over: AtomicBool::new(false) });
        let thread = {
            let shared = Arc::clone(&shared);
            let watch = move || {
                while !shared.over.load(Ordering::Relaxed) {
                    shared.look();
                    thread::sleep(PAUSE);
                }
            };
            thread::Builder::new().name("memory watch".to_owned()).spawn(watch).ok()?
        };
        Some(Self { shared, thread: Some(thread) })
    }

    /// Bytes of this process that are in RAM now.
    #[must_use]
    pub(super) fn now(&self) -> u64 {
        self.shared.look()
    }

    /// Forgets what was before.
    pub(super) fn begin(&self) {
        self.shared.peak.store(0, Ordering::Relaxed);
        self.shared.look();
    }

    /// The most bytes that were in RAM since [`Self::begin`].
    #[must_use]
    pub(super) fn peak(&self) -> u64 {
        self.shared.look();
        self.shared.peak.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It does nothing that may panic.
            let _ = thread.join();
        }
    }
}

/// How much memory a process may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// What it had before the first guest.
    pub(super) baseline: u64,
    /// What a guest may hold by its quotas.
    pub(super) quotas: u64,
    /// See [`SLACK`].
    pub(super) slack: u64,
}

impl Bound {
    /// What is wrong when the process had `peak` bytes at most.
    #[must_use]
    pub(super) fn broken_by(&self, peak: u64) -> Option<String> {
        let Self { baseline, quotas, slack } = *self;
        let most = baseline + quotas + slack;
        (peak > most).then(|| {
            format!(
                "the process had {} MiB: {} MiB before its first guest, the guest may have {} MiB, and {} MiB are \
                 for the rest",
                peak >> 20,
                baseline >> 20,
                quotas >> 20,
                slack >> 20
            )
        })
    }
}

/// Pages of this process that are in RAM.
fn resident_pages() -> Option<u64> {
    fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()
}

/// Bytes of a page, as the kernel has told this process.
fn page_size() -> Option<u64> {
    const KEY: usize = 6;
    let table = fs::read("/proc/self/auxv").ok()?;
    let (words, _) = table.as_chunks::<{ size_of::<usize>() }>();
    let words: Vec<usize> = words.iter().map(|word| usize::from_ne_bytes(*word)).collect();
    let value = words.as_chunks::<2>().0.iter().find_map(|[key, value]| (*key == KEY).then_some(*value))?;
    u64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The watch sees memory that was taken and given back between two looks of whoever asks, and the bound is broken by
    /// that and not without.
    #[test]
    fn memory_that_is_hidden_is_found() {
        let Some(watch) = Watch::start() else { return };
        const HIDDEN: usize = 256 << 20;
        let bound = Bound { baseline: watch.now(), quotas: 32 << 20, slack: 64 << 20 };
        watch.begin();
        assert_eq!(bound.broken_by(watch.peak()), None);
        let hidden = std::hint::black_box(vec![1_u8; HIDDEN]);
        thread::sleep(20 * PAUSE);
        drop(hidden);
        let peak = watch.peak();
        assert!(bound.broken_by(peak).is_some(), "{bound:?} {peak}");
        // And what was is forgotten.
        watch.begin();
        assert!(watch.peak() < peak);
    }

    #[test]
    fn a_page_has_a_usual_size() {
        if let Some(page) = page_size() {
            assert!(page.is_power_of_two() && (4096..=65536).contains(&page), "{page}");
        }
    }
}
