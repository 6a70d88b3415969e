//! A camera that stands somewhere else in each episode, and not quite where it is believed to stand.

use std::f64::consts::TAU;

use enact_sim::CameraPlace;
use enact_types::{Distortion, Pose, Reason, Vector3};
use nalgebra::UnitQuaternion;
use rand::{Rng, RngExt};
use serde::Deserialize;

/// The camera of a suite; angles are drawn evenly.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteCamera {
    /// Whether it measures depth.
    #[serde(default)]
    pub depth: bool,
    /// Lowest and highest angle above the table, degrees.
    pub elevation_deg: [f64; 2],
    /// Least and greatest angle about the vertical, degrees; 0 is in front of the arm.
    pub azimuth_deg: [f64; 2],
    /// Least and greatest distance from the middle of what it looks at, meters.
    pub distance: [f64; 2],
    /// Strongest distortion: what is drawn is a part of it, of either sign.
    #[serde(default)]
    pub distortion: Distortion,
    /// How far it stands from where it is believed to stand, meters.
    #[serde(default)]
    pub place_error: f64,
    /// How far it looks beside where it is believed to look, degrees.
    #[serde(default)]
    pub direction_error_deg: f64,
}

/// A drawn camera.
#[derive(Clone, Copy, Debug)]
pub struct DrawnCamera {
    /// Where it is.
    pub place: CameraPlace,
    /// The believed pose, seen from the true one.
    pub camera_from_believed: Pose,
}

impl SuiteCamera {
    /// Returns what is wrong with it, if anything.
    pub fn find_mistake(&self) -> Option<Reason> {
        let rises = |[low, high]: [f64; 2]| low.is_finite() && low <= high && high.is_finite();
        let is_sound = rises(self.elevation_deg)
            && rises(self.azimuth_deg)
            && rises(self.distance)
            && (5.0..=90.0).contains(&self.elevation_deg[0])
            && self.elevation_deg[1] <= 90.0
            && self.distance[0] > 0.1
            && (0.0..=0.1).contains(&self.place_error)
            && (0.0..=10.0).contains(&self.direction_error_deg);
        (!is_sound).then(|| {
            "[camera]: ranges are [lowest, highest], elevations 5 to 90 degrees, errors at most 0.1 m and 10 degrees".into()
        })
    }

    /// Draws a camera that looks at what the scene's looks at.
    pub fn draw_random_camera(&self, rng: &mut impl Rng, usual: &CameraPlace) -> DrawnCamera {
        let mut within = |[low, high]: [f64; 2]| low + (high - low) * rng.random_range(0.0..=1.0);
        let elevation = within(self.elevation_deg).to_radians();
        let azimuth = within(self.azimuth_deg).to_radians();
        let distance = within(self.distance);
        let part = within([-1.0, 1.0]);
        let away = Vector3::new(
            elevation.cos() * azimuth.cos(),
            elevation.cos() * azimuth.sin(),
            elevation.sin(),
        );
        let place = CameraPlace {
            eye: usual.target + away * distance,
            depth: self.depth,
            distortion: scaled(&self.distortion, part),
            ..*usual
        };
        let shift = direction(rng) * self.place_error;
        let turn = direction(rng) * self.direction_error_deg.to_radians();
        DrawnCamera {
            place,
            camera_from_believed: Pose::from_parts(
                shift.into(),
                UnitQuaternion::from_scaled_axis(turn),
            ),
        }
    }
}

impl DrawnCamera {
    /// Returns the scene's own camera, which is where it is believed to be.
    pub fn from_scene_camera(place: CameraPlace) -> Self {
        Self {
            place,
            camera_from_believed: Pose::identity(),
        }
    }
}

fn scaled(distortion: &Distortion, by: f64) -> Distortion {
    match distortion {
        Distortion::None => Distortion::None,
        Distortion::BrownConrady(k) => Distortion::BrownConrady(k.map(|k| k * by)),
        Distortion::Fisheye(k) => Distortion::Fisheye(k.map(|k| k * by)),
    }
}

/// Draws a direction, all alike.
fn direction(rng: &mut impl Rng) -> Vector3 {
    let (z, angle): (f64, f64) = (rng.random_range(-1.0..=1.0), rng.random_range(0.0..TAU));
    let flat = (1.0 - z * z).sqrt();
    Vector3::new(flat * angle.cos(), flat * angle.sin(), z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Point3;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_camera_is_drawn_as_the_suite_says() {
        let suite = SuiteCamera {
            depth: false,
            elevation_deg: [30.0, 80.0],
            azimuth_deg: [-180.0, 180.0],
            distance: [0.6, 0.7],
            distortion: Distortion::BrownConrady([-0.2, 0.05, 0.0, 0.0, 0.0]),
            place_error: 0.003,
            direction_error_deg: 0.5,
        };
        assert!(suite.find_mistake().is_none());
        let usual = CameraPlace {
            eye: Point3::new(0.62, 0.0, 0.52),
            target: Point3::new(0.2, 0.0, 0.02),
            vertical_fov: 0.6,
            width: 320,
            height: 240,
            depth: true,
            distortion: Distortion::None,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..100 {
            let drawn = suite.draw_random_camera(&mut rng, &usual);
            let away = drawn.place.eye - usual.target;
            let elevation = (away.z / away.norm()).asin().to_degrees();
            assert!((29.9..80.1).contains(&elevation) && !drawn.place.depth);
            assert!((0.59..0.71).contains(&away.norm()));
            let error = drawn.camera_from_believed;
            assert!((error.translation.vector.norm() - 0.003).abs() < 1e-9);
            assert!((error.rotation.angle().to_degrees() - 0.5).abs() < 1e-6);
            assert!(drawn.place.intrinsics().can_deproject_all_pixels());
        }
        let wrong = SuiteCamera {
            elevation_deg: [80.0, 30.0],
            ..suite
        };
        assert!(wrong.find_mistake().is_some());
    }
}
