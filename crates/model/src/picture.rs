//! A camera picture as a model takes it.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::imageops::{FilterType, resize};
use image::{ImageFormat, RgbImage};

/// Resizes a picture to exactly `size` (width, height) pixels with a triangle
/// (bilinear) filter, which averages when it shrinks. Aspect ratio is not kept:
/// points are normalized per axis, so they stay true.
///
/// Training pictures must go through this function too.
pub fn prepare(rgb: &RgbImage, size: [u32; 2]) -> RgbImage {
    let [width, height] = size;
    if rgb.dimensions() == (width, height) {
        rgb.clone()
    } else {
        resize(rgb, width, height, FilterType::Triangle)
    }
}

/// The picture as a PNG in a `data:` URL, as OpenAI's protocol takes it.
pub(crate) fn data_url(rgb: &RgbImage) -> Result<String, image::ImageError> {
    let mut png = Cursor::new(Vec::new());
    rgb.write_to(&mut png, ImageFormat::Png)?;
    Ok(format!(
        "data:image/png;base64,{}",
        STANDARD.encode(png.into_inner())
    ))
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
        let small = prepare(&halves(), [224, 224]);
        assert_eq!(small.dimensions(), (224, 224));
        assert_eq!(small.get_pixel(100, 50), &Rgb([0; 3]));
        assert_eq!(small.get_pixel(124, 200), &Rgb([255; 3]));
        assert_eq!(prepare(&small, [224, 224]), small);
    }

    #[test]
    fn a_data_url_holds_the_same_pixels() {
        let url = data_url(&halves()).unwrap();
        let png = STANDARD
            .decode(url.strip_prefix("data:image/png;base64,").unwrap())
            .unwrap();
        assert_eq!(image::load_from_memory(&png).unwrap().to_rgb8(), halves());
    }
}
