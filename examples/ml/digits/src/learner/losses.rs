//! The loss of each step.

use std::{fmt::Write as _, path::Path};

use anyhow::Context as _;
use burn::tensor::Tensor;
use ml_kit::{Curve, Plot, write};

/// What a step came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// Cross entropy, in nats a digit.
    pub loss: f32,
    /// The share of the batch's digits that were read right.
    pub accuracy: f32,
}

/// The steps' losses: those that are known, and those that are still on the device.
#[derive(Default)]
pub(crate) struct Losses {
    known: Vec<Score>,
    pending: Vec<Tensor<1>>,
}

impl Losses {
    /// One step more.
    pub(crate) fn push(&mut self, loss: Tensor<1>, accuracy: Tensor<1>) {
        self.pending.extend([loss, accuracy]);
    }

    /// Reads what is still on the device; the score of the last step.
    pub(crate) fn read(&mut self) -> anyhow::Result<Score> {
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() {
            let values = Tensor::cat(pending, 0).try_into_data().context("a step of the training")?;
            let values: Vec<f32> = values.iter().collect();
            let scores = values.as_chunks().0.iter().map(|&[loss, accuracy]| Score { loss, accuracy });
            self.known.extend(scores);
        }
        self.known.last().copied().context("no step was made")
    }

    /// Writes `losses.csv` and `loss.png`.
    pub(crate) fn save(&self, folder: &Path) -> anyhow::Result<()> {
        write(&folder.join("losses.csv"), csv(&self.known)?)?;
        let points = self.known.iter().enumerate().map(|(step, score)| (step as f64, f64::from(score.loss)));
        let loss = Curve::new("each step", points).faint();
        let mean = loss.mean((self.known.len() / 40).max(1));
        Plot::new("digits: loss of the training", "step", "loss")
            .curve(loss)
            .curve(mean)
            .save(&folder.join("loss.png"))
    }
}

fn csv(scores: &[Score]) -> anyhow::Result<String> {
    let mut text = "step,loss,accuracy\n".to_owned();
    for (step, Score { loss, accuracy }) in scores.iter().enumerate() {
        // The shortest digits that are this number and no other.
        writeln!(text, "{step},{loss},{accuracy}")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_a_step() {
        let scores = [Score { loss: 2.3, accuracy: 0.125 }, Score { loss: 0.1, accuracy: 1.0 }];
        assert_eq!(csv(&scores).unwrap(), "step,loss,accuracy\n0,2.3,0.125\n1,0.1,1\n");
    }
}
