//! Errors of a device: the stack of error scopes, and the errors that no scope caught.
//! <https://www.w3.org/TR/webgpu/#error-scopes>
//!
//! The host keeps the stack itself. wgpu's own scopes belong to a thread, while a guest's calls may
//! come from several; and popping those in the wrong order is a panic. Only a device that an embedder lent
//! is served through them, one call at a time (`lent_scopes.rs`).

use std::{
    cell::Cell,
    collections::VecDeque,
    fmt, mem,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;

use crate::{
    device::{
        budget::{Budget, Reservation},
        guest_log::GuestLog,
        timeline::Timeline,
    },
    quotas::{MAX_ERROR_MESSAGE_BYTES, MAX_ERROR_SCOPES, MAX_UNREAD_ERRORS, QuotaExceeded},
};

/// Which error scope catches an error: <https://www.w3.org/TR/webgpu/#enumdef-gpuerrorfilter>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `GPUValidationError`: the guest broke a rule of WebGPU.
    Validation,
    /// `GPUOutOfMemoryError`: there was not enough memory, or the guest's quota of it is used up.
    OutOfMemory,
    /// `GPUInternalError`: the system or the driver failed although the guest broke no rule.
    Internal,
}

/// One `gpu-error` of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpuError {
    /// The subclass of `GPUError`.
    pub kind: ErrorKind,
    /// What was wrong, for people.
    pub message: String,
}

impl GpuError {
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Validation, message: bounded(message.into()) }
    }

    /// A validation error in wgpu's own shape, for programs that look into messages. Lines of `why` after the first
    /// are causes of it, each two spaces deeper.
    pub(crate) fn caused(call: impl fmt::Display, label: &str, why: impl fmt::Display) -> Self {
        let label = if label.is_empty() { String::new() } else { format!(", label = '{label}'") };
        let why: String = why.to_string().lines().map(|line| format!("    {line}\n")).collect();
        Self::validation(format!("Validation Error\n\nCaused by:\n  In {call}{label}\n{why}"))
    }

    pub(crate) fn out_of_memory(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::OutOfMemory, message: bounded(message.into()) }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Internal, message: bounded(message.into()) }
    }
}

/// The beginning of a message, which may hold labels and shaders of the guest: up to
/// [`MAX_ERROR_SCOPES`] of them wait to be read.
pub(crate) fn bounded(mut message: String) -> String {
    if message.len() > MAX_ERROR_MESSAGE_BYTES {
        message.truncate(message.floor_char_boundary(MAX_ERROR_MESSAGE_BYTES));
        message.shrink_to_fit();
    }
    message
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        match error {
            wgpu::Error::Validation { source: _, description } => Self::validation(description),
            wgpu::Error::Internal { source: _, description } => Self::internal(description),
            wgpu::Error::OutOfMemory { source } => Self::out_of_memory(source.to_string()),
        }
    }
}

/// The errors of one device.
#[derive(Debug, Default)]
pub(crate) struct DeviceErrors {
    state: Mutex<State>,
    /// What was put off may fail, and its errors come first.
    timeline: Arc<Timeline>,
    /// Where errors go that the guest can not ask for any more.
    unheard: Arc<UnheardErrors>,
    log: Arc<GuestLog>,
    /// What the messages count towards; `None` where no guest is behind them.
    memory: Option<Arc<Budget>>,
}

/// Errors that a guest would have handled, or ended with, had it asked for them before its end.
#[derive(Debug, Default)]
pub(crate) struct UnheardErrors(Mutex<Vec<GpuError>>);

impl UnheardErrors {
    /// Takes the errors that were left so far.
    pub(crate) fn take(&self) -> Vec<GpuError> {
        mem::take(&mut *self.0.lock())
    }
}

macro_rules! in_place_of_a_handler {
    ($($kind:ident,)*) => {
        /// The scopes at the bottom of a device's stack that stand for a handler of uncaptured errors, in this order. A
        /// component gets no call when there is an error, it can only ask; so `wgpu-wasi-backend` opens them before anything else.
        /// What scopes above them have caught is the program's own affair.
        const IN_PLACE_OF_A_HANDLER: [ErrorKind; 3] = [$(ErrorKind::$kind,)*];
    };
}
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/bottom_scope.rs"));
bottom_scope!(in_place_of_a_handler);

#[derive(Debug, Default)]
struct State {
    scopes: Vec<Scope>,
    /// Whether the guest has asked for the stream of uncaptured errors; until then they are logged.
    listening: bool,
    uncaptured: VecDeque<Waiting>,
    reader: Option<Waker>,
    /// A lost device reports nothing more: <https://www.w3.org/TR/webgpu/#lose-the-device>.
    closed: bool,
}

#[derive(Debug)]
struct Scope {
    filter: ErrorKind,
    /// The first error is the scope's result, later ones are dropped:
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-dispatch-error>.
    error: Option<Waiting>,
}

