//! What maps and waits, once more on a host that suspends the guest meanwhile: the reports agree as well,
//! and a guest that waits does not stop another on the same thread.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use wasmtime_wasi::{WasiCtx, p2::pipe::MemoryOutputPipe};
use wgpu_wasi_harness::{
    Adapter,
    guests::{self, Guest},
    runs::Mode,
};
use wgpu_wasi_host::WaitMode;

use crate::waiting;

waiting::tests!(Mode::Background);

/// Two guests and a task that counts how often it gets its turn, on one thread: it goes on while both
/// guests wait for the GPU.
#[test]
fn a_wait_blocks_no_executor_thread() {
    /// Waits for hundreds of milliseconds.
    const CASE: &str = "work_done_late";
    /// On a host that blocks, one turn between two waits of the guests at most; here, thousands a
    /// millisecond.
    const LEAST: u32 = 500;
    if Adapter::Machine.available(CASE).is_none() {
        return;
    }
    let guest = || {
        let (stdout, stderr) = (MemoryOutputPipe::new(1 << 20), MemoryOutputPipe::new(1 << 20));
        let wasi = WasiCtx::builder().arg("guest").arg(CASE).stdout(stdout).stderr(stderr).build();
        let gpu = Adapter::Machine.context().wait_mode(WaitMode::Background).build();
        guests::runtime().run_async(Guest::Raw.component(), wasi, gpu)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second, turns) = runtime.block_on(async {
        let ended = Arc::new(AtomicBool::new(false));
        let counter = tokio::spawn({
            let ended = Arc::clone(&ended);
            async move {
                let mut turns = 0_u32;
                while !ended.load(Ordering::Relaxed) {
                    tokio::task::yield_now().await;
                    turns = turns.saturating_add(1);
                }
                turns
            }
        });
        let (first, second) = tokio::join!(guest(), guest());
        ended.store(true, Ordering::Relaxed);
        (first, second, counter.await.unwrap())
    });
    assert!(first.unwrap().success);
    assert!(second.unwrap().success);
    assert!(turns >= LEAST, "the counter had {turns} turns while the guests waited");
}
