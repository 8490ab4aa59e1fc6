//! The training, step by step.

mod losses;

use std::path::Path;

use burn::{
    module::Module as _,
    nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig},
    optim::{AdamConfig, GradientsParams, ModuleOptimizer},
    tensor::{Device, Int, Tensor},
};

use crate::{
    batches::{self, Shuffled},
    data::Digits,
    net::Net,
};
use losses::Losses;
pub use losses::Score;

/// How much is learnt in a step, at first.
pub const LEARNING_RATE: f64 = 4e-3;

/// Half a wave of a cosine, from [`LEARNING_RATE`] to nothing.
pub fn learning_rate(step: usize, steps: usize) -> f64 {
    let done = step as f64 / steps.max(1) as f64;
    LEARNING_RATE * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
}

/// A net that is being trained.
pub struct Learner {
    net: Net,
    cross_entropy: CrossEntropyLoss,
    optimizer: ModuleOptimizer,
    digits: Digits,
    order: Shuffled,
    losses: Losses,
    device: Device,
}

impl Learner {
    /// A net for these digits, which learns `batch` of them in a step, on a device that keeps track of gradients. What it
    /// learns depends on nothing but the seed and the device's.
    pub fn new(digits: Digits, batch: usize, seed: u64, device: &Device) -> Self {
        Self {
            net: Net::new(digits.size, device),
            cross_entropy: CrossEntropyLossConfig::new().init(device),
            optimizer: AdamConfig::new().init(),
            order: Shuffled::new(digits.len(), batch, seed),
            losses: Losses::default(),
            device: device.clone(),
            digits,
        }
    }

    /// Learns from the next batch. Nothing waits for the GPU here.
    pub fn step(&mut self, learning_rate: f64) {
        let numbers = self.order.next();
        let labels = batches::labels(&self.digits, numbers, &self.device);
        let logits = self.net.forward(batches::pictures(&self.digits, numbers, &self.device));
        let classes: Tensor<1, Int> = logits.clone().argmax(1).flatten(0, 1);
        let right = classes.equal(labels.clone()).float().mean();
        let loss = self.cross_entropy.forward(logits, labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.net);
        self.losses.push(loss.inner(), right.inner());
        self.net = self.optimizer.step(learning_rate, self.net.clone(), gradients);
    }

    /// How the last step went, when the GPU has come so far.
    ///
    /// # Errors
    ///
    /// When no step was made, or the GPU fails.
    pub fn score(&mut self) -> anyhow::Result<Score> {
        self.losses.read()
    }

    /// The net as it is now, on the device without gradients.
    pub fn net(&self) -> Net {
        self.net.valid()
    }

    /// Writes what the steps came to: `losses.csv` and `loss.png`.
    ///
    /// # Errors
    ///
    /// When no step was made, or a file can't be written.
    pub fn save_losses(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.losses.save(folder)
    }
}
