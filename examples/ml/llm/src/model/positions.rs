//! Where tokens are: rotations of queries and keys (RoPE), and who sees whom.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::config::Config;

/// Rotations for as many positions as there may be.
#[derive(Debug)]
pub(crate) struct Positions {
    /// `[positions, numbers / 2]`
    cosines: Tensor<2>,
    sines: Tensor<2>,
    device: Device,
}

impl Positions {
    /// For positions below `count`.
    ///
    /// # Errors
    ///
    /// When the model scales positions in a way that this program does not know.
    pub(crate) fn new(config: &Config, count: usize, device: &Device, dtype: DType) -> anyhow::Result<Self> {
        let frequencies = config.frequencies()?;
        let table = |function: fn(f64) -> f64| {
            let angles =
                (0..count).flat_map(|position| frequencies.iter().map(move |each| position as f64 * each));
            let values: Vec<f32> = angles.map(|angle| function(angle) as f32).collect();
            Tensor::from_data(TensorData::new(values, [count, frequencies.len()]), (device, dtype))
        };
        Ok(Self { cosines: table(f64::cos), sines: table(f64::sin), device: device.clone() })
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// For `length` tokens after `past` others, and scores of `all` of which the last may not be there yet.
    pub(super) fn place(&self, past: usize, length: usize, all: usize) -> Place {
        let rows = |table: &Tensor<2>| table.clone().slice_dim(0, past..past + length).unsqueeze();
        let range = |from: usize, to: usize| Tensor::<1, Int>::arange(from as i64..to as i64, &self.device);
        let tokens = range(past, past + length).reshape([length, 1]);
        let unseen = range(0, all).reshape([1, all]).greater(tokens.expand([length, all]));
        // Not infinite: shaders may take it that nothing is.
        let unseen = unseen.float().cast(DType::F32) * -1e9;
        Place { past, cosines: rows(&self.cosines), sines: rows(&self.sines), unseen: unseen.unsqueeze() }
    }
}

/// What the tokens of one pass share.
#[derive(Debug)]
pub(super) struct Place {
    past: usize,
    /// `[1, tokens, numbers / 2]`
    cosines: Tensor<3>,
    sines: Tensor<3>,
    /// What is added to scores so that no token sees those after it: `[1, 1, tokens, all]`.
    unseen: Tensor<4>,
}

impl Place {
    /// The tokens before.
    pub(super) fn past(&self) -> usize {
        self.past
    }

    pub(super) fn unseen(&self) -> Tensor<4> {
        self.unseen.clone()
    }

    /// Turns pairs of numbers of `[heads, tokens, numbers]`: the first half's with the second half's, which is how the
    /// family's files have them.
    pub(super) fn rotate(&self, x: Tensor<3>) -> Tensor<3> {
        let [_, _, numbers] = x.dims();
        let first = x.clone().slice_dim(2, 0..numbers / 2);
        let second = x.slice_dim(2, numbers / 2..numbers);
        let (cosines, sines) = (self.cosines.clone(), self.sines.clone());
        let turned = [
            first.clone() * cosines.clone() - second.clone() * sines.clone(),
            second * cosines + first * sines,
        ];
        Tensor::cat(turned.into(), 2)
    }
}
