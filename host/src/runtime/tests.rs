//! Guests of a few lines each, in the text format of WebAssembly.

use std::{
    pin::Pin,
    task::{Context, Poll},
    thread,
};

use tokio::io::{AsyncRead, ReadBuf};
use wasmtime_wasi::cli::{IsTerminal, StdinStream};

use super::*;
use crate::WebGpuCtxBuilder;

/// Resources of `wasi:io` that the guests below need, in a component's head.
const POLL: &str = r#"
    (import "wasi:io/poll@0.2.0" (instance $poll
        (export "pollable" (type $pollable (sub resource)))
        (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (alias export $poll "pollable" (type $pollable))
    (core func $block (canon lower (func $poll "[method]pollable.block")))"#;

/// A component whose `run` is the core function of that name in `module`, which imports `imports`.
fn command(head: &str, imports: &str, module: &str) -> Vec<u8> {
    let text = format!(
        r#"(component {head}
            (core module $m {module})
            (core instance $i (instantiate $m (with "host" (instance {imports}))))
            (func $run (result (result)) (canon lift (core func $i "run")))
            (instance $run (export "run" (func $run)))
            (export "wasi:cli/run@0.2.0" (instance $run)))"#
    );
    wat::parse_str(text).unwrap()
}

/// Sleeps for an hour.
fn sleeps() -> Vec<u8> {
    let head = format!(
        r#"{POLL}
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $pollable))
            (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
        (core func $subscribe (canon lower (func $clock "subscribe-duration")))"#
    );
    let imports = r#"(export "block" (func $block)) (export "subscribe" (func $subscribe))"#;
    let module = r#"
        (import "host" "block" (func $block (param i32)))
        (import "host" "subscribe" (func $subscribe (param i64) (result i32)))
        (func (export "run") (result i32)
            (call $block (call $subscribe (i64.const 3600000000000)))
            i32.const 0)"#;
    command(&head, imports, module)
}

/// Waits for its standard input.
fn reads() -> Vec<u8> {
    let head = format!(
        r#"{POLL}
        (import "wasi:io/streams@0.2.0" (instance $streams
            (alias outer 1 $pollable (type $pollable))
            (export "input-stream" (type $input (sub resource)))
            (export "[method]input-stream.subscribe" (func (param "self" (borrow $input)) (result (own $pollable))))))
        (alias export $streams "input-stream" (type $input))
        (import "wasi:cli/stdin@0.2.0" (instance $stdin
            (alias outer 1 $input (type $input))
            (export "get-stdin" (func (result (own $input))))))
        (core func $stdin (canon lower (func $stdin "get-stdin")))
        (core func $subscribe (canon lower (func $streams "[method]input-stream.subscribe")))"#
    );
    let imports = r#"(export "block" (func $block)) (export "subscribe" (func $subscribe))
        (export "stdin" (func $stdin))"#;
    let module = r#"
        (import "host" "block" (func $block (param i32)))
        (import "host" "subscribe" (func $subscribe (param i32) (result i32)))
        (import "host" "stdin" (func $stdin (result i32)))
        (func (export "run") (result i32)
            (call $block (call $subscribe (call $stdin)))
            i32.const 0)"#;
    command(&head, imports, module)
}

/// `run` with nothing imported.
fn plain(module: &str) -> Vec<u8> {
    command("", "", module)
}

fn computes() -> Vec<u8> {
    plain(r#"(func (export "run") (result i32) (loop $again (br $again)) unreachable)"#)
}

/// A standard input that has nothing to read, and blocks the thread that asks for that if `blocks`.
struct Silent {
    blocks: bool,
}

impl IsTerminal for Silent {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Silent {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(Self { blocks: self.blocks })
    }
}

impl AsyncRead for Silent {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.blocks {
            thread::sleep(Duration::from_secs(3600));
        }
        Poll::Pending
    }
}

fn wasi(blocks: bool) -> WasiCtx {
    WasiCtx::builder().stdin(Silent { blocks }).build()
}

fn interruptible() -> Runtime {
    Runtime::new(&RuntimeOptions::default().interruptible(true)).unwrap()
}

const TIMEOUT: Duration = Duration::from_millis(200);

/// How long a machine may take that has other things to do.
const SLACK: Duration = Duration::from_millis(800);

fn is_ended(wasm: &[u8], wasi: WasiCtx, after: Duration) {
    let runtime = interruptible();
    let component = runtime.compile(wasm).unwrap();
    let start = Instant::now();
    let error = runtime.run_for(&component, wasi, WebGpuCtx::new(), TIMEOUT).unwrap_err();
    let took = start.elapsed();
    assert_eq!(error.downcast_ref(), Some(&TimedOut(TIMEOUT)), "{error:?}");
    assert!((after..after + SLACK).contains(&took), "it took {took:?}");
}

#[test]
fn a_guest_that_computes_is_ended() {
    is_ended(&computes(), wasi(false), TIMEOUT);
}

#[test]
fn a_guest_that_sleeps_is_ended() {
    is_ended(&sleeps(), wasi(false), TIMEOUT);
}

#[test]
fn a_guest_that_reads_is_ended() {
    is_ended(&reads(), wasi(false), TIMEOUT);
}

#[test]
fn a_guest_that_blocks_its_thread_is_left_behind() {
    is_ended(&reads(), wasi(true), TIMEOUT + GRACE);
}

#[test]
fn without_interruptions_no_time_is_promised() {
    let runtime = Runtime::new(&RuntimeOptions::default()).unwrap();
    let component = runtime.compile(&sleeps()).unwrap();
    let error = runtime.run_for(&component, wasi(false), WebGpuCtx::new(), TIMEOUT).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&NotInterruptible));
}

