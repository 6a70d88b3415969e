//! Measures of a picture: is it sharp, is it well exposed?

use image::RgbImage;

/// Gray level up to which a pixel counts as dark, and from which (255 less) as burnt out.
const CLIPPED: u8 = 8;

/// Sharpness and exposure of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Variance of the Laplacian, gray levels squared: the sharper, the higher; it depends on what is
    /// seen too.
    pub sharpness: f64,
    /// Mean gray level, 0 to 255.
    pub brightness: f64,
    /// Share of pixels that are black.
    pub dark: f64,
    /// Share of pixels that are white.
    pub bright: f64,
}

impl Quality {
    /// Measures a picture.
    pub fn measure(picture: &RgbImage) -> Self {
        let gray = image::imageops::grayscale(picture);
        let (width, height) = gray.dimensions();
        let pixels = gray.as_raw();
        let count = pixels.len().max(1) as f64;
        let share = |is: fn(u8) -> bool| pixels.iter().filter(|p| is(**p)).count() as f64 / count;
        let at = |x: u32, y: u32| f64::from(pixels[(y * width + x) as usize]);
        let (mut sum, mut squares, mut inner) = (0.0, 0.0, 0.0_f64);
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                let around = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1);
                let value = around - 4.0 * at(x, y);
                (sum, squares, inner) = (sum + value, squares + value * value, inner + 1.0);
            }
        }
        let inner = inner.max(1.0);
        Self {
            sharpness: squares / inner - (sum / inner).powi(2),
            brightness: pixels.iter().map(|p| f64::from(*p)).sum::<f64>() / count,
            dark: share(|p| p <= CLIPPED),
            bright: share(|p| p >= u8::MAX - CLIPPED),
        }
    }

    /// Says what is wrong with the exposure, if anything.
    pub fn exposure_fault(&self) -> Option<&'static str> {
        if self.dark > 0.99 {
            Some("black")
        } else if self.bright > 0.99 {
            Some("white")
        } else if self.bright > 0.3 {
            Some("overexposed")
        } else if self.brightness < 30.0 {
            Some("underexposed")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn a_blurred_picture_is_less_sharp() {
        let board = RgbImage::from_fn(64, 48, |x, y| {
            Rgb([if (x / 8 + y / 8) % 2 == 0 { 40 } else { 200 }; 3])
        });
        let sharp = Quality::measure(&board);
        let blurred = Quality::measure(&image::imageops::blur(&board, 2.0));
        assert!(sharp.sharpness > 4.0 * blurred.sharpness);
        assert!((sharp.brightness - blurred.brightness).abs() < 2.0);
        assert_eq!(sharp.exposure_fault(), None);
    }

    #[test]
    fn exposure_is_named() {
        let fault = |gray: u8| {
            Quality::measure(&RgbImage::from_pixel(16, 12, Rgb([gray; 3]))).exposure_fault()
        };
        assert_eq!(fault(0), Some("black"));
        assert_eq!(fault(20), Some("underexposed"));
        assert_eq!(fault(120), None);
        assert_eq!(fault(255), Some("white"));
        let half = RgbImage::from_fn(16, 12, |x, _| Rgb([if x < 8 { 255 } else { 100 }; 3]));
        assert_eq!(
            Quality::measure(&half).exposure_fault(),
            Some("overexposed")
        );
        // Too small for any edge.
        assert_eq!(Quality::measure(&RgbImage::new(1, 1)).sharpness, 0.0);
    }
}
