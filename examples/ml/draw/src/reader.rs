//! The net: it learns a few steps at a time, and reads.

use std::path::Path;

use anyhow::ensure;
use burn::tensor::Device;
use ml_digits::{CLASSES, Digits, Learner, Net, Score, count_right, learning_rate};
use ml_kit::Gpu;

use crate::drawing::PIXELS;

/// Digits in a step.
const BATCH: usize = 32;

/// Steps between two pictures of the window.
const STEPS: usize = 5;

/// Digits that are read in one go.
const READ_AT_ONCE: usize = 200;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Progress {
    /// It has learnt for some of the steps.
    Learning {
        /// Steps that are done…
        step: usize,
        /// …of so many.
        steps: usize,
        /// How the last one went.
        score: Score,
    },
    /// It has learnt, and reads so many of the digits that it has not seen before.
    Learnt {
        /// Those that are read right…
        right: usize,
        /// …of so many.
        of: usize,
    },
}

/// A net that learns, or one that has learnt.
enum State {
    Learning(Box<Learner>),
    Learnt(Net),
}

/// A net, what it learns from, and where it is.
pub(crate) struct Reader {
    device: Device,
    state: State,
    held_out: Digits,
    steps: usize,
    done: usize,
    /// Whether it was asked to learn.
    begun: bool,
    progress: Progress,
}

impl Reader {
    /// A net that has learnt nothing yet.
    pub(crate) fn new(digits: Digits, steps: usize, seed: u64) -> anyhow::Result<Self> {
        let (training, held_out) = check(digits)?.split();
        let device = Gpu::open()?.device;
        device.seed(seed);
        let learner = Learner::new(training, BATCH, seed, &device.clone().autodiff());
        let state = State::Learning(Box::new(learner));
        Ok(Self::with(device, state, held_out, steps))
    }

    /// A net that has learnt before.
    pub(crate) fn with_weights(digits: Digits, weights: &Path) -> anyhow::Result<Self> {
        let (_, held_out) = check(digits)?.split();
        let device = Gpu::open()?.device;
        let state = State::Learnt(Net::load(weights, PIXELS, &device)?);
        let mut reader = Self::with(device, state, held_out, 0);
        reader.test()?;
        Ok(reader)
    }

    fn with(device: Device, state: State, held_out: Digits, steps: usize) -> Self {
        let progress = Progress::Learning { step: 0, steps, score: Score::default() };
        Self { device, state, held_out, steps, done: 0, begun: false, progress }
    }

    /// Learns a few steps, if there are some left; whether there were.
    pub(crate) fn learn(&mut self) -> anyhow::Result<bool> {
        let State::Learning(learner) = &mut self.state else { return Ok(false) };
        // The first picture comes before the first step, which takes longest.
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(true);
        }
        if self.done >= self.steps {
            self.state = State::Learnt(learner.net());
            self.test()?;
            return Ok(false);
        }
        let until = self.steps.min(self.done + STEPS);
        for step in self.done..until {
            learner.step(learning_rate(step, self.steps));
        }
        self.done = until;
        self.progress = Progress::Learning { step: until, steps: self.steps, score: learner.score()? };
        Ok(true)
    }

    /// How likely a picture is to show each digit.
    pub(crate) fn read(&self, pixels: &[f32]) -> anyhow::Result<[f32; CLASSES]> {
        match &self.state {
            State::Learning(learner) => learner.net().chances(pixels, PIXELS, &self.device),
            State::Learnt(net) => net.chances(pixels, PIXELS, &self.device),
        }
    }

    /// How far it has come.
    pub(crate) fn progress(&self) -> Progress {
        self.progress
    }

    /// Reads what was held out of the training.
    fn test(&mut self) -> anyhow::Result<()> {
        let State::Learnt(net) = &self.state else { return Ok(()) };
        let classes = net.read(&self.held_out, READ_AT_ONCE, &self.device)?;
        let (right, of) = (count_right(&self.held_out, &classes), self.held_out.len());
        println!("{right} of {of} held out are read right: draw one");
        self.progress = Progress::Learnt { right, of };
        Ok(())
    }
}

/// What is drawn is made as small as these digits are.
fn check(digits: Digits) -> anyhow::Result<Digits> {
    let size = digits.size;
    ensure!(
        size == PIXELS,
        "these digits have {size} × {size} pixels: take scikit-learn's digits.csv.gz, which have {PIXELS} × {PIXELS}"
    );
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_another_size_are_refused() {
        let digits = Digits { size: 28, pixels: vec![0.0; 28 * 28], labels: vec![0] };
        assert!(check(digits).unwrap_err().to_string().contains("28 × 28"));
    }
}
