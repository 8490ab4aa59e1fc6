//! The encoder itself, apart from the program's handle to it in `objects/command_encoder.rs`: passes note here what is
//! wrong with them. — peer: host/src/commands/recording.rs

use std::fmt;
use std::sync::{Arc, Mutex};

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert::NotInWebGpu;
use crate::device::shared::DeviceShared;
use crate::lock::lock;
use crate::unsupported::Unsupported;

/// The encoder itself: passes hold on to it, so that it outlives them in whatever order a program
/// drops them.
#[derive(Debug)]
pub(crate) struct EncoderShared {
    pub(crate) device: Arc<DeviceShared>,
    pub(crate) wit: wit::GpuCommandEncoder,
    pub(crate) label: Option<String>,
    /// The first command that could not be recorded. As in WebGPU, `finish` tells.
    failure: Mutex<Option<Failure>>,
    /// Whether it was made of a lost device, of which there are no errors.
    dead: bool,
}

/// Why an encoder is invalid.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) why: String,
    /// Whether wgpu finds it when the command is recorded. The rest, which it finds in `finish`, comes second, and
    /// not at all once the device is lost.
    pub(crate) at_once: bool,
}

impl EncoderShared {
    /// Of a device as it is now.
    pub(crate) fn new(
        device: &Arc<DeviceShared>,
        wit: wit::GpuCommandEncoder,
        label: Option<String>,
    ) -> Self {
        let dead = device.is_lost();
        Self { device: Arc::clone(device), wit, label, failure: Mutex::new(None), dead }
    }

    /// The host's encoder, unless a command has failed: wgpu does not look at those after it. Debug groups have to be
    /// closed nevertheless.
    pub(crate) fn open(&self) -> Option<&wit::GpuCommandEncoder> {
        lock(&self.failure).is_none().then_some(&self.wit)
    }

    /// The command that has failed, if there is one.
    pub(crate) fn take_failure(&self) -> Option<Failure> {
        lock(&self.failure).take()
    }

    /// Notes that a command is one that wgpu refuses in `finish`; which makes the command buffer invalid.
    pub(crate) fn fail(&self, why: impl fmt::Display) {
        lock(&self.failure).get_or_insert_with(|| Failure { why: why.to_string(), at_once: false });
    }

    /// Notes that a command is one that wgpu refuses when it is recorded.
    pub(crate) fn fail_at_once(&self, why: impl fmt::Display) {
        let mut failure = lock(&self.failure);
        if failure.as_ref().is_none_or(|failure| !failure.at_once) {
            *failure = Some(Failure { why: why.to_string(), at_once: !self.dead });
        }
    }

    /// The same of a pass, in what it begins with; those of a lost device are never valid.
    pub(crate) fn fail_to_begin(&self, why: impl fmt::Display) {
        let why = format!("In a pass parameter\n  {why}");
        if self.device.is_lost() { self.fail(why) } else { self.fail_at_once(why) }
    }

    /// Whether the device has a feature; notes that a command needs it where it has not.
    pub(crate) fn require(&self, features: wgpu::Features) -> bool {
        let has = self.device.features().contains(features);
        if !has {
            self.fail(NotInWebGpu::without(features));
        }
        has
    }

    /// The query set that a pass is to write timestamps to, if it may.
    pub(crate) fn timestamps<'q>(
        &self,
        query_set: Result<&'q wit::GpuQuerySet, String>,
    ) -> Option<&'q wit::GpuQuerySet> {
        let feature = wgpu::Features::TIMESTAMP_QUERY;
        if !self.device.features().contains(feature) {
            self.fail_to_begin(NotInWebGpu::without(feature));
            return None;
        }
        query_set.map_err(|why| self.fail_to_begin(why)).ok()
    }

    /// Notes what is wrong with `command` of a pass and its query set. wgpu looks first whether there is one.
    pub(crate) fn fail_query(
        &self,
        command: &str,
        query_set: Result<&wit::GpuQuerySet, String>,
        why: impl fmt::Display,
    ) {
        match query_set {
            Ok(_) => self.fail(format_args!("In a {command} command\n  {why}")),
            Err(why) => self.fail_at_once(format_args!("In a {command} command\n  {why}")),
        }
    }

    /// Notes that `command` of a pass is not in the WIT.
    pub(crate) fn fail_unsupported(&self, command: &str, row: Unsupported) {
        self.fail(format_args!("In a {command}\n  {}", NotInWebGpu::from(row)));
    }
}
