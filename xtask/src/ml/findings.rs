//! What was compared, and how it came out.

use std::{path::Path, time::Duration};

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use xshell::Shell;

/// The rows of the report; each begins with the program and what of it was compared.
#[derive(Debug, Default)]
pub(super) struct Findings {
    rows: Vec<[String; 5]>,
    failed: Vec<String>,
}

impl Findings {
    /// Two numbers, which may differ by `tolerance` at most.
    pub(super) fn near(&mut self, what: &str, [native, component]: [f64; 2], tolerance: f64) {
        self.series(what, [&[native], &[component]], tolerance);
    }

    /// The largest difference between two series, step by step, which may be `tolerance` at most. Numbers that are none
    /// agree with nothing.
    pub(super) fn series(&mut self, what: &str, sides: [&[f64]; 2], tolerance: f64) {
        let [native, component] = sides;
        let pairs = native.iter().zip(component);
        let largest = pairs.map(|(native, component)| (native - component).abs()).fold(0.0, worse);
        let agree = !native.is_empty() && native.len() == component.len() && largest <= tolerance;
        let ends = sides.map(|side| digits(side.last().copied().unwrap_or(f64::NAN)));
        self.push(what, ends, digits(largest), &format!("within {tolerance}"), agree);
    }

    /// Two numbers, both of which have to be `least` or more.
    pub(super) fn at_least(&mut self, what: &str, sides: [f64; 2], least: f64) {
        let enough = sides.iter().all(|side| *side >= least);
        self.push(what, sides.map(digits), String::new(), &format!("at least {least}"), enough);
    }

    /// Two texts, which have to be the same.
    pub(super) fn same(&mut self, what: &str, [native, component]: [&str; 2]) {
        self.push(what, [native, component].map(end), String::new(), "the same", native == component);
    }

    /// Two texts, which need not be the same; the reader is told whether they are.
    pub(super) fn told(&mut self, what: &str, [native, component]: [&str; 2]) {
        let same = if native == component { "they are the same" } else { "tuned in two ways" };
        self.push(what, [native, component].map(end), String::new(), same, true);
    }

    /// What a program has found to be as it should be; it would have failed otherwise.
    pub(super) fn holds(&mut self, what: &str, wanted: &str) {
        self.push(what, Default::default(), String::new(), wanted, true);
    }

    /// Two times, for the reader.
    pub(super) fn times(&mut self, what: &str, sides: [Duration; 2]) {
        let sides = sides.map(|side| format!("{:.1} s", side.as_secs_f64()));
        self.push(what, sides, String::new(), "", true);
    }

    fn push(&mut self, what: &str, sides: [String; 2], difference: String, wanted: &str, good: bool) {
        let [native, component] = sides;
        let verdict = format!("{wanted}{}", if good { "" } else { ": NO" });
        self.rows.push([what.to_owned(), native, component, difference, verdict]);
        if !good {
            self.failed.push(what.to_owned());
        }
    }

    /// Prints the rows, and fails where one is not as it should be.
    pub(super) fn report(&self, sh: &Shell, folder: &Path) -> Result<()> {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN);
        table.set_header(["compared", "native", "component", "difference", "wanted"]);
        table.add_rows(self.rows.iter().cloned());
        for column in table.column_iter_mut().skip(1).take(3) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        println!("\n{table}\n");
        sh.write_file(folder.join("report.md"), format!("{table}\n"))?;
        println!("pictures and curves  {}", folder.display());
        if !self.failed.is_empty() {
            bail!("native and component do not agree: {}", self.failed.join("; "));
        }
        println!("Native and component agree.");
        Ok(())
    }
}

/// The end of a text that may be long, on one line.
fn end(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    let (from, _) = line.char_indices().nth_back(39).unwrap_or_default();
    line.get(from..).unwrap_or_default().to_owned()
}

/// The greater of two differences; one that is not a number outweighs all.
fn worse(one: f64, other: f64) -> f64 {
    if one.is_nan() || one > other { one } else { other }
}

/// Four significant digits or so.
fn digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        0.0..1e-3 => format!("{value:.1e}"),
        1e-3..10.0 => format!("{value:.4}"),
        _ => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_too_much_fails() {
        let failures = |fill: &dyn Fn(&mut Findings)| {
            let mut findings = Findings::default();
            fill(&mut findings);
            findings.failed.len()
        };
        assert_eq!(failures(&|f| f.near("w", [1.0, 1.1], 0.2)), 0);
        assert_eq!(failures(&|f| f.near("w", [1.0, 1.3], 0.2)), 1);
        assert_eq!(failures(&|f| f.near("w", [1.0, f64::NAN], 0.2)), 1);
        assert_eq!(failures(&|f| f.series("w", [&[1.0, 2.0], &[1.0, 2.1]], 0.2)), 0);
        assert_eq!(failures(&|f| f.series("w", [&[1.0, 3.0, 2.0], &[1.0, 2.1, 2.0]], 0.2)), 1);
        assert_eq!(failures(&|f| f.series("w", [&[1.0], &[1.0, 2.1]], 0.2)), 1);
        assert_eq!(failures(&|f| f.series("w", [&[], &[]], 0.2)), 1);
        assert_eq!(failures(&|f| f.series("w", [&[1.0, f64::NAN, 1.0], &[1.0; 3]], 0.2)), 1);
        assert_eq!(failures(&|f| f.at_least("w", [1.0, 0.9], 0.9)), 0);
        assert_eq!(failures(&|f| f.at_least("w", [1.0, f64::NAN], 0.9)), 1);
        assert_eq!(failures(&|f| f.same("w", ["a", "b"])), 1);
        assert_eq!(failures(&|f| f.same("w", ["a", "a"])), 0);
    }

    #[test]
    fn of_a_long_text_one_sees_the_end() {
        assert_eq!(end(" a\nb "), "a b");
        assert_eq!(end(&format!("{}{}", "é".repeat(100), "b".repeat(39))), format!("é{}", "b".repeat(39)));
    }
}
