//! The device itself: what every object of it holds on to. A file of its own, because the device of
//! `objects/device.rs` is the handle of the program to it, and knows all objects, which know this. — peer: host/src/device/core.rs

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use wgpu::custom::{BoxDeviceLostCallback, BoxSubmittedWorkDoneCallback};
use wgpu::wgt::PollType;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::{self, NotInWebGpu};
use crate::device::errors::{self, Errors, Stack};
use crate::device::reuse::{Reuse, SharedBindGroup};
use crate::device::waits::{Map, Mappable, Waitable, Waits, block};
use crate::lock::lock;
use crate::memory;
use crate::unsupported::Unsupported;

/// The device itself: what every object of it holds on to.
#[derive(Debug)]
pub(crate) struct DeviceShared {
    pub(crate) wit: wit::GpuDevice,
    /// There is one queue, and a device needs it, too: `poll` waits for its work.
    pub(crate) queue: wit::GpuQueue,
    errors: Errors,
    waits: Waits,
    pub(crate) reuse: Mutex<Reuse<Arc<SharedBindGroup>>>,
    loss: Mutex<Loss>,
    /// What cannot change is asked for once.
    info: wgpu::AdapterInfo,
    features: wgpu::Features,
    limits: wgpu::Limits,
    /// For `objects/clear_texture.rs`; made when first needed.
    zeros: OnceLock<wit::GpuBuffer>,
    /// Whether the embedder lent it, who may lend it again.
    lent: bool,
    /// Whether its instance has [`wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE`].
    strict: bool,
}

/// Whether the device is lost, and who wants to know.
#[derive(Default)]
struct Loss {
    callback: Option<BoxDeviceLostCallback>,
    lost: Option<(wgpu::DeviceLostReason, String)>,
}

impl fmt::Debug for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loss").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl DeviceShared {
    /// Takes over a device of the host, made with the features in `required` and the limits in `asked`.
    pub(crate) fn new(
        wit: wit::GpuDevice,
        required: wgpu::Features,
        asked: wgpu::Limits,
        info: wgpu::AdapterInfo,
    ) -> Self {
        let limits = convert::device_limits(&wit.limits(), asked);
        // What WebGPU has no feature for, a device has in wgpu if it was asked for.
        let features = convert::features(&wit.features()) | (required & convert::UNNAMED_FEATURES);
        Self {
            queue: wit.queue(),
            errors: Errors::new(&wit),
            waits: Waits::default(),
            reuse: Mutex::default(),
            loss: Mutex::default(),
            info,
            features,
            limits,
            zeros: OnceLock::new(),
            lent: false,
            strict: false,
            wit,
        }
    }

    /// Takes over a device that the embedder lends, with all that it has.
    pub(crate) fn adopt(wit: wit::GpuDevice, info: wgpu::AdapterInfo) -> Self {
        let mut required = convert::UNNAMED_FEATURES;
        required.set(wgpu::Features::IMMEDIATES, wit.limits().max_immediate_size() > 0);
        let mut device = Self::new(wit, required, wgpu::Limits::default(), info);
        device.lent = true;
        device
    }

    /// Goes by [`wgpu::InstanceFlags::STRICT_WEBGPU_COMPLIANCE`] from the beginning on.
    pub(crate) fn be_strict(&mut self) {
        self.strict = true;
        self.limits.zero_native_only();
    }

    /// Whether it goes by that.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    /// What the device was made with.
    pub(crate) fn features(&self) -> wgpu::Features {
        self.features
    }

    /// What the device was made with.
    pub(crate) fn limits(&self) -> &wgpu::Limits {
        &self.limits
    }

    /// The adapter that it was made of.
    pub(crate) fn adapter_info(&self) -> &wgpu::AdapterInfo {
        &self.info
    }

    /// The buffer of zeros, which `make` makes the first time.
    pub(crate) fn zeros(&self, make: impl FnOnce(&wit::GpuDevice) -> wit::GpuBuffer) -> &wit::GpuBuffer {
        self.zeros.get_or_init(|| make(&self.wit))
    }

    /// Sets who is told that the device is lost; at once, if it is.
    pub(crate) fn set_lost_callback(&self, callback: BoxDeviceLostCallback) {
        let mut loss = lock(&self.loss);
        match loss.lost.clone() {
            Some((reason, message)) => {
                drop(loss);
                callback(reason, message);
            }
            None => loss.callback = Some(callback),
        }
    }

    /// Notes that the device is lost; the first reason counts.
    pub(crate) fn lose(&self, reason: wgpu::DeviceLostReason, message: String) {
        let callback = {
            let mut loss = lock(&self.loss);
            if loss.lost.is_some() {
                return;
            }
            loss.lost = Some((reason, message.clone()));
            loss.callback.take()
        };
        if let Some(callback) = callback {
            callback(reason, message);
        }
    }

    /// Whether the device is lost.
    pub(crate) fn is_lost(&self) -> bool {
        lock(&self.loss).lost.is_some()
    }
}

