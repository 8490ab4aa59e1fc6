//! The losses of a training, as a table and as a picture.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::ensure;
use ml_kit::{Curve, Plot};

/// The last losses are averaged over so many steps: each one is that of a few windows only.
const LAST: usize = 50;

/// Each step's loss, in nats a character.
#[derive(Debug, Default)]
pub(super) struct Journal {
    losses: Vec<f32>,
}

impl Journal {
    /// Takes in the losses of the next steps.
    ///
    /// # Errors
    ///
    /// When one is no number: the training has failed.
    pub(super) fn add(&mut self, losses: &[f32]) -> anyhow::Result<()> {
        self.losses.extend_from_slice(losses);
        let step = self.losses.iter().position(|loss| !loss.is_finite());
        ensure!(step.is_none(), "the loss is no number after {} steps", step.unwrap_or_default());
        Ok(())
    }

    /// The mean of the last ones.
    pub(super) fn last(&self) -> f64 {
        let from = self.losses.len().saturating_sub(LAST);
        let last = self.losses.get(from..).unwrap_or_default();
        last.iter().copied().map(f64::from).sum::<f64>() / last.len() as f64
    }

    /// Writes `losses.csv` and `losses.png` into a folder.
    ///
    /// # Errors
    ///
    /// When they can't be written.
    pub(super) fn save(&self, folder: &Path, held_out: f64) -> anyhow::Result<()> {
        ml_kit::write(&folder.join("losses.csv"), self.table()?)?;
        let steps = || (1..).map(f64::from);
        let losses = Curve::new("training", steps().zip(self.losses.iter().copied().map(f64::from)));
        let ends = [1.0, self.losses.len() as f64];
        Plot::new("A model of characters learns: loss, nats a character", "step", "loss")
            .curve(losses.clone().faint())
            .curve(losses.mean(LAST / 10))
            .curve(Curve::new("held out, in the end", ends.map(|step| (step, held_out))))
            .save(&folder.join("losses.png"))
    }

    fn table(&self) -> anyhow::Result<String> {
        let mut table = "step,loss\n".to_owned();
        for (step, loss) in (1..).zip(&self.losses) {
            let step: usize = step;
            writeln!(table, "{step},{loss}")?;
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::Journal;

    #[test]
    fn losses_become_a_table() -> anyhow::Result<()> {
        let mut journal = Journal::default();
        journal.add(&[4.25, 3.5])?;
        assert_eq!(journal.table()?, "step,loss\n1,4.25\n2,3.5\n");
        assert!((journal.last() - 3.875).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn no_number_is_an_error() {
        assert!(Journal::default().add(&[1.0, f32::NAN]).is_err());
    }
}
