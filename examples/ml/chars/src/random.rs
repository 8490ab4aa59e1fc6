//! Numbers from a seed: the same on every machine, natively and as a component.

use burn::tensor::TensorData;

/// A generator of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(fastrand::Rng);

impl Random {
    /// The same seed gives the same numbers.
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // What the generator has for `usize` depends on how large a `usize` is; below one, this fits into it.
        self.0.u64(..end as u64) as usize
    }

    /// A number from 0 to 1, without 1.
    pub(crate) fn share(&mut self) -> f32 {
        self.0.f32()
    }

    /// Weights of a standard deviation: evenly distributed, as no function of the processor's library
    /// is needed for that, which could differ in the last bit.
    pub(crate) fn weights<const D: usize>(&mut self, shape: [usize; D], deviation: f32) -> TensorData {
        let reach = deviation * 3_f32.sqrt();
        let values = (0..shape.iter().product()).map(|_| (2.0 * self.share() - 1.0) * reach).collect();
        TensorData::new::<f32, _>(values, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn weights_have_their_deviation() {
        let values = Random::new(5).weights([100, 100], 0.02).try_into_vec::<f32>().unwrap_or_default();
        assert_eq!(values.len(), 10_000);
        let variance = values.iter().map(|value| value * value).sum::<f32>() / 1e4;
        assert!((variance.sqrt() - 0.02).abs() < 0.001, "{variance}");
    }

    #[test]
    fn a_seed_gives_the_same_numbers_everywhere() {
        let mut random = Random::new(7);
        assert_eq!([(); 4].map(|()| random.below(1000)), [773, 222, 718, 481]);
    }
}
