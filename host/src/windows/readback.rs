//! The pixels of a picture, as a window shows them: eight bits of red, green and blue, encoded as sRGB.

use half::f16;

use crate::windows::system::{Image, Picture, Size};

/// Reads a picture. Alpha is 255: no window of a guest is transparent.
pub(crate) fn read(picture: &Picture) -> Result<Image, String> {
    let Picture { core, texture, deadline } = picture;
    let bytes = core.read_texture(texture, *deadline)?;
    let rgba = to_rgba(texture.format(), bytes).ok_or("its format is not one of a window")?;
    Ok(Image { size: Size { width: texture.width(), height: texture.height() }, rgba })
}

fn to_rgba(format: wgpu::TextureFormat, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    match format {
        wgpu::TextureFormat::Rgba8Unorm | wgpu::TextureFormat::Rgba8UnormSrgb => {
            bytes.chunks_exact_mut(4).for_each(|pixel| {
                if let [.., alpha] = pixel {
                    *alpha = u8::MAX;
                }
            });
            Some(bytes)
        }
        wgpu::TextureFormat::Bgra8Unorm | wgpu::TextureFormat::Bgra8UnormSrgb => {
            bytes.chunks_exact_mut(4).for_each(|pixel| {
                if let [blue, _, red, alpha] = pixel {
                    std::mem::swap(blue, red);
                    *alpha = u8::MAX;
                }
            });
            Some(bytes)
        }
        wgpu::TextureFormat::Rgba16Float => {
            let (words, _) = bytes.as_chunks::<2>();
            let values: Vec<f32> = words.iter().map(|word| f16::from_le_bytes(*word).to_f32()).collect();
            let (pixels, _) = values.as_chunks::<4>();
            Some(
                pixels
                    .iter()
                    .flat_map(|[red, green, blue, _]| [encoded(*red), encoded(*green), encoded(*blue), 255])
                    .collect(),
            )
        }
        _ => None,
    }
}

/// Linear light as sRGB has it: <https://www.w3.org/TR/css-color-4/#color-conversion-code>
fn encoded(linear: f32) -> u8 {
    // What is no number stays none, and is black in the end.
    let linear = linear.clamp(0.0, 1.0);
    let encoded = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 255")]
    let byte = (encoded * 255.0).round() as u8;
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_of_each_format() {
        use wgpu::TextureFormat as Format;
        let rgba = |format, bytes: &[u8]| to_rgba(format, bytes.to_vec()).unwrap();
        assert_eq!(rgba(Format::Rgba8Unorm, &[1, 2, 3, 4]), [1, 2, 3, 255]);
        assert_eq!(rgba(Format::Bgra8UnormSrgb, &[1, 2, 3, 4, 5, 6, 7, 8]), [3, 2, 1, 255, 7, 6, 5, 255]);
        // 1, 0.5, -1, and what is no number.
        let halves = [0x3c00_u16, 0x3800, 0xbc00, 0x3c00, 0x7e00, 0x0001, 0x7c00, 0];
        let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        assert_eq!(rgba(Format::Rgba16Float, &bytes), [255, 188, 0, 255, 0, 0, 255, 255]);
        assert!(to_rgba(Format::R8Unorm, vec![0]).is_none());
    }
}
