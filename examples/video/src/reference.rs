//! The same filter and grade on the CPU, in f64 and sample by sample: what the shaders are compared with.

use crate::params::Params;

/// The pictures of one stream.
pub(crate) struct Reference {
    params: Params,
    /// Whether noise is taken.
    denoise: bool,
    before: Option<Vec<f64>>,
}

impl Reference {
    pub(crate) fn new(params: Params, denoise: bool) -> Self {
        Self { params, denoise, before: None }
    }

    /// The next picture: its samples as numbers, in the order of the stream.
    pub(crate) fn next(&mut self, samples: &[u32]) -> Vec<f64> {
        let p = self.params;
        let samples: Vec<f64> = samples.iter().map(|code| f64::from(*code) / f64::from(p.largest)).collect();
        let clean = if self.denoise { self.clean(&samples) } else { samples };
        self.before = Some(clean.clone());
        (0..clean.len()).map(|index| self.result(&clean, index)).collect()
    }

    /// Where the planes begin, and their sizes.
    fn planes(&self) -> Vec<(usize, [usize; 2])> {
        let p = self.params;
        let [size, chroma] = [p.size, p.chroma].map(|size| size.map(|side| side as usize));
        let (luma, colour) = (size[0] * size[1], chroma[0] * chroma[1]);
        let all = [(0, size), (luma, chroma), (luma + colour, chroma)];
        all[..p.planes as usize].to_vec()
    }

    fn clean(&self, samples: &[f64]) -> Vec<f64> {
        let p = self.params;
        let radius = p.radius as isize;
        let mut clean = Vec::new();
        for (first, [width, height]) in self.planes() {
            let falloff = f64::from(if first == 0 { p.falloff_luma } else { p.falloff_chroma });
            for here in 0..width * height {
                let (x, y) = (here % width, here / width);
                let near = |at: usize, by: isize, side: usize| at.saturating_add_signed(by).min(side - 1);
                let around = |dx, dy| first + near(y, dy, height) * width + near(x, dx, width);
                let (mut sum, mut weights) = (0.0, 0.0);
                for (dx, dy) in (-radius..=radius).flat_map(|dy| (-radius..=radius).map(move |dx| (dx, dy))) {
                    let there = samples[around(dx, dy)];
                    let alike = (1.0 - falloff * (there - samples[first + here]).powi(2)).max(0.0);
                    let near = 1.0 - f64::from(p.falloff_distance) * (dx * dx + dy * dy) as f64;
                    let weight = (near * alike).powi(2);
                    sum += weight * there;
                    weights += weight;
                }
                let spatial = sum / weights;
                clean.push(self.before.as_ref().map_or(spatial, |before| {
                    let window = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
                    let apart: f64 =
                        window.map(|(dx, dy)| around(dx, dy)).map(|at| samples[at] - before[at]).sum();
                    let motion = f64::from(p.motion);
                    let before = before[first + here];
                    let moved = smoothstep(0.5 * motion, motion, apart.abs() / 9.0);
                    let jump = (samples[first + here] - before).abs();
                    let jumped = smoothstep(2.0 * motion, 4.0 * motion, jump);
                    let still = f64::from(p.temporal) * (1.0 - moved.max(jumped));
                    spatial + still * (before - spatial)
                }));
            }
        }
        clean
    }

    fn result(&self, clean: &[f64], index: usize) -> f64 {
        let p = self.params;
        if p.grade == 0 {
            return (clean[index] * f64::from(p.largest)).round();
        }
        let planes = self.planes();
        let plane = planes.iter().rposition(|(first, _)| *first <= index).unwrap();
        let (first, [width, _]) = planes[plane];
        let (x, y) = ((index - first) % width, (index - first) / width);
        let [red, blue] = [p.red, p.blue].map(f64::from);
        let changed = if plane == 0 {
            let rgb = self.rgb(clean[index], self.chroma_between(clean, [x, y]));
            f64::from(p.black) + f64::from(p.white) * self.luminance(self.graded(rgb))
        } else {
            let [blues, reds] = [planes[1].0, planes[2].0].map(|first| clean[first + y * width + x]);
            let rgb = self.graded(self.rgb(self.luma_of(clean, [x, y]), [blues, reds]));
            let (channel, share) = if plane == 1 { (rgb[2], blue) } else { (rgb[0], red) };
            f64::from(p.middle) + f64::from(p.span) * (channel - self.luminance(rgb)) / (2.0 * (1.0 - share))
        };
        (changed * f64::from(p.largest) + noise(index as u32)).floor().clamp(0.0, f64::from(p.largest))
    }

