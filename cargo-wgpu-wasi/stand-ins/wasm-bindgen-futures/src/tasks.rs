//! Futures without an event loop: each is polled when it is spawned, and again when the program says so.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    task::{Context, Waker},
};

type Task = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    /// What was not done at its last poll.
    static PARKED: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// Polls `future` at once, and keeps it for [`run_until_stalled`] when it is not done then.
///
/// A browser would poll it after the caller has returned. Here nothing runs after that, and what futures
/// over wgpu wait for has happened when they are made. The others are left alone: the caller may hold a
/// lock that one of them wants.
pub fn spawn_local<F>(future: F)
where
    F: Future<Output = ()> + 'static,
{
    park_unless_done(Box::pin(future));
}

/// Polls each future that was spawned and is not done, once; returns how many still are not.
///
/// The real crate has no such function, so that only a program made for WASI can call it. None has to.
pub fn run_until_stalled() -> usize {
    // Taken out meanwhile: a task may spawn another.
    for task in PARKED.take() {
        park_unless_done(task);
    }
    PARKED.with_borrow(Vec::len)
}

fn park_unless_done(mut task: Task) {
    if task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        PARKED.with_borrow_mut(|parked| parked.push(task));
    }
}
