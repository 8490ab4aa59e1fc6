//! Weights from a seed: the same on every machine.

use std::io::Write;

use half::f16;

use super::size::{Draw, Tensor};

/// So many bytes are drawn before they are written.
const AT_ONCE: usize = 1 << 20;

/// Writes a tensor's weights; `done` gets how many bytes were written since the last time.
///
/// # Errors
///
/// When the file can't be written.
pub(super) fn write(
    tensor: &Tensor,
    seed: u64,
    file: &mut impl Write,
    done: &mut impl FnMut(u64),
) -> anyhow::Result<()> {
    // By its name, so that what a tensor is does not depend on those before it.
    let seed = tensor
        .name
        .bytes()
        .fold(seed, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5));
    let mut random = fastrand::Rng::with_seed(seed);
    let values = values(tensor.draw);
    let mut left = tensor.bytes();
    let mut part = Vec::with_capacity(AT_ONCE);
    while left > 0 {
        part.clear();
        let length = usize::try_from(left).unwrap_or(AT_ONCE).min(AT_ONCE);
        while part.len() < length {
            let drawn = random.u64(..).to_le_bytes();
            for pair in drawn.chunks_exact(2) {
                let place = pair.iter().rev().fold(0, |place, byte| place << 8 | usize::from(*byte));
                part.extend(values.get(place).copied().unwrap_or_default());
            }
        }
        part.truncate(length);
        file.write_all(&part)?;
        left -= length as u64;
        done(length as u64);
    }
    Ok(())
}

/// The values that weights may have, all equally likely, as bytes. No function of the processor's library is needed for
/// these, which could differ in the last bit.
fn values(draw: Draw) -> Vec<[u8; 2]> {
    let reach = draw.deviation * 3_f32.sqrt();
    let value = |place: u32| draw.mean + reach * (place as f32 - 32767.5) / 32767.5;
    (0..1 << 16).map(|place| f16::from_f32(value(place)).to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::{Draw, Tensor, write};

    fn weights(name: &str, seed: u64) -> anyhow::Result<Vec<f32>> {
        let tensor =
            Tensor { name: name.to_owned(), shape: vec![101, 99], draw: Draw { mean: 1.0, deviation: 0.25 } };
        let (mut file, mut told) = (Vec::new(), 0);
        write(&tensor, seed, &mut file, &mut |bytes| told += bytes)?;
        assert_eq!((file.len() as u64, told), (tensor.bytes(), tensor.bytes()));
        let pairs = file.as_chunks::<2>().0.iter();
        Ok(pairs.map(|pair| f16::from_le_bytes(*pair).to_f32()).collect())
    }

    #[test]
    fn weights_have_their_mean_and_deviation() -> anyhow::Result<()> {
        let weights = weights("a", 1)?;
        let count = weights.len() as f32;
        let mean = weights.iter().sum::<f32>() / count;
        let variance = weights.iter().map(|weight| (weight - mean).powi(2)).sum::<f32>() / count;
        assert!((mean - 1.0).abs() < 0.01 && (variance.sqrt() - 0.25).abs() < 0.01, "{mean} {variance}");
        Ok(())
    }

    #[test]
    fn a_seed_and_a_name_give_the_same_weights_and_others_give_others() -> anyhow::Result<()> {
        assert_eq!(weights("a", 1)?, weights("a", 1)?);
        assert_ne!(weights("a", 1)?, weights("b", 1)?);
        assert_ne!(weights("a", 1)?, weights("a", 2)?);
        Ok(())
    }
}
