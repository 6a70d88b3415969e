//! Pictures and depth as text.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use enact_types::{DepthImage, Frame, Reason, Stamp};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use serde::{Deserialize, Serialize};

use crate::foxglove::{CAMERA_FRAME_ID, Time};

/// Encoding of 32-bit floats, meters, as ROS and Foxglove name it. Sixteen bits would lose digits,
/// and the loop would not do the same on the same pictures.
const FLOATS: &str = "32FC1";
/// Encoding of sixteen bits, millimeters, as depth cameras output it. Streams are for learning, not
/// for repeating a run exactly.
const MILLIMETERS: &str = "16UC1";
/// JPEG quality of streamed pictures, of 100: the loss is below the camera's noise.
const QUALITY: u8 = 90;

/// `foxglove.CompressedImage`.
#[derive(Serialize, Deserialize)]
pub(crate) struct CompressedImage {
    timestamp: Time,
    frame_id: String,
    data: String,
    pub(crate) format: String,
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

/// Encodes the colors of a frame as PNG, taken at a time on the arm's clock.
pub(crate) fn encode_color_as_png(frame: &Frame, at: Stamp) -> CompressedImage {
    let mut png = Vec::new();
    let (fast, filter) = (CompressionType::Fast, FilterType::Adaptive);
    encode(frame, PngEncoder::new_with_quality(&mut png, fast, filter));
    compressed(png, "png", at, CAMERA_FRAME_ID)
}

/// Encodes the colors of a frame as JPEG; `frame_id` is the streaming camera.
pub(crate) fn encode_streamed_color(frame: &Frame, at: Stamp, frame_id: &str) -> CompressedImage {
    let mut jpeg = Vec::new();
    encode(frame, JpegEncoder::new_with_quality(&mut jpeg, QUALITY));
    compressed(jpeg, "jpeg", at, frame_id)
}

fn encode(frame: &Frame, encoder: impl ImageEncoder) {
    let (rgb, kind) = (&frame.rgb, ExtendedColorType::Rgb8);
    encoder
        .write_image(rgb.as_raw(), rgb.width(), rgb.height(), kind)
        .expect("a picture in memory is always written");
}

fn compressed(file: Vec<u8>, format: &str, at: Stamp, frame_id: &str) -> CompressedImage {
    CompressedImage {
        timestamp: at.into(),
        frame_id: frame_id.to_owned(),
        data: STANDARD.encode(file),
        format: format.to_owned(),
    }
}

/// Encodes the depth of a streamed frame in whole millimeters; zero if there is no reading.
pub(crate) fn encode_streamed_depth(depth: &DepthImage, at: Stamp, frame_id: &str) -> RawImage {
    let bytes: Vec<u8> = depth
        .meters
        .iter()
        // NaN becomes zero.
        .flat_map(|meters| ((meters * 1000.0).round() as u16).to_le_bytes())
        .collect();
    RawImage {
        timestamp: at.into(),
        frame_id: frame_id.to_owned(),
        width: depth.width,
        height: depth.height,
        encoding: MILLIMETERS.to_owned(),
        step: 2 * depth.width,
        data: STANDARD.encode(bytes),
    }
}

/// Encodes depth as measured, without loss.
pub(crate) fn encode_measured_depth(depth: &DepthImage, at: Stamp) -> RawImage {
    let bytes: Vec<u8> = depth
        .meters
        .iter()
        .flat_map(|meters| meters.to_le_bytes())
        .collect();
    RawImage {
        timestamp: at.into(),
        frame_id: CAMERA_FRAME_ID.to_owned(),
        width: depth.width,
        height: depth.height,
        encoding: FLOATS.to_owned(),
        step: 4 * depth.width,
        data: STANDARD.encode(bytes),
    }
}

impl CompressedImage {
    /// Returns the bytes of the picture file.
    pub(crate) fn picture_file_bytes(&self) -> Result<Vec<u8>, Reason> {
        STANDARD.decode(&self.data).map_err(Reason::from_error)
    }

    pub(crate) fn decode(&self) -> Result<RgbImage, Reason> {
        let bytes = self.picture_file_bytes()?;
        let format = ImageFormat::from_extension(&self.format).ok_or_else(|| {
            Reason::from(format!("the picture format `{}` is unknown", self.format))
        })?;
        image::load(Cursor::new(bytes), format)
            .map(image::DynamicImage::into_rgb8)
            .map_err(Reason::from_error)
    }
}

impl RawImage {
    pub(crate) fn decode(&self) -> Result<DepthImage, Reason> {
        let bytes = STANDARD.decode(&self.data).map_err(Reason::from_error)?;
        let (meters, rest): (Vec<f32>, &[u8]) = match self.encoding.as_str() {
            FLOATS => {
                let (chunks, rest) = bytes.as_chunks::<4>();
                let meter = |four: &[u8; 4]| f32::from_le_bytes(*four);
                (chunks.iter().map(meter).collect(), rest)
            }
            MILLIMETERS => {
                let (chunks, rest) = bytes.as_chunks::<2>();
                let meter = |two: &[u8; 2]| f32::from(u16::from_le_bytes(*two)) / 1000.0;
                (chunks.iter().map(meter).collect(), rest)
            }
            other => return Err(format!("the depth format `{other}` is unknown").into()),
        };
        if !rest.is_empty() || meters.len() as u64 != u64::from(self.width) * u64::from(self.height)
        {
            return Err(format!(
                "{} bytes are no depth of {} x {} pixels",
                bytes.len(),
                self.width,
                self.height
            )
            .into());
        }
        Ok(DepthImage {
            width: self.width,
            height: self.height,
            meters,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::{Intrinsics, Pose};

    fn frame() -> Frame {
        let rgb = RgbImage::from_fn(32, 24, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let meters = (0..32 * 24).map(|i| 0.3 + i as f32 * 1e-7).collect();
        Frame {
            sequence: 0,
            stamp: Stamp::ZERO,
            rgb,
            depth: Some(DepthImage {
                width: 32,
                height: 24,
                meters,
            }),
            intrinsics: Intrinsics::from_vertical_fov(32, 24, 0.8),
            base_from_camera: Pose::identity(),
        }
    }

    #[test]
    fn what_is_filmed_is_nearly_the_same() {
        let frame = frame();
        let decoded = encode_streamed_color(&frame, Stamp::ZERO, "front")
            .decode()
            .unwrap();
        let pairs = decoded.as_raw().iter().zip(frame.rgb.as_raw());
        assert!(pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap() < 16);
        let mut depth = frame.depth.unwrap();
        depth.meters[0] = f32::NAN;
        depth.meters[1] = 0.0;
        depth.meters[2] = 1.2346;
        let decoded = encode_streamed_depth(&depth, Stamp::ZERO, "front")
            .decode()
            .unwrap();
        assert_eq!(decoded.meters[..4], [0.0, 0.0, 1.235, 0.3]);
    }

    #[test]
    fn pictures_survive() {
        let frame = frame();
        let decoded = encode_color_as_png(&frame, frame.stamp).decode();
        assert_eq!(decoded.unwrap(), frame.rgb);
        let recorded = frame.depth.as_ref().unwrap();
        assert_eq!(
            &encode_measured_depth(recorded, frame.stamp)
                .decode()
                .unwrap(),
            recorded
        );
        let mut short = encode_measured_depth(recorded, frame.stamp);
        short.height += 1;
        assert!(short.decode().is_err());
    }
}
