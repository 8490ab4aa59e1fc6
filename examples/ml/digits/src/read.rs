//! Reading digits that somebody has drawn.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use ml_kit::{Drawing, Gpu};

use crate::{
    data::{CLASSES, Digits},
    fit,
    net::Net,
};

/// How to read.
#[derive(Args)]
pub(crate) struct Options {
    /// The weights that the training wrote
    #[arg(long)]
    weights: PathBuf,
    /// Pictures of one digit each, dark on white
    #[arg(required = true, value_name = "PNG")]
    pictures: Vec<PathBuf>,
}

/// Says of each picture what digit it is, and how sure the net is of that.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let gpu = Gpu::open()?;
    let (net, size) = Net::load_any(&options.weights, &gpu.device)?;
    let mut digits = Digits { size, pixels: Vec::new(), labels: Vec::new() };
    for path in &options.pictures {
        let pixels = fit::fit(&Drawing::load(path)?, size);
        digits.pixels.extend(pixels.with_context(|| format!("nothing is drawn in {}", path.display()))?);
        // It is not known what they show.
        digits.labels.push(0);
    }
    let shares = net.shares(&digits, &gpu.device)?;
    for (path, shares) in options.pictures.iter().zip(shares.chunks(CLASSES)) {
        let (digit, share) = most(shares).context("the GPU gave no answer")?;
        println!("{}: {digit} ({:.0} % sure)", path.display(), 100.0 * share);
    }
    Ok(())
}

/// The greatest of some numbers, and which it is.
fn most(shares: &[f32]) -> Option<(usize, f32)> {
    shares.iter().copied().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::most;

    #[test]
    fn the_greatest_share_is_found() {
        assert_eq!(most(&[0.1, 0.7, 0.2]), Some((1, 0.7)));
        assert_eq!(most(&[]), None);
    }
}
