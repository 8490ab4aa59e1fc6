//! A compute program whose only entry point is the synchronous one: it may wait for nothing that the host
//! has not finished, so the host has to finish at once.

use raw::{Checks, cases::compute};

fn main() {
    let mut checks = Checks::default();
    wit_bindgen::block_on(compute::run(&mut checks));
    for failure in checks.failures() {
        eprintln!("{failure}");
    }
    assert!(checks.failures().is_empty(), "the result is wrong");
    println!("the numbers are doubled");
}
