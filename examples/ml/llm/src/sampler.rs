//! Choosing a token by its odds.

use std::cmp::Ordering;

/// How the next token is chosen.
#[derive(Debug)]
pub(crate) struct Sampler {
    temperature: f32,
    top: usize,
    random: fastrand::Rng,
}

impl Sampler {
    /// At temperature 0 the likeliest is taken; else one of the `top` likeliest is drawn, the likelier the
    /// lower the temperature.
    pub(crate) fn new(temperature: f32, top: usize, seed: u64) -> Self {
        Self { temperature, top, random: fastrand::Rng::with_seed(seed) }
    }

    /// The place of the chosen one; `None` when there is none to choose from.
    pub(crate) fn choose(&mut self, logits: &[f32]) -> Option<u32> {
        let mut ranks: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
        let &(likeliest, highest) = ranks.iter().min_by(|left, right| likelier(left, right))?;
        if self.temperature <= 0.0 {
            return Some(likeliest);
        }
        // There are too many to sort all of them.
        let top = self.top.clamp(1, ranks.len());
        if top < ranks.len() {
            ranks.select_nth_unstable_by(top, likelier);
            ranks.truncate(top);
        }
        ranks.sort_by(likelier);
        for (_, value) in &mut ranks {
            *value = ((*value - highest) / self.temperature).exp();
        }
        let mut left = self.random.f32() * ranks.iter().map(|(_, odds)| odds).sum::<f32>();
        let drawn = ranks.iter().find(|(_, odds)| {
            left -= odds;
            left < 0.0
        });
        Some(drawn.map_or(likeliest, |(place, _)| *place))
    }
}

/// The likelier comes first, and of two that are equal the first.
fn likelier(left: &(u32, f32), right: &(u32, f32)) -> Ordering {
    right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
}

#[cfg(test)]
mod tests {
    use super::Sampler;

    #[test]
    fn cold_takes_the_first_of_the_likeliest() {
        assert_eq!(Sampler::new(0.0, 5, 1).choose(&[1.0, 3.0, 3.0, 2.0]), Some(1));
        assert_eq!(Sampler::new(0.0, 5, 1).choose(&[]), None);
    }

    #[test]
    fn draws_follow_the_odds() {
        let mut sampler = Sampler::new(0.5, 2, 1);
        let mut counts = [0_u32; 4];
        for _ in 0..4000 {
            let place = sampler.choose(&[-3.0, 0.0, 0.5, -9.0]).and_then(|place| usize::try_from(place).ok());
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
        let [none, second, first, nothing] = counts;
        assert_eq!((first + second, none, nothing), (4000, 0, 0));
        // Half a logit is one whole at a temperature of a half: the odds are e to 1.
        let odds = f64::from(first) / f64::from(second);
        assert!((odds / std::f64::consts::E - 1.0).abs() < 0.15, "{odds}");
    }
}
