//! The net.

use std::path::Path;

use anyhow::{Context as _, anyhow, ensure};
use burn::{
    module::Module,
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    store::ModuleRecord,
    tensor::{
        Bytes, Device, Int, Tensor,
        activation::{relu, softmax},
    },
};

use crate::{
    batches,
    data::{CLASSES, Digits},
};

/// Channels after the first convolution and after the second, for pictures of up to [`FEW_PIXELS`] on a side…
const FEW_CHANNELS: [usize; 2] = [8, 16];
/// …and for larger ones, in which there is more to see.
const CHANNELS: [usize; 2] = [16, 32];
const FEW_PIXELS: usize = 8;
/// Units between the convolutions and the classes.
const HIDDEN: usize = 64;

/// Two convolutions, each with a pooling that halves the picture, and two linear layers.
#[derive(Module, Debug)]
pub struct Net {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    hidden: Linear,
    output: Linear,
}

impl Net {
    /// A net for pictures of this size, with weights that are drawn when they are first used.
    pub fn new(size: usize, device: &Device) -> Self {
        let [first, second] = if size > FEW_PIXELS { CHANNELS } else { FEW_CHANNELS };
        let conv = |channels| {
            Conv2dConfig::new(channels, [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        let left = size / 4;
        Self {
            conv1: conv([1, first]),
            conv2: conv([first, second]),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            hidden: LinearConfig::new(second * left * left, HIDDEN).init(device),
            output: LinearConfig::new(HIDDEN, CLASSES).init(device),
        }
    }

    /// Digits × classes: the greater, the more likely.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.conv1.forward(pictures)));
        let x = self.pool.forward(relu(self.conv2.forward(x)));
        self.output.forward(relu(self.hidden.forward(x.flatten(1, 3))))
    }

    /// How likely it is that a picture shows each digit, from 0 to 1; the picture as [`Digits`] have theirs.
    ///
    /// # Errors
    ///
    /// When the picture is none of this size, or the GPU fails.
    pub fn chances(&self, pixels: &[f32], size: usize, device: &Device) -> anyhow::Result<[f32; CLASSES]> {
        let digit = Digits { size, pixels: pixels.to_vec(), labels: vec![0] };
        ensure!(digit.area() == pixels.len(), "{} pixels are not {size} × {size}", pixels.len());
        let logits = self.forward(batches::pictures(&digit, &[0], device));
        let data = softmax(logits, 1).try_into_data().context("the GPU gave no answer")?;
        let chances: Vec<f32> = data.iter().collect();
        chances.try_into().map_err(|_| anyhow!("the net has other classes than the ten digits"))
    }

    /// What the net takes each digit for, `batch` of them at a time.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub fn read(&self, digits: &Digits, batch: usize, device: &Device) -> anyhow::Result<Vec<u8>> {
        let numbers: Vec<usize> = (0..digits.len()).collect();
        let classes: Vec<Tensor<1, Int>> = numbers
            .chunks(batch)
            .map(|numbers| {
                let logits = self.forward(batches::pictures(digits, numbers, device));
                logits.argmax(1).flatten(0, 1)
            })
            .collect();
        // Read back once, when all of them are under way.
        let classes = Tensor::cat(classes, 0).try_into_data().context("the GPU gave no answer")?;
        Ok(classes.iter::<u8>().collect())
    }

    /// Writes the weights.
    ///
    /// # Errors
    ///
    /// When the GPU fails, or the file can't be written.
    pub fn save(self, path: &Path) -> anyhow::Result<()> {
        let bytes = self.into_record().into_bytes().context("the weights can't be read from the GPU")?;
        ml_kit::write(path, &*bytes)
    }

    /// A net for pictures of this size, with weights that [`Net::save`] wrote.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or has others.
    pub fn load(path: &Path, size: usize, device: &Device) -> anyhow::Result<Self> {
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(ml_kit::read(path)?))
            .with_context(|| format!("{} has no weights", path.display()))?;
        Self::new(size, device).try_load_record(record).with_context(|| {
            format!("{} has the weights of another net than one for {size} × {size} pixels", path.display())
        })
    }
}

/// How many of the labels are these classes.
pub fn count_right(digits: &Digits, classes: &[u8]) -> usize {
    digits.labels.iter().zip(classes).filter(|(label, class)| label == class).count()
}
