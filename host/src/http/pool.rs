//! The instances of a handler: how they begin, what they may use, and what is known of all.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use wasmtime::{
    Engine, Store, UpdateDeadline,
    component::{Linker, ResourceTable},
};
use wasmtime_wasi_http::{
    WasiHttpCtx, WasiHttpView as _,
    handler::{HandlerState, Instance, Proxy, ProxyPre},
    p2, p3,
};

use super::{
    clock::Clock,
    instance::{Expiration, Held, State, Worker},
    metrics::Metrics,
    options::HandlerOptions,
    outgoing::Outside,
};
use crate::{GuestMemory, WaitMode, attach_command_memory, ctx::Meter, runtime::Ticker};

/// No instance begins: as many are there as may be.
#[derive(Debug, Error)]
#[error("all instances are there already")]
pub(super) struct NoPlace;

/// Failures in a row after which a handler is not ready any more.
const FAILURES: u64 = 3;

/// How long it is before an instance is tried after that, at first, and how often that is doubled.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MOST_DOUBLED: u32 = 6;

/// The instances of one handler.
pub(super) struct Pool {
    engine: Engine,
    pre: ProxyPre<State>,
    options: HandlerOptions,
    metrics: Arc<Metrics>,
    places: Arc<Semaphore>,
    live: Mutex<HashMap<u64, (Arc<Clock>, Meter)>>,
    next: AtomicU64,
    /// Starts that have failed and devices that were lost, since a request was last answered.
    failures: AtomicU64,
    /// Whether somebody tries whether it goes well again.
    recovering: AtomicBool,
    /// How often it did, only to fail once more.
    recovered: AtomicU32,
    closing: watch::Sender<bool>,
    _ticker: Arc<Ticker>,
}

/// A linker with all that such components may import.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    p2::add_only_http_to_linker_async(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
    crate::add_to_linker(&mut linker)?;
    Ok(linker)
}

impl Pool {
    pub(super) fn new(
        engine: &Engine,
        pre: ProxyPre<State>,
        options: HandlerOptions,
        (metrics, ticker): (Arc<Metrics>, Arc<Ticker>),
    ) -> Arc<Self> {
        Arc::new(Self {
            engine: engine.clone(),
            pre,
            metrics,
            places: Arc::new(Semaphore::new(options.instances)),
            options,
            live: Mutex::default(),
            next: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            recovering: AtomicBool::new(false),
            recovered: AtomicU32::new(0),
            closing: watch::Sender::new(false),
            _ticker: ticker,
        })
    }

