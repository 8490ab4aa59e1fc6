//! The core of a device: what its objects have in common, for as long as one of them is there.

use std::sync::{Arc, Weak, atomic::AtomicBool};

use tokio::sync::watch;

use crate::{
    device::{
        budget::{Budget, Reservation, SharedReservation},
        compiler::Compiler,
        errors::{DeviceErrors, GpuError, UnheardErrors},
        guest_log::GuestLog,
        held::Held,
        in_flight::{Alive, Awaited, InFlight},
        lent_scopes,
        submissions::Submissions,
        submits::Submits,
        timeline::Timeline,
        unusable::Unusable,
        waiting::Poller,
    },
    quotas::QuotaExceeded,
    weights,
};

/// What every object of a device shares: it lives as long as the last of them, in whatever order the
/// guest drops its handles.
#[derive(Debug)]
pub(crate) struct DeviceCore {
    pub(crate) wgpu: wgpu::Device,
    /// Held here because wgpu panics when an encoder is made after the last handle to the queue went.
    pub(crate) queue: wgpu::Queue,
    pub(crate) errors: Arc<DeviceErrors>,
    pub(crate) features: wgpu::Features,
    pub(crate) limits: wgpu::Limits,
    pub(crate) adapter_info: Arc<wgpu::AdapterInfo>,
    /// `None` where the embedder has lent the device.
    pub(crate) adapter: Option<wgpu::Adapter>,
    pub(crate) memory: Arc<Budget>,
    pub(crate) host_memory: Arc<Budget>,
    /// Bytes that writes may stage: `in_flight.rs`.
    pub(crate) staging: Arc<Budget>,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) held: Held,
    pub(crate) submissions: Submissions,
    pub(crate) submits: Submits,
    #[expect(dead_code, reason = "held, and never read")]
    weight: Option<Reservation>,
    pub(crate) max_shader_bytes: usize,
    pub(crate) max_loop_iterations: Option<u32>,
    pub(crate) is_core: bool,
    pub(crate) queue_label: String,
    pub(crate) poller: Poller,
    /// Whether it is the embedder's: `lent.rs`.
    pub(crate) lent: bool,
    /// Whether the guest has asked a lent device's adapter for it.
    pub(crate) requested: AtomicBool,
    /// What was put off, which whatever depends on it [settles](Timeline::settle) first.
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) unusable: Unusable,
    compiler: Arc<Compiler>,
    pub(crate) lost: Arc<watch::Sender<Option<DeviceLostInfo>>>,
    #[expect(dead_code, reason = "it counts, and is the last field that is dropped")]
    alive: Alive,
}

/// Why a device was lost.
#[derive(Clone, Debug)]
pub struct DeviceLostInfo {
    pub(crate) reason: wgpu::DeviceLostReason,
    pub(crate) message: String,
}

/// How a device reports.
struct Signals {
    errors: Arc<DeviceErrors>,
    lost: Arc<watch::Sender<Option<DeviceLostInfo>>>,
    lent: bool,
}

/// What the context of a guest gives to each of its devices.
pub(crate) struct DevicePolicy {
    pub(crate) memory: Arc<Budget>,
    pub(crate) host_memory: Arc<Budget>,
    pub(crate) staging: Arc<Budget>,
    pub(crate) in_flight: Arc<InFlight>,
    /// What the device takes of the host's memory; `None` for one that is the embedder's.
    pub(crate) weight: Option<Reservation>,
    pub(crate) compiler: Arc<Compiler>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) unheard: Arc<UnheardErrors>,
    pub(crate) log: Arc<GuestLog>,
    pub(crate) max_shader_bytes: usize,
    pub(crate) max_loop_iterations: Option<u32>,
    pub(crate) is_core: bool,
}

impl DevicePolicy {
    fn errors(&self) -> Arc<DeviceErrors> {
        let (unheard, log) = (Arc::clone(&self.unheard), Arc::clone(&self.log));
        Arc::new(DeviceErrors::new(Arc::clone(&self.timeline), unheard, log, Arc::clone(&self.host_memory)))
    }
}

impl DeviceCore {
    pub(crate) fn create(
        wgpu: wgpu::Device,
        queue: wgpu::Queue,
        (adapter, adapter_info): (wgpu::Adapter, Arc<wgpu::AdapterInfo>),
        queue_label: String,
        policy: DevicePolicy,
    ) -> Arc<Self> {
        let errors = policy.errors();
        // Before the guest gets the device: wgpu's own handler panics.
        wgpu.on_uncaptured_error({
            let errors = Arc::clone(&errors);
            Arc::new(move |error: wgpu::Error| errors.report(GpuError::from(error)))
        });
        let lost = Arc::new(watch::Sender::new(None));
        wgpu.set_device_lost_callback({
            let errors = Arc::clone(&errors);
            let (lost, in_flight) = (Arc::clone(&lost), Arc::clone(&policy.in_flight));
            move |reason, message| lose(&errors, (&lost, &in_flight), reason, &message)
        });
        let signals = Signals { errors, lost, lent: false };
        Self::assemble(wgpu, queue, (Some(adapter), adapter_info), queue_label, policy, signals)
    }

