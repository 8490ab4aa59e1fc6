//! The numbers that the shaders want, from what the stream says and the user asks for.

use bytemuck::{Pod, Zeroable};
use clap::ValueEnum;

use crate::settings::Settings;
use crate::y4m::{Chroma, Header};

/// Threads of a workgroup of the passes over words.
const GROUP: u32 = 64;
/// The most workgroups in one direction that every implementation of WebGPU has.
const MAX_GROUPS: u32 = 65_535;

/// How colours are made of luma and differences: a y4m stream does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Matrix {
    /// 601 for pictures of up to 576 lines, 709 for others
    #[default]
    Auto,
    /// BT.601, of DVDs and older
    #[value(name = "601")]
    Bt601,
    /// BT.709, of HD
    #[value(name = "709")]
    Bt709,
    /// BT.2020, of UHD
    #[value(name = "2020")]
    Bt2020,
}

impl Matrix {
    /// The shares of red and blue in luma.
    fn shares(self, height: u32) -> [f32; 2] {
        match self {
            Self::Auto if height > 576 => Self::Bt709.shares(height),
            Self::Auto | Self::Bt601 => [0.299, 0.114],
            Self::Bt709 => [0.2126, 0.0722],
            Self::Bt2020 => [0.2627, 0.0593],
        }
    }
}

/// The uniform block of params.wgsl, field for field.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(crate) struct Params {
    pub(crate) size: [u32; 2],
    pub(crate) chroma: [u32; 2],
    pub(crate) shift: [u32; 2],
    pub(crate) site: [f32; 2],
    pub(crate) planes: u32,
    pub(crate) in_word: u32,
    pub(crate) largest: f32,
    pub(crate) grade: u32,
    pub(crate) black: f32,
    pub(crate) white: f32,
    pub(crate) middle: f32,
    pub(crate) span: f32,
    pub(crate) red: f32,
    pub(crate) blue: f32,
    pub(crate) radius: u32,
    pub(crate) falloff_distance: f32,
    pub(crate) falloff_luma: f32,
    pub(crate) falloff_chroma: f32,
    pub(crate) temporal: f32,
    pub(crate) motion: f32,
    pub(crate) exposure: f32,
    pub(crate) contrast: f32,
    pub(crate) saturation: f32,
    pub(crate) warmth: f32,
    pub(crate) split: f32,
    pub(crate) row: u32,
}

impl Params {
    /// For pictures with a picture before them.
    pub(crate) fn new(header: &Header, settings: &Settings, matrix: Matrix) -> Self {
        let (shift, on_the_left) = match header.chroma {
            Chroma::None => ([0; 2], false),
            Chroma::Planes { shift, on_the_left } => (shift, on_the_left),
        };
        let [across, down] = shift.map(|shift| 0.5 * ((1_u32 << shift) - 1) as f32);
        let unit = (1_u32 << (header.depth - 8)) as f32;
        let largest = ((1_u32 << header.depth) - 1) as f32;
        let share = |of_255: f32| of_255 * unit / largest;
        let (black, white, span) =
            if header.full_range { (0.0, 1.0, 1.0) } else { (share(16.0), share(219.0), share(224.0)) };
        let [red, blue] = matrix.shares(header.height);
        // What is further away than this counts nothing.
        let falloff = |end: f32| 1.0 / (end * end);
        // Colour has more noise than light, and the eye sees less of what is taken from it.
        let sigma = 0.12 * settings.denoise;
        Self {
            size: [header.width, header.height],
            chroma: header.chroma_size(),
            shift,
            site: [if on_the_left { 0.0 } else { across }, down],
            planes: header.planes(),
            in_word: if header.sample_bytes() == 1 { 4 } else { 2 },
            largest,
            grade: u32::from(settings.grades()),
            black,
            white,
            middle: share(128.0),
            span,
            red,
            blue,
            radius: settings.radius,
            falloff_distance: 0.5 * falloff((settings.radius + 1) as f32),
            falloff_luma: falloff(2.5 * sigma),
            falloff_chroma: falloff(4.0 * sigma),
            temporal: settings.temporal,
            motion: 0.5 * sigma,
            exposure: settings.exposure,
            contrast: settings.contrast,
            saturation: settings.saturation,
            warmth: settings.warmth,
            split: settings.split,
            row: groups(header)[0],
        }
    }
}

/// Words of a picture: the last one may be filled in part.
pub(crate) fn words(header: &Header) -> u64 {
    header.frame_bytes().div_ceil(4)
}

/// Workgroups of the passes over words.
pub(crate) fn groups(header: &Header) -> [u32; 2] {
    let all = u32::try_from(words(header).div_ceil(u64::from(GROUP))).unwrap_or(u32::MAX);
    let rows = all.div_ceil(MAX_GROUPS).max(1);
    [all.div_ceil(rows), rows]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::NEUTRAL;

    fn header(line: &str) -> Header {
        Header::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn television_and_computers_have_their_black() {
        let params = |line: &str| Params::new(&header(line), &NEUTRAL, Matrix::Auto);
        let tv = params("YUV4MPEG2 W720 H576 C420");
        let close = |share: f32, code: f32| (share * tv.largest - code).abs() < 1e-3;
        assert!(close(tv.black, 16.0) && close(tv.white, 219.0) && close(tv.middle, 128.0));
        assert_eq!([tv.red, tv.blue], [0.299, 0.114]);
        assert_eq!(tv.site, [0.5, 0.5]);
        let ten = params("YUV4MPEG2 W1280 H720 C420p10");
        assert!((ten.black * 1023.0 - 64.0).abs() < 1e-3 && (ten.middle * 1023.0 - 512.0).abs() < 1e-3);
        assert_eq!((ten.red, ten.in_word), (0.2126, 2));
        let full = params("YUV4MPEG2 W2 H2 C411 XCOLORRANGE=FULL");
        assert_eq!((full.black, full.white, full.span, full.site), (0.0, 1.0, 1.0, [0.0, 0.0]));
        assert!((full.middle * 255.0 - 128.0).abs() < 1e-3);
    }

    #[test]
    fn every_word_has_a_thread() {
        for (line, expected) in [
            ("YUV4MPEG2 W1 H1 Cmono", [1, 1]),
            ("YUV4MPEG2 W1280 H720 C420", [5400, 1]),
            ("YUV4MPEG2 W3840 H2160 C444", [48_600, 2]),
        ] {
            let header = header(line);
            let [across, down] = groups(&header);
            assert_eq!([across, down], expected, "{line}");
            assert!(u64::from(across) * u64::from(down) * u64::from(GROUP) >= words(&header));
        }
    }
}
