//! Locking, in the one way in which this crate does.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; what a panicking handler left behind is still consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
