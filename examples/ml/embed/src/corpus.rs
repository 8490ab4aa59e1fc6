//! The sentences to search.

use std::path::Path;

use anyhow::{Context as _, ensure};

/// Sentences, one a line.
#[derive(Debug)]
pub(crate) struct Corpus {
    text: String,
}

impl Corpus {
    /// Those that come with the program.
    pub(crate) fn own() -> Self {
        Self { text: include_str!("corpus.txt").to_owned() }
    }

    /// Those of a file.
    ///
    /// # Errors
    ///
    /// When it can't be read, is no UTF-8 or has no sentence.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = String::from_utf8(ml_kit::read(path)?)
            .with_context(|| format!("{} is no UTF-8", path.display()))?;
        let corpus = Self { text };
        ensure!(corpus.sentences().next().is_some(), "{} has no sentence", path.display());
        Ok(corpus)
    }

    /// In their order; empty lines are none.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = &str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Corpus;

    #[test]
    fn our_own_sentences_are_many_and_each_stands_once() {
        let corpus = Corpus::own();
        let sentences: Vec<_> = corpus.sentences().collect();
        assert!(sentences.len() >= 100);
        assert_eq!(sentences.iter().collect::<HashSet<_>>().len(), sentences.len());
    }

    #[test]
    fn empty_lines_are_no_sentences() {
        let corpus = Corpus { text: "one\n\n  two \r\n\t\n".to_owned() };
        assert_eq!(corpus.sentences().collect::<Vec<_>>(), ["one", "two"]);
    }
}
