//! How fast both sides are: with nothing tuned, with what the runs before have tuned, and the component with what was tuned
//! natively.

use anyhow::{Result, ensure};
use comfy_table::{CellAlignment, Table, presets};
use serde::Deserialize;

use super::{
    Size, chars, digits, embed, llm,
    programs::Program,
    side::{Answer, Side},
};
use crate::pairs::median;

/// What a run of a program is called, and how it is run.
type Measured = (&'static str, fn(&Side, Size) -> Result<Answer>);

/// The runs of a program that are measured.
fn runs(program: Program) -> &'static [Measured] {
    match program {
        Program::Digits => &[("digits, all of a training", digits::measure)],
        Program::Chars => &[
            ("chars, all of a training", chars::measure_training),
            ("chars, all of a text", |side, _| chars::measure_writing(side)),
        ],
        Program::Llm => &[("llm, all of a text", |side, _| llm::measure(side))],
        Program::Embed => &[("embed, all of a run", |side, _| embed::measure(side))],
    }
}

/// A line that a program prints; others are the adapter's name.
#[derive(Debug, Deserialize)]
struct Measurement {
    name: String,
    unit: String,
    value: f64,
}

/// What was measured, in the order in which it came.
#[derive(Debug, Default)]
pub(super) struct Speeds {
    rows: Vec<Row>,
}

/// One number of both sides, first natively, then of the component: of the first run, and of those after it.
#[derive(Debug)]
struct Row {
    name: String,
    unit: String,
    cold: [Vec<f64>; 2],
    warm: [Vec<f64>; 2],
    brought: [Vec<f64>; 2],
}

/// What is tuned when a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tuned {
    Nothing,
    BySameSide,
    /// For the component, by native.
    ByOther,
}

/// Runs the programs with nothing tuned, and then `turns` times more, each side in its turn; and, where `bring` takes what
/// native has tuned to the component, that once more.
pub(super) fn measure(
    sides: &[Side; 2],
    size: Size,
    wanted: &[Program],
    turns: usize,
    bring: Option<&dyn Fn() -> Result<()>>,
) -> Result<Speeds> {
    for side in sides {
        side.forget_tuned()?;
    }
    let runs: Vec<_> = wanted.iter().flat_map(|program| runs(*program)).collect();
    let mut speeds = Speeds::default();
    for turn in 0..=turns {
        let tuned = if turn == 0 { Tuned::Nothing } else { Tuned::BySameSide };
        for (what, run) in &runs {
            for (number, side) in sides.iter().enumerate() {
                speeds.add(tuned, number, what, &run(side, size)?)?;
            }
        }
    }
    if let Some(bring) = bring {
        let [_, component] = sides;
        component.forget_tuned()?;
        bring()?;
        for (what, run) in &runs {
            speeds.add(Tuned::ByOther, 1, what, &run(component, size)?)?;
        }
    }
    Ok(speeds)
}

impl Speeds {
    /// Takes what a run has printed, and how long it took.
    fn add(&mut self, tuned: Tuned, side: usize, what: &str, answer: &Answer) -> Result<()> {
        let lines = answer.text.lines().filter(|line| line.starts_with('{'));
        for row in lines.filter_map(|line| serde_json::from_str::<Measurement>(line).ok()) {
            self.push(tuned, side, row)?;
        }
        let (name, unit, value) = (what.to_owned(), "s".to_owned(), answer.time.as_secs_f64());
        self.push(tuned, side, Measurement { name, unit, value })
    }

    fn push(&mut self, tuned: Tuned, side: usize, measured: Measurement) -> Result<()> {
        let Measurement { name, unit, value } = measured;
        ensure!(value.is_finite() && value > 0.0, "{name} is {value} {unit}");
        let place = self.rows.iter().position(|row| row.name == name && row.unit == unit);
        let place = place.unwrap_or_else(|| {
            let (cold, warm, brought) = Default::default();
            self.rows.push(Row { name, unit, cold, warm, brought });
            self.rows.len() - 1
        });
        let row = self.rows.get_mut(place).map(|row| match tuned {
            Tuned::Nothing => &mut row.cold,
            Tuned::BySameSide => &mut row.warm,
            Tuned::ByOther => &mut row.brought,
        });
        if let Some(values) = row.and_then(|sides| sides.get_mut(side)) {
            values.push(value);
        }
        Ok(())
    }

    /// The medians side by side.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN);
        table.set_header([
            "measured",
            "unit",
            "native, first",
            "component, first",
            "ratio",
            "native",
            "component",
            "ratio",
            "component, tuned natively",
        ]);
        for row in &self.rows {
            let [cold, warm] = [&row.cold, &row.warm].map(|sides| {
                let [native, component] = sides.each_ref().map(|values| median(values));
                [digits(native), digits(component), ratio(&row.unit, native, component)]
            });
            let [_, brought] = &row.brought;
            let brought = digits(median(brought));
            let cells = [row.name.clone(), row.unit.clone()].into_iter();
            table.add_row(cells.chain(cold).chain(warm).chain([brought]));
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }
}

/// How fast the component is, with native as 1.
fn ratio(unit: &str, native: Option<f64>, component: Option<f64>) -> String {
    let (Some(native), Some(component)) = (native, component) else { return String::new() };
    let ratio = if unit.ends_with("/s") { component / native } else { native / component };
    format!("{ratio:.2}")
}

fn digits(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value < 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_first_run_is_apart_and_the_others_are_a_median() {
        let mut speeds = Speeds::default();
        let answer = |rate: f64, seconds| Answer {
            text: format!(
                "{{\"adapter\":\"x\"}}\nfor people\n{{\"name\":\"a\",\"unit\":\"b/s\",\"value\":{rate}}}"
            ),
            time: Duration::from_secs(seconds),
        };
        for (side, rates) in [[10.0, 30.0, 50.0, 40.0], [5.0, 15.0, 20.0, 25.0]].iter().enumerate() {
            for (turn, rate) in rates.iter().enumerate() {
                let (tuned, seconds) = if turn == 0 { (Tuned::Nothing, 8) } else { (Tuned::BySameSide, 2) };
                speeds.add(tuned, side, "whole", &answer(*rate, seconds)).unwrap();
            }
        }
        let [rate, time] = speeds.rows.as_slice() else { panic!("{:?}", speeds.rows) };
        assert_eq!(
            (rate.name.as_str(), &rate.cold, median(&rate.warm[0])),
            ("a", &[vec![10.0], vec![5.0]], Some(40.0))
        );
        assert_eq!(
            (median(&rate.warm[1]), median(&time.cold[0]), median(&time.warm[0])),
            (Some(20.0), Some(8.0), Some(2.0))
        );
        speeds.add(Tuned::ByOther, 1, "whole", &answer(777.0, 3)).unwrap();
        assert_eq!(ratio("b/s", Some(40.0), Some(20.0)), "0.50");
        assert_eq!(ratio("ms", Some(40.0), Some(20.0)), "2.00");
        let table = speeds.table().to_string();
        assert!(table.contains("0.50") && table.contains("777") && table.lines().count() == 4, "{table}");
        assert!(speeds.add(Tuned::Nothing, 0, "none", &answer(0.0, 1)).is_err());
    }
}
