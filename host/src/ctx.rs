//! One guest's WebGPU state: where its adapters come from, its policy, its quotas.

use std::{
    mem,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use crate::{
    commands::memory::CommandMemory,
    device::{
        budget::Budget,
        compiler::Compiler,
        core::{DeviceCore, DevicePolicy},
        errors::{DeviceErrors, GpuError, UnheardErrors},
        guest_log::GuestLog,
        in_flight::InFlight,
        instance::default_instance,
        lent::LentDevice,
        lent_scopes,
        limits::has_core_limits,
        timeline::Timeline,
        waiting::{Patience, WaitMode},
    },
    quotas::{MAX_REFUSED_BUNDLES, MAX_STAGED_BYTES, QuotaExceeded, Quotas},
    weights,
    windows::{
        guest::{WindowRights, Windows},
        system::WindowSystem,
    },
};

/// Which adapter a guest gets when it asks for one.
#[derive(Clone, Debug, Default)]
pub enum AdapterChoice {
    /// What `wgpu::Instance::request_adapter` finds for the guest's options.
    #[default]
    Any,
    /// The first adapter whose name holds this text, in any case; the guest's options don't matter.
    Named(String),
    /// The adapter at this address of the PCI bus, such as `0000:1b:00.0`, as [`wgpu::AdapterInfo::device_pci_bus_id`]
    /// has it; the guest's options don't matter. It tells GPUs of one kind apart.
    Pci(String),
    /// This one. It has to come from the instance given with [`WebGpuCtxBuilder::instance`].
    Given(wgpu::Adapter),
}

/// The WebGPU state of one guest; lives in the embedder's store, next to its resource table.
#[derive(Debug)]
pub struct WebGpuCtx {
    instance: Option<wgpu::Instance>,
    choice: AdapterChoice,
    quotas: Quotas,
    wait_mode: WaitMode,
    /// Whether tokio is told of waits that block its thread.
    blocks_in_place: bool,
    deadline: Option<Instant>,
    memory: Arc<Budget>,
    host_memory: Arc<Budget>,
    staging: Arc<Budget>,
    in_flight: Arc<InFlight>,
    compiler: Arc<Compiler>,
    timeline: Arc<Timeline>,
    /// Errors that the guest has not asked for before its devices went, and the devices that are there.
    unheard: Arc<UnheardErrors>,
    devices: Vec<Weak<DeviceErrors>>,
    log: Arc<GuestLog>,
    live_objects: usize,
    refused_bundles: usize,
    /// What the guest gets instead of an adapter's device.
    device: Option<LentDevice>,
    /// The devices of the embedder that are in the guest's hands now.
    lent: Vec<Weak<DeviceCore>>,
    /// How many of them have scopes open for the call that runs.
    entered: usize,
    admits_command_memory: bool,
    /// Where the guest leaves commands, once it has offered that.
    pub(crate) command_memory: Option<Box<CommandMemory>>,
    /// `None` where it gets no windows.
    pub(crate) windows: Option<Windows>,
    /// What shows pixels that the guest has made without a GPU, once it has.
    pub(crate) pixels: Option<Arc<DeviceCore>>,
}

impl WebGpuCtx {
    /// A state with the defaults: any adapter, the default [`Quotas`], [`WaitMode::Eager`].
    #[must_use]
    pub fn new() -> Self {
        WebGpuCtxBuilder::new().build()
    }

    /// Starts to build a state.
    #[must_use]
    pub fn builder() -> WebGpuCtxBuilder {
        WebGpuCtxBuilder::new()
    }

    /// What the guest may use.
    #[must_use]
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Bytes of buffers and textures that the guest holds now, as [`Quotas::max_gpu_memory`] counts.
    #[must_use]
    pub fn gpu_memory_in_use(&self) -> u64 {
        self.in_flight.look();
        self.memory.used()
    }

    /// Bytes of the host's own memory that the guest holds now, as [`Quotas::max_host_memory`] counts.
    #[must_use]
    pub fn host_memory_in_use(&self) -> u64 {
        self.in_flight.look();
        self.host_memory.used()
    }

    /// How long calls of the guest have waited for the GPU, in all; waits that go on at a time each count.
    #[must_use]
    pub fn gpu_wait_time(&self) -> Duration {
        self.in_flight.waited()
    }

    /// Whether the guest has lost a device of its own, and did not destroy it itself: the GPU or its driver is at fault,
    /// or what the guest did to them.
    #[must_use]
    pub fn device_lost(&self) -> bool {
        self.in_flight.has_lost_device()
    }

    /// What can be read of the guest where its store is not at hand.
    #[cfg(feature = "http")]
    pub(crate) fn meter(&self) -> Meter {
        Meter { memory: Arc::clone(&self.memory), in_flight: Arc::clone(&self.in_flight) }
    }

    /// WebGPU objects that the guest holds now, as [`Quotas::max_objects`] counts.
    #[must_use]
    pub fn live_objects(&self) -> usize {
        self.live_objects
    }

    /// Whether a guest may leave commands in its own memory: one of a store, where there are several.
    pub(crate) fn admits_command_memory(&self) -> bool {
        self.admits_command_memory && self.command_memory.is_none()
    }

    /// The instance; made at the first use, since loading the drivers takes time that a guest which
    /// never asks for the GPU should not pay.
    pub(crate) fn instance(&mut self) -> &wgpu::Instance {
        self.instance.get_or_insert_with(default_instance)
    }

    pub(crate) fn log(&self) -> Arc<GuestLog> {
        Arc::clone(&self.log)
    }

    pub(crate) fn choice(&self) -> &AdapterChoice {
        &self.choice
    }

    /// The device that the embedder gives to the guest.
    pub(crate) fn lent_device(&self) -> Option<&LentDevice> {
        self.device.as_ref()
    }

    /// What each device of the guest works with. `is_core`: whether its adapter has "core-features-and-limits".
    pub(crate) fn device_policy(&self, is_core: bool) -> DevicePolicy {
        DevicePolicy {
            memory: Arc::clone(&self.memory),
            host_memory: Arc::clone(&self.host_memory),
            staging: Arc::clone(&self.staging),
            in_flight: Arc::clone(&self.in_flight),
            weight: None,
            compiler: Arc::clone(&self.compiler),
            timeline: Arc::clone(&self.timeline),
            unheard: Arc::clone(&self.unheard),
            log: Arc::clone(&self.log),
            max_shader_bytes: self.quotas.max_shader_bytes,
            max_loop_iterations: self.quotas.max_loop_iterations,
            is_core,
        }
    }

    /// [`Self::device_policy`] for a device that is to be made, which it counts.
    pub(crate) fn policy_of_new_device(&self, is_core: bool) -> Result<DevicePolicy, QuotaExceeded> {
        let weight = self.host_memory.reserve(weights::DEVICE);
        let exceeded = QuotaExceeded::HostMemory(self.quotas.max_host_memory);
        Ok(DevicePolicy { weight: Some(weight.ok_or(exceeded)?), ..self.device_policy(is_core) })
    }

    /// The guest's side of `device`: one for all that is lent of it, until the guest loses it.
    pub(crate) fn lend(&mut self, device: &LentDevice) -> Arc<DeviceCore> {
        let held = |core: &Arc<DeviceCore>| core.wgpu == *device.device() && !core.withdrawn();
        if let Some(core) = self.lent.iter().filter_map(Weak::upgrade).find(held) {
            return core;
        }
        let is_core = has_core_limits(&device.device().limits());
        let core =
            DeviceCore::lent(device.device().clone(), device.queue().clone(), self.device_policy(is_core));
        device.add_guest(&core);
        self.lent.retain(|core| core.strong_count() > 0);
        self.lent.push(Arc::downgrade(&core));
        core
    }

    /// Begins a call of the guest.
    pub(crate) fn enter(&mut self) {
        for core in self.lent.iter().filter_map(Weak::upgrade) {
            lent_scopes::enter(&core.wgpu, &core.errors);
            self.entered += 1;
        }
    }

    /// Ends the call that [`Self::enter`] began, if there is one.
    pub(crate) fn leave(&mut self) {
        if self.entered > 0 {
            lent_scopes::leave(mem::take(&mut self.entered));
        }
    }

    /// Takes note of a device of the guest's own.
    pub(crate) fn add_device(&mut self, device: &DeviceCore) {
        self.devices.retain(|errors| errors.strong_count() > 0);
        self.devices.push(Arc::downgrade(&device.errors));
    }

    /// Takes the errors that the guest has not asked for, once it has ended: those in the scopes that
    /// `wgpu-wasi-backend` has in place of a handler. Natively the guest would have ended with the first of them.
    #[must_use]
    pub fn take_unheard_errors(&mut self) -> Vec<GpuError> {
        self.timeline.settle();
        for errors in self.devices.iter().filter_map(Weak::upgrade) {
            errors.leave_unheard();
        }
        self.unheard.take()
    }

    /// Does what was put off: `device/timeline.rs`.
    pub(crate) fn settle(&self) {
        self.timeline.settle();
    }

    /// Waits until the GPU has done what the guest has submitted, for no longer than `limit`.
    pub(crate) fn finish(&self, limit: Duration) {
        self.in_flight.finish(limit);
    }

    /// How a call that begins now may wait.
    pub(crate) fn patience(&self) -> Patience {
        let by_quota = Instant::now().checked_add(self.quotas.max_wait);
        let deadline = match (by_quota, self.deadline) {
            (Some(quota), Some(deadline)) => Some(quota.min(deadline)),
            (by_quota, deadline) => by_quota.or(deadline),
        };
        Patience { mode: self.wait_mode, deadline, in_place: self.blocks_in_place }
    }

    /// The moment after which nothing of the guest goes on.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Ends every wait at `deadline`, unless an earlier end was set.
    pub(crate) fn shorten_deadline(&mut self, deadline: Option<Instant>) {
        self.set_deadline(match (self.deadline, deadline) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        });
    }

    /// Has calls that block a thread of tokio's tell it, so that others go on there.
    #[cfg(feature = "http")]
    pub(crate) fn block_in_place(&mut self) {
        self.blocks_in_place = true;
    }

    /// Moves [the guest's deadline](WebGpuCtxBuilder::deadline), forth or back, as for a guest that does one thing after
    /// the other. Calls that wait already go on to the deadline that they began with.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
        self.compiler.set_deadline(self.deadline);
        self.in_flight.set_deadline(self.deadline);
    }

    /// Counts an object with `bytes` of texts.
    pub(crate) fn count_object(&mut self, bytes: usize) -> Result<(), QuotaExceeded> {
        if self.live_objects >= self.quotas.max_objects {
            return Err(QuotaExceeded::Objects(self.quotas.max_objects));
        }
        self.count_bytes(bytes)?;
        self.live_objects += 1;
        Ok(())
    }

    pub(crate) fn uncount_object(&mut self, bytes: usize) {
        self.live_objects = self.live_objects.saturating_sub(1);
        self.uncount_bytes(bytes);
    }

    /// Counts a render bundle that wgpu refused.
    pub(crate) fn count_refused_bundle(&mut self) -> Result<(), QuotaExceeded> {
        if self.refused_bundles >= MAX_REFUSED_BUNDLES {
            return Err(QuotaExceeded::RefusedBundles(MAX_REFUSED_BUNDLES));
        }
        self.refused_bundles += 1;
        Ok(())
    }

    /// Counts texts of the guest that the host keeps.
    pub(crate) fn count_bytes(&mut self, bytes: usize) -> Result<(), QuotaExceeded> {
        let taken = u64::try_from(bytes).is_ok_and(|bytes| self.host_memory.take(bytes));
        if taken { Ok(()) } else { Err(QuotaExceeded::HostMemory(self.quotas.max_host_memory)) }
    }

    pub(crate) fn uncount_bytes(&mut self, bytes: usize) {
        // What was counted was a `u64`.
        self.host_memory.give_back(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

/// What a guest uses, for somebody who has not got its store.
#[cfg(feature = "http")]
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    memory: Arc<Budget>,
    in_flight: Arc<InFlight>,
}

#[cfg(feature = "http")]
impl Meter {
    /// [`WebGpuCtx::gpu_memory_in_use`], without a look at what was given back.
    pub(crate) fn gpu_memory(&self) -> u64 {
        self.memory.used()
    }

    /// [`WebGpuCtx::gpu_wait_time`].
    pub(crate) fn gpu_wait(&self) -> Duration {
        self.in_flight.waited()
    }

    /// [`WebGpuCtx::device_lost`].
    pub(crate) fn device_lost(&self) -> bool {
        self.in_flight.has_lost_device()
    }

    /// Blocks this thread until all devices of the guest are gone. A thread that polls one for a wait keeps it for as long as
    /// the GPU works, whatever has become of the guest.
    pub(crate) fn wait_for_devices(&self) {
        self.in_flight.wait_for_devices();
    }
}

impl Drop for WebGpuCtx {
    /// What the guest has submitted goes to the GPU, and what that held is free when the guest is gone.
    fn drop(&mut self) {
        self.timeline.settle();
    }
}

impl Default for WebGpuCtx {
    fn default() -> Self {
        Self::new()
    }
}

/// Builds a [`WebGpuCtx`].
pub struct WebGpuCtxBuilder {
    instance: Option<wgpu::Instance>,
    choice: AdapterChoice,
    quotas: Quotas,
    wait_mode: WaitMode,
    deadline: Option<Instant>,
    device: Option<LentDevice>,
    command_memory: bool,
    windows: Option<(Arc<dyn WindowSystem>, WindowRights)>,
}

impl Default for WebGpuCtxBuilder {
    fn default() -> Self {
        Self {
            instance: None,
            choice: AdapterChoice::default(),
            quotas: Quotas::default(),
            wait_mode: WaitMode::default(),
            deadline: None,
            device: None,
            command_memory: true,
            windows: None,
        }
    }
}

impl WebGpuCtxBuilder {
    /// Starts with the defaults of [`WebGpuCtx::new`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this instance instead of [`default_instance`]. Everything that one guest sees has to come
    /// from one instance; several guests may share it. Without the flag
    /// `AUTOMATIC_TIMESTAMP_NORMALIZATION`, timestamps reach the guest in ticks of the adapter.
    #[must_use]
    pub fn instance(mut self, instance: wgpu::Instance) -> Self {
        self.instance = Some(instance);
        self
    }

    /// Chooses the adapter that the guest gets.
    #[must_use]
    pub fn adapter(mut self, choice: AdapterChoice) -> Self {
        self.choice = choice;
        self
    }

    /// Gives the guest this device of the embedder's instead of one of its own: every adapter that the
    /// guest asks for is the device's, and its one device is this. [`LentDevice`] says how that device
    /// behaves. [`Self::instance`] has to be the one that it comes from.
    #[must_use]
    pub fn device(mut self, device: LentDevice) -> Self {
        self.device = Some(device);
        self
    }

    /// Replaces all quotas.
    #[must_use]
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Bytes of buffers and textures that the guest may hold at a time.
    #[must_use]
    pub fn max_gpu_memory(mut self, bytes: u64) -> Self {
        self.quotas.max_gpu_memory = bytes;
        self
    }

    /// Bytes of the host's own memory that the guest may hold at a time with what it records and labels.
    #[must_use]
    pub fn max_host_memory(mut self, bytes: u64) -> Self {
        self.quotas.max_host_memory = bytes;
        self
    }

    /// WebGPU objects that the guest may hold at a time. The embedder has wasmtime allow as many handles:
    /// [`Quotas::max_handles`].
    #[must_use]
    pub fn max_objects(mut self, objects: usize) -> Self {
        self.quotas.max_objects = objects;
        self
    }

    /// Bytes that the memories and tables of the guest's own instances may have together. The embedder applies it
    /// with [`GuestMemory`](crate::GuestMemory).
    #[must_use]
    pub fn max_guest_memory(mut self, bytes: u64) -> Self {
        self.quotas.max_guest_memory = bytes;
        self
    }

    /// Bytes that one call may carry from the guest to the host. The embedder applies it with
    /// [`wasmtime::Store::set_hostcall_fuel`].
    #[must_use]
    pub fn max_call_bytes(mut self, bytes: usize) -> Self {
        self.quotas.max_call_bytes = bytes;
        self
    }

    /// Bytes of WGSL in one shader module.
    #[must_use]
    pub fn max_shader_bytes(mut self, bytes: usize) -> Self {
        self.quotas.max_shader_bytes = bytes;
        self
    }

    /// The longest that one call of the guest may wait for the GPU.
    #[must_use]
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.quotas.max_wait = wait;
        self
    }

    /// Iterations that all loops of one invocation of a shader may begin together:
    /// [`Quotas::max_loop_iterations`].
    #[must_use]
    pub fn max_loop_iterations(mut self, iterations: u32) -> Self {
        self.quotas.max_loop_iterations = Some(iterations);
        self
    }

    /// How the guest's waits for the GPU are served.
    #[must_use]
    pub fn wait_mode(mut self, mode: WaitMode) -> Self {
        self.wait_mode = mode;
        self
    }

    /// The moment after which nothing of the guest goes on: no wait for the GPU, no compilation of a shader, and
    /// with [`command::Runtime`](crate::command::Runtime) nothing else.
    #[must_use]
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Whether [`attach_command_memory`](crate::attach_command_memory) may be of effect; it may by default. Without,
    /// each command of a guest is a call, as it is on hosts that don't know `wgpu-wasi:commands`.
    #[must_use]
    pub fn command_memory(mut self, admitted: bool) -> Self {
        self.command_memory = admitted;
        self
    }

    /// Gives the guest windows of this system, which it may use so far. Without, it gets none.
    /// [`add_windows_to_linker`](crate::add_windows_to_linker) has the functions for them.
    #[must_use]
    pub fn windows(mut self, system: Arc<dyn WindowSystem>, rights: WindowRights) -> Self {
        self.windows = Some((system, rights));
        self
    }

    /// Makes the state.
    #[must_use]
    pub fn build(self) -> WebGpuCtx {
        let Self { instance, choice, quotas, wait_mode, deadline, device, command_memory, windows } = self;
        let compiler = Arc::new(Compiler::new(quotas.max_shader_bytes, quotas.max_wait, wait_mode));
        compiler.set_deadline(deadline);
        let timeline = Arc::default();
        let in_flight = InFlight::new(&timeline, wait_mode, quotas.max_wait);
        in_flight.set_deadline(deadline);
        WebGpuCtx {
            memory: Budget::new(quotas.max_gpu_memory, &in_flight),
            host_memory: Budget::new(quotas.max_host_memory, &in_flight),
            staging: Budget::new(MAX_STAGED_BYTES, &in_flight),
            in_flight,
            timeline,
            unheard: Arc::default(),
            devices: Vec::new(),
            log: Arc::default(),
            compiler,
            instance,
            choice,
            quotas,
            wait_mode,
            blocks_in_place: false,
            deadline,
            live_objects: 0,
            refused_bundles: 0,
            device,
            lent: Vec::new(),
            entered: 0,
            admits_command_memory: command_memory,
            command_memory: None,
            windows: windows.map(|(system, rights)| Windows::new(system, rights)),
            pixels: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_without_an_instance_of_their_own_share_one() {
        let (mut one, mut other) = (WebGpuCtx::new(), WebGpuCtx::new());
        assert_eq!(one.instance(), other.instance());
    }
}
