//! Samples, their medians, and the report on both sides.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};

/// A line that a benchmark program prints: one measurement, or the adapter it is made on.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Measurement(Measurement),
    Adapter { adapter: String },
}

/// What one turn of a program says of a row.
#[derive(Debug, Deserialize)]
struct Measurement {
    name: String,
    unit: String,
    value: f64,
    /// What it took while nothing else had the processor, as far as the turn can tell.
    quiet: f64,
}

/// Where a program ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Native,
    Component,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(super) struct Samples {
    adapters: Vec<(Side, String)>,
    measurements: Vec<(Side, Measurement)>,
}

impl Samples {
    /// Takes in what one turn printed, the rows under the names that `rename` gives them; lines that are no JSON object
    /// are for people.
    pub(super) fn add(
        &mut self,
        side: Side,
        text: &str,
        rename: impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let mut measured = false;
        for line in text.lines().filter(|line| line.starts_with('{')) {
            match serde_json::from_str(line).with_context(|| format!("not a measurement: {line}"))? {
                Line::Adapter { adapter } => self.adapters.push((side, adapter)),
                Line::Measurement(row) => {
                    measured = true;
                    let row = rename(&row.name).map(|name| (side, Measurement { name, ..row }));
                    self.measurements.extend(row);
                }
            }
        }
        ensure!(measured, "the benchmark program printed no measurement");
        Ok(())
    }

    /// Takes in milliseconds that were measured once in their turn.
    pub(super) fn push(&mut self, side: Side, name: &str, value: f64) {
        let row = Measurement { name: name.to_owned(), unit: "ms".to_owned(), value, quiet: value };
        self.measurements.push((side, row));
    }

    /// The adapter that the programs of a side named.
    fn adapter(&self, side: Side) -> &str {
        let named = self.adapters.iter().find(|(other, _)| *other == side);
        named.map_or("an adapter that was not named", |(_, name)| name)
    }

    /// The median over the turns of a side, and the best of them.
    fn summary(&self, side: Side, name: &str, unit: &str) -> Result<(f64, f64)> {
        let is_meant = |row: &Measurement| row.name == name && row.unit == unit;
        let turns = self.measurements.iter().filter(|(other, row)| *other == side && is_meant(row));
        let (mut values, quiet): (Vec<_>, Vec<_>) = turns.map(|(_, row)| (row.value, row.quiet)).unzip();
        ensure!(!values.is_empty(), "only one side measured `{name}` in {unit}");
        values.sort_by(f64::total_cmp);
        // The one in the middle, or the two there are.
        let ends = (values.len() - 1) / 2;
        let middle = values.get(ends..values.len() - ends).unwrap_or_default();
        let best = if is_rate(unit) { f64::max } else { f64::min };
        Ok((middle.iter().sum::<f64>() / middle.len() as f64, quiet.into_iter().fold(f64::NAN, best)))
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
    /// Puts the medians side by side; what only one side has measured, or another adapter, is an error.
    pub(super) fn new(samples: &Samples) -> Result<Self> {
        let (theirs, ours) = (samples.adapter(Side::Native), samples.adapter(Side::Component));
        if ours != theirs {
            bail!("the component ran on `{ours}`, the native program on `{theirs}`: name one with --adapter");
        }
        let mut rows: Vec<Row> = Vec::new();
        for (_, Measurement { name, unit, .. }) in &samples.measurements {
            if rows.iter().any(|row| row.name == *name && row.unit == *unit) {
                continue;
            }
            let (native, native_quiet) = samples.summary(Side::Native, name, unit)?;
            let (component, component_quiet) = samples.summary(Side::Component, name, unit)?;
            let ratio = if is_rate(unit) { component / native } else { native / component };
            let (name, unit) = (name.clone(), unit.clone());
            rows.push(Row { name, unit, native, component, ratio, native_quiet, component_quiet });
        }
        Ok(Self { adapter: ours.to_owned(), rows })
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
pub(super) fn digits(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(sides: [&[&str]; 2]) -> Samples {
        let mut samples = Samples::default();
        for (side, turns) in [Side::Native, Side::Component].into_iter().zip(sides) {
            for turn in turns {
                samples.add(side, turn, |name| Some(name.to_owned())).unwrap();
            }
        }
        samples
    }

    #[test]
    fn medians_and_ratios_on_both_kinds_of_unit() {
        let native = [
            "{\"adapter\":\"a GPU\"}\nwords\n{\"name\":\"submit\",\"unit\":\"us\",\"value\":10,\"quiet\":9}\n{\"name\":\"up\",\"unit\":\"GB/s\",\"value\":4,\"quiet\":5}",
            "{\"name\":\"submit\",\"unit\":\"us\",\"value\":1000,\"quiet\":900}",
            "{\"name\":\"submit\",\"unit\":\"us\",\"value\":20.0,\"quiet\":8}",
        ];
        let component = [
            "{\"name\":\"up\",\"unit\":\"GB/s\",\"value\":2,\"quiet\":3}\n{\"name\":\"submit\",\"unit\":\"us\",\"value\":30,\"quiet\":28}",
            "{\"adapter\":\"a GPU\"}\n{\"name\":\"submit\",\"unit\":\"us\",\"value\":50,\"quiet\":29}",
        ];
        let report = Report::new(&samples([&native, &component])).unwrap();
        assert_eq!(report.adapter, "a GPU");
        let row = |name: &str, unit: &str, [native, component]: [f64; 2], quiet: [f64; 2]| {
            let (name, unit, [native_quiet, component_quiet]) = (name.to_owned(), unit.to_owned(), quiet);
            Row { name, unit, native, component, ratio: 0.5, native_quiet, component_quiet }
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
        let rename = |name: &str| name.strip_prefix("record/").map(|rest| format!("by_calls/{rest}"));
        samples.add(Side::Native, text, rename).unwrap();
        assert_eq!(samples.summary(Side::Native, "by_calls/draw", "ns").unwrap(), (10.0, 9.0));
        assert_eq!(samples.measurements.len(), 1);
    }

    #[test]
    fn what_one_side_lacks_is_an_error() {
        let line = |name| format!("{{\"name\":\"{name}\",\"unit\":\"ns\",\"value\":1,\"quiet\":1}}");
        let (one, two) = (line("a"), [line("a"), line("b")].join("\n"));
        assert!(Report::new(&samples([&[&one], &[&one]])).is_ok());
        assert!(Report::new(&samples([&[&one], &[&two]])).is_err());
        assert!(Report::new(&samples([&[&two], &[&one]])).is_err());
        let other = "{\"adapter\":\"another GPU\"}\n".to_owned() + &one;
        assert!(Report::new(&samples([&[&one], &[&other]])).is_err());
        for text in ["nothing", "{\"name\":1}"] {
            assert!(Samples::default().add(Side::Native, text, |name| Some(name.to_owned())).is_err());
        }
    }
}
