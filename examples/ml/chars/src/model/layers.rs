//! Layers with weights from a seed.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, TensorData};

use crate::random::Random;

/// A linear layer with weights of a standard deviation, and a bias of zeros.
pub(super) fn linear(from: usize, to: usize, deviation: f32, random: &mut Random, device: &Device) -> Linear {
    Linear {
        weight: Param::from_data(random.weights([from, to], deviation), device),
        bias: Some(Param::from_data(TensorData::zeros::<f32, _>([to]), device)),
    }
}