/// An error that waits to be read, and what its message takes.
#[derive(Debug)]
struct Waiting {
    error: GpuError,
    #[expect(dead_code, reason = "held, and never read")]
    bytes: Option<Reservation>,
}

/// What is logged of an error in the stream of a guest that has not taken it.
const UNREAD: &str = " that the guest did not read";

thread_local! {
    /// Where [`gathering`] keeps the errors that arise on this thread, instead of dispatching them.
    static GATHERED: Cell<Option<Vec<GpuError>>> = const { Cell::new(None) };
}

impl DeviceErrors {
    pub(crate) fn new(
        timeline: Arc<Timeline>,
        unheard: Arc<UnheardErrors>,
        log: Arc<GuestLog>,
        memory: Arc<Budget>,
    ) -> Self {
        Self { state: Mutex::default(), timeline, unheard, log, memory: Some(memory) }
    }

    /// Counts an error that is to wait; where there is no room for its message, it loses that.
    fn waiting(&self, mut error: GpuError) -> Waiting {
        let bytes = u64::try_from(error.message.capacity()).unwrap_or(u64::MAX);
        let counted = self.memory.as_ref().map(|memory| memory.reserve_now(bytes));
        if matches!(counted, Some(None)) {
            error.message =
                "its message was left out: the guest has as much of the host's memory as it may".to_owned();
        }
        Waiting { error, bytes: counted.flatten() }
    }

