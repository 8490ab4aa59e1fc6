//! What the user asks for.

use clap::Args;

/// The largest radius of the noise filter. Its window is read from memory for each sample.
pub(crate) const MAX_RADIUS: u32 = 4;

/// How the pictures are to look.
#[derive(Debug, Clone, Copy, PartialEq, Args)]
#[command(next_help_heading = "Look")]
pub(crate) struct Settings {
    /// Noise filter: how strong the noise is that it takes, 0 to 1; 0 switches it off
    #[arg(long, value_name = "STRENGTH", default_value_t = 0.4, value_parser = share)]
    pub(crate) denoise: f32,

    /// Noise filter: how many samples it looks at in each direction, 1 to 4
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_RADIUS)))]
    pub(crate) radius: u32,

    /// Noise filter: the share of the picture before where nothing moves, 0 to 1; 0 looks at each picture alone
    #[arg(long, value_name = "SHARE", default_value_t = 0.7, value_parser = share)]
    pub(crate) temporal: f32,

    /// Exposure in stops
    #[arg(long, value_name = "STOPS", default_value_t = 0.0, value_parser = stops, allow_negative_numbers = true)]
    pub(crate) exposure: f32,

    /// Contrast, -1 to 1: above 0 an S-curve that keeps black and white, below its opposite
    #[arg(long, default_value_t = 0.3, value_parser = either, allow_negative_numbers = true)]
    pub(crate) contrast: f32,

    /// Saturation, 0 to 4: 0 is grey, 1 leaves the colours
    #[arg(long, default_value_t = 1.1, value_parser = saturation)]
    pub(crate) saturation: f32,

    /// Warmth, -1 to 1: above 0 towards amber, below towards blue
    #[arg(long, default_value_t = 0.0, value_parser = either, allow_negative_numbers = true)]
    pub(crate) warmth: f32,

    /// Split toning, -1 to 1: above 0 teal shadows and orange lights, below the other way round
    #[arg(long, default_value_t = 0.15, value_parser = either, allow_negative_numbers = true)]
    pub(crate) split: f32,
}

impl Settings {
    /// Whether the grade leaves every colour as it is.
    pub(crate) fn grades(&self) -> bool {
        let Self { denoise: _, radius: _, temporal: _, exposure, contrast, saturation, warmth, split } =
            *self;
        [exposure, contrast, saturation - 1.0, warmth, split].into_iter().any(|value| value != 0.0)
    }
}

fn number(text: &str, least: f32, most: f32) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("must be a number from {least} to {most}")),
    }
}

fn share(text: &str) -> Result<f32, String> {
    number(text, 0.0, 1.0)
}

fn either(text: &str) -> Result<f32, String> {
    number(text, -1.0, 1.0)
}

fn saturation(text: &str) -> Result<f32, String> {
    number(text, 0.0, 4.0)
}

fn stops(text: &str) -> Result<f32, String> {
    number(text, -8.0, 8.0)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What leaves the pictures as they are.
    pub(crate) const NEUTRAL: Settings = Settings {
        denoise: 0.0,
        radius: 2,
        temporal: 0.0,
        exposure: 0.0,
        contrast: 0.0,
        saturation: 1.0,
        warmth: 0.0,
        split: 0.0,
    };

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(share("1"), Ok(1.0));
        assert_eq!(either("-1"), Ok(-1.0));
        for text in ["1.5", "-0.1", "NaN", "inf", "", "a"] {
            assert!(share(text).is_err(), "{text}");
        }
        assert!(stops("9").is_err() && saturation("-1").is_err() && either("2").is_err());
    }

    #[test]
    fn the_noise_filter_is_no_grade() {
        assert!(!NEUTRAL.grades());
        assert!(!Settings { denoise: 1.0, temporal: 1.0, ..NEUTRAL }.grades());
        assert!(Settings { saturation: 0.9, ..NEUTRAL }.grades());
        assert!(Settings { split: -0.1, ..NEUTRAL }.grades());
    }
}
