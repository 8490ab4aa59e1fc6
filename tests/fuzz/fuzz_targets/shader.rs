//! What the host does with the text of a shader beside wgpu: how deep it nests, how many values its constants have, what
//! its calls grow to, the bound of its loops, its workgroup memory. A shader that naga takes has to be one that naga takes
//! when its loops have a bound; and what is admitted must not take naga's memory or time beyond what libFuzzer allows.
#![no_main]

use std::thread;

use libfuzzer_sys::fuzz_target;
use wgpu_wasi_fuzz_targets::{STACK, shader};

fuzz_target!(|text: &str| {
    thread::scope(|scope| {
        let check = || {
            let constants = [("a", 1.0), ("0", 1e9), ("n", f64::NAN)];
            if let Some(shader) = shader(text, &constants) {
                for bounded in &shader.bounded {
                    assert!(bounded.is_ok(), "with a bound on its loops: {bounded:?}\n{text}");
                }
            }
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, check);
        assert!(thread.expect("there is memory for a thread").join().is_ok());
    });
});
