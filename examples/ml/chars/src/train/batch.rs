//! Windows of a text, put together for one step.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::{random::Random, text::window};

/// Windows of text and, for each of their characters, the one that follows: `[batch, context]`.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) inputs: Tensor<2, Int>,
    pub(super) targets: Tensor<2, Int>,
}

impl Batch {
    /// The windows that begin at these characters.
    ///
    /// # Errors
    ///
    /// When one of them is not all there.
    fn new(tokens: &[i32], starts: &[usize], context: usize, device: &Device) -> anyhow::Result<Self> {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for &start in starts {
            let (input, target) = window(tokens, start, context)?;
            inputs.extend_from_slice(input);
            targets.extend_from_slice(target);
        }
        let tensor = |values| Tensor::from_data(TensorData::new(values, [starts.len(), context]), device);
        Ok(Self { inputs: tensor(inputs), targets: tensor(targets) })
    }
}

/// Draws batches from a text.
#[derive(Debug)]
pub(super) struct Batches<'t> {
    tokens: &'t [i32],
    batch: usize,
    context: usize,
    random: Random,
    device: Device,
}

impl<'t> Batches<'t> {
    /// The text has to be longer than `context`.
    pub(super) fn new(
        tokens: &'t [i32],
        batch: usize,
        context: usize,
        random: Random,
        device: &Device,
    ) -> Self {
        Self { tokens, batch, context, random, device: device.clone() }
    }

    /// How many characters a batch has.
    pub(super) fn characters(&self) -> usize {
        self.batch * self.context
    }

    /// The next batch.
    ///
    /// # Errors
    ///
    /// When the text is not longer than the context.
    pub(super) fn draw(&mut self) -> anyhow::Result<Batch> {
        let places = self.tokens.len().saturating_sub(self.context).max(1);
        let starts: Vec<_> = (0..self.batch).map(|_| self.random.below(places)).collect();
        Batch::new(self.tokens, &starts, self.context, &self.device)
    }
}

/// At most `most` batches of windows that lie evenly over a text and don't overlap; all of them are as large.
///
/// # Errors
///
/// When the text is not longer than `context`.
pub(super) fn even(
    tokens: &[i32],
    batch: usize,
    context: usize,
    most: usize,
    device: &Device,
) -> anyhow::Result<Vec<Batch>> {
    let starts = even_starts(tokens.len(), batch, context, most);
    starts.chunks(batch).map(|starts| Batch::new(tokens, starts, context, device)).collect()
}

fn even_starts(length: usize, batch: usize, context: usize, most: usize) -> Vec<usize> {
    // Each window has one character more: the one that follows its last.
    let windows = length.saturating_sub(1) / context;
    // A smaller batch would count for more than its part of the mean.
    let count = if windows < batch { windows } else { (windows / batch).min(most) * batch };
    (0..count).map(|index| index * (length - 1 - context) / (count - 1).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::even_starts;

    #[test]
    fn windows_are_spread_evenly() {
        assert_eq!(even_starts(101, 2, 10, 2), [0, 30, 60, 90]);
        assert_eq!(even_starts(101, 4, 10, 9).len(), 8);
        assert_eq!(even_starts(31, 4, 10, 9), [0, 10, 20]);
        assert_eq!(even_starts(11, 4, 10, 9), [0]);
        assert_eq!(even_starts(10, 4, 10, 9), [0; 0]);
        assert_eq!(even_starts(0, 4, 10, 9), [0; 0]);
    }
}
