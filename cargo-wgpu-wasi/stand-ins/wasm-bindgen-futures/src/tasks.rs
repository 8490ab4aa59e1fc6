//! Futures without an event loop of their own: each is polled when it is spawned, again when the program says so, and in
//! programs with windows in each turn of the event loop after something has woken it.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
};

use crate::turns;

/// A future that was not done at its last poll.
struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    woken: Arc<Woken>,
}

/// Whether something has woken a future since.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

thread_local! {
    static PARKED: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// Polls `future` at once, and keeps it when it is not done then: for the event loop, and for [`run_until_stalled`].
///
/// A browser would poll it after the caller has returned. Where there is no event loop, nothing runs after that, and what
/// futures over wgpu wait for has happened when they are made. The others are left alone: the caller may hold a
/// lock that one of them wants.
pub fn spawn_local<F>(future: F)
where
    F: Future<Output = ()> + 'static,
{
    turns::begin(run_woken);
    Task { future: Box::pin(future), woken: Arc::new(Woken(AtomicBool::new(false))) }.go_on();
}

/// Polls each future that was spawned and is not done, once; returns how many still are not.
///
/// The real crate has no such function, so that only a program made for WASI can call it. None has to.
pub fn run_until_stalled() -> usize {
    // Taken out meanwhile: a task may spawn another.
    for task in PARKED.take() {
        task.go_on();
    }
    PARKED.with_borrow(Vec::len)
}

/// Polls each that something has woken, once; returns whether something has woken one of them since.
fn run_woken() -> bool {
    let (woken, rest): (Vec<Task>, Vec<Task>) = PARKED.take().into_iter().partition(Task::is_woken);
    PARKED.set(rest);
    for task in woken {
        task.go_on();
    }
    PARKED.with_borrow(|parked| parked.iter().any(Task::is_woken))
}

impl Task {
    fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::Relaxed)
    }

    /// Polls it, and parks it unless it is done.
    fn go_on(mut self) {
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.woken));
        if self.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            PARKED.with_borrow_mut(|parked| parked.push(self));
        }
    }
}