    pub(super) fn options(&self) -> &HandlerOptions {
        &self.options
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether the guest's handler is a synchronous function, which can't wait but in its thread.
    pub(super) fn is_synchronous(&self) -> bool {
        matches!(self.pre, ProxyPre::P2(_))
    }

    /// Requests that an instance answers at a time.
    pub(super) fn concurrency(&self) -> usize {
        if self.is_synchronous() { 1 } else { self.options.concurrency }
    }

    /// Instances that are there, those that are being given back among them.
    pub(super) fn instances(&self) -> usize {
        self.live.lock().len()
    }

    /// An instance has failed by no fault of a request.
    pub(super) fn fail(self: &Arc<Self>) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if failures >= FAILURES
            && !self.recovering.swap(true, Ordering::Relaxed)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(recover(Arc::downgrade(self)));
        }
    }

    /// A request was answered, by an instance that has its device.
    pub(super) fn go_well(&self) {
        self.failures.store(0, Ordering::Relaxed);
        self.recovered.store(0, Ordering::Relaxed);
    }

    /// Whether the last starts and devices did not all fail.
    pub(super) fn goes_well(&self) -> bool {
        self.failures.load(Ordering::Relaxed) < FAILURES
    }

    /// Whether there is nothing to try.
    fn is_over(&self) -> bool {
        *self.closing.borrow() || self.goes_well()
    }

    /// How long to wait before an instance is tried.
    fn pause(&self) -> Duration {
        let times = self.recovered.load(Ordering::Relaxed).min(MOST_DOUBLED);
        FIRST_PAUSE * 2_u32.pow(times)
    }

    /// Bytes of GPU memory that they hold.
    pub(super) fn gpu_memory(&self) -> u64 {
        let live = self.live.lock();
        live.values().fold(0, |sum, (_, meter)| sum.saturating_add(meter.gpu_memory()))
    }

    /// Begins an instance, if there is a place for it.
    async fn begin(self: &Arc<Self>) -> wasmtime::Result<(Store<State>, Proxy, Worker)> {
        let slot = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NoPlace)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let start = Instant::now();
        let end = start.checked_add(self.options.timeout).unwrap_or(start);
        let clock = Arc::new(Clock::new(end));
        let mut store = self.store(number, &clock);
        let meter = store.data().gpu.meter();
        self.live.lock().insert(number, (Arc::clone(&clock), meter.clone()));
        let instantiated = tokio::time::timeout_at(end.into(), self.instantiate(&mut store)).await;
        let late =
            |_| Err(wasmtime::format_err!("the instance did not begin within {:?}", self.options.timeout));
        let proxy = match instantiated.unwrap_or_else(late) {
            Ok(proxy) => proxy,
            Err(error) => {
                let State { gpu, memory, .. } = store.data();
                let error = crate::runtime::explained(gpu, memory, error);
                self.fail();
                self.dispose(number, store, Some(slot));
                return Err(error);
            }
        };
        self.metrics.instance_start.add(start.elapsed());
        let worker = Worker {
            number,
            pool: Arc::clone(self),
            clock,
            meter,
            slot: Mutex::new(Some(slot)),
            held: Mutex::new(Held::default()),
            leaks: AtomicBool::new(false),
        };
        Ok((store, proxy, worker))
    }

    fn store(&self, number: u64, clock: &Arc<Clock>) -> Store<State> {
        let mode = if self.is_synchronous() { WaitMode::Eager } else { WaitMode::Background };
        let mut gpu = (self.options.gpu)().wait_mode(mode).build();
        gpu.block_in_place();
        let quotas = gpu.quotas().clone();
        let mut table = ResourceTable::new();
        table.set_max_capacity(quotas.max_handles());
        let wasi = (self.options.wasi)(number).build();
        let memory = GuestMemory::new(&quotas);
        let state = State {
            wasi,
            http: WasiHttpCtx::new(),
            hooks: Outside::new(&self.options.outgoing),
            gpu,
            table,
            memory,
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.memory);
        store.set_max_component_handles(quotas.max_handles());
        store.set_hostcall_fuel(quotas.max_call_bytes);
        let clock = Arc::clone(clock);
        store.set_epoch_deadline(1);
        // One that computes lets others go on, too.
        store.epoch_deadline_callback(move |_| {
            Ok(if clock.is_over() { UpdateDeadline::Interrupt } else { UpdateDeadline::Yield(1) })
        });
        store
    }

    async fn instantiate(&self, store: &mut Store<State>) -> wasmtime::Result<Proxy> {
        let pre = match &self.pre {
            ProxyPre::P2(pre) => pre.instance_pre(),
            ProxyPre::P3(pre) => pre.instance_pre(),
        };
        let instance = pre.instantiate_async(&mut *store).await?;
        attach_command_memory(&mut *store, &instance).await?;
        Ok(match &self.pre {
            ProxyPre::P2(_) => Proxy::P2(p2::bindings::Proxy::new(&mut *store, &instance)?),
            ProxyPre::P3(_) => Proxy::P3(p3::bindings::Service::new(&mut *store, &instance)?),
        })
    }

    /// Begins an instance and ends it, to see whether the component can.
    pub(super) async fn try_one(self: &Arc<Self>) -> wasmtime::Result<()> {
        let (store, _, worker) = self.begin().await?;
        self.dispose(worker.number, store, worker.slot.lock().take());
        Ok(())
    }

    /// Gives a store back, with its devices, which may take as long as the GPU has to do for it; its place is free after that.
    pub(super) fn dispose(
        self: &Arc<Self>,
        number: u64,
        store: Store<State>,
        slot: Option<OwnedSemaphorePermit>,
    ) {
        let pool = Arc::clone(self);
        let meter = store.data().gpu.meter();
        let dispose = move || {
            drop(store);
            meter.wait_for_devices();
            pool.live.lock().remove(&number);
            drop(slot);
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(dispose)),
            Err(_) => dispose(),
        }
    }

    /// Waits until an instance that is idle since `start` has to go.
    pub(super) async fn idle_too_long(self: Arc<Self>, clock: Arc<Clock>, start: Instant) {
        let mut closing = self.closing.subscribe();
        let mut end = start;
        while !*closing.borrow_and_update() {
            end = end.checked_add(self.options.idle.max(Duration::from_millis(10))).unwrap_or(start);
            let slept = pin!(tokio::time::sleep_until(end.into()));
            let closes = pin!(closing.changed());
            let _ = future::select(slept, closes).await;
            let live = self.live.lock();
            let staying = live.values().filter(|(clock, _)| !clock.is_retired()).count();
            if end <= Instant::now() && staying > self.options.keep {
                // Under the lock, so that no two go where one has to.
                clock.retire();
                return;
            }
        }
    }

    /// Has idle instances end.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Ends all instances.
    pub(super) fn stop(&self) {
        for (clock, _) in self.live.lock().values() {
            clock.stop();
        }
    }

    /// Waits until no instance is there; `false` when the time is up.
    pub(super) async fn empty(&self, limit: Duration) -> bool {
        let all = self.places.acquire_many(u32::try_from(self.options.instances).unwrap_or(u32::MAX));
        tokio::time::timeout(limit, all).await.is_ok()
    }
}

/// Tries, from time to time, whether an instance begins; then the next failure decides. Nobody sends requests to a handler
/// that is not ready, so that it would not find out by those.
async fn recover(pool: Weak<Pool>) {
    loop {
        let Some(pause) = pool.upgrade().map(|pool| pool.pause()) else { return };
        tokio::time::sleep(pause).await;
        let Some(pool) = pool.upgrade() else { return };
        if !pool.is_over() && pool.try_one().await.is_ok() {
            tracing::info!("instances begin again");
            pool.failures.fetch_min(FAILURES - 1, Ordering::Relaxed);
        }
        pool.recovered.fetch_add(1, Ordering::Relaxed);
        if pool.is_over() {
            pool.recovering.store(false, Ordering::Relaxed);
            // A failure of this moment has found somebody trying.
            if pool.is_over() || pool.recovering.swap(true, Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// The pool, as the worker pool of wasmtime-wasi-http wants it.
pub(super) struct Workers(pub(super) Arc<Pool>);

impl HandlerState for Workers {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let (store, proxy, state) = self.0.begin().await?;
        let expiration =
            Expiration { pool: Arc::clone(&self.0), clock: Arc::clone(&state.clock), waits: None };
        Ok(Instance { store, proxy, view: State::http, expiration, state })
    }
}
