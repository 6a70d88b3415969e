//! Raw pictures of webcams: two pixels share their color.

use enact_types::Reason;
use image::{Rgb, RgbImage};

/// A picture in the format YUYV (YUY2): luma of every pixel, color of every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yuyv {
    /// Width, pixels; even.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// Bytes from row to row.
    pub stride: u32,
    /// Rows of Y, U, Y, V.
    pub bytes: Vec<u8>,
}

impl Yuyv {
    /// Returns why it is no whole picture.
    pub(crate) fn fault(&self) -> Option<Reason> {
        let needed =
            self.stride as usize * (self.height.max(1) - 1) as usize + 2 * self.width as usize;
        let is_whole = self.stride >= 2 * self.width && self.bytes.len() >= needed;
        (!is_whole).then(|| {
            let has = self.bytes.len();
            Reason::from(format!("it has {has} bytes of {needed}"))
        })
    }

    /// Converts it by ITU-R BT.601, as webcams mean it; a missing rest is black.
    pub(crate) fn to_rgb(&self) -> RgbImage {
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let pair = y as usize * self.stride as usize + (x / 2) as usize * 4;
            let Some(&[first, u, second, v]) = self.bytes.get(pair..pair + 4) else {
                return Rgb([0; 3]);
            };
            let luma = if x % 2 == 0 { first } else { second };
            let luma = 1.164_383 * (f32::from(luma) - 16.0);
            let (u, v) = (f32::from(u) - 128.0, f32::from(v) - 128.0);
            let red = luma + 1.596_027 * v;
            let green = luma - 0.391_762 * u - 0.812_968 * v;
            let blue = luma + 2.017_232 * u;
            Rgb([red, green, blue].map(|value| value.round().clamp(0.0, 255.0) as u8))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_those_of_the_standard() {
        // Pairs of white and black, red, green, blue, with padding after each row.
        let row = [
            [235, 128, 16, 128],
            [81, 90, 81, 240],
            [145, 54, 145, 34],
            [41, 240, 41, 110],
        ];
        let mut bytes: Vec<u8> = row.concat();
        bytes.extend([7, 7]);
        let raw = Yuyv {
            width: 8,
            height: 2,
            stride: 18,
            bytes: [bytes.clone(), bytes[..16].to_vec()].concat(),
        };
        assert_eq!(raw.fault(), None);
        let picture = raw.to_rgb();
        let near = |x: u32, color: [u8; 3]| {
            let seen = picture.get_pixel(x, 1).0;
            assert!(
                seen.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 2),
                "{x}: {seen:?}"
            );
        };
        near(0, [255; 3]);
        near(1, [0; 3]);
        near(2, [255, 0, 0]);
        near(5, [0, 255, 0]);
        near(7, [0, 0, 255]);
        let cut = Yuyv {
            bytes: raw.bytes[..20].to_vec(),
            ..raw
        };
        assert!(cut.fault().unwrap().text().contains("20 bytes of 34"));
    }
}
