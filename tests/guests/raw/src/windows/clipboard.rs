//! What guests do with the clipboard, right and wrong.

use raw::Checks;

use super::{
    bindings::{
        clipboard,
        wit::{self, Event, Refusal},
    },
    kit,
};

fn is_refused<T>(result: &Result<T, Refusal>) -> bool {
    matches!(result, Err(Refusal::NotGranted))
}

/// Windows alone are no right to it.
pub(super) async fn clipboard_not_granted(checks: &mut Checks) {
    let _window = kit::open(64, 48).expect("windows are granted").window;
    while !wit::next(None).await.iter().any(|(_, event)| matches!(event, Event::Key(_))) {}
    checks.that("it is not there", !clipboard::granted());
    checks.that("it can't be read", is_refused(&clipboard::read_text().await));
    checks.that("nor written to, after a key", is_refused(&clipboard::write_text("mine")));
}

/// The harness has copied "theirs", and presses a key later.
pub(super) async fn clipboard_after_a_press(checks: &mut Checks) {
    checks.that("it is there", clipboard::granted());
    let _window = kit::open(64, 48).expect("windows are granted").window;
    checks.that("nobody has pressed anything", is_refused(&clipboard::write_text("mine")));
    while !wit::next(None).await.iter().any(|(_, event)| matches!(event, Event::Key(_))) {}
    let read = || async { clipboard::read_text().await.unwrap_or_default() };
    checks.equal("what was copied", &*read().await, "theirs");
    checks.that("after a key", clipboard::write_text("mine").is_ok());
    checks.equal("what was written", &*read().await, "mine");
    let long = "a".repeat((1 << 20) + 1);
    checks.that("too long", matches!(clipboard::write_text(&long), Err(Refusal::Failed)));
    checks.that("as long as can be", clipboard::write_text(long.get(1..).unwrap_or_default()).is_ok());
    checks.equal("all of it", read().await.len(), 1 << 20);
    // The key is long ago.
    while wit::next(Some(2_000_000_000))
        .await
        .iter()
        .any(|(_, event)| !matches!(event, Event::CloseRequested))
    {}
    checks.that("too late", is_refused(&clipboard::write_text("late")));
    checks.equal("reading takes no key", read().await.len(), 1 << 20);
}
