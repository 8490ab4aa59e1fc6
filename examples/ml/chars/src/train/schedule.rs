//! The learning rate.

use std::f64::consts::PI;

/// The highest rate, which is reached after the first steps.
const HIGHEST: f64 = 2e-3;
/// The part of it that is left in the end.
const REST: f64 = 0.1;

/// A learning rate that goes up in a line over the first twentieth of the steps, then down in half a cosine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    steps: usize,
}

impl Schedule {
    pub(super) fn new(steps: usize) -> Self {
        Self { steps }
    }

    /// The rate of a step; steps are counted from 0.
    pub(super) fn rate(&self, step: usize) -> f64 {
        let rise = (self.steps / 20).max(1);
        if step < rise {
            return HIGHEST * (step + 1) as f64 / rise as f64;
        }
        let share = (step - rise) as f64 / (self.steps - rise).max(1) as f64;
        HIGHEST * (REST + (1.0 - REST) * 0.5 * (1.0 + (PI * share).cos()))
    }
}

#[cfg(test)]
mod tests {
    use super::{HIGHEST, REST, Schedule};

    #[test]
    fn it_goes_up_then_down() {
        let schedule = Schedule::new(200);
        assert!(schedule.rate(0) < schedule.rate(4));
        assert!((schedule.rate(9) - HIGHEST).abs() < 1e-9);
        assert!((schedule.rate(10) - HIGHEST).abs() < 1e-9);
        assert!((10..199).all(|step| schedule.rate(step + 1) < schedule.rate(step)));
        assert!((schedule.rate(200) - HIGHEST * REST).abs() < 1e-9);
    }

    #[test]
    fn one_step_is_enough() {
        assert!((Schedule::new(1).rate(0) - HIGHEST).abs() < 1e-9);
    }
}
