//! Where the camera is, its lens, and the ground it sees.

use std::f64::consts::{PI, TAU};

use enact_sim::render::pose_looking_at;
use enact_types::{Distortion, Intrinsics, Point3, Pose, Vector3};
use nalgebra::{Translation3, UnitQuaternion};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::paint::log_uniform;

/// Width of a view, degrees.
const WIDTH_DEG: [f64; 2] = [30.0, 100.0];
/// Height of the camera above the horizon of the table, degrees.
const ELEVATION_DEG: [f64; 2] = [20.0, 90.0];
/// Width of a small thing as a share of the picture's.
const SHARE: [f64; 2] = [0.03, 0.2];
/// Width of a small thing, meters.
const UNIT: [f64; 2] = [0.025, 0.045];
/// Width of a picture relative to its height, before it is made to fit the model.
const ASPECTS: [f64; 7] = [
    4.0 / 3.0,
    4.0 / 3.0,
    4.0 / 3.0,
    16.0 / 9.0,
    16.0 / 9.0,
    1.5,
    1.0,
];

/// A camera over a table whose top is at height zero.
#[derive(Clone, Debug)]
pub(super) struct Viewpoint {
    /// Projection; the pixels need not be square.
    pub intrinsics: Intrinsics,
    /// Pose of the camera.
    pub base_from_camera: Pose,
    /// The point that it looks at.
    pub target: Point3,
    /// Distance of that point, meters.
    pub distance: f64,
    /// Half the width of the view at that distance, meters.
    pub half_width: f64,
    /// Width of a small thing, meters.
    pub unit: f64,
}

impl Viewpoint {
    /// Draws a camera with pictures of this size in pixels.
    pub fn random(rng: &mut impl Rng, [width, height]: [u32; 2]) -> Self {
        let slope = (between(rng, WIDTH_DEG).to_radians() / 2.0).tan();
        let aspect = *ASPECTS.choose(rng).expect("not empty");
        let focal = f64::from(width) / 2.0 / slope;
        let off =
            |rng: &mut _, pixels: u32| f64::from(pixels) * (0.5 + uniform_around_zero(rng, 0.04));
        let intrinsics = Intrinsics {
            width,
            height,
            fx: focal,
            fy: f64::from(height) / 2.0 / (slope / aspect),
            cx: off(rng, width),
            cy: off(rng, height),
            distortion: distortion(rng, slope.hypot(slope / aspect)),
        };
        let unit = between(rng, UNIT);
        let distance = unit / (log_uniform(rng, SHARE[0], SHARE[1]) * 2.0 * slope);
        let target = Point3::new(
            0.2 + uniform_around_zero(rng, 0.05),
            uniform_around_zero(rng, 0.1),
            unit / 2.0,
        );
        let (sin, cos) = between(rng, ELEVATION_DEG).to_radians().sin_cos();
        let turn = rng.random_range(0.0..TAU);
        let eye = target + distance * Vector3::new(cos * turn.cos(), cos * turn.sin(), sin);
        let roll = match rng.random_range(0..20) {
            0..14 => uniform_around_zero(rng, 0.07),
            14..18 => uniform_around_zero(rng, 0.5),
            _ => uniform_around_zero(rng, PI),
        };
        let roll = UnitQuaternion::from_euler_angles(0.0, 0.0, roll);
        Self {
            intrinsics,
            base_from_camera: pose_looking_at(&eye, &target)
                * Pose::from_parts(Translation3::identity(), roll),
            target,
            distance,
            half_width: distance * slope,
            unit,
        }
    }

    /// Returns the point of the table's plane at a place of the picture, given as shares of its
    /// width and height; `None` above the horizon or far behind.
    pub fn ground_point_seen_at(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let camera = &self.intrinsics;
        let (x, y) = (x * f64::from(camera.width), y * f64::from(camera.height));
        let ray = self.base_from_camera.rotation * camera.deproject(x, y, 1.0)?.coords;
        let eye = self.base_from_camera.translation.vector;
        let along = -eye.z / ray.z;
        let point = eye + ray * along;
        (ray.z < 0.0 && along < 3.0 * self.distance).then_some([point.x, point.y])
    }

    /// Returns about how many pixels a ball of this radius would cover at a point if all of it was in
    /// the picture.
    pub fn count_pixels_covered_by_ball(&self, center: &Point3, radius: f64) -> f64 {
        let depth = (self.base_from_camera.inverse() * center).z.max(1e-3);
        let scale = self.intrinsics.fx * self.intrinsics.fy / (depth * depth);
        PI * radius * radius * scale
    }
}

/// Draws a lens: half of them bend lines, mostly outwards, so that a corner, whose slope is given,
/// shows what lies up to an eighth farther out; none folds within the picture.
fn distortion(rng: &mut impl Rng, corner: f64) -> Distortion {
    if rng.random_bool(0.5) {
        return Distortion::None;
    }
    let (first, second) = (
        rng.random_range(-0.09..0.05),
        uniform_around_zero(rng, 0.008),
    );
    Distortion::BrownConrady([
        first / corner.powi(2),
        second / corner.powi(4),
        0.0,
        0.0,
        0.0,
    ])
}

/// Draws a number within these bounds.
fn between(rng: &mut impl Rng, [low, high]: [f64; 2]) -> f64 {
    rng.random_range(low..high)
}

/// Draws a number within `most` of zero.
pub(super) fn uniform_around_zero(rng: &mut impl Rng, most: f64) -> f64 {
    rng.random_range(-most..most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn cameras_are_above_the_table_and_see_their_target() {
        for seed in 0..300 {
            let view = Viewpoint::random(&mut ChaCha8Rng::seed_from_u64(seed), [336, 336]);
            let eye = view.base_from_camera.translation.vector;
            let up = ((eye.z - view.target.z) / view.distance)
                .asin()
                .to_degrees();
            assert!((19.9..90.1).contains(&up), "{up}");
            let [x, y] = view.ground_point_seen_at([0.5, 0.5]).unwrap();
            let off = (x - view.target.x).hypot(y - view.target.y);
            // The target is above the table, so that a flat ray goes on for a while.
            let most = 0.5 * view.distance + 2.0 * view.unit;
            assert!(off < most, "{off} of {}", view.distance);
            for (x, y) in [(0.0, 0.0), (336.0, 0.0), (0.0, 336.0), (336.0, 336.0)] {
                let ray = view.intrinsics.deproject(x, y, 1.0);
                assert!(ray.is_some(), "{:?}", view.intrinsics);
            }
        }
    }
}
