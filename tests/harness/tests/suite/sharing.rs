//! Two guests at the same time, on one device or on one host: what one of them does, or has done to it, the
//! other does not feel. And when a guest has ended, however it did, wgpu holds what it held before.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use wgpu_wasi_harness::{
    Adapter, Guest, Ran,
    child::ran_alone,
    hub::{self, RENDER_BUNDLES},
    runs,
};
use wgpu_wasi_host::{LentDevice, WebGpuCtxBuilder};

use crate::raw;

include!("../../../guests/raw/cases.rs");

/// A program of the harness's that has a device of its own and lends it to guests.
struct Embedder {
    lent: LentDevice,
    /// How many errors its handler has heard of.
    heard: Arc<AtomicUsize>,
}

impl Embedder {
    /// `None` where there is no adapter.
    fn open(test: &str) -> Option<Self> {
        Adapter::Machine.available(test)?;
        let adapter = &Adapter::Machine.gpu().unwrap().adapter;
        let descriptor = wgpu::DeviceDescriptor::default();
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
        let heard = Arc::new(AtomicUsize::new(0));
        device.on_uncaptured_error({
            let heard = Arc::clone(&heard);
            Arc::new(move |_| {
                heard.fetch_add(1, Ordering::Relaxed);
            })
        });
        Some(Self { lent: LentDevice::new(device, queue), heard })
    }

    /// For a guest that gets the device.
    fn context(&self) -> WebGpuCtxBuilder {
        Adapter::Machine.context().device(self.lent.clone())
    }

    /// Bytes that the device's allocations have now.
    fn allocated(&self) -> Option<u64> {
        // A guest may end between a write and the submit that would have carried it: wgpu keeps such a write
        // for the next one. What nobody holds any more is given back when the device is polled.
        self.lent.queue().submit([]);
        self.lent.device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
        self.lent.device().generate_allocator_report().map(|report| report.total_allocated_bytes)
    }
}

fn run(case: &str, context: WebGpuCtxBuilder) -> Ran {
    runs::component(Guest::Raw, &[case], context.build())
}

/// A guest that computes, and checks what it computed.
fn healthy(context: WebGpuCtxBuilder) {
    if let Some(failure) = run("compute", context).failure() {
        panic!("the healthy guest: {failure}");
    }
}

/// On one device, a healthy guest works several times over while `troubled` does what it does; the owner
/// of the device hears of nothing.
fn beside(test: &str, troubled: impl Fn(WebGpuCtxBuilder) + Sync) {
    const ROUNDS: usize = 6;
    let Some(embedder) = Embedder::open(test) else { return };
    let (working, troubles) = (AtomicBool::new(true), AtomicUsize::new(0));
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            while working.load(Ordering::Relaxed) {
                troubled(embedder.context());
                troubles.fetch_add(1, Ordering::Relaxed);
            }
        });
        // Also when a round fails, or the other guest would go on for ever.
        let _ended = Ended(&working);
        let mut rounds = 0;
        while rounds < ROUNDS || (troubles.load(Ordering::Relaxed) == 0 && !other.is_finished()) {
            healthy(embedder.context());
            rounds += 1;
        }
    });
    assert_eq!(embedder.heard.load(Ordering::Relaxed), 0, "errors that reached the embedder");
    healthy(embedder.context());
}

/// Sets a flag to false when dropped.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

fn succeeds(case: &str, context: WebGpuCtxBuilder) {
    if let Some(failure) = run(case, context).failure() {
        panic!("{case}: {failure}");
    }
}

fn traps(case: &str, context: WebGpuCtxBuilder, message: &str) {
    match run(case, context).outcome {
        Err(trap) => assert!(trap.contains(message), "{case} was ended for another reason: {trap}"),
        Ok(outcome) => panic!("{case} was not ended: {outcome:?}"),
    }
}

#[test]
fn beside_one_that_runs_out_of_memory() {
    beside("beside_one_that_runs_out_of_memory", |context| {
        succeeds("gpu_memory", context.max_gpu_memory(16 << 20));
    });
}

#[test]
fn beside_one_that_runs_out_of_objects() {
    beside("beside_one_that_runs_out_of_objects", |context| {
        traps("object_quota", context.max_objects(1000), "WebGPU objects");
    });
}

#[test]
fn beside_one_that_destroys_its_device() {
    beside("beside_one_that_destroys_its_device", |context| succeeds("device_lost", context));
}

#[test]
fn beside_one_that_makes_handles_up() {
    beside("beside_one_that_makes_handles_up", |context| {
        traps("handle_made_up", context, "unknown handle index");
    });
}

#[test]
fn beside_one_whose_errors_are_many() {
    beside("beside_one_whose_errors_are_many", |context| succeeds("error_scopes", context));
}

/// Guests with devices of their own, which is what they get unless an embedder lends his: the long work of
/// one delays the other by no more than the timeout that ends it.
#[test]
fn long_work_on_another_device_delays_nobody() {
    if Adapter::Machine.available("long_work_on_another_device_delays_nobody").is_none() {
        return;
    }
    delays_nobody(
        || healthy(Adapter::Machine.context()),
        || traps("wait_quota", Adapter::Machine.context().max_wait(TIMEOUT), "did not finish"),
    );
}

