//! Texts as numbers: one for each character.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

/// The characters that a model knows; each one's number is its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Vocabulary(String);

impl Vocabulary {
    /// All the characters of a text, each once, in the order of their code points.
    pub(crate) fn of(text: &str) -> Self {
        let characters: std::collections::BTreeSet<char> = text.chars().collect();
        Self(characters.into_iter().collect())
    }

    /// How many characters there are.
    pub(crate) fn len(&self) -> usize {
        self.0.chars().count()
    }

    /// The numbers of a text's characters.
    ///
    /// # Errors
    ///
    /// Names the first character that the vocabulary lacks.
    pub(crate) fn encode(&self, text: &str) -> anyhow::Result<Vec<i32>> {
        let number = |character| {
            let place = self.0.chars().position(|known| known == character);
            let place = place
                .with_context(|| format!("the model knows no {character:?}: its text had none of them"))?;
            Ok(i32::try_from(place)?)
        };
        text.chars().map(number).collect()
    }

    /// The character of a number.
    pub(crate) fn decode(&self, token: i32) -> Option<char> {
        self.0.chars().nth(usize::try_from(token).ok()?)
    }
}

/// A text to train on: its last tenth is held out.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) train: Vec<i32>,
    pub(crate) held_out: Vec<i32>,
}

impl Corpus {
    /// Reads a text file. Both parts have to be longer than `context`.
    ///
    /// # Errors
    ///
    /// When it can't be read, is no UTF-8, or is too short.
    pub(crate) fn read(path: &Path, context: usize) -> anyhow::Result<Self> {
        let text = String::from_utf8(ml_kit::read(path)?)
            .with_context(|| format!("{} is no UTF-8 text", path.display()))?;
        Self::new(&text, context).with_context(|| path.display().to_string())
    }

    fn new(text: &str, context: usize) -> anyhow::Result<Self> {
        let vocabulary = Vocabulary::of(text);
        let mut train = vocabulary.encode(text)?;
        let held_out = train.split_off(train.len() - train.len() / 10);
        ensure!(
            held_out.len() > context,
            "{} characters are too few: the held-out tenth has to be longer than {context}",
            train.len() + held_out.len()
        );
        Ok(Self { vocabulary, train, held_out })
    }
}

/// `context` tokens from `start` on, and for each of them the one that follows it.
///
/// # Errors
///
/// When they are not all there.
pub(crate) fn window(tokens: &[i32], start: usize, context: usize) -> anyhow::Result<(&[i32], &[i32])> {
    match (tokens.get(start..start + context), tokens.get(start + 1..=start + context)) {
        (Some(inputs), Some(targets)) => Ok((inputs, targets)),
        _ => bail!("no {context} characters from {start} on"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Corpus, Vocabulary, window};

    #[test]
    fn characters_become_numbers_and_back() -> anyhow::Result<()> {
        let vocabulary = Vocabulary::of("whale — ahoy\n");
        assert_eq!(vocabulary.len(), 10);
        let tokens = vocabulary.encode("hello".trim_end_matches('o').trim_end_matches('l'))?;
        assert_eq!(tokens.iter().filter_map(|&token| vocabulary.decode(token)).collect::<String>(), "he");
        assert_eq!(vocabulary.decode(10), None);
        assert_eq!(vocabulary.decode(-1), None);
        let error = vocabulary.encode("why?").map_err(|error| error.to_string());
        assert_eq!(error, Err("the model knows no '?': its text had none of them".to_owned()));
        Ok(())
    }

    #[test]
    fn the_last_tenth_is_held_out() -> anyhow::Result<()> {
        let corpus = Corpus::new(&"abcde".repeat(20), 9)?;
        assert_eq!((corpus.train.len(), corpus.held_out.len()), (90, 10));
        assert!(Corpus::new(&"abcde".repeat(20), 10).is_err());
        assert!(Corpus::new("", 1).is_err());
        Ok(())
    }

    #[test]
    fn targets_are_what_follows() -> anyhow::Result<()> {
        assert_eq!(window(&[5, 6, 7, 8], 1, 2)?, (&[6, 7][..], &[7, 8][..]));
        assert!(window(&[5, 6, 7, 8], 2, 2).is_err());
        Ok(())
    }
}
