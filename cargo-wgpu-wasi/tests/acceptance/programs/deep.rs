//! Calls itself until as many MiB of stack are in use as the argument says, or does what the second one says.

use std::hint::black_box;

/// A frame of 1 KiB and a little.
#[inline(never)]
fn down(levels: u32, above: &mut [u8; 1024]) -> u32 {
    let mut own = *above;
    own[levels as usize % 1024] = own[(levels as usize + 1) % 1024].wrapping_add(1);
    if levels == 0 { own[7].into() } else { down(levels - 1, &mut own) + u32::from(own[3]) }
}

/// A frame of 20 MiB.
#[inline(never)]
fn frame(seed: u32) -> u32 {
    let mut own = [0_u32; 5 << 20];
    for (place, value) in own.iter_mut().zip(seed..) {
        *place = value;
    }
    black_box(&own).iter().fold(0, |sum, value| sum.wrapping_add(*value))
}

/// Calls itself without end, and takes next to nothing of the program's own stack.
#[inline(never)]
fn call(depth: u32) -> u32 {
    black_box(call(black_box(depth) + 1)) + 1
}

fn main() {
    println!("given: {}, vectors: {}", cfg!(given), cfg!(target_feature = "simd128"));
    let mebibytes: u32 = std::env::args().nth(1).map_or(4, |argument| argument.parse().unwrap());
    match std::env::args().nth(2).as_deref() {
        Some("frame") => println!("{}", frame(mebibytes)),
        Some("calls") => println!("{}", call(mebibytes)),
        _ => println!("{mebibytes} MiB: {}", down(mebibytes * 1000, &mut [1; 1024])),
    }
}
