//! Pictures and depth as text, without loss.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use enact_types::{DepthImage, Frame};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use serde::{Deserialize, Serialize};

use crate::foxglove::{CAMERA, Time};

/// 32-bit floats, metres: what ROS and Foxglove call such depth. Sixteen bits would lose
/// digits, and the same loop on the same pictures would not do the same.
const FLOATS: &str = "32FC1";

/// `foxglove.CompressedImage`.
#[derive(Serialize, Deserialize)]
pub(crate) struct CompressedImage {
    timestamp: Time,
    frame_id: String,
    data: String,
    format: String,
}

/// `foxglove.RawImage`.
#[derive(Serialize, Deserialize)]
pub(crate) struct RawImage {
    timestamp: Time,
    frame_id: String,
    width: u32,
    height: u32,
    encoding: String,
    step: u32,
    data: String,
}

/// The colours of a frame as PNG.
pub(crate) fn colour(frame: &Frame) -> CompressedImage {
    let mut png = Vec::new();
    let rgb = &frame.rgb;
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(
            rgb.as_raw(),
            rgb.width(),
            rgb.height(),
            ExtendedColorType::Rgb8,
        )
        .expect("a picture in memory is always written");
    CompressedImage {
        timestamp: frame.stamp.into(),
        frame_id: CAMERA.to_owned(),
        data: STANDARD.encode(png),
        format: "png".to_owned(),
    }
}

/// The depth of a frame.
pub(crate) fn depth(frame: &Frame, depth: &DepthImage) -> RawImage {
    let bytes: Vec<u8> = depth
        .metres
        .iter()
        .flat_map(|metres| metres.to_le_bytes())
        .collect();
    RawImage {
        timestamp: frame.stamp.into(),
        frame_id: CAMERA.to_owned(),
        width: depth.width,
        height: depth.height,
        encoding: FLOATS.to_owned(),
        step: 4 * depth.width,
        data: STANDARD.encode(bytes),
    }
}

impl CompressedImage {
    pub(crate) fn decode(&self) -> Result<RgbImage, String> {
        let bytes = STANDARD
            .decode(&self.data)
            .map_err(|error| error.to_string())?;
        let format = ImageFormat::from_extension(&self.format)
            .ok_or_else(|| format!("pictures in `{}` are not known", self.format))?;
        image::load(Cursor::new(bytes), format)
            .map(image::DynamicImage::into_rgb8)
            .map_err(|error| error.to_string())
    }
}

impl RawImage {
    pub(crate) fn decode(&self) -> Result<DepthImage, String> {
        if self.encoding != FLOATS {
            return Err(format!("depth in `{}` is not known", self.encoding));
        }
        let bytes = STANDARD
            .decode(&self.data)
            .map_err(|error| error.to_string())?;
        let (chunks, rest) = bytes.as_chunks::<4>();
        let metres: Vec<f32> = chunks
            .iter()
            .map(|four| f32::from_le_bytes(*four))
            .collect();
        if !rest.is_empty() || metres.len() as u64 != u64::from(self.width) * u64::from(self.height)
        {
            return Err(format!(
                "{} bytes are no depth of {} x {} pixels",
                bytes.len(),
                self.width,
                self.height
            ));
        }
        Ok(DepthImage {
            width: self.width,
            height: self.height,
            metres,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::{Intrinsics, Pose, Stamp};

    #[test]
    fn pictures_survive() {
        let rgb = RgbImage::from_fn(32, 24, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let metres = (0..32 * 24).map(|i| 0.3 + i as f32 * 1e-7).collect();
        let frame = Frame {
            sequence: 0,
            stamp: Stamp::ZERO,
            rgb,
            depth: Some(DepthImage {
                width: 32,
                height: 24,
                metres,
            }),
            intrinsics: Intrinsics::from_vertical_fov(32, 24, 0.8),
            base_from_camera: Pose::identity(),
        };
        assert_eq!(colour(&frame).decode().unwrap(), frame.rgb);
        let recorded = frame.depth.as_ref().unwrap();
        assert_eq!(&depth(&frame, recorded).decode().unwrap(), recorded);
        let mut short = depth(&frame, recorded);
        short.height += 1;
        assert!(short.decode().is_err());
    }
}
