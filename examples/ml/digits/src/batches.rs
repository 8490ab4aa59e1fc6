//! Digits as tensors.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use crate::data::Digits;

/// What pixels of handwritten digits have on average, and by how much they differ from it; the usual numbers.
const MEAN: f32 = 0.1307;
const DEVIATION: f32 = 0.3081;

/// Puts the pictures of the digits with these numbers on a device: digits × 1 × rows × pixels, of mean 0 and
/// variance 1. Numbers beyond the last digit's are passed over.
pub(crate) fn pictures(digits: &Digits, numbers: &[usize], device: &Device) -> Tensor<4> {
    // One list of the right size: while the GPU reads the last batch, this is what the processor does.
    let mut pixels = Vec::with_capacity(numbers.len() * digits.area());
    let mut count = 0;
    for (picture, _) in chosen(digits, numbers) {
        pixels.extend(picture.iter().map(|pixel| (pixel - MEAN) / DEVIATION));
        count += 1;
    }
    Tensor::from_data(TensorData::new(pixels, [count, 1, digits.size, digits.size]), device)
}

/// Puts what these digits show on a device.
pub(crate) fn labels(digits: &Digits, numbers: &[usize], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i32> = chosen(digits, numbers).map(|(_, label)| i32::from(label)).collect();
    Tensor::from_data(TensorData::from(labels.as_slice()), device)
}

fn chosen<'a>(digits: &'a Digits, numbers: &[usize]) -> impl Iterator<Item = (&'a [f32], u8)> {
    numbers.iter().filter_map(|&number| digits.get(number))
}

/// The numbers from 0 to `count` in batches of `size`, in an order drawn anew for each round, without end.
pub(crate) struct Shuffled {
    rng: StdRng,
    order: Vec<usize>,
    size: usize,
    next: usize,
}

impl Shuffled {
    /// The order depends on nothing but the seed.
    pub(crate) fn new(count: usize, size: usize, seed: u64) -> Self {
        let mut shuffled = Self {
            rng: StdRng::seed_from_u64(seed),
            order: (0..count).collect(),
            size: size.min(count),
            next: 0,
        };
        shuffled.order.shuffle(&mut shuffled.rng);
        shuffled
    }

    /// The next batch; what is left of a round and would not fill one is left out.
    pub(crate) fn next(&mut self) -> &[usize] {
        if self.next + self.size > self.order.len() {
            self.order.shuffle(&mut self.rng);
            self.next = 0;
        }
        let start = self.next;
        self.next += self.size;
        self.order.get(start..self.next).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(seed: u64, batches: usize) -> Vec<Vec<usize>> {
        let mut shuffled = Shuffled::new(10, 3, seed);
        (0..batches).map(|_| shuffled.next().to_vec()).collect()
    }

    #[test]
    fn a_seed_draws_the_same_batches_again() {
        assert_eq!(draw(1, 9), draw(1, 9));
        assert_ne!(draw(1, 9), draw(2, 9));
    }

    #[test]
    fn a_round_has_no_number_twice() {
        for round in draw(3, 30).chunks(3) {
            let mut numbers = round.concat();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), 9);
        }
    }
}