#[test]
fn the_deadline_of_a_context_ends_a_guest_in_an_async_runtime() {
    let runtime = interruptible();
    for wasm in [sleeps(), computes(), reads()] {
        let component = runtime.compile(&wasm).unwrap();
        let gpu = WebGpuCtxBuilder::new().deadline(Instant::now() + TIMEOUT).build();
        let start = Instant::now();
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = executor.block_on(runtime.run_async(&component, wasi(false), gpu)).unwrap_err();
        assert!(error.is::<TimedOut>(), "{error:?}");
        assert!(start.elapsed() < TIMEOUT + SLACK, "{:?}", start.elapsed());
    }
}

#[test]
fn one_guest_whose_time_is_up_ends_no_other() {
    let runtime = interruptible();
    let (short, long) = (runtime.compile(&computes()).unwrap(), runtime.compile(&sleeps()).unwrap());
    let other = {
        let runtime = runtime.clone();
        thread::spawn(move || runtime.run_for(&long, wasi(false), WebGpuCtx::new(), 3 * TIMEOUT))
    };
    let start = Instant::now();
    runtime.run_for(&short, wasi(false), WebGpuCtx::new(), TIMEOUT).unwrap_err();
    assert!(start.elapsed() < 2 * TIMEOUT && !other.is_finished());
    assert_eq!(other.join().unwrap().unwrap_err().downcast_ref(), Some(&TimedOut(3 * TIMEOUT)));
}

/// Takes a compiler many seconds: one function with more values alive than there are registers, again and again.
fn takes_long_to_compile() -> Vec<u8> {
    let line =
        "(call $f (local.get 0) (local.get 1) (local.get 0) (local.get 1)) (local.set 0) (local.set 1)";
    let module = format!(
        r#"(func $f (param i32 i32 i32 i32) (result i32 i32) (local.get 0) (local.get 3))
        (func (export "run") (result i32) (local i32 i32) {} (i32.const 0))"#,
        line.repeat(60_000)
    );
    plain(&module)
}

#[test]
fn a_compilation_is_not_waited_for_beyond_its_time() {
    let runtime = interruptible();
    let start = Instant::now();
    let error = runtime.compile_for(takes_long_to_compile(), TIMEOUT).map(drop).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&TimedOut(TIMEOUT)), "{error:?}");
    assert!(start.elapsed() < TIMEOUT + Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(runtime.compile_for(sleeps(), Duration::from_secs(60)).is_ok());
}