    fn chroma_between(&self, clean: &[f64], at: [usize; 2]) -> [f64; 2] {
        let p = self.params;
        let planes = self.planes();
        if planes.len() == 1 {
            return [f64::from(p.middle); 2];
        }
        let place = [0, 1].map(|axis| {
            ((at[axis] as f64 - f64::from(p.site[axis])) / f64::from(1_u32 << p.shift[axis])).max(0.0)
        });
        let last = p.chroma.map(|side| side as usize - 1);
        let low = [0, 1].map(|axis| (place[axis] as usize).min(last[axis]));
        let high = [0, 1].map(|axis| (low[axis] + 1).min(last[axis]));
        let [u, v] = place.map(f64::fract);
        [1, 2].map(|plane: usize| {
            let at = |x: usize, y: usize| clean[planes[plane].0 + y * (last[0] + 1) + x];
            let top = at(low[0], low[1]) * (1.0 - u) + at(high[0], low[1]) * u;
            let bottom = at(low[0], high[1]) * (1.0 - u) + at(high[0], high[1]) * u;
            top * (1.0 - v) + bottom * v
        })
    }

    fn luma_of(&self, clean: &[f64], at: [usize; 2]) -> f64 {
        let p = self.params;
        let range = |axis: usize| {
            let side = p.size[axis] as usize;
            (at[axis] << p.shift[axis])..((at[axis] + 1) << p.shift[axis]).min(side)
        };
        let block: Vec<f64> = range(1)
            .flat_map(|y| range(0).map(move |x| y * p.size[0] as usize + x))
            .map(|at| clean[at])
            .collect();
        block.iter().sum::<f64>() / block.len() as f64
    }

    fn rgb(&self, luma: f64, [blues, reds]: [f64; 2]) -> [f64; 3] {
        let p = self.params;
        let [red, blue, middle, span] = [p.red, p.blue, p.middle, p.span].map(f64::from);
        let y = (luma - f64::from(p.black)) / f64::from(p.white);
        let r = y + 2.0 * (1.0 - red) * (reds - middle) / span;
        let b = y + 2.0 * (1.0 - blue) * (blues - middle) / span;
        [r, (y - red * r - blue * b) / (1.0 - red - blue), b]
    }

    fn luminance(&self, [r, g, b]: [f64; 3]) -> f64 {
        let [red, blue] = [self.params.red, self.params.blue].map(f64::from);
        red * r + (1.0 - red - blue) * g + blue * b
    }

    fn graded(&self, rgb: [f64; 3]) -> [f64; 3] {
        let p = self.params;
        let [exposure, contrast, saturation, warmth, split] =
            [p.exposure, p.contrast, p.saturation, p.warmth, p.split].map(f64::from);
        let toned = [0, 1, 2].map(|c: usize| {
            let gain = (exposure + warmth * [0.4, 0.0, -0.4][c]).exp2();
            let bright = (rgb[c].clamp(0.0, 1.0).powf(2.4) * gain).powf(1.0 / 2.4).min(1.0);
            bright + contrast * (bright * bright * (3.0 - 2.0 * bright) - bright)
        });
        let grey = self.luminance(toned);
        let dark = 4.0 * grey * (1.0 - grey) * (1.0 - grey);
        let light = 4.0 * grey * grey * (1.0 - grey);
        [0, 1, 2].map(|c: usize| {
            let colour = grey + saturation * (toned[c] - grey);
            (colour + split * (dark - light) * [-0.10, 0.02, 0.08][c]).clamp(0.0, 1.0)
        })
    }
}

fn smoothstep(low: f64, high: f64, x: f64) -> f64 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn noise(seed: u32) -> f64 {
    let state = seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let state = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    f64::from(((state >> 22) ^ state) >> 8) / 16_777_216.0
}