impl Drop for DeviceShared {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The queue may have outlived the handle of the device.
        self.flush();
        if self.lent {
            Errors::close(&self.wit);
        }
    }
}

/// Errors: see `errors.rs`.
impl DeviceShared {
    fn stack(&self) -> Stack<'_> {
        Stack { device: &self.wit, reuse: &self.reuse }
    }

    /// Notes that something was sent that may fail.
    #[inline]
    pub(crate) fn touch(&self) {
        self.errors.touch();
    }

    /// After every call that makes an object: reports its error at once if that was asked for.
    pub(crate) fn created(&self) {
        self.touch();
        if errors::at_once() {
            self.flush();
        }
    }

    /// Sets the handler of uncaptured errors.
    pub(crate) fn set_error_handler(&self, handler: Arc<dyn wgpu::UncapturedErrorHandler>) {
        self.errors.set_handler(handler);
    }

    /// Opens an error scope of the program; returns its place in the stack.
    pub(crate) fn push_scope(&self, filter: wgpu::ErrorFilter) -> u32 {
        self.errors.push_scope(self.stack(), filter)
    }

    /// Closes the error scope at `index`, which has to be the innermost one.
    pub(crate) fn pop_scope(&self, index: u32) -> Option<wgpu::Error> {
        self.errors.pop_scope(self.stack(), index)
    }

    /// Reports the errors of the host since the last time.
    pub(crate) fn flush(&self) {
        self.errors.flush(self.stack());
    }

    /// After calls that do not wait, and that programs make again and again: [`Self::flush`] if it is time.
    pub(crate) fn flush_in_time(&self) {
        self.errors.flush_in_time(self.stack());
    }

    /// Reports an error of the guest: to the innermost scope of its kind, else to the handler.
    pub(crate) fn report(&self, error: wgpu::Error) {
        self.errors.report(self.stack(), error);
    }

    /// Reports a validation error that was found in `call`, unless the device is lost: wgpu looks for that first.
    pub(crate) fn refuse(&self, call: &str, label: Option<&str>, why: impl fmt::Display) {
        if !self.is_lost() {
            self.refuse_in_any_case(call, label, why);
        }
    }

    /// Reports a validation error that wgpu finds before it asks whether the device is still there.
    pub(crate) fn refuse_in_any_case(&self, call: &str, label: Option<&str>, why: impl fmt::Display) {
        self.report(errors::validation(call, label, &why.to_string()));
    }

    /// Reports that `call` needs what the WIT does not have.
    pub(crate) fn refuse_unsupported(&self, row: Unsupported, call: &str, label: Option<&str>) {
        self.refuse(call, label, NotInWebGpu::from(row));
    }

    /// Makes an object that WebGPU calls invalid, see [`errors::invalid`].
    pub(crate) fn invalid<T>(&self, create: impl FnOnce(&wit::GpuDevice) -> T) -> T {
        errors::invalid(&self.wit, create)
    }

    /// Makes a call of the host that may be a validation error, and waits for that error.
    pub(crate) fn checked<T>(&self, call: impl FnOnce() -> T) -> (T, Option<wgpu::Error>) {
        errors::checked(&self.wit, call)
    }
}

/// Waiting: see `waits.rs`.
impl DeviceShared {
    /// Counts a submission; returns its index.
    pub(crate) fn count_submission(&self) -> u64 {
        self.waits.count_submission()
    }

    /// After a submission: calls back what several submissions have passed over.
    pub(crate) fn submitted(&self) {
        self.waits.submitted(self);
    }

    /// Maps a buffer when it is time to call back.
    pub(crate) fn map(&self, map: Map) {
        self.waits.map(self, map);
    }

    /// Calls back when everything submitted so far is done, and it is time to.
    pub(crate) fn work_done(&self, callback: BoxSubmittedWorkDoneCallback) {
        self.waits.work_done(self, callback);
    }

    /// Takes the pending mapping of a buffer back, which is unmapped, destroyed or dropped before it came.
    pub(crate) fn cancel_map(&self, buffer: &dyn Mappable) {
        self.waits.cancel_map(buffer);
    }

    /// Waits for the GPU and runs all callbacks: the queue is dropped. Native wgpu does the same then.
    pub(crate) fn finish_waiting(&self) {
        self.waits.finish(self);
    }

    /// `Device::poll`.
    pub(crate) fn poll(&self, poll_type: PollType<u64>) -> Result<wgpu::PollStatus, wgpu::PollError> {
        self.waits.poll(self, poll_type)
    }
}

impl Waitable for DeviceShared {
    fn wait_for_queue(&self, behind: u64) -> bool {
        let behind = if memory::is_read() { u32::try_from(behind).unwrap_or(u32::MAX) } else { 0 };
        let call = self.queue.on_submitted_work_done();
        block(memory::polled_with_argument(behind, call));
        behind == 0
    }

    fn flush(&self) {
        self.flush();
    }

    fn flush_in_time(&self) {
        self.flush_in_time();
    }

    fn lose(&self, message: String) {
        self.lose(wgpu::DeviceLostReason::Unknown, message);
    }
}
