//! A guest that calls every function of `wasi:webgpu` in random order: the same calls for the same seed.
//!
//! `fuzz SEED CALLS [--bounded] [--log]`: with `--bounded` nothing of it is endless work for a real device,
//! with `--log` each call goes to stderr before it is made. Handles come and go through the type system of
//! the WIT; at its end a guest may do what that forbids, and is ended by the host.

mod act;
mod bindings;
mod command_memory;
mod random;
mod shaders;
mod world;

pub(crate) use bindings::wasi::webgpu::webgpu as wit;

use command_memory::CommandMemory;
use random::Random;
use world::World;

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
            eprintln!("fuzz SEED CALLS [--bounded] [--log]");
            return Err(());
        };
        let has = |name: &str| arguments.iter().any(|argument| argument == name);
        let random = |seed| Random::new(seed, has("--bounded"));
        let memory = CommandMemory::new(random(!seed));
        let mut world = World::new(random(seed), memory, calls, has("--log"));
        act::all(&mut world).await;
        println!("calls\t{}", world.calls);
        for (kind, count) in &world.answers {
            println!("answer\t{kind}\t{count}");
        }
        end(world);
        Ok(())
    }
}

/// One of the ways in which a guest ends: all but the first leave everything to the host.
fn end(mut world: World) {
    let how = world.random.below(20);
    world.remark(&format!("ends in way {how}"));
    match how {
        0 => std::process::exit(0),
        1 => {
            // SAFETY: the handle is none; that the host finds out is the point.
            let buffer = unsafe { wit::GpuBuffer::from_handle(987_654) };
            buffer.destroy();
        }
        2 => {
            // SAFETY: the handle is that of something else, if of anything; as above.
            let texture = unsafe { wit::GpuTexture::from_handle(3) };
            let _ = texture.width();
        }
        3 => std::process::abort(),
        4 | 5 => {
            let words = world.memory.nonsense();
            if let Some(pass) = world.pools.compute_passes.last() {
                command_memory::with(&words, || pass.handle.end());
            } else if let Some(pass) = world.pools.render_passes.last() {
                command_memory::with(&words, || pass.handle.end());
            }
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
