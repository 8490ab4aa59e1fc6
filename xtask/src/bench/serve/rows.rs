//! What was seen, what is wanted, and the table for people.

use comfy_table::{CellAlignment, Table, presets};

use super::super::report::digits;

/// How something is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    /// Against what it is compared with.
    RatioAtLeast(f64),
    RatioAtMost(f64),
    AtLeast(f64),
    AtMost(f64),
    /// It is said, and nothing is wanted of it.
    Nothing,
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    what: String,
    unit: String,
    against: Option<f64>,
    seen: f64,
    wanted: Wanted,
    ceiling: Option<f64>,
}

impl Row {
    pub(super) fn new(what: &str, unit: &str, seen: f64, wanted: Wanted) -> Self {
        let (what, unit) = (what.to_owned(), unit.to_owned());
        Self { what, unit, against: None, seen, wanted, ceiling: None }
    }

    pub(super) fn against(mut self, against: f64) -> Self {
        self.against = Some(against);
        self
    }

    /// What a server gets in the same way that has its answer ready.
    pub(super) fn ceiling(mut self, ceiling: f64) -> Self {
        self.ceiling = Some(ceiling);
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.against.map(|against| self.seen / against)
    }

    /// Whether it is as wanted, or says more of the generator.
    fn verdict(&self) -> &'static str {
        let (seen, against) = (self.seen, self.against.unwrap_or(self.seen));
        let (good, is_near) = match self.wanted {
            Wanted::RatioAtLeast(wanted) => (
                self.ratio().is_some_and(|ratio| ratio >= wanted),
                self.ceiling.is_some_and(|ceiling| against.max(seen) > ceiling / 2.0),
            ),
            Wanted::RatioAtMost(wanted) => (
                self.ratio().is_some_and(|ratio| ratio <= wanted),
                self.ceiling.is_some_and(|ceiling| against.min(seen) < ceiling * 2.0),
            ),
            Wanted::AtLeast(wanted) => (seen >= wanted, false),
            Wanted::AtMost(wanted) => (seen <= wanted, false),
            Wanted::Nothing => return "",
        };
        match (is_near, good) {
            (true, _) => "void: the generator",
            (false, true) => "good",
            (false, false) => "missed",
        }
    }

    fn cells(&self) -> [String; 8] {
        let shown = |value: Option<f64>| value.map(digits).unwrap_or_default();
        let wanted = match self.wanted {
            Wanted::RatioAtLeast(ratio) => format!("≥ {ratio} ×"),
            Wanted::RatioAtMost(ratio) => format!("≤ {ratio} ×"),
            Wanted::AtLeast(value) => format!("≥ {value}"),
            Wanted::AtMost(value) => format!("≤ {value}"),
            Wanted::Nothing => String::new(),
        };
        [
            self.what.clone(),
            self.unit.clone(),
            shown(self.against),
            digits(self.seen),
            self.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            wanted,
            shown(self.ceiling),
            self.verdict().to_owned(),
        ]
    }
}

/// The middle of some values.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The rows for people, as Markdown.
pub(super) fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(["measured", "unit", "against", "serve", "ratio", "wanted", "ceiling", ""]);
    for row in rows {
        table.add_row(row.cells());
    }
    for column in table.column_iter_mut().skip(2).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_about_the_generator_are_void() {
        let row = |against, seen, ceiling, wanted| {
            Row::new("", "", seen, wanted).against(against).ceiling(ceiling).verdict()
        };
        let (rate, time) = (Wanted::RatioAtLeast(0.9), Wanted::RatioAtMost(1.5));
        assert_eq!(row(100.0, 91.0, 300.0, rate), "good");
        assert_eq!(row(100.0, 89.0, 300.0, rate), "missed");
        assert_eq!(row(160.0, 91.0, 300.0, rate), "void: the generator");
        assert_eq!(row(2.0, 2.9, 0.9, time), "good");
        assert_eq!(row(2.0, 3.1, 0.9, time), "missed");
        assert_eq!(row(2.0, 2.9, 1.1, time), "void: the generator");
    }

    #[test]
    fn values_are_judged_by_themselves() {
        let row = |seen, wanted| Row::new("", "", seen, wanted).verdict();
        assert_eq!((row(1.0, Wanted::AtMost(1.0)), row(1.1, Wanted::AtMost(1.0))), ("good", "missed"));
        assert_eq!((row(1.0, Wanted::AtLeast(1.0)), row(0.9, Wanted::AtLeast(1.0))), ("good", "missed"));
        assert_eq!(row(f64::NAN, Wanted::AtMost(1.0)), "missed");
        assert_eq!(row(1.0, Wanted::Nothing), "");
        assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[])), (Some(2.0), None));
    }
}
