//! One instance: its store, the requests that it takes, and its end.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit};
use wasmtime::{
    Store, StoreContextMut, Trap,
    component::{GuestTaskId, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    WasiHttpCtx, WasiHttpCtxView, WasiHttpView,
    handler::{ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus},
};

use super::{clock::Clock, options::OnDisconnect, outgoing::Outside, pool::Pool};
use crate::{GuestMemory, WebGpuCtx, WebGpuCtxView, WebGpuView, ctx::Meter, runtime::explained};

/// An instance that holds more after each of so many requests in a row is taken to leak, and retired.
pub const LEAKS: usize = 16;

/// The store's data.
pub(super) struct State {
    pub(super) wasi: WasiCtx,
    pub(super) http: WasiHttpCtx,
    pub(super) hooks: Outside,
    pub(super) gpu: WebGpuCtx,
    pub(super) table: ResourceTable,
    pub(super) memory: GuestMemory,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WebGpuView for State {
    fn webgpu(&mut self) -> WebGpuCtxView<'_> {
        WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

/// A request on its way, for all who have to do with it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    /// Until when there has to be the head of a response.
    pub(super) deadline: Instant,
    taken: OnceCell<Taken>,
    gone: Notify,
}

/// The instance that has the request.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) instance: u64,
    pub(super) clock: Arc<Clock>,
    meter: Meter,
    gpu_wait: Duration,
}

impl Taken {
    /// Whether the instance has lost its device.
    pub(super) fn has_lost_device(&self) -> bool {
        self.meter.device_lost()
    }

    /// How long the instance has waited for the GPU since.
    pub(super) fn gpu_wait(&self) -> Duration {
        self.meter.gpu_wait().saturating_sub(self.gpu_wait)
    }
}

impl Job {
    pub(super) fn new(number: u64, deadline: Instant) -> Self {
        Self { number, deadline, taken: OnceCell::new(), gone: Notify::new() }
    }

    pub(super) fn taken(&self) -> Option<&Taken> {
        self.taken.get()
    }

    /// The client has gone.
    pub(super) fn leave(&self, what: OnDisconnect) {
        if what == OnDisconnect::Stop {
            self.gone.notify_one();
            // A guest that computes hears of nothing: the clock ends it.
            if let Some(taken) = self.taken.get() {
                taken.clock.give_up(self.number);
            }
        }
    }

    /// Waits until the head has to be there, or nobody wants it any more.
    async fn expires(self: Arc<Self>) {
        let gone = std::pin::pin!(self.gone.notified());
        let _ = tokio::time::timeout_at(self.deadline.into(), gone).await;
    }
}

/// What the pool knows of an instance.
pub(super) struct Worker {
    pub(super) number: u64,
    pub(super) pool: Arc<Pool>,
    pub(super) clock: Arc<Clock>,
    pub(super) meter: Meter,
    /// Its place, until its store is gone.
    pub(super) slot: Mutex<Option<OwnedSemaphorePermit>>,
    pub(super) held: Mutex<Held>,
    pub(super) leaks: AtomicBool,
}

/// What the instance held when its last request began, and how often in a row that was more than before.
#[derive(Debug, Default)]
pub(super) struct Held {
    objects: usize,
    gpu_memory: u64,
    grown: usize,
}

impl Held {
    /// Looks again; whether the instance leaks.
    fn look(&mut self, objects: usize, gpu_memory: u64) -> bool {
        let more = objects > self.objects || gpu_memory > self.gpu_memory;
        self.grown = if more { self.grown + 1 } else { 0 };
        (self.objects, self.gpu_memory) = (objects, gpu_memory);
        self.grown > LEAKS
    }
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = Arc<Job>;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        let options = self.pool.options();
        if total >= options.reuse || self.clock.is_retired() || self.meter.device_lost() {
            ShouldAccept::Never
        } else if concurrent >= self.pool.concurrency() {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, State>,
        job: Arc<Job>,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync + 'static>> {
        self.clock.set(job.number, job.deadline);
        let gpu = &mut store.data_mut().gpu;
        if self.pool.is_synchronous() {
            gpu.set_deadline(Some(job.deadline));
        }
        let leaks = self.held.lock().look(gpu.live_objects(), gpu.gpu_memory_in_use());
        if leaks && !self.clock.is_retired() {
            tracing::warn!(
                instance = self.number,
                objects = gpu.live_objects(),
                gpu_memory = gpu.gpu_memory_in_use(),
                "the component leaks: it held more after each of {LEAKS} requests, and begins anew"
            );
            self.leaks.store(true, Ordering::Relaxed);
            self.clock.retire();
        }
        let taken = Taken {
            instance: self.number,
            clock: Arc::clone(&self.clock),
            meter: self.meter.clone(),
            gpu_wait: self.meter.gpu_wait(),
        };
        // It is taken once.
        let _ = job.taken.set(taken);
        Box::pin(job.expires())
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        let State { gpu, memory, .. } = store.data();
        let metrics = self.pool.metrics();
        let instance = self.number;
        if result.is_err() {
            // Before the store goes, and what it sends with it.
            self.clock.set_broken();
        }
        let reason = match result {
            _ if self.meter.device_lost() => {
                tracing::error!(instance, "the component has lost its device");
                metrics.device_lost.fetch_add(1, Ordering::Relaxed);
                self.pool.fail();
                "device_lost"
            }
            Ok(()) if self.leaks.load(Ordering::Relaxed) => "leak",
            Ok(()) => "over",
            Err(error) if was_late(&error) => {
                tracing::warn!(instance, "the component was ended: its time was up");
                "timeout"
            }
            Err(error) => {
                let error = explained(gpu, memory, error);
                tracing::error!(instance, "the component has trapped: {error:#}");
                metrics.traps.fetch_add(1, Ordering::Relaxed);
                "trap"
            }
        };
        metrics.retire(reason);
        self.pool.dispose(self.number, store, self.slot.lock().take());
    }
}

/// Whether an instance has ended because its time was up.
fn was_late(error: &wasmtime::Error) -> bool {
    /// What the worker pool says of one that was ended from outside; it has no type for that.
    const ENDED: &str = "guest timed out";
    match error.downcast_ref::<Trap>() {
        Some(trap) => *trap == Trap::Interrupt,
        None => error.to_string() == ENDED,
    }
}

/// Ends an instance from outside: when its time is up, or it has nothing to do for long enough.
pub(super) struct Expiration {
    pub(super) pool: Arc<Pool>,
    pub(super) clock: Arc<Clock>,
    pub(super) waits: Option<(WorkerStatus, Instant, Waits)>,
}

type Waits = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let waits_for = |(of, since, _): &(WorkerStatus, Instant, Waits)| (*of, *since) == (status, start);
        if !self.waits.as_ref().is_some_and(waits_for) {
            let waits: Waits = match status {
                WorkerStatus::Idle => {
                    Box::pin(Arc::clone(&self.pool).idle_too_long(Arc::clone(&self.clock), start))
                }
                WorkerStatus::Requests | WorkerStatus::PostReturn => {
                    let clock = Arc::clone(&self.clock);
                    Box::pin(async move { clock.over().await })
                }
            };
            self.waits = Some((status, start, waits));
        }
        match &mut self.waits {
            Some((_, _, waits)) => waits.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_growth_after_every_request() {
        let mut held = Held::default();
        assert!((1..=LEAKS).all(|objects| !held.look(objects, 0)));
        assert!(held.look(LEAKS, 1));
        assert!(!held.look(LEAKS, 1));
        assert!((1..=LEAKS).all(|more| !held.look(LEAKS + more, 1)));
        assert!(!held.look(0, 0));
    }
}