    /// Takes an error to the innermost scope that catches its kind, or to the uncaptured errors.
    pub(crate) fn report(&self, error: GpuError) {
        let Some(error) = gather(error) else { return };
        self.timeline.settle();
        let mut state = self.state.lock();
        if state.closed {
            return;
        }
        if let Some(scope) = state.scopes.iter_mut().rev().find(|scope| scope.filter == error.kind) {
            if scope.error.is_none() {
                scope.error = Some(self.waiting(error));
            }
            return;
        }
        if !state.listening {
            drop(state);
            self.log.uncaptured(&error.kind, &error.message, "");
            return;
        }
        if state.uncaptured.len() >= MAX_UNREAD_ERRORS {
            drop(state);
            self.log.uncaptured(&error.kind, &error.message, UNREAD);
            return;
        }
        state.uncaptured.push_back(self.waiting(error));
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    /// Reports a rule that the guest broke.
    pub(crate) fn validation(&self, message: impl Into<String>) {
        self.report(GpuError::validation(message));
    }

    /// [`Self::validation`] in the shape of [`GpuError::caused`].
    pub(crate) fn refuse(&self, call: impl fmt::Display, label: &str, why: impl fmt::Display) {
        self.report(GpuError::caused(call, label, why));
    }

    /// `pushErrorScope`: <https://www.w3.org/TR/webgpu/#dom-gpudevice-pusherrorscope>
    pub(crate) fn push_scope(&self, filter: ErrorKind) -> Result<(), QuotaExceeded> {
        self.timeline.settle();
        let mut state = self.state.lock();
        if state.scopes.len() >= MAX_ERROR_SCOPES {
            return Err(QuotaExceeded::ErrorScopes(MAX_ERROR_SCOPES));
        }
        state.scopes.push(Scope { filter, error: None });
        Ok(())
    }

    /// `popErrorScope`: `None` when there is no scope, else the error that it caught.
    /// <https://www.w3.org/TR/webgpu/#dom-gpudevice-poperrorscope>
    pub(crate) fn pop_scope(&self) -> Option<Option<GpuError>> {
        self.timeline.settle();
        self.state.lock().scopes.pop().map(|scope| scope.error.map(|waiting| waiting.error))
    }

    /// From now on uncaptured errors are kept for [`Self::poll_uncaptured`].
    pub(crate) fn listen(&self) {
        self.state.lock().listening = true;
    }

    /// Whether the guest waits for uncaptured errors, perhaps with nothing else to do.
    pub(crate) fn is_listening(&self) -> bool {
        self.state.lock().listening
    }

    /// The next uncaptured error; `None` when the device is lost and there will be no more.
    pub(crate) fn poll_uncaptured(&self, cx: &mut Context<'_>) -> Poll<Option<GpuError>> {
        let mut state = self.state.lock();
        if let Some(error) = state.uncaptured.pop_front() {
            return Poll::Ready(Some(error.error));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Gives up what the guest has not asked for, because it has ended or has dropped the device.
    pub(crate) fn leave_unheard(&self) {
        let state = &mut *self.state.lock();
        let mut unheard = self.unheard.0.lock();
        // One device after the other may be dropped with errors, and nobody needs to hear of thousands.
        let mut leave = |error| {
            if unheard.len() < MAX_UNREAD_ERRORS {
                unheard.push(error);
            }
        };
        for Waiting { error, bytes: _ } in state.uncaptured.drain(..) {
            self.log.uncaptured(&error.kind, &error.message, UNREAD);
        }
        if let Some(bottom) = state.scopes.get_mut(..IN_PLACE_OF_A_HANDLER.len())
            && bottom.iter().map(|scope| scope.filter).eq(IN_PLACE_OF_A_HANDLER)
        {
            let errors = bottom.iter_mut().filter_map(|scope| scope.error.take());
            errors.map(|Waiting { error, bytes: _ }| error).for_each(&mut leave);
        }
    }

    /// Stops reporting, as a lost device does.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }
}

impl Drop for DeviceErrors {
    fn drop(&mut self) {
        self.leave_unheard();
    }
}

/// Runs `call`, and gathers the errors that arise in it on this thread instead of dispatching them. Of a device that is
/// lent these are not all: [`collecting`](crate::device::lent_scopes::collecting) has them.
pub(crate) fn gathering<T>(call: impl FnOnce() -> T) -> (T, Vec<GpuError>) {
    /// Puts back what was gathered before, also when `call` panics.
    struct Restore(Option<Vec<GpuError>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            GATHERED.set(self.0.take());
        }
    }
    let restore = Restore(GATHERED.replace(Some(Vec::new())));
    let value = call();
    let errors = GATHERED.take().unwrap_or_default();
    drop(restore);
    (value, errors)
}

/// Keeps `error` if this thread is [`gathering`], else hands it back.
fn gather(error: GpuError) -> Option<GpuError> {
    match GATHERED.take() {
        Some(mut errors) => {
            errors.push(error);
            GATHERED.set(Some(errors));
            None
        }
        None => Some(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_shape_of_wgpu() {
        let error = GpuError::caused("ComputePass::end", "fill", "no\n  because");
        let text =
            "Validation Error\n\nCaused by:\n  In ComputePass::end, label = 'fill'\n    no\n      because\n";
        assert_eq!(error.message, text);
        assert!(GpuError::caused("Queue::submit", "", "no").message.ends_with("In Queue::submit\n    no\n"));
    }

    #[test]
    fn the_innermost_scope_of_the_kind_keeps_its_first_error() {
        let errors = DeviceErrors::default();
        errors.push_scope(ErrorKind::Validation).unwrap();
        errors.push_scope(ErrorKind::OutOfMemory).unwrap();
        errors.validation("first");
        errors.validation("second");
        errors.report(GpuError::out_of_memory("too much"));
        assert_eq!(errors.pop_scope(), Some(Some(GpuError::out_of_memory("too much"))));
        assert_eq!(errors.pop_scope(), Some(Some(GpuError::validation("first"))));
        assert_eq!(errors.pop_scope(), None);
    }

    #[test]
    fn uncaptured_errors_are_kept_for_a_reader_until_the_device_is_lost() {
        let errors = DeviceErrors::default();
        let mut cx = Context::from_waker(Waker::noop());
        errors.validation("nobody listens yet");
        errors.listen();
        assert!(errors.poll_uncaptured(&mut cx).is_pending());
        errors.validation("heard");
        assert_eq!(errors.poll_uncaptured(&mut cx), Poll::Ready(Some(GpuError::validation("heard"))));
        errors.close();
        errors.validation("the device is lost");
        assert_eq!(errors.poll_uncaptured(&mut cx), Poll::Ready(None));
    }

    #[test]
    fn what_stands_for_a_handler_is_left_when_the_device_goes() {
        let unheard = Arc::<UnheardErrors>::default();
        let memory = Budget::new(1 << 20, &Arc::default());
        let device =
            || DeviceErrors::new(Arc::default(), Arc::clone(&unheard), Arc::default(), Arc::clone(&memory));
        let errors = device();
        IN_PLACE_OF_A_HANDLER.iter().for_each(|kind| errors.push_scope(*kind).unwrap());
        errors.validation("nobody asked");
        errors.push_scope(ErrorKind::Validation).unwrap();
        errors.validation("in a scope of the program");
        drop(errors);
        assert_eq!(unheard.take(), [GpuError::validation("nobody asked")]);

        // Three scopes of a program.
        let errors = device();
        (0..3).for_each(|_| errors.push_scope(ErrorKind::Validation).unwrap());
        errors.validation("in a scope of the program");
        drop(errors);
        assert_eq!(unheard.take(), []);

        // A guest that has a stream of errors has chosen when to read it.
        let errors = device();
        errors.listen();
        errors.validation("not read");
        drop(errors);
        assert_eq!(unheard.take(), []);
    }

    #[test]
    fn error_scopes_are_limited() {
        let errors = DeviceErrors::default();
        for _ in 0..MAX_ERROR_SCOPES {
            errors.push_scope(ErrorKind::Internal).unwrap();
        }
        assert_eq!(errors.push_scope(ErrorKind::Internal), Err(QuotaExceeded::ErrorScopes(MAX_ERROR_SCOPES)));
    }
}
