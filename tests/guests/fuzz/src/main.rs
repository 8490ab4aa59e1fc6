//! A guest that calls every function of `wasi:webgpu`, and those for windows, in random order: the same calls for the same
//! seed.
//!
//! `fuzz SEED CALLS [OPTIONS]`. Handles come and go through the type system of the WIT; at its end a guest may do what
//! that forbids, and is ended by the host.
//!
//! | option | |
//! |---|---|
//! | `--bounded` | nothing of it is endless work for a real device |
//! | `--hasty` | it drops calls that have not ended: what it does next depends on time |
//! | `--loops-end` | the host ends the loops of its shaders |
//! | `--stays HOW` | it does not end by itself (`stay.rs`) |
//! | `--attach HOW` | something is odd about the memory that it offers (`command_memory/offered.rs`) |
//! | `--log` | each call goes to stderr before it is made |
//!
//! When it has made its calls it writes what it got to stdout, a line each with tabs between the fields, and at last
//! `ends` with the way in which it ends. `tests/harness/src/fuzz.rs` reads that, and compares it with what the same
//! guest gets whose commands are all calls. What it does after that line is not compared.

mod act;
mod bindings;
mod command_memory;
mod hoard;
mod random;
mod shaders;
mod stay;
mod wgsl;
mod windows;
mod world;

pub(crate) use bindings::wasi::webgpu::webgpu as wit;

use command_memory::CommandMemory;
use random::Random;
use world::{Manner, Read, World};

wit_bindgen::generate!({
    path: "../../../wit",
    world: "wgpu-wasi:backend/guest-run3",
    generate_all,
});

struct Run;

export!(Run);

impl exports::wasi::cli::run::Guest for Run {
    async fn run() -> Result<(), ()> {
        let arguments: Vec<String> = std::env::args().collect();
        let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
        let (Some(seed), Some(calls)) = (number(1), number(2)) else {
            eprintln!("fuzz SEED CALLS [OPTIONS]");
            return Err(());
        };
        let has = |name: &str| arguments.iter().any(|argument| argument == name);
        let stays = arguments.iter().position(|argument| argument == "--stays");
        let stays = stays.and_then(|at| number(at + 1));
        let random = |seed| Random::new(seed, has("--bounded"));
        let manner =
            Manner { calls, log: has("--log"), hasty: has("--hasty"), loops_end: has("--loops-end") };
        command_memory::grow();
        let mut world = World::new(random(seed), CommandMemory::new(random(!seed)), manner);
        act::all(&mut world).await;
        command_memory::grow();
        println!("calls\t{}", world.calls);
        println!("trace\t{:016x}", world.trace.0);
        for Read { call, bytes, sum } in &world.reads {
            println!("read\t{call}\t{bytes} bytes\t{:016x}", sum.0);
        }
        if world.unsure {
            println!("unsure");
        }
        for (kind, count) in &world.answers {
            println!("answer\t{kind}\t{count}");
        }
        match stays {
            Some(how) => {
                println!("ends\tstays");
                stay::stay(world, how).await;
            }
            None => end(world),
        }
        Ok(())
    }
}

/// One of the ways in which a guest ends: all but the last leave everything to the host.
fn end(mut world: World) {
    let how = world.random.below(24);
    world.remark(&format!("ends in way {how}"));
    match how {
        0 => {
            println!("ends\texit");
            std::process::exit(0);
        }
        1 => {
            println!("ends\thandle");
            // SAFETY: the handle is none; that the host finds out is the point.
            let buffer = unsafe { wit::GpuBuffer::from_handle(987_654) };
            buffer.destroy();
        }
        2 => {
            println!("ends\thandle");
            // SAFETY: the handle is that of something else, if of anything; as above.
            let texture = unsafe { wit::GpuTexture::from_handle(3) };
            let _ = texture.width();
        }
        3 => {
            println!("ends\tabort");
            std::process::abort();
        }
        4..8 => {
            println!("ends\tnonsense");
            let words = world.memory.nonsense();
            world.remark(&format!("{words:?}"));
            if let Some(pass) = world.pools.compute_passes.last() {
                command_memory::with_nonsense(&words, || pass.handle.end());
            } else if let Some(pass) = world.pools.render_passes.last() {
                command_memory::with_nonsense(&words, || pass.handle.end());
            }
        }
        8..10 => {
            println!("ends\thoard");
            hoard::hoard(&mut world);
        }
        _ => {
            // What is pending has handles of its own.
            world.pending.clear();
            drop(world.pools);
            println!("ends\tclean");
        }
    }
}

/// The synchronous entry point, which the target always exports. A host that prefers it is not served.
fn main() {
    eprintln!("run me by wasi:cli/run@0.3.0");
    std::process::exit(1);
}
