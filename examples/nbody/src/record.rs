//! What is measured during a run, and what it says about the run.

use std::fmt::Write as _;

use crate::simulation::Sums;

/// Measurements over time.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Time and sums, in order.
    pub(crate) entries: Vec<(f64, Sums)>,
}

impl Record {
    /// Adds a measurement.
    pub(crate) fn push(&mut self, time: f64, sums: &Sums) {
        self.entries.push((time, *sums));
    }

    /// Time, and the change of the total energy since the start as a share of it.
    pub(crate) fn drift(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let start = self.entries.first().map_or(1.0, |(_, sums)| energy(sums));
        self.entries.iter().map(move |(time, sums)| (*time, (energy(sums) - start) / start.abs()))
    }

    /// All measurements as a table.
    pub(crate) fn csv(&self) -> String {
        let mut text = String::from("time,kinetic,potential,total,drift,px,py,pz,lx,ly,lz\n");
        for ((time, sums), (_, drift)) in self.entries.iter().zip(self.drift()) {
            let Sums { kinetic, potential, momentum: [px, py, pz], angular_momentum: [lx, ly, lz], .. } =
                sums;
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "{time:.4},{kinetic:.9},{potential:.9},{:.9},{drift:.3e},\
                 {px:.3e},{py:.3e},{pz:.3e},{lx:.9},{ly:.9},{lz:.9}",
                kinetic + potential,
            );
        }
        text
    }

    /// A few lines for people.
    pub(crate) fn summary(&self) -> String {
        let (Some((_, first)), Some((time, last))) = (self.entries.first(), self.entries.last()) else {
            return String::new();
        };
        let worst = self.drift().map(|(_, drift)| drift.abs()).fold(0.0, f64::max);
        let at_end = self.drift().last().map_or(0.0, |(_, drift)| drift);
        let momentum = length(difference(last.momentum, first.momentum)) / last.impetus;
        let turning = length(difference(last.angular_momentum, first.angular_momentum))
            / length(first.angular_momentum).max(f64::MIN_POSITIVE);
        format!(
            "time 0 to {time:.2}\n\
             energy            {:+.6} at the start, {:+.6} at the end\n\
             energy drift      {at_end:+.2e} of it at the end, {worst:.2e} at most\n\
             momentum drift    {momentum:.2e} of the sum of mass times speed\n\
             ang. mom. drift   {turning:.2e} of itself\n",
            energy(first),
            energy(last),
        )
    }
}

fn energy(sums: &Sums) -> f64 {
    sums.kinetic + sums.potential
}

fn difference([a, b, c]: [f64; 3], [x, y, z]: [f64; 3]) -> [f64; 3] {
    [a - x, b - y, c - z]
}

fn length([x, y, z]: [f64; 3]) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_told() {
        let sums = |kinetic| Sums {
            kinetic,
            potential: -3.0,
            impetus: 1.0,
            angular_momentum: [0.0, 0.0, 2.0],
            ..Sums::default()
        };
        let mut record = Record::default();
        record.push(0.0, &sums(1.0));
        record.push(0.5, &sums(1.02));
        record.push(1.0, &sums(1.01));
        let drift: Vec<_> = record.drift().map(|(_, drift)| (drift * 1e6).round()).collect();
        assert_eq!(drift, [0.0, 10_000.0, 5_000.0]);
        assert!(
            record.summary().contains("+5.00e-3 of it at the end, 1.00e-2 at most"),
            "{}",
            record.summary()
        );
        assert_eq!(record.csv().lines().count(), 4);
    }
}
