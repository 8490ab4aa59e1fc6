//! Samples, their medians, and the report on both sides.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};

/// A line that a benchmark program prints: one measurement, or the adapter it is made on.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Measurement { name: String, unit: String, value: f64, quiet: f64 },
    Adapter { adapter: String },
}

/// All the values of one side, by name, in the order in which the names first came.
#[derive(Debug, Default)]
pub(super) struct Samples {
    adapter: Option<String>,
    series: Vec<Series>,
}

#[derive(Debug)]
struct Series {
    name: String,
    unit: String,
    turns: Vec<Turn>,
}

/// What one turn of a program says of a row.
#[derive(Debug)]
struct Turn {
    value: f64,
    /// What it took while nothing else had the processor, as far as the turn can tell.
    quiet: f64,
}

impl Samples {
    /// Takes in what one turn printed; lines that are no JSON object are for people.
    pub(super) fn add(&mut self, text: &str) -> Result<()> {
        let mut measurements = 0;
        for line in lines(text) {
            match line? {
                Line::Adapter { adapter } => self.adapter = Some(adapter),
                Line::Measurement { name, unit, value, quiet } => {
                    self.push_turn(&name, &unit, Turn { value, quiet });
                    measurements += 1;
                }
            }
        }
        if measurements == 0 {
            bail!("the benchmark program printed no measurement");
        }
        Ok(())
    }

    /// Takes in those rows of what one turn printed whose names begin with `prefix`, which becomes `other`.
    pub(super) fn add_as(&mut self, text: &str, prefix: &str, other: &str) -> Result<()> {
        for line in lines(text) {
            if let Line::Measurement { name, unit, value, quiet } = line?
                && let Some(rest) = name.strip_prefix(prefix)
            {
                self.push_turn(&format!("{other}{rest}"), &unit, Turn { value, quiet });
            }
        }
        Ok(())
    }

    /// Takes in what was measured once in its turn.
    pub(super) fn push(&mut self, name: &str, unit: &str, value: f64) {
        self.push_turn(name, unit, Turn { value, quiet: value });
    }

    fn push_turn(&mut self, name: &str, unit: &str, turn: Turn) {
        match self.series.iter_mut().find(|series| series.name == name) {
            Some(series) => series.turns.push(turn),
            None => {
                let turns = vec![turn];
                self.series.push(Series { name: name.to_owned(), unit: unit.to_owned(), turns });
            }
        }
    }

    /// The adapter that the programs named.
    pub(super) fn adapter(&self) -> &str {
        self.adapter.as_deref().unwrap_or("an adapter that was not named")
    }

    fn find(&self, name: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.name == name)
    }
}

/// The lines that a benchmark program printed for programs.
fn lines(text: &str) -> impl Iterator<Item = Result<Line>> {
    text.lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).with_context(|| format!("not a measurement: {line}")))
}

impl Series {
    /// The best of the turns.
    fn quiet(&self) -> f64 {
        let best = if is_rate(&self.unit) { f64::max } else { f64::min };
        self.turns.iter().map(|turn| turn.quiet).fold(f64::NAN, best)
    }

    fn median(&self) -> f64 {
        let mut sorted: Vec<_> = self.turns.iter().map(|turn| turn.value).collect();
        sorted.sort_by(f64::total_cmp);
        let middle = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let half = sorted.len() / 2;
        if sorted.len() % 2 == 1 {
            middle(half)
        } else {
            (middle(half.saturating_sub(1)) + middle(half)) / 2.0
        }
    }
}

/// What is written to `report.json`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The adapter, as the programs name it.
    pub(super) adapter: String,
    rows: Vec<Row>,
}

/// One measurement on both sides.
#[derive(Debug, PartialEq, Serialize)]
struct Row {
    name: String,
    unit: String,
    native: f64,
    component: f64,
    /// How the component does against native: 1 is parity, above 1 is better.
    ratio: f64,
    /// The same two, where nothing else had the processor.
    native_quiet: f64,
    component_quiet: f64,
}

