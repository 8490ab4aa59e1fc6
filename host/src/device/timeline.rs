//! The device timeline: <https://www.w3.org/TR/webgpu/#device-timeline>
//!
//! Making a bind group, recording an encoder's commands with wgpu, finishing it and submitting take wgpu and the driver
//! together as long as a program takes to record the next commands. None has an answer that the guest could see,
//! so they wait in a queue, and a thread of the guest's does them in order while the guest goes on. A program with a
//! thread for its GPU does the same natively; a component has one thread.
//!
//! Nothing of that shows: whatever depends on what is in the queue (mapping, destroying, error scopes, an
//! error that would be reported before an earlier one, memory that is short) [settles](Timeline::settle) it first.
//! Whoever settles does the work, without waiting for the thread to wake up.

use std::{
    cell::Cell,
    collections::VecDeque,
    fmt, hint,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::device::fence;

type Job = Box<dyn FnOnce() + Send>;

/// How long somebody who needs the thread's work done stays awake for it. A submit takes less; to fall asleep
/// and be woken takes as long as that, on a virtual machine.
const SPIN: Duration = Duration::from_micros(200);

/// Whether there is a processor to spare for that.
fn spins() -> bool {
    static SPINS: OnceLock<bool> = OnceLock::new();
    *SPINS.get_or_init(|| thread::available_parallelism().is_ok_and(|processors| processors.get() > 4))
}

/// Jobs that may wait. A guest that is faster than its thread does some of them itself.
const MAX_WAITING: usize = 256;

/// What one guest has asked for and the host has not done yet. Dropping it settles it.
#[derive(Default)]
pub(crate) struct Timeline {
    shared: Arc<Shared>,
    habit: Habit,
}

/// How often the guest submits between two waits for the GPU, and after how many of these submits it goes on
/// recording work: it will do the same again. To wake a thread for somebody who is about to wait for it only costs.
/// The calls of a guest come one after the other, so these numbers need no order.
#[derive(Debug)]
struct Habit {
    /// Submits since the last wait.
    submits: AtomicU32,
    /// Those up to the last one after which a pass began.
    recorded: AtomicU32,
    /// What that came to before the last wait.
    expected: AtomicU32,
}

impl Default for Habit {
    /// Of a guest that has never waited, and may never do.
    fn default() -> Self {
        Self { submits: AtomicU32::new(0), recorded: AtomicU32::new(0), expected: AtomicU32::new(u32::MAX) }
    }
}

impl Habit {
    #[inline]
    fn pass_begins(&self) {
        self.recorded.store(self.submits.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    fn waits(&self) {
        if self.submits.swap(0, Ordering::Relaxed) > 0 {
            self.expected.store(self.recorded.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// At a submit: whether the guest will go on recording work: a guess.
    fn will_record(&self) -> bool {
        let before = self.submits.fetch_add(1, Ordering::Relaxed);
        let expected = self.expected.load(Ordering::Relaxed);
        // More than expected already: how much more, nobody can say.
        before < expected || self.recorded.load(Ordering::Relaxed) > expected
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// For the thread: there is work, or there will be no more.
    changed: Condvar,
    /// Whoever holds it may take jobs, and does them before letting it go: they are done in order.
    running: Mutex<()>,
    /// Jobs that are not done.
    undone: AtomicUsize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    thread: Thread,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Thread {
    #[default]
    NotStarted,
    Working,
    Sleeping,
    /// It can't be started, or has to end.
    Ended,
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline").field("undone", &self.shared.undone).finish_non_exhaustive()
    }
}

thread_local! {
    /// Whether this thread is in a job, where everything before it is done.
    static IN_JOB: Cell<bool> = const { Cell::new(false) };
}

impl Timeline {
    /// Whether nothing waits, so that what is done now is in order.
    #[inline]
    pub(crate) fn is_settled(&self) -> bool {
        self.shared.undone.load(Ordering::Acquire) == 0 || IN_JOB.get()
    }

    /// Whether there is no job, not even one that is being done.
    pub(crate) fn is_empty(&self) -> bool {
        self.shared.undone.load(Ordering::Acquire) == 0
    }

    /// Puts a job at the end. It may wait until [`Self::after_submit`], [`Self::wake`] or [`Self::settle`].
    pub(crate) fn push(&self, job: impl FnOnce() + Send + 'static) {
        let waiting = {
            let mut state = self.shared.state.lock();
            // Before it can be taken, so that the count is never below what there is.
            self.shared.undone.fetch_add(1, Ordering::Release);
            state.jobs.push_back(Box::new(job));
            state.jobs.len()
        };
        if waiting > MAX_WAITING {
            self.shared.work(MAX_WAITING / 2);
        }
    }

    /// Says that the last job is a submit: it and what is before it are done soon, by the thread or here and now.
    pub(crate) fn after_submit(&self) {
        if self.habit.will_record() {
            self.wake();
        } else {
            self.settle();
        }
    }

    /// Says that a pass begins.
    #[inline]
    pub(crate) fn pass_begins(&self) {
        self.habit.pass_begins();
    }

    /// [`Self::settle`], and the guest is about to wait for the GPU.
    pub(crate) fn settle_to_wait(&self) {
        self.habit.waits();
        self.settle();
    }

    /// Has the thread do what there is.
    pub(crate) fn wake(&self) {
        let mut state = self.shared.state.lock();
        if state.thread == Thread::NotStarted {
            state.thread = self.start();
        }
        let thread = state.thread;
        // The first thing it does is to look at the state.
        drop(state);
        match thread {
            Thread::NotStarted | Thread::Working => {}
            Thread::Sleeping => {
                self.shared.changed.notify_one();
            }
            Thread::Ended => self.settle(),
        }
    }

    /// Returns when everything is done that was put here before; in a job, that is so already.
    #[inline]
    pub(crate) fn settle(&self) {
        if !self.is_settled() {
            self.shared.work(0);
        }
    }

    /// [`Self::settle`], but no further than to where `enough` is so: what is behind that is left to the thread.
    pub(crate) fn settle_until(&self, enough: impl Fn() -> bool) {
        while !self.is_settled() && !enough() {
            // The thread may have got that far meanwhile.
            if let Some(running) = self.shared.running.try_lock_for(SPIN) {
                self.shared.work_on(running, 0, &enough, false);
            }
        }
    }

    fn start(&self) -> Thread {
        let shared = Arc::clone(&self.shared);
        #[expect(clippy::disallowed_methods, reason = "it ends when the `Timeline` is dropped")]
        let spawned = thread::Builder::new().name("wgpu-wasi timeline".to_owned()).spawn(move || {
            while shared.wait() {
                let running = shared.running.lock();
                shared.work_on(running, 0, || false, true);
            }
        });
        match spawned {
            Ok(_) => Thread::Working,
            Err(error) => {
                tracing::warn!("commands are submitted by the guest's own thread: {error}");
                Thread::Ended
            }
        }
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        self.settle();
        self.shared.state.lock().thread = Thread::Ended;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    /// Waits until nobody else does jobs.
    fn run(&self) -> MutexGuard<'_, ()> {
        if spins() {
            let start = Instant::now();
            while start.elapsed() < SPIN {
                if let Some(running) = self.running.try_lock() {
                    return running;
                }
                hint::spin_loop();
            }
        }
        self.running.lock()
    }

    /// Does jobs until `left` of them wait.
    fn work(&self, left: usize) {
        self.work_on(self.run(), left, || false, false);
    }

    /// Does jobs until `left` of them wait, or `enough` is so. With `gives_way`, whoever waits for it goes on with the next.
    fn work_on(
        &self,
        mut running: MutexGuard<'_, ()>,
        left: usize,
        enough: impl Fn() -> bool,
        gives_way: bool,
    ) {
        while !enough() {
            let job = {
                let mut state = self.state.lock();
                if state.jobs.len() <= left {
                    break;
                }
                state.jobs.pop_front()
            };
            let Some(job) = job else { break };
            IN_JOB.set(true);
            // Those that can panic report that to the guest themselves; this keeps the thread, and the count.
            let _ = fence::catch(job);
            IN_JOB.set(false);
            self.undone.fetch_sub(1, Ordering::Release);
            if gives_way {
                MutexGuard::bump(&mut running);
            }
        }
        drop(running);
    }

    /// Waits for a job; `false` when there will be none.
    fn wait(&self) -> bool {
        let mut state = self.state.lock();
        while state.jobs.is_empty() && state.thread != Thread::Ended {
            state.thread = Thread::Sleeping;
            self.changed.wait(&mut state);
        }
        if state.thread == Thread::Ended {
            return false;
        }
        state.thread = Thread::Working;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    fn numbers() -> (impl Fn(u32) -> Job, Arc<Mutex<Vec<u32>>>) {
        let done = Arc::new(Mutex::new(Vec::new()));
        let job = {
            let done = Arc::clone(&done);
            move |number| -> Job {
                let done = Arc::clone(&done);
                Box::new(move || done.lock().push(number))
            }
        };
        (job, done)
    }

    #[test]
    fn jobs_are_done_in_order_whoever_does_them() {
        let (job, done) = numbers();
        let timeline = Timeline::default();
        for number in 0..10_000 {
            timeline.push(job(number));
            match number % 7 {
                0 => timeline.wake(),
                3 if number % 11 == 0 => timeline.settle(),
                _ => {}
            }
        }
        timeline.settle();
        assert!(timeline.is_settled());
        assert_eq!(*done.lock(), (0..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn the_thread_works_while_the_guest_does_not_wait() {
        let timeline = Timeline::default();
        for _ in 0..3 {
            let (done, answer) = mpsc::channel();
            timeline.push(move || done.send(thread::current().name().map(str::to_owned)).unwrap());
            timeline.wake();
            let name = answer.recv_timeout(Duration::from_secs(60)).unwrap();
            assert_eq!(name.as_deref(), Some("wgpu-wasi timeline"));
        }
    }

    #[test]
    fn a_guest_does_again_what_it_has_done() {
        let habit = Habit::default();
        let three = || [habit.will_record(), habit.will_record(), habit.will_record()];
        // There is nothing to go by.
        assert_eq!(three(), [true; 3]);
        habit.waits();
        // No pass began after any.
        habit.pass_begins();
        assert_eq!(three(), [false; 3]);
        // Now there are more than expected.
        habit.pass_begins();
        assert_eq!(three(), [true; 3]);
        habit.waits();
        // Nothing was submitted between.
        habit.waits();
        // A pass began after the third.
        for _ in 0..3 {
            assert_eq!(three(), [true; 3]);
            habit.pass_begins();
            assert_eq!(three(), [false; 3]);
            habit.waits();
        }
    }

    #[test]
    fn a_job_may_settle_and_panic() {
        let (job, done) = numbers();
        let timeline = Arc::new(Timeline::default());
        timeline.push(job(1));
        let inner = Arc::downgrade(&timeline);
        let three = job(3);
        timeline.push(move || {
            inner.upgrade().unwrap().settle();
            assert!(inner.upgrade().unwrap().is_settled());
            three();
            panic!("in a job");
        });
        timeline.push(job(5));
        timeline.settle();
        assert_eq!(*done.lock(), [1, 3, 5]);
        assert!(timeline.is_settled());
    }

    #[test]
    fn nobody_waits_for_more_than_is_enough() {
        let (job, done) = numbers();
        let timeline = Timeline::default();
        let has = |number| done.lock().contains(&number);
        for number in 0..10 {
            timeline.push(job(number));
        }
        timeline.settle_until(|| has(3));
        assert_eq!(*done.lock(), [0, 1, 2, 3]);
        timeline.settle_until(|| has(3));
        assert_eq!(done.lock().len(), 4);

        // The same while the thread works.
        let (go_on, goes_on) = mpsc::channel();
        timeline.push(move || _ = goes_on.recv_timeout(Duration::from_secs(60)));
        timeline.wake();
        timeline.settle_until(|| has(9));
        assert!(!timeline.is_settled());
        go_on.send(()).unwrap();
        // There is nothing more.
        timeline.settle_until(|| false);
        assert!(timeline.is_settled());
    }

    #[test]
    fn what_waits_is_bounded_and_done_at_the_end() {
        let (job, done) = numbers();
        let timeline = Timeline::default();
        let many = u32::try_from(3 * MAX_WAITING).unwrap();
        for number in 0..many {
            timeline.push(job(number));
            assert!(timeline.shared.state.lock().jobs.len() <= MAX_WAITING);
        }
        assert!(!timeline.is_settled());
        drop(timeline);
        assert_eq!(*done.lock(), (0..many).collect::<Vec<_>>());
    }
}
