//! GPUError and error scopes — wit: gpu-error — spec: <https://www.w3.org/TR/webgpu/#errors-and-debugging> — peer: host/src/objects/error.rs
//!
//! An error that no scope catches reaches a page by an event. A component cannot be told, it has to
//! ask, and the WIT's stream of uncaptured errors cannot be read without waiting for one. So the
//! device's scope stack starts with three scopes of our own, one for each kind, below all scopes of
//! the program. What they catch is fetched at fixed points (`flush`) and handed to the handler.
//!
//! Errors that are found in the guest belong into the same stack. Each scope therefore has a place
//! for one error on this side, too. Before an error of the guest is put there, what the host has
//! caught up to then is fetched, so that the first error of a scope is the first one here as well.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::device::reuse::{Reuse, SharedBindGroup};
use crate::device::waits::block;
use crate::lock::lock;

/// When errors that no error scope catches are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorReporting {
    /// In the call that failed, if it makes an object. Costs some microseconds for each object.
    /// The default where debug assertions are on.
    Immediate,
    /// After shader modules and pipelines are made, in calls that wait for all that was submitted or run a callback, such
    /// as `Device::poll`, and in one of 64 calls of `Queue::submit` and `Device::poll` that don't. The default otherwise: a host may do what was submitted while
    /// the program goes on, and to ask for its errors is to wait for it.
    Batched,
}

static REPORTING: AtomicU8 = AtomicU8::new(if cfg!(debug_assertions) { IMMEDIATE } else { BATCHED });
const IMMEDIATE: u8 = 0;
const BATCHED: u8 = 1;

/// Chooses when errors that no error scope catches are reported; for all devices, from now on.
///
/// Errors in scopes of [`wgpu::Device::push_error_scope`] are not affected: they are always complete
/// when the scope is popped.
pub fn set_error_reporting(reporting: ErrorReporting) {
    let reporting = match reporting {
        ErrorReporting::Immediate => IMMEDIATE,
        ErrorReporting::Batched => BATCHED,
    };
    REPORTING.store(reporting, Ordering::Relaxed);
}

/// Whether they are reported in the call that failed.
pub(crate) fn at_once() -> bool {
    REPORTING.load(Ordering::Relaxed) == IMMEDIATE
}

/// Calls, each a submission or a poll that does not wait, after which errors are fetched.
const CALLS_UNTIL_FLUSH: u32 = 64;

/// The scope stack of a device.
pub(crate) struct Errors {
    state: Mutex<State>,
    /// Whether anything was sent since the last flush that may have failed.
    touched: AtomicBool,
    /// Calls since then that left it to the next one.
    put_off: AtomicU32,
}

struct State {
    /// Ours first, then those of the program; the host has the same filters in the same order.
    scopes: Vec<Scope>,
    handler: Option<Arc<dyn wgpu::UncapturedErrorHandler>>,
}

struct Scope {
    filter: wgpu::ErrorFilter,
    /// The first error, if it was fetched from the host already or was found on this side.
    caught: Option<wgpu::Error>,
}

impl Scope {
    fn new(filter: wgpu::ErrorFilter) -> Self {
        Self { filter, caught: None }
    }
}

macro_rules! ours {
    ($($filter:ident,)*) => {
        /// The scopes at the bottom of every stack, in the order in which what they caught is told.
        const OURS: [wgpu::ErrorFilter; 3] = [$(wgpu::ErrorFilter::$filter,)*];
    };
}
include!("../../wit/tables/bottom_scope.rs");
bottom_scope!(ours);

impl Errors {
    /// Puts our scopes onto the stack of a new device.
    pub(crate) fn new(device: &wit::GpuDevice) -> Self {
        for filter in OURS {
            device.push_error_scope(filter.into());
        }
        let state = State { scopes: OURS.map(Scope::new).into(), handler: None };
        Self { state: Mutex::new(state), touched: AtomicBool::new(false), put_off: AtomicU32::new(0) }
    }

    /// Takes our scopes off the stack of a device that others go on with.
    pub(crate) fn close(device: &wit::GpuDevice) {
        for _ in OURS {
            // What they caught was told, or nobody is there to hear it.
            drop(block(device.pop_error_scope()));
        }
    }

    /// Notes that something was sent that may fail.
    #[inline]
    pub(crate) fn touch(&self) {
        self.touched.store(true, Ordering::Relaxed);
    }

    /// Sets the handler of uncaptured errors.
    pub(crate) fn set_handler(&self, handler: Arc<dyn wgpu::UncapturedErrorHandler>) {
        lock(&self.state).handler = Some(handler);
    }

