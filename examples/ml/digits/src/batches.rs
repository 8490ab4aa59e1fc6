//! Digits as tensors.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use crate::data::Digits;

/// What pixels of handwritten digits have on average, and by how much they differ from it; the usual numbers.
const MEAN: f32 = 0.1307;
const DEVIATION: f32 = 0.3081;

/// Some digits on a device.
pub(crate) struct Batch {
    /// Digits × 1 × rows × pixels, of mean 0 and variance 1.
    pub(crate) pictures: Tensor<4>,
    /// What they show.
    pub(crate) labels: Tensor<1, Int>,
}

impl Batch {
    /// Puts the digits with these numbers on a device; numbers beyond the last are passed over.
    pub(crate) fn new(digits: &Digits, numbers: &[usize], device: &Device) -> Self {
        let chosen = || numbers.iter().filter_map(|&number| digits.get(number));
        let labels: Vec<i32> = chosen().map(|(_, label)| i32::from(label)).collect();
        let pixels: Vec<f32> =
            chosen().flat_map(|(pixels, _)| pixels).map(|pixel| (pixel - MEAN) / DEVIATION).collect();
        let shape = [labels.len(), 1, digits.size, digits.size];
        Self {
            pictures: Tensor::from_data(TensorData::new(pixels, shape), device),
            labels: Tensor::from_data(TensorData::from(labels.as_slice()), device),
        }
    }
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
