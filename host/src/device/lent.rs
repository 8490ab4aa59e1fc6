//! A device that the embedder lends, whichever guests have it.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::device::core::DeviceCore;

/// A device and its queue that the embedder also uses itself, to lend to guests.
///
/// A guest gets it with [`crate::WebGpuCtxBuilder::device`], as the answer to its `request-device`, or
/// through a function of the embedder's own with [`WebGpuCtxView::lend_device`](crate::WebGpuCtxView::lend_device). Clones are the same
/// device, and any number of guests may have it at a time. To each of them it is a device of its own:
///
/// - **Features and limits** are all that the device has, whatever the guest asked for. A request for more is
///   refused, and so is a second one while the guest holds anything of the first, since an adapter of WebGPU
///   gives one device. A guest that lost it gets it anew.
/// - **Errors** of a guest's calls go to that guest's scopes and to nobody else. The handler of uncaptured
///   errors stays the embedder's, and hears of nothing that a guest does. A call reports one error of each
///   kind.
/// - **`destroy`** by a guest ends the device for that guest alone: it is lost, and whatever the guest still
///   submits, writes or maps goes nowhere. So does `destroy` on a lent texture or buffer end the guest's
///   handle; views and bind groups made from it before still stand for the embedder's object.
/// - **Loss** of the device: wgpu calls one callback, which stays the embedder's too. An embedder who
///   wants guests to hear of it calls [`Self::lose`] there.
/// - **Memory** that the guest asks for counts towards its quota, as ever; what is lent to it does not.
///
/// Guests that share a device share its one queue, in which work is done in order: see `docs/embedding.md`
/// for what one guest's endless work does to the others.
///
/// wgpu calls the callbacks of finished work on the thread that polls or submits. On a shared device
/// that may be a guest's, for callbacks of the embedder; they should be short and not panic.
#[derive(Clone, Debug)]
pub struct LentDevice {
    device: wgpu::Device,
    queue: wgpu::Queue,
    guests: Arc<Mutex<Guests>>,
}

#[derive(Debug, Default)]
struct Guests {
    /// The sides of the device that guests have.
    cores: Vec<Weak<DeviceCore>>,
    /// Why nobody gets it any more.
    lost: Option<(wgpu::DeviceLostReason, String)>,
}

impl LentDevice {
    /// Takes a device and the queue that came with it. They have to come from the [`wgpu::Instance`] that
    /// the contexts of the guests have, for wgpu does not check that: an object of another one may
    /// be taken for one of this.
    #[must_use]
    pub fn new(device: wgpu::Device, queue: wgpu::Queue) -> Self {
        Self { device, queue, guests: Arc::default() }
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// Its queue.
    #[must_use]
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// Takes the device away from all guests: to them it is lost, and nothing that they call does anything
    /// with it any more; one that asks later gets a lost device. The device itself is left alone, and a new
    /// [`LentDevice`] of it starts afresh. <https://www.w3.org/TR/webgpu/#lose-the-device>
    pub fn lose(&self, reason: wgpu::DeviceLostReason, message: &str) {
        let mut guests = self.guests.lock();
        guests.lost.get_or_insert_with(|| (reason, message.to_owned()));
        for guest in guests.cores.iter().filter_map(Weak::upgrade) {
            guest.lose(reason, message);
        }
    }

    pub(crate) fn add_guest(&self, guest: &Arc<DeviceCore>) {
        let mut guests = self.guests.lock();
        guests.cores.retain(|guest| guest.strong_count() > 0);
        guests.cores.push(Arc::downgrade(guest));
        if let Some((reason, message)) = &guests.lost {
            guest.lose(*reason, message);
        }
    }
}