/// Guests on one device, whose work waits for that of the others: the shaders of one have no end of their own,
/// only a bound on their loops. The loops of the other, which has no bound, go on beyond it.
#[test]
fn bounded_loops_on_the_same_device_delay_nobody() {
    /// How often the guest runs, each time with some thirty shaders.
    const TIMES: usize = 3;
    let Some(embedder) = Embedder::open("bounded_loops_on_the_same_device_delay_nobody") else { return };
    delays_nobody(
        || {
            healthy(embedder.context());
            succeeds("shader_loops_long", embedder.context());
        },
        || (0..TIMES).for_each(|_| succeeds("shader_loops", embedder.context().max_loop_iterations(1000))),
    );
    assert_eq!(embedder.heard.load(Ordering::Relaxed), 0, "errors that reached the embedder");
}

/// The longest that a guest may wait whose work takes longer.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A round of `work` takes no longer beside `troubled` than alone, but for the timeout.
fn delays_nobody(work: impl Fn(), troubled: impl Fn() + Send) {
    /// How much slower a round may be for nothing but having less of the machine.
    const SLOWER: u32 = 20;
    const ROUNDS: usize = 5;
    let round = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    round();
    let alone = (0..ROUNDS).map(|_| round()).max().unwrap();
    let working = AtomicBool::new(true);
    let beside = thread::scope(|scope| {
        let working = &working;
        scope.spawn(move || {
            let _ended = Ended(working);
            troubled();
        });
        let mut slowest = round();
        while working.load(Ordering::Relaxed) {
            slowest = slowest.max(round());
        }
        slowest
    });
    println!("a round took {alone:?} alone, {beside:?} beside the other guest");
    assert!(
        beside <= TIMEOUT + alone * SLOWER,
        "a round took {alone:?} alone, and {beside:?} beside a guest with a timeout of {TIMEOUT:?}"
    );
}

/// Objects that wgpu has in the instance that the tests share, by kind.
fn objects() -> Vec<(&'static str, usize)> {
    let counted = hub::objects(&Adapter::Machine.gpu().unwrap().instance).unwrap();
    let counted = counted.into_iter().filter(|objects| objects.kind != RENDER_BUNDLES);
    counted.map(|objects| (objects.kind, objects.kept)).collect()
}

/// Every guest runs on a lent device, so that the memory can be measured, whether it gets to its end there or
/// not. Those by the WIT alone, of which some are ended by the host, run on devices of their own as well.
#[test]
fn ended_guests_leave_nothing_behind() {
    const TEST: &str = "sharing::ended_guests_leave_nothing_behind";
    /// What takes its time to say nothing new here, what may take the process along, and what dispatches as many
    /// workgroups as its device admits, which a lent one does without an end.
    const LEFT_OUT: [&str; 5] = [
        "buffer_read_back_300_mib",
        "buffer_upload_300_mib",
        "device_limits_lowered",
        "shader_hostile",
        "wait_quota",
    ];
    if Adapter::Machine.available(TEST).is_none() || ran_alone(TEST) {
        return;
    }
    let embedder = Embedder::open(TEST).unwrap();
    healthy(embedder.context());
    healthy(Adapter::Machine.context());
    let objects_before = objects();
    let mut allocated_before = embedder.allocated();
    let (mut succeeded, mut guests) = (0, 0);
    // What wgpu or the driver keeps for the next user is made by the first run of a case; a leak grows with
    // each.
    let mut check = |what: &str, run: &dyn Fn() -> Ran| {
        let ran = run();
        guests += 1;
        succeeded += usize::from(ran.failure().is_none());
        let first = embedder.allocated();
        if first != allocated_before {
            println!("{what}: from {allocated_before:?} to {first:?} bytes at the first run");
            drop(run());
            assert_eq!(embedder.allocated(), first, "bytes allocated on the device after {what}, once more");
            allocated_before = first;
        }
        assert_eq!(objects(), objects_before, "objects of wgpu after {what}");
    };
    for case in raw_names().into_iter().filter(|case| !LEFT_OUT.contains(case)) {
        check(&format!("{case}, on a lent device"), &|| run(case, small(case, embedder.context())));
        check(case, &|| run(case, small(case, Adapter::Machine.context())));
    }
    for case in programs::cases().map(|case| case.name).filter(|case| !LEFT_OUT.contains(case)) {
        check(case, &|| runs::component(Guest::Programs, &[case], embedder.context().build()));
    }
    println!("{succeeded} of {guests} guests ended well, {allocated_before:?} bytes are allocated");
    assert!(succeeded * 2 > guests, "only {succeeded} of {guests} guests ended well");
    assert_eq!(embedder.heard.load(Ordering::Relaxed), 0, "errors that reached the embedder");
}

/// With small quotas, and those that the cases about quotas break.
fn small(case: &str, context: WebGpuCtxBuilder) -> WebGpuCtxBuilder {
    raw::with_quotas(case, context.max_gpu_memory(16 << 20).max_objects(1000).max_call_bytes(1 << 20))
}

fn raw_names() -> Vec<&'static str> {
    macro_rules! names {
        (
            cases { $($case:ident,)* }
            quotas { $($quota:ident,)* }
            traps { $($trap:ident: $message:literal,)* }
        ) => {
            vec![$(stringify!($case),)* $(stringify!($quota),)* $(stringify!($trap),)*]
        };
    }
    raw_cases!(names)
}