    /// Opens a scope of the program; returns its place in the stack.
    pub(crate) fn push_scope(&self, stack: Stack<'_>, filter: wgpu::ErrorFilter) -> u32 {
        // Errors from before the scope belong to the handler, and first.
        self.flush(stack);
        let mut state = lock(&self.state);
        let index = state.scopes.len().saturating_sub(OURS.len());
        stack.device.push_error_scope(filter.into());
        state.scopes.push(Scope::new(filter));
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Closes the scope at `index`, which has to be the innermost one.
    pub(crate) fn pop_scope(&self, stack: Stack<'_>, index: u32) -> Option<wgpu::Error> {
        let mut state = lock(&self.state);
        let innermost = state.scopes.len().checked_sub(OURS.len() + 1);
        if innermost.is_none() || innermost != usize::try_from(index).ok() {
            drop(state);
            mismatch(innermost.is_none());
            return None;
        }
        let scope = state.scopes.pop()?;
        let caught = stack.reported(block(stack.device.pop_error_scope()));
        scope.caught.or(caught)
    }

    /// Reports what our scopes have caught since the last time.
    pub(crate) fn flush(&self, stack: Stack<'_>) {
        self.put_off.store(0, Ordering::Relaxed);
        if !self.touched.swap(false, Ordering::Relaxed) {
            return;
        }
        let (caught, handler) = {
            let mut state = lock(&self.state);
            stack.fetch(&mut state, 0);
            let ours = state.scopes.iter_mut().take(OURS.len());
            let caught: Vec<wgpu::Error> = ours.filter_map(|scope| scope.caught.take()).collect();
            (caught, state.handler.clone())
        };
        // Without the lock: a handler may use the device.
        for error in caught {
            deliver(handler.as_deref(), error);
        }
    }

    /// After calls that do not wait, and that programs make again and again: [`Self::flush`] if it is time.
    pub(crate) fn flush_in_time(&self, stack: Stack<'_>) {
        let put_off = self.put_off.fetch_add(1, Ordering::Relaxed);
        if put_off + 1 >= CALLS_UNTIL_FLUSH || at_once() {
            self.flush(stack);
        }
    }

    /// Reports an error of the guest: to the innermost scope of its kind, else to the handler.
    pub(crate) fn report(&self, stack: Stack<'_>, error: wgpu::Error) {
        let filter = match &error {
            wgpu::Error::OutOfMemory { source: _ } => wgpu::ErrorFilter::OutOfMemory,
            wgpu::Error::Validation { source: _, description: _ } => wgpu::ErrorFilter::Validation,
            wgpu::Error::Internal { source: _, description: _ } => wgpu::ErrorFilter::Internal,
        };
        let handler = {
            let mut state = lock(&self.state);
            let found = state.scopes.iter().rposition(|scope| scope.filter == filter);
            if let Some(index) = found.filter(|&index| index >= OURS.len()) {
                stack.fetch(&mut state, index);
                if let Some(scope) = state.scopes.get_mut(index) {
                    scope.caught.get_or_insert(error);
                }
                return;
            }
            state.handler.clone()
        };
        self.flush(stack);
        deliver(handler.as_deref(), error);
    }
}

impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errors").field("touched", &self.touched).finish_non_exhaustive()
    }
}

/// The host's end of the stack of scopes.
#[derive(Clone, Copy)]
pub(crate) struct Stack<'a> {
    pub(crate) device: &'a wit::GpuDevice,
    /// Emptied whenever the host has caught an error: it may be about a bind group, which would be one again if the
    /// program made the same once more.
    pub(crate) reuse: &'a Mutex<Reuse<Arc<SharedBindGroup>>>,
}

impl Stack<'_> {
    /// What the host has caught in a scope.
    fn reported(self, caught: Caught) -> Option<wgpu::Error> {
        let error = from_host(caught)?;
        lock(self.reuse).clear();
        Some(error)
    }

    /// Fetches what the host has caught in the scopes from `from` on, and opens them there again.
    fn fetch(self, state: &mut State, from: usize) {
        let Some(scopes) = state.scopes.get_mut(from..) else { return };
        let count = scopes.len();
        let device = self.device;
        let caught = block(async move {
            let mut caught = Vec::with_capacity(count);
            for _ in 0..count {
                caught.push(device.pop_error_scope().await);
            }
            caught
        });
        for (scope, caught) in scopes.iter_mut().rev().zip(caught) {
            if let (None, Some(error)) = (&scope.caught, self.reported(caught)) {
                scope.caught = Some(error);
            }
        }
        for scope in scopes {
            device.push_error_scope(scope.filter.into());
        }
    }
}