    /// A device of the embedder's, whose handlers stay theirs: errors are caught call by call
    /// (`lent_scopes.rs`), and a loss is told by [`crate::LentDevice::lose`].
    pub(crate) fn lent(wgpu: wgpu::Device, queue: wgpu::Queue, policy: DevicePolicy) -> Arc<Self> {
        let info = Arc::new(wgpu.adapter_info());
        let signals =
            Signals { errors: policy.errors(), lost: Arc::new(watch::Sender::new(None)), lent: true };
        Self::assemble(wgpu, queue, (None, info), String::new(), policy, signals)
    }

    fn assemble(
        wgpu: wgpu::Device,
        queue: wgpu::Queue,
        (adapter, adapter_info): (Option<wgpu::Adapter>, Arc<wgpu::AdapterInfo>),
        queue_label: String,
        policy: DevicePolicy,
        signals: Signals,
    ) -> Arc<Self> {
        let DevicePolicy {
            memory,
            host_memory,
            staging,
            in_flight,
            weight,
            compiler,
            timeline,
            unheard: _,
            log: _,
            max_shader_bytes,
            max_loop_iterations,
            is_core,
        } = policy;
        let Signals { errors, lost, lent } = signals;
        let core = Arc::new(Self {
            features: wgpu.features(),
            limits: wgpu.limits(),
            wgpu,
            queue,
            errors,
            adapter_info,
            adapter,
            memory,
            host_memory,
            staging,
            alive: in_flight.begin(),
            in_flight,
            held: Held::default(),
            submissions: Submissions::default(),
            submits: Submits::default(),
            weight,
            max_shader_bytes,
            max_loop_iterations,
            is_core,
            queue_label,
            poller: Poller::default(),
            lent,
            requested: AtomicBool::new(false),
            compiler,
            timeline,
            unusable: Unusable::default(),
            lost,
        });
        let awaited: Weak<dyn Awaited> = Arc::<Self>::downgrade(&core);
        core.in_flight.add(awaited);
        core
    }

    /// Runs `job` on the compiler's thread, whose stack is made for deep shaders. `Err` is the text of a
    /// panic in it. wgpu then keeps an entry in its tables for as long as the instance lives, which counts as the
    /// guest's until its end: without room for that, it gets no other module or pipeline.
    pub(crate) async fn compile<T: Send + 'static>(
        &self,
        job: impl FnOnce(&wgpu::Device) -> T + Send + 'static,
    ) -> Result<T, String> {
        let device = self.wgpu.clone();
        let result = if self.lent {
            let errors = Arc::clone(&self.errors);
            self.compiler.run(move || lent_scopes::within(&device, &errors, || job(&device))).await
        } else {
            self.compiler.run(move || job(&device)).await
        };
        if result.is_err() {
            self.host_memory.take(weights::ABANDONED);
        }
        result
    }

    /// Runs `call`, which may fail in wgpu, outside of a call of the guest: errors of a lent device are
    /// the guest's there, too.
    pub(crate) fn guarded<T>(&self, call: impl FnOnce() -> T) -> T {
        if self.lent { lent_scopes::within(&self.wgpu, &self.errors, call) } else { call() }
    }

    /// Does `job` in its turn, after what was put off before. Calls on a lent device have to end before they
    /// return: that is how their errors are told from the embedder's.
    pub(crate) fn later(&self, job: impl FnOnce() + Send + 'static) {
        if self.lent {
            return job();
        }
        self.timeline.push(job);
        if self.errors.is_listening() {
            self.timeline.wake();
        }
    }

    /// [`Self::later`] if it may wait, and else here and now, when what was put off before is done.
    pub(crate) fn later_or_now(&self, may_wait: bool, job: impl FnOnce() + Send + 'static) {
        if may_wait {
            self.later(job);
        } else {
            self.timeline.settle();
            job();
        }
    }

    /// Says that what was put off last is a submit.
    pub(crate) fn after_submit(&self) {
        if !self.lent {
            self.timeline.after_submit();
        }
    }

    /// Counts an object that takes so many bytes of the host's memory, for as long as anything of wgpu's may need it.
    pub(crate) fn weigh(&self, bytes: u64) -> Result<SharedReservation, QuotaExceeded> {
        let reservation = self.host_memory.reserve(bytes);
        let exceeded = || QuotaExceeded::HostMemory(self.host_memory.max());
        reservation.map(|reservation| SharedReservation::new(Some(reservation))).ok_or_else(exceeded)
    }

    /// Whether the guest has lost the device.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.borrow().is_some()
    }

    /// Whether the guest has lost a device that the embedder still has. wgpu would go on with it, so the
    /// calls that do anything outside the guest ask here first.
    pub(crate) fn withdrawn(&self) -> bool {
        self.lent && self.is_lost()
    }

    /// Loses the device, unless it is lost already: <https://www.w3.org/TR/webgpu/#lose-the-device>.
    pub(crate) fn lose(&self, reason: wgpu::DeviceLostReason, message: &str) {
        lose(&self.errors, (&self.lost, &self.in_flight), reason, message);
    }
}

fn lose(
    errors: &DeviceErrors,
    (lost, in_flight): (&watch::Sender<Option<DeviceLostInfo>>, &InFlight),
    reason: wgpu::DeviceLostReason,
    message: &str,
) {
    errors.close();
    lost.send_if_modified(|info| {
        if info.is_some() {
            return false;
        }
        *info = Some(DeviceLostInfo { reason, message: message.to_owned() });
        if reason != wgpu::DeviceLostReason::Destroyed {
            in_flight.lose_device();
        }
        true
    });
}
