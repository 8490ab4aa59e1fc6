//! A stream to try it with: a ball that rolls before a striped wall, at dusk, with the noise of a camera.

use std::io::{self, Write};

use crate::y4m::{Header, write_frame, write_header};

/// Pictures of the stream.
pub(crate) const FRAMES: u32 = 48;

/// Writes the stream. It has only whole numbers, so that it is the same everywhere.
///
/// # Errors
///
/// The output's.
pub(crate) fn write(output: &mut impl Write, header: &Header, frames: u32) -> io::Result<()> {
    write_header(output, header)?;
    let [chroma_width, chroma_height] = header.chroma_size();
    let planes =
        [[header.width, header.height], [chroma_width, chroma_height], [chroma_width, chroma_height]];
    let shift = header.depth - 8;
    let mut samples = Vec::new();
    for frame in 0..frames {
        samples.clear();
        for (plane, [width, height]) in (0..).zip(planes) {
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                // In 4096ths of the height, from the upper left corner of the picture.
                let [u, v] = [x * 4096 / width * header.width / header.height, y * 4096 / height];
                let clean = scene(u, v, frame, plane);
                let seed = frame.wrapping_mul(3).wrapping_add(plane).wrapping_mul(65_521).wrapping_add(y);
                let seed = seed.wrapping_mul(8191).wrapping_add(x).wrapping_mul(747_796_405);
                let code = u32::try_from((clean + grain(seed)).clamp(1, 254)).unwrap_or_default();
                let code = (code << shift) | ((seed >> 8) & ((1 << shift) - 1));
                let bytes = code.to_le_bytes();
                samples.extend(bytes.iter().take(if shift == 0 { 1 } else { 2 }));
            }
        }
        write_frame(output, b"", &samples)?;
    }
    Ok(())
}

/// A sample without noise: luma, blue difference or red difference.
fn scene(u: u32, v: u32, frame: u32, plane: u32) -> i64 {
    let (u, v, roll) = (i64::from(u), i64::from(v), i64::from(frame) * 60 % 8192 - 400);
    let (dx, dy) = (u - roll, v - 2700);
    let [light, blue, red] = if dx * dx + dy * dy < 700 * 700 {
        // A ball, lit from the upper left, with a stripe that turns with it.
        let shade = 150 - (dx + dy) / 16;
        let turned = (dx * 3 + dy + roll * 2).rem_euclid(1400) < 500;
        [shade, if turned { 110 } else { 100 }, if turned { 118 } else { 190 }]
    } else if v > 3300 {
        // The floor, darker towards us.
        [78 - (v - 3300) / 32, 122, 140]
    } else {
        // A wall with stripes and a lamp.
        let lamp = (60 - ((u - 5200).abs() + (v - 900).abs()) / 40).max(0);
        let stripe = if (u / 230) % 2 == 0 { 14 } else { 0 };
        [52 + stripe + lamp + v / 120, 138 - lamp / 2, 122 + lamp / 3]
    };
    match plane {
        0 => light,
        1 => blue,
        _ => red,
    }
}

/// Noise around 0: the sum of two even spreads.
fn grain(seed: u32) -> i64 {
    let state = ((seed >> ((seed >> 28) + 4)) ^ seed).wrapping_mul(277_803_737);
    let bits = (state >> 22) ^ state;
    let part = |shift: u32| i64::from((bits >> shift) % 15);
    part(3) + part(13) - 14
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::y4m::Reader;

    #[test]
    fn it_is_a_stream() {
        for line in ["YUV4MPEG2 W65 H33 F25:1 C420", "YUV4MPEG2 W64 H32 Cmono", "YUV4MPEG2 W7 H5 C422p10"] {
            let header = Header::parse(line.as_bytes()).unwrap();
            let mut stream = Vec::new();
            write(&mut stream, &header, 3).unwrap();
            let mut reader = Reader::new(stream.as_slice()).unwrap();
            assert_eq!(reader.header(), &header);
            let mut samples = vec![0; usize::try_from(header.frame_bytes()).unwrap()];
            let mut frames = Vec::new();
            while reader.next(&mut samples).unwrap().is_some() {
                frames.push(samples.clone());
            }
            assert_eq!(frames.len(), 3);
            // It moves, and has its noise.
            assert!(frames[0] != frames[1]);
            if header.depth == 10 {
                assert!(samples.chunks(2).all(|sample| u16::from_le_bytes([sample[0], sample[1]]) < 1024));
            }
        }
    }
}
