//! The device itself: what every object of it holds on to. A file of its own, because the device of
//! `objects/device.rs` is the handle of the program to it, and knows all objects, which know this. — peer: host/src/device/core.rs

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use wgpu::custom::BoxDeviceLostCallback;

use crate::bindings::wasi::webgpu::webgpu as wit;
use crate::convert;
use crate::device::errors::Errors;
use crate::device::reuse::{Reuse, SharedBindGroup};
use crate::device::waits::Waits;
use crate::lock::lock;

/// The device itself: what every object of it holds on to.
#[derive(Debug)]
pub(crate) struct DeviceShared {
    pub(crate) wit: wit::GpuDevice,
    /// There is one queue, and a device needs it, too: `poll` waits for its work.
    pub(crate) queue: wit::GpuQueue,
    pub(crate) errors: Errors,
    pub(crate) waits: Waits,
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
            self.close_scopes();
        }
    }
}
