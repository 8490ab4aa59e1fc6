//! The kernels.
#![expect(clippy::indexing_slicing, reason = "this is compiled for the GPU, where no index panics")]

use cubecl::prelude::*;

/// One step of every place: it keeps what is left of its grains in fours, and gets what its neighbours send.
#[cube(launch)]
pub(crate) fn topple(before: &[u32], after: &mut [u32], #[comptime] columns: usize) {
    if ABSOLUTE_POS < after.len() {
        let at = ABSOLUTE_POS;
        let column = at % columns;
        let mut grains = before[at] % 4;
        if column > 0 {
            grains += before[at - 1] / 4;
        }
        if column + 1 < columns {
            grains += before[at + 1] / 4;
        }
        if at >= columns {
            grains += before[at - columns] / 4;
        }
        if at + columns < before.len() {
            grains += before[at + columns] / 4;
        }
        after[at] = grains;
    }
}

/// Six less what is there.
#[cube(launch)]
pub(crate) fn complement(pile: &[u32], result: &mut [u32]) {
    if ABSOLUTE_POS < result.len() {
        result[ABSOLUTE_POS] = 6 - pile[ABSOLUTE_POS];
    }
}

/// Twice what is there.
#[cube(launch)]
pub(crate) fn double(pile: &[u32], result: &mut [u32]) {
    if ABSOLUTE_POS < result.len() {
        result[ABSOLUTE_POS] = 2 * pile[ABSOLUTE_POS];
    }
}

/// A tile for each place, in the colour of its grains, with an edge of light and one of shadow.
#[cube(launch)]
pub(crate) fn paint(pile: &[u32], picture: &mut [u32], #[comptime] columns: usize, #[comptime] cell: usize) {
    if ABSOLUTE_POS < picture.len() {
        let width = columns * cell;
        let x = ABSOLUTE_POS % width;
        let y = ABSOLUTE_POS / width;
        let grains = pile[y / cell * columns + x / cell];
        let mut red = 18u32;
        let mut green = 22u32;
        let mut blue = 58u32;
        if grains == 1 {
            red = 25;
            green = 98;
            blue = 140;
        }
        if grains == 2 {
            red = 236;
            green = 150;
            blue = 62;
        }
        if grains == 3 {
            red = 250;
            green = 228;
            blue = 172;
        }
        let left = x % cell;
        let top = y % cell;
        let mut light = 16u32;
        if left == 0 || top == 0 {
            light = 18;
        }
        if left == cell - 1 || top == cell - 1 {
            light = 12;
        }
        red = u32::min(red * light / 16, 255u32);
        green = u32::min(green * light / 16, 255u32);
        blue = u32::min(blue * light / 16, 255u32);
        picture[ABSOLUTE_POS] = red + green * 256 + blue * 65536 + 4278190080u32;
    }
}
