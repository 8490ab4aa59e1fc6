//! Round numbers along an axis.

/// An axis from one round number to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ticks {
    first: f64,
    step: f64,
    count: u32,
}

impl Ticks {
    /// About `count` steps that enclose all the values.
    pub(super) fn over(values: impl Iterator<Item = f64>, count: u32) -> Self {
        let (low, high) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let span = if high > low { high - low } else { low.abs().max(1.0) };
        let step = round_up(span / f64::from(count));
        let first = (low / step).floor() * step;
        let count = ((high - first) / step).ceil().max(1.0) as u32;
        Self { first, step, count }
    }

    /// The numbers, in their order.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + use<> {
        let Self { first, step, count } = *self;
        (0..=count).map(move |index| first + step * f64::from(index))
    }

    /// How far along the axis a value lies, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.first) / (self.step * f64::from(self.count))
    }

    /// A number with as many decimals as the steps need.
    pub(super) fn label(&self, value: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 9.0) as usize;
        format!("{value:.decimals$}")
    }
}

/// The next of 1, 2, 5, 10, 20, 50, and so on, and of their fractions.
fn round_up(step: f64) -> f64 {
    let unit = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| step <= factor * unit * (1.0 + 1e-9));
    factor.unwrap_or(10.0) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], count: u32) -> Vec<String> {
        let ticks = Ticks::over(values.iter().copied(), count);
        ticks.values().map(|value| ticks.label(value)).collect()
    }

    #[test]
    fn numbers_are_round_and_enclose_the_values() {
        assert_eq!(labels(&[0.03, 2.31], 6), ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]);
        assert_eq!(labels(&[0.0, 600.0], 8), ["0", "100", "200", "300", "400", "500", "600"]);
        assert_eq!(labels(&[-0.004, 0.001], 5), ["-0.004", "-0.003", "-0.002", "-0.001", "0.000", "0.001"]);
    }

    #[test]
    fn an_axis_without_extent_has_one_all_the_same() {
        assert_eq!(labels(&[], 2), ["0.0", "0.5", "1.0"]);
        let ticks = Ticks::over([7.0].into_iter(), 5);
        assert!((0.0..=1.0).contains(&ticks.share(7.0)));
    }
}
