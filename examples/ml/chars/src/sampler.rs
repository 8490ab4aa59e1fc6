//! Choosing a character by its odds.

use crate::random::Random;

/// How the next character is chosen.
#[derive(Debug)]
pub(crate) struct Sampler {
    temperature: f32,
    top: usize,
    random: Random,
}

impl Sampler {
    /// At temperature 0 the likeliest is taken; else one of the `top` likeliest is drawn, the likelier the
    /// lower the temperature.
    pub(crate) fn new(temperature: f32, top: usize, seed: u64) -> Self {
        Self { temperature, top, random: Random::new(seed) }
    }

    /// The place of the chosen one; `None` when there is none to choose from.
    pub(crate) fn choose(&mut self, logits: &[f32]) -> Option<i32> {
        let mut ranks: Vec<(i32, f32)> = (0..).zip(logits.iter().copied()).collect();
        // The sort keeps the order of what is equal, so that ties go to the first everywhere.
        ranks.sort_by(|left, right| right.1.total_cmp(&left.1));
        let &(likeliest, highest) = ranks.first()?;
        if self.temperature <= 0.0 {
            return Some(likeliest);
        }
        ranks.truncate(self.top.max(1));
        for (_, value) in &mut ranks {
            *value = ((*value - highest) / self.temperature).exp();
        }
        let mut left = self.random.share() * ranks.iter().map(|(_, odds)| odds).sum::<f32>();
        let drawn = ranks.iter().find(|(_, odds)| {
            left -= odds;
            left < 0.0
        });
        Some(drawn.map_or(likeliest, |(place, _)| *place))
    }
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
        let mut counts = [0_u32; 3];
        for _ in 0..4000 {
            let place = sampler.choose(&[0.0, 0.5, -9.0]).and_then(|place| usize::try_from(place).ok());
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
        let [second, first, none] = counts;
        assert_eq!((first + second, none), (4000, 0));
        // Half a logit is one whole at a temperature of a half: the odds are e to 1.
        let odds = f64::from(first) / f64::from(second);
        assert!((odds / std::f64::consts::E - 1.0).abs() < 0.15, "{odds}");
    }
}