#[test]
fn what_is_too_large_is_not_compiled() {
    let runtime = Runtime::new(&RuntimeOptions::default()).unwrap();
    let long = plain(&format!(
        r#"(func (export "run") (result i32) {} (i32.const 0))"#,
        "(drop (i32.const 1000000000))".repeat(400_000)
    ));
    let error = runtime.compile(&long).map(drop).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&ComponentTooLarge::Function(DEFAULT_MAX_FUNCTION_BYTES)));
    let error = runtime.compile(&nested(DEFAULT_MAX_PARTS + 1)).map(drop).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&ComponentTooLarge::Parts(DEFAULT_MAX_PARTS)));
    runtime.compile(&nested(DEFAULT_MAX_PARTS)).unwrap();
}

/// A component in so many others.
fn nested(times: u64) -> Vec<u8> {
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";
    (0..times).fold(EMPTY.to_vec(), |inside, _| {
        // A section of the number 4, with its length in LEB128.
        let mut outside = [EMPTY, &[4]].concat();
        let mut length = inside.len();
        while length > 0x7f {
            outside.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        outside.push(u8::try_from(length).unwrap());
        outside.extend(inside);
        outside
    })
}

fn run(wasm: &[u8], quotas: WebGpuCtxBuilder) -> wasmtime::Result<Outcome> {
    let runtime = interruptible();
    let component = runtime.compile(wasm)?;
    runtime.run(&component, wasi(false), quotas.build())
}

const MIB: u64 = 1 << 20;

#[test]
fn the_memories_of_all_instances_count_together() {
    let module = r#"(component
        (core module $m (memory 16384))
        (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m)))"#;
    let wasm = wat::parse_str(module).unwrap();
    // Three of a GiB, in a component of a hundred bytes.
    assert!(wasm.len() < 100);
    let error = run(&wasm, WebGpuCtxBuilder::new().max_guest_memory(2048 * MIB)).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&QuotaExceeded::GuestMemory(2048 * MIB)), "{error:?}");
    // Then it is only that the component has no `run`.
    let error = run(&wasm, WebGpuCtxBuilder::new().max_guest_memory(3072 * MIB)).unwrap_err();
    assert!(!error.is::<QuotaExceeded>(), "{error:?}");
}

#[test]
fn a_memory_grows_up_to_the_quota() {
    // Grows by pages until that fails; the status is whether that was as late as it has to be.
    let module = |pages: u32| {
        plain(&format!(
            r#"(memory 1)
            (func (export "run") (result i32)
                (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
                (i32.ne (memory.size) (i32.const {pages})))"#
        ))
    };
    let outcome = run(&module(32), WebGpuCtxBuilder::new().max_guest_memory(2 * MIB)).unwrap();
    assert!(outcome.success);
    assert!(!run(&module(33), WebGpuCtxBuilder::new().max_guest_memory(2 * MIB)).unwrap().success);
}

#[test]
fn a_trap_after_a_refused_growth_names_the_quota() {
    let grow = |pages: u32| {
        plain(&format!(
            r#"(memory 1) (func (export "run") (result i32)
                (drop (memory.grow (i32.const {pages}))) unreachable)"#
        ))
    };
    let told = |pages| {
        let error = run(&grow(pages), WebGpuCtxBuilder::new().max_guest_memory(2 * MIB)).unwrap_err();
        error.is::<QuotaExceeded>()
    };
    assert!(told(100));
    assert!(!told(10));
}

#[test]
fn tables_count_as_well() {
    let wasm = plain(r#"(table 1000000 funcref) (func (export "run") (result i32) (i32.const 0))"#);
    assert!(run(&wasm, WebGpuCtxBuilder::new().max_guest_memory(MIB)).unwrap_err().is::<QuotaExceeded>());
    assert!(run(&wasm, WebGpuCtxBuilder::new().max_guest_memory(16 * MIB)).unwrap().success);
}
