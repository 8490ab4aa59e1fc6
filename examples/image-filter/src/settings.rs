//! What the user asks for, and the numbers the shaders want instead.

use clap::Args;

/// Largest radius of the noise filter: what 16 KiB of workgroup memory hold.
pub(crate) const MAX_RADIUS: u32 = 8;
/// Largest radius of the base layer.
pub(crate) const MAX_BASE_RADIUS: u32 = 96;
/// Log luminance runs from here (twelve stops below white) to 0.
pub(crate) const DARKEST_LEVEL: f32 = -12.0;
/// Middle grey, in linear light; the tone curve keeps it in place.
const MIDDLE_GREY: f32 = 0.18;
/// The curve reaches 1 at this many times white, so that lifted highlights still have shape.
const CURVE_WHITE: f32 = 3.0;

/// How the picture is to look.
#[derive(Debug, Clone, PartialEq, Args)]
#[command(next_help_heading = "Look")]
pub(crate) struct Settings {
    /// Noise filter: window radius in pixels, 0 to 8; 0 switches it off
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=i64::from(MAX_RADIUS)))]
    pub(crate) radius: u32,

    /// Noise filter: how unlike colours may be and still be averaged
    #[arg(long, value_name = "SIGMA", default_value_t = 0.05, value_parser = positive)]
    pub(crate) sigma_color: f32,

    /// Local contrast: radius of the base layer in pixels, 1 to 96
    #[arg(long, value_name = "PIXELS", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_BASE_RADIUS)))]
    pub(crate) base_radius: u32,

    /// Local contrast: how much detail is strengthened; 0 leaves it
    #[arg(long, default_value_t = 0.7, value_parser = finite, allow_negative_numbers = true)]
    pub(crate) strength: f32,

    /// How much of the contrast between large areas is taken away, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, value_parser = finite)]
    pub(crate) flatten: f32,

    /// Exposure in stops; measured from the picture when left out
    #[arg(long, value_name = "STOPS", value_parser = finite, allow_negative_numbers = true)]
    pub(crate) exposure: Option<f32>,

    /// Slope of the film-like tone curve, 1 to 4; 0 switches the curve off
    #[arg(long, default_value_t = 1.35, value_parser = contrast)]
    pub(crate) contrast: f32,

    /// Saturation: 0 is grey, 1 leaves the colours
    #[arg(long, default_value_t = 1.15, value_parser = finite)]
    pub(crate) saturation: f32,

    /// Warmth: above 0 towards amber, below towards blue
    #[arg(long, default_value_t = 0.05, value_parser = finite, allow_negative_numbers = true)]
    pub(crate) warmth: f32,

    /// Darkening towards the corners; 0 switches it off
    #[arg(long, default_value_t = 0.2, value_parser = finite)]
    pub(crate) vignette: f32,
}

impl Settings {
    /// Falloff exponents of the noise filter: by squared distance in pixels, by squared colour
    /// difference.
    pub(crate) fn falloffs(&self) -> (f32, f32) {
        let sigma_distance = 0.5 * self.radius.max(1) as f32;
        let falloff = |sigma: f32| -0.5 / (sigma * sigma);
        (falloff(sigma_distance), falloff(self.sigma_color))
    }

    /// Weights of a Gaussian blur from its centre to one end: `base_radius + 1` of them. All of them,
    /// the centre once and the others twice, add up to 1.
    pub(crate) fn weights(&self) -> Vec<f32> {
        let sigma = f64::from(self.base_radius) / 2.5;
        let bell: Vec<f64> =
            (0..=self.base_radius).map(|k| libm::exp(-0.5 * (f64::from(k) / sigma).powi(2))).collect();
        let total = 2.0 * bell.iter().sum::<f64>() - 1.0;
        bell.iter().map(|weight| (weight / total) as f32).collect()
    }

    /// Offset and scale of the curve `scale * x^c / (x^c + offset)` that keeps middle grey and takes
    /// [`CURVE_WHITE`] to 1.
    pub(crate) fn curve(&self) -> (f32, f32) {
        let grey = libm::powf(MIDDLE_GREY, self.contrast);
        let white = libm::powf(CURVE_WHITE, self.contrast);
        let offset = grey * white * (1.0 - MIDDLE_GREY) / (MIDDLE_GREY * white - grey);
        (offset, (white + offset) / white)
    }
}

