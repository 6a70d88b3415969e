//! Rejects missing, frozen and black pictures.

use enact_camera::{Camera, CameraError};
use enact_types::{Frame, Reason};

/// Number of pictures requested until one is good.
const TRIES: u32 = 5;
/// Brightness that at least one byte of a usable picture exceeds.
const BLACK: u8 = 8;

/// Returns the next good picture of `camera`; `last` is the number of the previous one.
///
/// # Errors
/// The defect of the last of several pictures.
pub(crate) fn next_valid_frame(
    camera: &mut dyn Camera,
    last: Option<u64>,
) -> Result<Frame, CameraError> {
    let mut fault = Reason::from("");
    for _ in 0..TRIES {
        match camera.capture() {
            Ok(frame) => match fault_of(&frame, last) {
                None => return Ok(frame),
                Some(fault_of) => fault = fault_of.into(),
            },
            Err(CameraError::Missing { reason }) => fault = reason,
            Err(broken) => return Err(broken),
        }
    }
    Err(CameraError::Missing {
        reason: fault.reworded(|fault| format!("{TRIES} tries, the last one: {fault}")),
    })
}

fn fault_of(frame: &Frame, last: Option<u64>) -> Option<String> {
    if last == Some(frame.sequence) {
        return Some(format!("it is frozen at frame {}", frame.sequence));
    }
    let black = frame.rgb.as_raw().iter().all(|byte| *byte <= BLACK);
    black.then(|| format!("frame {} is black", frame.sequence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::{Intrinsics, Pose, Stamp};
    use image::{Rgb, RgbImage};

    /// A camera that returns these pictures, by number and brightness, or none.
    struct Reel(Vec<Option<(u64, u8)>>);

    impl Camera for Reel {
        fn capture(&mut self) -> Result<Frame, CameraError> {
            if self.0.is_empty() {
                return Err(CameraError::Exhausted);
            }
            let (sequence, brightness) = self.0.remove(0).ok_or(CameraError::Missing {
                reason: "it was lost".into(),
            })?;
            Ok(Frame {
                sequence,
                stamp: Stamp::default(),
                rgb: RgbImage::from_pixel(4, 3, Rgb([brightness; 3])),
                depth: None,
                intrinsics: Intrinsics::from_vertical_fov(4, 3, 0.7),
                base_from_camera: Pose::identity(),
            })
        }
    }

    #[test]
    fn bad_pictures_are_passed_over() {
        let mut reel = Reel(vec![None, Some((3, 90)), Some((4, 2)), Some((5, 90))]);
        assert_eq!(next_valid_frame(&mut reel, Some(3)).unwrap().sequence, 5);
    }

    #[test]
    fn a_camera_that_stays_bad_is_an_error_that_says_why() {
        let frozen = &mut Reel(vec![Some((3, 90)); 9]);
        let error = next_valid_frame(frozen, Some(3)).unwrap_err().to_string();
        assert!(error.contains("frozen at frame 3"), "{error}");
        let lost = &mut Reel(vec![None; 9]);
        assert!(
            next_valid_frame(lost, None)
                .unwrap_err()
                .to_string()
                .contains("lost")
        );
        assert!(matches!(
            next_valid_frame(&mut Reel(Vec::new()), None),
            Err(CameraError::Exhausted)
        ));
    }
}
