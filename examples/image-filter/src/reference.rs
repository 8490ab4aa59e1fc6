//! The same filter on the CPU, in f64, over the whole image at once: what the GPU is tested against.

use image::{Rgba, RgbaImage};

use crate::filter::EPSILON;
use crate::settings::{DARKEST_LEVEL, Light, Settings};

type Plane = Vec<f64>;

pub(crate) fn measure(image: &RgbaImage) -> Light {
    let mut histogram = [0; 256];
    for pixel in image.pixels() {
        let level = level(decode(pixel));
        let bin = ((level - f64::from(DARKEST_LEVEL)) / 12.0).clamp(0.0, 1.0) * 255.0;
        histogram[bin.round() as usize] += 1;
    }
    Light::from_histogram(&histogram)
}

pub(crate) fn filter(image: &RgbaImage, settings: &Settings, light: Light) -> RgbaImage {
    let linear: Vec<_> = image.pixels().map(decode).collect();
    let smooth = bilateral(&linear, image.dimensions(), settings);
    let levels: Plane = smooth.iter().map(|&color| level(color)).collect();
    let squares: Plane = levels.iter().map(|level| level * level).collect();
    let weights = settings.weights();
    let blur = |plane: &Plane| blur(plane, image.dimensions(), &weights);
    let (means, squares) = (blur(&levels), blur(&squares));
    let slopes: Plane = means
        .iter()
        .zip(&squares)
        .map(|(mean, square)| {
            let variance = (square - mean * mean).max(0.0);
            variance / (variance + f64::from(EPSILON))
        })
        .collect();
    let offsets: Plane = means.iter().zip(&slopes).map(|(mean, slope)| mean * (1.0 - slope)).collect();
    let (slopes, offsets) = (blur(&slopes), blur(&offsets));
    RgbaImage::from_fn(image.width(), image.height(), |x, y| {
        let i = (y * image.width() + x) as usize;
        let base = slopes[i] * levels[i] + offsets[i];
        let rgb = grade(smooth[i], levels[i], base, [x, y], image.dimensions(), settings, light);
        Rgba([rgb[0], rgb[1], rgb[2], image.get_pixel(x, y).0[3]])
    })
}

fn decode(pixel: &Rgba<u8>) -> [f64; 3] {
    let linear = |byte: u8| {
        let encoded = f64::from(byte) / 255.0;
        if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
    };
    [linear(pixel.0[0]), linear(pixel.0[1]), linear(pixel.0[2])]
}

fn luminance(color: [f64; 3]) -> f64 {
    0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]
}

fn level(color: [f64; 3]) -> f64 {
    luminance(color).max(f64::from(DARKEST_LEVEL).exp2()).log2()
}

fn bilateral(linear: &[[f64; 3]], (width, height): (u32, u32), settings: &Settings) -> Vec<[f64; 3]> {
    let (by_distance, by_color) = settings.falloffs();
    let radius = settings.radius as i32;
    let at = |x: i32, y: i32| {
        let (x, y) = (x.clamp(0, width as i32 - 1), y.clamp(0, height as i32 - 1));
        linear[(y * width as i32 + x) as usize].map(f64::sqrt)
    };
    let mut smooth = Vec::new();
    for (y, x) in (0..height as i32).flat_map(|y| (0..width as i32).map(move |x| (y, x))) {
        let center = at(x, y);
        let (mut sum, mut weights) = ([0.0; 3], 0.0);
        for (dy, dx) in (-radius..=radius).flat_map(|dy| (-radius..=radius).map(move |dx| (dy, dx))) {
            let there = at(x + dx, y + dy);
            let apart: f64 = (0..3).map(|c| (there[c] - center[c]).powi(2)).sum();
            let distance = f64::from(dx * dx + dy * dy);
            let weight = (f64::from(by_distance) * distance + f64::from(by_color) * apart).exp();
            (0..3).for_each(|c| sum[c] += weight * there[c]);
            weights += weight;
        }
        smooth.push(sum.map(|sum| (sum / weights).powi(2)));
    }
    smooth
}

fn blur(plane: &Plane, (width, height): (u32, u32), weights: &[f32]) -> Plane {
    let (width, height) = (width as i64, height as i64);
    let line = |plane: &Plane, x: i64, y: i64, dx: i64, dy: i64| -> f64 {
        let at = |k: i64| {
            let (x, y) = ((x + k * dx).clamp(0, width - 1), (y + k * dy).clamp(0, height - 1));
            plane[(y * width + x) as usize]
        };
        let ends = (1..weights.len()).map(|k| f64::from(weights[k]) * (at(k as i64) + at(-(k as i64))));
        f64::from(weights[0]) * at(0) + ends.sum::<f64>()
    };
    let pixels = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rows: Plane = pixels().map(|(x, y)| line(plane, x, y, 1, 0)).collect();
    pixels().map(|(x, y)| line(&rows, x, y, 0, 1)).collect()
}

fn grade(
    color: [f64; 3],
    level: f64,
    base: f64,
    place: [u32; 2],
    (width, height): (u32, u32),
    settings: &Settings,
    light: Light,
) -> [u8; 3] {
    let wide = |number: f32| f64::from(number);
    let detail = level - base;
    let lift = wide(settings.strength) * (-detail * detail).exp();
    let pivot = wide(light.mean);
    let target = pivot + (base - pivot) * (1.0 - wide(settings.flatten)) + detail * (1.0 + lift);
    let exposure = wide(settings.exposure.unwrap_or(light.exposure));
    let [x, y] = place;
    let half = [f64::from(width) / 2.0, f64::from(height) / 2.0];
    let apart = (f64::from(x) + 0.5 - half[0]).powi(2) + (f64::from(y) + 0.5 - half[1]).powi(2);
    let falloff = 1.0 + wide(settings.vignette) * apart / (half[0].powi(2) + half[1].powi(2));
    let warm = [0.5, 0.0, -0.5].map(|tint| (wide(settings.warmth) * tint).exp2());
    let gain = (target - level + exposure).exp2() / falloff.powi(2);
    let mut linear = [0, 1, 2].map(|c| color[c] * warm[c] * gain);
    if settings.contrast > 0.0 {
        let (offset, scale) = settings.curve();
        linear = linear.map(|x| {
            let raised = x.max(0.0).powf(wide(settings.contrast));
            wide(scale) * raised / (raised + wide(offset))
        });
    }
    let grey = luminance(linear);
    linear.map(|x| {
        let x = (grey + wide(settings.saturation) * (x - grey)).clamp(0.0, 1.0);
        let encoded = if x <= 0.003_130_8 { x * 12.92 } else { 1.055 * x.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0 + noise(place)).floor().min(255.0) as u8
    })
}

fn noise([x, y]: [u32; 2]) -> f64 {
    let seed = x.wrapping_mul(1973).wrapping_add(y.wrapping_mul(9277));
    let state = seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let state = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    f64::from(((state >> 22) ^ state) >> 8) / 16_777_216.0
}