/// What metering found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Light {
    /// Mean log luminance of the picture without its darkest and brightest hundredth, in stops.
    pub(crate) mean: f32,
    /// Exposure that would suit it, in stops.
    pub(crate) exposure: f32,
}

impl Light {
    /// Judges a histogram of log luminance, its bins evenly from [`DARKEST_LEVEL`] to 0.
    pub(crate) fn from_histogram(histogram: &[u32]) -> Self {
        let level = |bin: usize| DARKEST_LEVEL * (1.0 - bin as f32 / (histogram.len() - 1).max(1) as f32);
        let total: u64 = histogram.iter().copied().map(u64::from).sum();
        let (low, high) = (total / 100, total - total / 100);
        let (mut seen, mut counted, mut sum, mut bright) = (0, 0, 0.0, 0.0);
        for (bin, &count) in histogram.iter().enumerate() {
            let before: u64 = seen;
            seen += u64::from(count);
            let inside = seen.min(high).saturating_sub(before.max(low));
            if inside > 0 {
                counted += inside;
                sum += inside as f64 * f64::from(level(bin));
                bright = level(bin);
            }
        }
        if counted == 0 {
            return Self { mean: DARKEST_LEVEL, exposure: 0.0 };
        }
        let mean = (sum / counted as f64) as f32;
        // Middle grey is 2.5 stops below white. Only part of the way: dusk shall stay dusk, and the
        // brightest parts shall not run far over the curve's white.
        let wanted = 0.6 * (-2.5 - mean);
        let room = 1.0 - bright;
        Self { mean, exposure: wanted.clamp(-1.0, 1.5).min(room) }
    }
}

fn finite(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("not a number".into()),
    }
}

fn positive(text: &str) -> Result<f32, String> {
    finite(text).and_then(|number| if number > 0.0 { Ok(number) } else { Err("must be above 0".into()) })
}

fn contrast(text: &str) -> Result<f32, String> {
    finite(text).and_then(|number| {
        if number == 0.0 || (1.0..=4.0).contains(&number) {
            Ok(number)
        } else {
            Err("must be 0 or from 1 to 4".into())
        }
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Settings that leave a picture as it is.
    pub(crate) fn neutral() -> Settings {
        Settings {
            radius: 0,
            sigma_color: 0.05,
            base_radius: 4,
            strength: 0.0,
            flatten: 0.0,
            exposure: Some(0.0),
            contrast: 0.0,
            saturation: 1.0,
            warmth: 0.0,
            vignette: 0.0,
        }
    }

    #[test]
    fn weights_add_up_to_one() {
        for base_radius in [1, 7, MAX_BASE_RADIUS] {
            let weights = Settings { base_radius, ..neutral() }.weights();
            assert_eq!(weights.len(), base_radius as usize + 1);
            let total = 2.0 * weights.iter().sum::<f32>() - weights[0];
            assert!((total - 1.0).abs() < 1e-6, "{total}");
            assert!(weights.windows(2).all(|pair| pair[0] > pair[1]));
        }
    }

    #[test]
    fn curve_keeps_grey_and_reaches_white() {
        let settings = Settings { contrast: 1.5, ..neutral() };
        let (offset, scale) = settings.curve();
        let curve = |x: f32| scale * x.powf(1.5) / (x.powf(1.5) + offset);
        assert!((curve(MIDDLE_GREY) - MIDDLE_GREY).abs() < 1e-6);
        assert!((curve(CURVE_WHITE) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn metering_lifts_the_dark_and_calms_the_bright() {
        let with = |bin: usize| {
            let mut histogram = [0; 256];
            histogram[bin] = 1000;
            Light::from_histogram(&histogram)
        };
        assert!((with(0).mean - DARKEST_LEVEL).abs() < 1e-6);
        assert_eq!(with(0).exposure, 1.5);
        assert!(with(255).exposure < -0.9);
        assert_eq!(Light::from_histogram(&[0; 256]).exposure, 0.0);
    }
}