impl Report {
    /// Puts the medians side by side; a measurement that one side lacks is an error.
    pub(super) fn new(native: &Samples, component: &Samples) -> Result<Self> {
        if let Some(extra) = component.series.iter().find(|series| native.find(&series.name).is_none()) {
            bail!("only the component measured `{}`", extra.name);
        }
        let mut rows = Vec::new();
        for series in &native.series {
            let Some(other) = component.find(&series.name) else {
                bail!("only the native program measured `{}`", series.name);
            };
            if series.unit != other.unit {
                bail!("`{}` is measured in {} natively and in {}", series.name, series.unit, other.unit);
            }
            let (native, component) = (series.median(), other.median());
            let ratio = if is_rate(&series.unit) { component / native } else { native / component };
            rows.push(Row {
                name: series.name.clone(),
                unit: series.unit.clone(),
                native,
                component,
                ratio,
                native_quiet: series.quiet(),
                component_quiet: other.quiet(),
            });
        }
        Ok(Self { adapter: native.adapter().to_owned(), rows })
    }

    /// The rows for people.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new();
        // Markdown, so that it can go into a document as it is.
        table.load_preset(presets::ASCII_MARKDOWN);
        table.set_header(["measured", "unit", "native", "component", "difference", "ratio", "when quiet"]);
        for row in &self.rows {
            table.add_row([
                row.name.clone(),
                row.unit.clone(),
                digits(row.native),
                digits(row.component),
                digits(row.component - row.native),
                format!("{:.2}", row.ratio),
                digits(row.component_quiet - row.native_quiet),
            ]);
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }

    /// Writes the rows for programs.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text).with_context(|| path.display().to_string())
    }
}

/// Whether more is better: `GB/s`, `steps/s`. Everything else is a time or a size.
fn is_rate(unit: &str) -> bool {
    unit.ends_with("/s")
}

/// Three significant digits or more.
fn digits(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(turns: &[&str]) -> Samples {
        let mut samples = Samples::default();
        for turn in turns {
            samples.add(turn).unwrap();
        }
        samples
    }

    #[test]
    fn medians_and_ratios_on_both_kinds_of_unit() {
        let native = samples(&[
            "{\"adapter\":\"a GPU\"}\nwords\n{\"name\":\"submit\",\"unit\":\"us\",\"value\":10,\"quiet\":9}\n{\"name\":\"up\",\"unit\":\"GB/s\",\"value\":4,\"quiet\":5}",
            "{\"name\":\"submit\",\"unit\":\"us\",\"value\":1000,\"quiet\":900}",
            "{\"name\":\"submit\",\"unit\":\"us\",\"value\":20.0,\"quiet\":8}",
        ]);
        let component = samples(&[
            "{\"name\":\"up\",\"unit\":\"GB/s\",\"value\":2,\"quiet\":3}\n{\"name\":\"submit\",\"unit\":\"us\",\"value\":30,\"quiet\":28}",
            "{\"name\":\"submit\",\"unit\":\"us\",\"value\":50,\"quiet\":29}",
        ]);
        let report = Report::new(&native, &component).unwrap();
        assert_eq!(report.adapter, "a GPU");
        let row = |name: &str, unit: &str, [native, component]: [f64; 2], quiet: [f64; 2]| Row {
            name: name.to_owned(),
            unit: unit.to_owned(),
            native,
            component,
            ratio: 0.5,
            native_quiet: quiet[0],
            component_quiet: quiet[1],
        };
        let rows =
            [row("submit", "us", [20.0, 40.0], [8.0, 28.0]), row("up", "GB/s", [4.0, 2.0], [5.0, 3.0])];
        assert_eq!(report.rows, rows);
        assert!(report.table().to_string().contains("submit"));
    }

    #[test]
    fn rows_are_taken_in_under_another_name() {
        let text = "{\"adapter\":\"a GPU\"}\n{\"name\":\"record/draw\",\"unit\":\"ns\",\"value\":10,\"quiet\":9}\n\
                    {\"name\":\"submit\",\"unit\":\"us\",\"value\":10,\"quiet\":9}";
        let mut samples = Samples::default();
        samples.add_as(text, "record/", "record_by_calls/").unwrap();
        assert_eq!(samples.find("record_by_calls/draw").map(Series::median), Some(10.0));
        assert_eq!(samples.series.len(), 1);
    }

    #[test]
    fn a_side_that_lacks_a_measurement_is_an_error() {
        let line = |name| format!("{{\"name\":\"{name}\",\"unit\":\"ns\",\"value\":1,\"quiet\":1}}");
        let one = samples(&[&line("a")]);
        let two = samples(&[&[line("a"), line("b")].join("\n")]);
        assert!(Report::new(&one, &two).is_err());
        assert!(Report::new(&two, &one).is_err());
        assert!(Samples::default().add("nothing").is_err());
        assert!(Samples::default().add("{\"name\":1}").is_err());
    }
}
