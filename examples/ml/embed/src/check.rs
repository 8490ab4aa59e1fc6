//! Embeddings in files, and whether others are the same.

use std::path::Path;

use anyhow::{Context as _, ensure};
use ml_embed::{Embedded, Embedder};

use crate::nearest::cosine;

/// Writes sentences with their embeddings as JSON.
///
/// # Errors
///
/// When the file can't be written.
pub(crate) fn write(path: &Path, sentences: &[Embedded]) -> anyhow::Result<()> {
    ml_kit::write(path, serde_json::to_vec(sentences)?)
}

/// Embeds the sentences of a file that [`write`] wrote, and compares.
///
/// # Errors
///
/// When an embedding differs by more than the tolerance in any number or in its direction, the scores of
/// two sentences do, or the file is no such file.
pub(crate) fn run(path: &Path, embedder: &Embedder, tolerance: f32) -> anyhow::Result<()> {
    let theirs: Vec<Embedded> = serde_json::from_slice(&ml_kit::read(path)?)
        .with_context(|| format!("{} has no embeddings", path.display()))?;
    let ours =
        embedder.embed_all(&theirs.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>())?;
    let found = Difference::between(&ours, &theirs)?;
    println!(
        "{} sentences: numbers differ by {:.1e} at most, cosines from 1 by {:.1e}, scores by {:.1e}",
        theirs.len(),
        found.number,
        found.direction,
        found.score
    );
    ensure!(found.is_within(tolerance), "these are not the embeddings of {}", path.display());
    Ok(())
}

/// The largest differences between two lists of embeddings.
#[derive(Debug, Default)]
struct Difference {
    /// Of a single number.
    number: f32,
    /// Of the cosine between a sentence's two embeddings from 1.
    direction: f32,
    /// Of the cosine between two sentences.
    score: f32,
}

impl Difference {
    fn between(ours: &[Embedded], theirs: &[Embedded]) -> anyhow::Result<Self> {
        let mut largest = Self::default();
        for (our, their) in ours.iter().zip(theirs) {
            let (a, b) = (&our.embedding, &their.embedding);
            ensure!(a.len() == b.len(), "{:?} has {} numbers, not {}", their.text, b.len(), a.len());
            for (a, b) in a.iter().zip(b) {
                raise(&mut largest.number, a - b);
            }
            raise(&mut largest.direction, 1.0 - cosine(a, b));
            for (our_other, their_other) in ours.iter().zip(theirs) {
                let score = cosine(a, &our_other.embedding);
                raise(&mut largest.score, score - cosine(b, &their_other.embedding));
            }
        }
        Ok(largest)
    }

    /// Whether there are numbers, and none differs by more.
    fn is_within(&self, tolerance: f32) -> bool {
        [self.number, self.direction, self.score].into_iter().all(|difference| difference <= tolerance)
    }
}

/// Keeps the larger; one that is not a number stays.
fn raise(largest: &mut f32, difference: f32) {
    if difference.is_nan() || difference.abs() > *largest {
        *largest = difference.abs();
    }
}

#[cfg(test)]
mod tests {
    use super::Difference;
    use ml_embed::Embedded;

    fn embedded(vectors: &[[f32; 2]]) -> Vec<Embedded> {
        vectors.iter().map(|vector| Embedded { text: String::new(), embedding: vector.to_vec() }).collect()
    }

    #[test]
    fn differences_are_found_where_they_are() -> anyhow::Result<()> {
        let theirs = embedded(&[[1.0, 0.0], [0.0, 1.0]]);
        assert!(Difference::between(&theirs, &theirs)?.is_within(0.0));
        let turned = Difference::between(&embedded(&[[1.0, 0.0], [0.6, 0.8]]), &theirs)?;
        assert!((turned.number - 0.6).abs() < 1e-6, "{turned:?}");
        assert!((turned.direction - 0.2).abs() < 1e-6, "{turned:?}");
        assert!((turned.score - 0.6).abs() < 1e-6, "{turned:?}");
        Ok(())
    }

    #[test]
    fn what_is_no_number_is_no_agreement() -> anyhow::Result<()> {
        let found = Difference::between(
            &embedded(&[[f32::NAN, 0.0], [0.0, 1.0]]),
            &embedded(&[[1.0, 0.0], [0.0, 1.0]]),
        )?;
        assert!(!found.is_within(f32::MAX));
        Ok(())
    }

    #[test]
    fn another_length_is_an_error() {
        let long = vec![Embedded { text: String::new(), embedding: vec![0.0; 3] }];
        assert!(Difference::between(&embedded(&[[1.0, 0.0]]), &long).is_err());
    }
}
