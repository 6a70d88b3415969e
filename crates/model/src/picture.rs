//! Converts camera pictures for models.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::{FilterType, resize};
use serde::{Deserialize, Serialize};

/// Quality of a JPEG, 1 to 100; high enough to keep the edges of small objects in place.
const JPEG_QUALITY: u8 = 90;

/// Format in which pictures are sent to a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// Exact; a camera's picture takes about as many bytes as it has pixels.
    #[default]
    Png,
    /// A tenth of that, not quite exact.
    Jpeg,
}

/// Resizes a picture to exactly `size` (width, height) pixels with a triangle
/// (bilinear) filter, which averages when it shrinks. Aspect ratio is not kept:
/// points are normalized per axis, so they stay true.
///
/// Training pictures must go through this function too.
pub fn resize_exactly(rgb: &RgbImage, size: [u32; 2]) -> RgbImage {
    let [width, height] = size;
    if rgb.dimensions() == (width, height) {
        rgb.clone()
    } else {
        resize(rgb, width, height, FilterType::Triangle)
    }
}

/// Shrinks a picture so that no side is longer than `longest` pixels, keeping its aspect ratio.
/// Never enlarges it.
pub fn shrink(rgb: &RgbImage, longest: u32) -> RgbImage {
    let (width, height) = rgb.dimensions();
    let side = width.max(height);
    if side <= longest {
        return rgb.clone();
    }
    let scaled = |length: u32| {
        let length = f64::from(length) * f64::from(longest) / f64::from(side);
        (length.round() as u32).max(1)
    };
    resize(rgb, scaled(width), scaled(height), FilterType::Triangle)
}

/// Encodes a picture as a `data:` URL, as OpenAI's protocol expects.
pub(crate) fn data_url(rgb: &RgbImage, format: PictureFormat) -> Result<String, image::ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    let kind = match format {
        PictureFormat::Png => {
            rgb.write_with_encoder(PngEncoder::new(&mut bytes))?;
            "png"
        }
        PictureFormat::Jpeg => {
            rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))?;
            "jpeg"
        }
    };
    let base64 = STANDARD.encode(bytes.into_inner());
    Ok(format!("data:image/{kind};base64,{base64}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn halves() -> RgbImage {
        RgbImage::from_fn(320, 240, |x, _| Rgb([if x < 160 { 0 } else { 255 }; 3]))
    }

    #[test]
    fn resizing_is_exact_and_keeps_normalized_places() {
        let small = resize_exactly(&halves(), [224, 224]);
        assert_eq!(small.dimensions(), (224, 224));
        assert_eq!(small.get_pixel(100, 50), &Rgb([0; 3]));
        assert_eq!(small.get_pixel(124, 200), &Rgb([255; 3]));
        assert_eq!(resize_exactly(&small, [224, 224]), small);
    }

    #[test]
    fn a_data_url_holds_the_same_picture() {
        let read = |format, kind: &str| {
            let url = data_url(&halves(), format).unwrap();
            let base64 = url.strip_prefix(&format!("data:image/{kind};base64,"));
            let bytes = STANDARD.decode(base64.unwrap()).unwrap();
            image::load_from_memory(&bytes).unwrap().to_rgb8()
        };
        assert_eq!(read(PictureFormat::Png, "png"), halves());
        let jpeg = read(PictureFormat::Jpeg, "jpeg");
        assert_eq!(jpeg.dimensions(), (320, 240));
        assert!(jpeg.get_pixel(100, 50).0[0] < 30 && jpeg.get_pixel(220, 50).0[0] > 225);
    }

    #[test]
    fn pictures_shrink_in_proportion_and_never_grow() {
        let small = shrink(&halves(), 160);
        assert_eq!(small.dimensions(), (160, 120));
        assert_eq!(small.get_pixel(40, 50), &Rgb([0; 3]));
        assert_eq!(shrink(&halves(), 1280), halves());
        assert_eq!(shrink(&RgbImage::new(3000, 2), 300).dimensions(), (300, 1));
        assert_eq!(shrink(&RgbImage::new(30, 4000), 400).dimensions(), (3, 400));
    }
}
