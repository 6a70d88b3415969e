//! A camera that is where it was measured to be, with the lens that was measured.

use std::time::Instant;

use enact_types::{Frame, Intrinsics, Pose, Reason};

use crate::{Camera, CameraError};

/// Returns where a camera was at an instant.
pub type PoseLookup = Box<dyn FnMut(Instant) -> Result<Pose, Reason> + Send>;

/// A camera whose frames have another pose, and perhaps another projection, than it knows itself.
pub struct PlacedCamera {
    camera: Box<dyn Camera>,
    intrinsics: Option<Intrinsics>,
    base_from_camera: PoseLookup,
}

impl PlacedCamera {
    /// Wraps a camera that moves: `base_from_camera` tells its pose when a picture was taken.
    pub fn from_moving_camera(camera: Box<dyn Camera>, base_from_camera: PoseLookup) -> Self {
        Self {
            camera,
            intrinsics: None,
            base_from_camera,
        }
    }

    /// Wraps a camera that stands at `base_from_camera`.
    pub fn from_standing_camera(camera: Box<dyn Camera>, base_from_camera: Pose) -> Self {
        Self::from_moving_camera(camera, Box::new(move |_| Ok(base_from_camera)))
    }

    /// Gives the frames a projection that was measured; pictures may have another size of the same
    /// shape.
    pub fn with_intrinsics(self, intrinsics: Intrinsics) -> Self {
        Self {
            intrinsics: Some(intrinsics),
            ..self
        }
    }
}

impl Camera for PlacedCamera {
    fn watch_for_motion(&mut self) {
        self.camera.watch_for_motion();
    }

    fn check_lag(&mut self) -> Result<(), CameraError> {
        self.camera.check_lag()
    }

    fn capture(&mut self) -> Result<Frame, CameraError> {
        let (frame, _) = self.capture_timed()?;
        Ok(frame)
    }

    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        let (mut frame, taken) = self.camera.capture_timed()?;
        let place = (self.base_from_camera)(taken);
        frame.base_from_camera = place.map_err(|reason| CameraError::Missing { reason })?;
        if let Some(intrinsics) = &self.intrinsics {
            let (width, height) = frame.rgb.dimensions();
            frame.intrinsics = intrinsics.scaled_to(width, height).ok_or_else(|| {
                let (wide, high) = (intrinsics.width, intrinsics.height);
                let reason = format!(
                    "it was calibrated at {wide} x {high} pixels, and a picture of {width} x {height} has another shape"
                );
                CameraError::Silent {
                    reason: reason.into(),
                }
            })?;
        }
        Ok((frame, taken))
    }
}

#[cfg(test)]
mod tests {
    use enact_types::{Distortion, Stamp, Vector3};
    use image::RgbImage;

    use super::*;

    struct Still(u32, u32);

    impl Camera for Still {
        fn capture(&mut self) -> Result<Frame, CameraError> {
            Ok(Frame {
                sequence: 0,
                stamp: Stamp::ZERO,
                rgb: RgbImage::new(self.0, self.1),
                depth: None,
                intrinsics: Intrinsics::from_vertical_fov(self.0, self.1, 0.8),
                base_from_camera: Pose::identity(),
            })
        }
    }

    #[test]
    fn frames_have_the_measured_pose_and_lens() {
        let place = Pose::translation(0.1, 0.2, 0.3);
        let lens = Intrinsics {
            width: 1920,
            height: 1080,
            fx: 1500.0,
            fy: 1510.0,
            cx: 950.0,
            cy: 545.0,
            distortion: Distortion::BrownConrady([-0.1, 0.0, 0.0, 0.0, 0.0]),
        };
        let shoot = |width, height| {
            let camera = PlacedCamera::from_standing_camera(Box::new(Still(width, height)), place);
            camera.with_intrinsics(lens).capture()
        };
        let frame = shoot(1280, 720).unwrap();
        assert_eq!(frame.base_from_camera, place);
        assert_eq!(
            (frame.intrinsics.width, frame.intrinsics.height),
            (1280, 720)
        );
        assert!((frame.intrinsics.fx - 1000.0).abs() < 1e-9);
        assert!((frame.intrinsics.cy - 545.0 * 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(frame.intrinsics.distortion, lens.distortion);
        let error = shoot(640, 480).unwrap_err().to_string();
        assert!(
            error.contains("1920 x 1080") && error.contains("640 x 480"),
            "{error}"
        );
    }

    #[test]
    fn a_camera_that_moves_has_the_pose_of_the_moment() {
        let mut at = 0.0;
        let pose = move |_| {
            at += 1.0;
            Ok(Pose::translation(at, 0.0, 0.0))
        };
        let mut camera = PlacedCamera::from_moving_camera(Box::new(Still(8, 6)), Box::new(pose));
        for x in [1.0, 2.0] {
            let place = camera.capture().unwrap().base_from_camera;
            assert_eq!(place.translation.vector, Vector3::new(x, 0.0, 0.0));
        }
        let nowhere = Box::new(|_| Err(Reason::from("the arm has not said where it is")));
        let mut camera = PlacedCamera::from_moving_camera(Box::new(Still(8, 6)), nowhere);
        let error = camera.capture().unwrap_err().to_string();
        assert!(error.contains("has not said"), "{error}");
    }
}