/// Makes an object that WebGPU calls invalid: from a description that every host refuses, the
/// error for which nobody gets to see. Every later use of it fails as it should.
/// <https://www.w3.org/TR/webgpu/#invalidity>
pub(crate) fn invalid<T>(device: &wit::GpuDevice, create: impl FnOnce(&wit::GpuDevice) -> T) -> T {
    device.push_error_scope(wit::GpuErrorFilter::Validation);
    let object = create(device);
    if let Err(error) = block(device.pop_error_scope()) {
        log::debug!("an error scope could not be closed: {}", error.message);
    }
    object
}

/// Makes a call of the host that may be a validation error, and waits for that error.
pub(crate) fn checked<T>(device: &wit::GpuDevice, call: impl FnOnce() -> T) -> (T, Option<wgpu::Error>) {
    device.push_error_scope(wit::GpuErrorFilter::Validation);
    let value = call();
    (value, from_host(block(device.pop_error_scope())))
}

/// What the host answers when a scope is closed.
type Caught = Result<Option<wit::GpuError>, wit::PopErrorScopeError>;

/// An error of the host, or nothing: a device that is lost has no scopes any more.
fn from_host(caught: Caught) -> Option<wgpu::Error> {
    match caught {
        Ok(error) => error.map(Into::into),
        Err(error) => {
            log::debug!("an error scope could not be closed: {}", error.message);
            None
        }
    }
}

/// To the handler, or the end: an error that nobody handles is fatal in wgpu.
fn deliver(handler: Option<&dyn wgpu::UncapturedErrorHandler>, error: wgpu::Error) {
    match handler {
        Some(handler) => handler(error),
        None => fatal(&error),
    }
}

#[cold]
#[expect(clippy::panic, reason = "wgpu's default, on which programs without a handler rely")]
fn fatal(error: &wgpu::Error) -> ! {
    log::error!("an error of wgpu that no scope and no handler takes is fatal");
    panic!("wgpu error: {error}\n");
}

/// A scope was popped that is not the innermost one.
#[cold]
#[expect(clippy::panic, reason = "what wgpu does, except while unwinding, too")]
fn mismatch(none: bool) {
    if std::thread::panicking() {
        return;
    }
    if none {
        panic!("Mismatched pop_error_scope call: there is no error scope");
    }
    panic!("Mismatched pop_error_scope call: error scopes have to be popped innermost first");
}

/// What WebGPU says about an error is its kind and a message; this is the message.
#[derive(Debug)]
struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Message {}

impl From<wit::GpuError> for wgpu::Error {
    fn from(value: wit::GpuError) -> Self {
        let description = value.message();
        let source = Box::new(Message(description.clone()));
        match value.kind() {
            wit::GpuErrorKind::ValidationError => Self::Validation { source, description },
            wit::GpuErrorKind::OutOfMemoryError => Self::OutOfMemory { source },
            wit::GpuErrorKind::InternalError => Self::Internal { source, description },
        }
    }
}

/// A validation error in wgpu's own shape, so that logs read alike on both sides. Lines of `why` after the first are
/// causes of it, each two spaces deeper.
pub(crate) fn validation(call: &str, label: Option<&str>, why: &str) -> wgpu::Error {
    let label = match label {
        Some(label) if !label.is_empty() => format!(", label = '{label}'"),
        Some(_) | None => String::new(),
    };
    let source = format!("In {call}{label}");
    let why: String = why.lines().map(|line| format!("    {line}\n")).collect();
    let description = format!("Validation Error\n\nCaused by:\n  In {call}{label}\n{why}");
    wgpu::Error::Validation { source: Box::new(Message(source)), description }
}

/// Memory of the guest that is not there.
pub(crate) fn out_of_memory(what: &str) -> wgpu::Error {
    wgpu::Error::OutOfMemory { source: Box::new(Message(what.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_shape_of_wgpu() {
        let error = validation("Device::create_buffer", Some("staging"), "too small");
        let text =
            "Validation Error\n\nCaused by:\n  In Device::create_buffer, label = 'staging'\n    too small\n";
        assert_eq!(error.to_string(), text);
        let error = validation("Device::create_texture", None, "no\n  because");
        let text = "Validation Error\n\nCaused by:\n  In Device::create_texture\n    no\n      because\n";
        assert_eq!(error.to_string(), text);
        let error = validation("Queue::submit", None, "no");
        assert_eq!(error.to_string(), "Validation Error\n\nCaused by:\n  In Queue::submit\n    no\n");
    }
}
