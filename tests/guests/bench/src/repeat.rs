//! Repeating a measurement, and printing its median and its first decile.

use std::time::{Duration, Instant};

use crate::{Result, options::Options};

/// A row is repeated until this has passed…
const BUDGET: Duration = Duration::from_millis(800);
/// …but at least and at most so often. A machine that others share is slow for seconds at a time: a row that is over
/// within milliseconds may see nothing else.
const REPETITIONS: std::ops::RangeInclusive<usize> = 5..=301;

/// Measures one row if it is asked for, and prints it. `once` does it once and says how long the
/// measured part took, in seconds; `per` is by how much that is divided, `unit` is ns, us or ms.
pub(crate) fn row(
    options: &Options,
    name: &str,
    unit: &str,
    per: f64,
    mut once: impl FnMut() -> Result<f64>,
) -> Result<()> {
    if !options.wants(name) {
        return Ok(());
    }
    // Unmeasured: the first time memory is allocated and shaders are translated.
    once()?;
    let (budget, least) = match options.repetitions {
        Some(repetitions) => (Duration::ZERO, repetitions.max(1)),
        None if options.quick => (Duration::ZERO, 1),
        None => (BUDGET, *REPETITIONS.start()),
    };
    let start = Instant::now();
    let mut seconds = Vec::new();
    while seconds.len() < least || (start.elapsed() < budget && seconds.len() < *REPETITIONS.end()) {
        seconds.push(once()?);
    }
    let scale = match unit {
        "ns" => 1e9,
        "us" => 1e6,
        "ms" => 1e3,
        _ => return Err(format!("{name}: unknown unit {unit}").into()),
    };
    let [value, quiet] = median_and_first_decile(seconds).map(|seconds| seconds * scale / per);
    println!(
        "{{\"name\":\"{name}\",\"unit\":\"{unit}\",\"value\":{value:.3},\"quiet\":{quiet:.3},\"per\":{per}}}"
    );
    Ok(())
}

/// How long something takes, in seconds.
pub(crate) fn seconds<R>(what: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = what();
    (start.elapsed().as_secs_f64(), result)
}

/// What it takes on the whole, and what it takes while nobody else has the processor: a neighbour on a shared machine
/// only ever adds.
fn median_and_first_decile(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let median = match (values.get(half.wrapping_sub(1)), values.get(half)) {
        (Some(low), Some(high)) if values.len().is_multiple_of(2) => (low + high) / 2.0,
        (_, Some(middle)) => *middle,
        _ => f64::NAN,
    };
    [median, values.get(values.len() / 10).copied().unwrap_or(f64::NAN)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let median = |values| median_and_first_decile(values)[0];
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(vec![7.0]), 7.0);
    }

    #[test]
    fn first_deciles() {
        let first_decile = |values| median_and_first_decile(values)[1];
        assert_eq!(first_decile((0..30).rev().map(f64::from).collect()), 3.0);
        assert_eq!(first_decile((7..30).rev().map(f64::from).collect()), 9.0);
        assert_eq!(first_decile(vec![7.0]), 7.0);
    }
}
