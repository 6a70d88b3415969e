//! How far what a thing hides of the table reaches in each direction, and the footprints that hide it.
//!
//! Seen from an eye at height `H`, an upright thing of height `h` hides its footprint, its footprint
//! enlarged `H / (H - h)` times about the foot of the eye, and what lies between. So in a direction in
//! which the footprint reaches `v` meters from the foot of the eye, what is hidden reaches the larger
//! of `v` and `v H / (H - h)`. That can be turned around: for every height, there is a footprint that
//! hides as much. Which of these footprints is of a known form tells the height, or does not, from
//! straight above.

use enact_types::Point3;
use nalgebra::{Matrix4, Vector4};

use super::shape_prior::FootprintShape;

/// Number of directions.
const DIRECTIONS: u32 = 60;
/// How far the edge of what is hidden lies beyond its last pixel, in pixels.
const BEYOND: f64 = 0.4;
/// Rounds of the fit of a ball.
const ROUNDS: u32 = 12;

/// What a thing hides of the table from the eye.
pub struct CameraShadow {
    /// Height of the eye, meters.
    height: f64,
    reaches: Vec<DirectionalReach>,
}

/// How far something reaches in one direction.
#[derive(Clone, Copy, Debug)]
pub struct DirectionalReach {
    /// The unit direction from the foot of the eye.
    direction: [f64; 2],
    /// The distance, meters.
    far: f64,
    /// Size of a pixel at the end, along the direction, meters.
    pixel: f64,
}

/// A footprint, relative to the foot of the eye, meters.
#[derive(Clone, Copy, Debug)]
pub struct FittedFootprint {
    /// Its middle.
    pub center: [f64; 2],
    /// Direction of its first side, radians.
    pub yaw: f64,
    /// Half its sides; of a disc, its radius and its radius.
    pub half: [f64; 2],
    /// Mean square of the distances between what it hides and what is hidden, square pixels.
    pub misfit: f64,
}

impl CameraShadow {
    /// What hides these points of the table from an `eye` with pixels of `pixel_angle` radians;
    /// `None` of none.
    pub fn from_hidden_points(hidden: &[Point3], eye: &Point3, pixel_angle: f64) -> Option<Self> {
        let height = eye.z;
        let flat: Vec<[f64; 2]> = hidden
            .iter()
            .map(|point| [point.x - eye.x, point.y - eye.y])
            .collect();
        let reach = |step: u32| {
            let turn = std::f64::consts::TAU * f64::from(step) / f64::from(DIRECTIONS);
            let direction = [turn.cos(), turn.sin()];
            let along = |point: &[f64; 2]| dot(*point, direction);
            let end = flat.iter().max_by(|a, b| along(a).total_cmp(&along(b)))?;
            let pixel = pixel_along(*end, direction, height, pixel_angle);
            Some(DirectionalReach {
                direction,
                far: along(end) + BEYOND * pixel,
                pixel,
            })
        };
        let reaches: Option<Vec<DirectionalReach>> = (0..DIRECTIONS).map(reach).collect();
        let reaches = reaches.filter(|_| height > 0.0)?;
        Some(Self { height, reaches })
    }

    /// Height of the eye, meters.
    pub fn eye_height(&self) -> f64 {
        self.height
    }

    /// Its smallest width, meters.
    pub fn narrowest_width(&self) -> f64 {
        let half = self.reaches.len() / 2;
        let opposite = self.reaches[..half].iter().zip(&self.reaches[half..]);
        let widths = opposite.map(|(one, other)| one.far + other.far);
        widths.fold(f64::INFINITY, f64::min)
    }

    /// Usual size of a pixel on the table, meters.
    pub fn pixel_size(&self) -> f64 {
        let all = self.reaches.iter().map(|reach| reach.pixel);
        all.sum::<f64>() / self.reaches.len() as f64
    }

    /// The footprint of something so high that hides this. If its wall leans outwards by `lean` meters,
    /// it is the footprint of its rim.
    pub fn footprint_at_height(&self, height: f64, lean: f64) -> Vec<DirectionalReach> {
        let larger = self.height / (self.height - height).max(f64::MIN_POSITIVE);
        let of = |reach: &DirectionalReach| {
            let (behind, below) = (reach.far / larger, reach.far + lean);
            let (far, pixel) = if behind < below {
                (behind, reach.pixel / larger)
            } else {
                (below, reach.pixel)
            };
            DirectionalReach {
                far,
                pixel,
                ..*reach
            }
        };
        self.reaches.iter().map(of).collect()
    }

    /// The outline of this form that reaches as far as `footprint`, turned by one of `yaws`.
    pub fn fit_form(
        footprint: &[DirectionalReach],
        form: FootprintShape,
        yaws: impl Iterator<Item = f64>,
    ) -> Option<FittedFootprint> {
        let one = |yaw: f64| {
            let (sin, cos) = yaw.sin_cos();
            let sides = |direction: [f64; 2]| {
                let [u, v] = [dot(direction, [cos, sin]), dot(direction, [-sin, cos])];
                match form {
                    FootprintShape::Disc => [1.0, 0.0],
                    FootprintShape::Square => [u.abs() + v.abs(), 0.0],
                    FootprintShape::Rectangle => [u.abs(), v.abs()],
                }
            };
            let (found, misfit) = least_squares(footprint, sides)?;
            let half = match form {
                FootprintShape::Rectangle => [found.z, found.w],
                FootprintShape::Disc | FootprintShape::Square => [found.z; 2],
            };
            let is_there = half.iter().all(|side| *side > 0.0) && misfit.is_finite();
            is_there.then_some(FittedFootprint {
                center: [found.x, found.y],
                yaw,
                half,
                misfit,
            })
        };
        let count = if form == FootprintShape::Disc {
            1
        } else {
            usize::MAX
        };
        yaws.take(count)
            .filter_map(one)
            .min_by(|a, b| a.misfit.total_cmp(&b.misfit))
    }

    /// The ball that hides this: its middle and its radius, meters.
    pub fn fit_hiding_ball(&self) -> Option<([f64; 2], f64)> {
        let eye = self.height;
        let disc = |reaches: &[DirectionalReach]| Some(least_squares(reaches, |_| [1.0, 0.0])?.0);
        let start = disc(&self.reaches)?;
        let (mut center, mut radius) = ([start.x, start.y], start.z);
        for _ in 0..ROUNDS {
            // A ball on the table cannot be higher than the eye.
            radius = radius.clamp(0.0, 0.45 * eye);
            let missing = self.reaches.iter().map(|reach| {
                let middle = dot(center, reach.direction);
                let far = reach.far - behind_ball(middle, radius, eye);
                DirectionalReach {
                    far: far * (eye - radius) / eye,
                    ..*reach
                }
            });
            let step = disc(&missing.collect::<Vec<DirectionalReach>>())?;
            center = [center[0] + step.x, center[1] + step.y];
            radius += step.z;
        }
        let is_there = radius > 0.0 && radius < 0.45 * eye;
        (is_there && center.iter().all(|at| at.is_finite())).then_some((center, radius))
    }
}

/// Fits a middle and two lengths, which reach as far as `sides` says in each direction; returns them
/// and the mean square of what is left, square pixels.
fn least_squares(
    reaches: &[DirectionalReach],
    sides: impl Fn([f64; 2]) -> [f64; 2],
) -> Option<(Vector4<f64>, f64)> {
    // Lengths that nothing depends on become zero.
    let (mut normal, mut right) = (Matrix4::identity() * 1e-6, Vector4::zeros());
    let row = |reach: &DirectionalReach| {
        let [x, y] = reach.direction;
        let [one, other] = sides(reach.direction);
        Vector4::new(x, y, one, other)
    };
    for reach in reaches {
        let (row, weight) = (row(reach), reach.pixel.powi(-2));
        normal += row * row.transpose() * weight;
        right += row * (weight * reach.far);
    }
    let found = normal.cholesky()?.solve(&right);
    let left = reaches.iter().map(|reach| {
        let off = (row(reach).dot(&found) - reach.far) / reach.pixel;
        off * off
    });
    let misfit = left.sum::<f64>() / reaches.len() as f64;
    Some((found, misfit))
}

/// How far a ball on the table hides it, along a direction along which its middle is `middle` meters
/// from the foot of an eye at this height: where the plane through the eye that touches it meets the
/// table.
fn behind_ball(middle: f64, radius: f64, eye: f64) -> f64 {
    let square = eye * (eye - 2.0 * radius);
    eye * ((eye - radius) * middle + radius * (middle * middle + square).sqrt()) / square
}

/// Size of a pixel of the table along a direction, meters: the flatter it is seen, the longer.
fn pixel_along(point: [f64; 2], direction: [f64; 2], height: f64, pixel_angle: f64) -> f64 {
    let range = point[0].hypot(point[1]);
    let away = if range > 0.0 {
        point.map(|along| along / range)
    } else {
        direction
    };
    let (slant, along) = (range.hypot(height), dot(away, direction));
    let across = (1.0 - along * along).max(0.0).sqrt();
    pixel_angle * slant * (along * slant / height.max(f64::MIN_POSITIVE)).hypot(across)
}

fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Vector3;
    use nalgebra::{Rotation2, Vector2};

    const EYE: Point3 = Point3::new(0.1, -0.05, 0.6);

    fn degrees(step: f64) -> impl Iterator<Item = f64> {
        (0..)
            .map(move |count| (f64::from(count) * step).to_radians())
            .take((90.0 / step) as usize)
    }

    /// Points of the table behind points of a thing.
    fn behind(points: impl Iterator<Item = Point3>) -> Vec<Point3> {
        points
            .map(|point| EYE + (point - EYE) * (EYE.z / (EYE.z - point.z)))
            .collect()
    }

    fn cuboid(at: [f64; 2], yaw: f64, half: [f64; 2], height: f64) -> Vec<Point3> {
        let grid = || (-10..=10).map(|step| f64::from(step) / 10.0);
        let places = grid().flat_map(|u| grid().map(move |v| [u, v]));
        behind(places.flat_map(move |[u, v]| {
            let place = Rotation2::new(yaw) * Vector2::new(u * half[0], v * half[1]);
            [0.0, height].map(|z| Point3::new(at[0] + place.x, at[1] + place.y, z))
        }))
    }

    #[test]
    fn for_the_right_height_the_footprint_is_found_anywhere() {
        for at in [[0.1, -0.05], [0.13, -0.04], [0.25, 0.1], [-0.2, -0.3]] {
            for (half, height) in [([0.015, 0.015], 0.03), ([0.03, 0.015], 0.05)] {
                let hidden = cuboid(at, 0.4, half, height);
                // Pixels so small that their size does not matter.
                let shadow = CameraShadow::from_hidden_points(&hidden, &EYE, 1e-6).unwrap();
                let footprint = shadow.footprint_at_height(height, 0.0);
                let fit =
                    CameraShadow::fit_form(&footprint, FootprintShape::Rectangle, degrees(0.5))
                        .unwrap();
                assert!((fit.center[0] + EYE.x - at[0]).abs() < 1e-3, "{fit:?}");
                assert!((fit.center[1] + EYE.y - at[1]).abs() < 1e-3, "{fit:?}");
                let mut sides = fit.half;
                sides.sort_by(|a, b| b.total_cmp(a));
                assert!((sides[0] - half[0]).abs() < 1e-3 && (sides[1] - half[1]).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn a_wrong_height_fits_as_well_from_straight_above_and_worse_from_aside() {
        let misfit = |at: [f64; 2], height: f64| {
            let shadow =
                CameraShadow::from_hidden_points(&cuboid(at, 0.4, [0.015; 2], 0.03), &EYE, 0.002)
                    .unwrap();
            let footprint = shadow.footprint_at_height(height, 0.0);
            CameraShadow::fit_form(&footprint, FootprintShape::Square, degrees(0.5))
                .unwrap()
                .misfit
        };
        let (above, aside) = ([0.1, -0.05], [0.1, -0.5]);
        assert!(misfit(above, 0.06) < misfit(above, 0.03) + 0.02);
        assert!(misfit(aside, 0.06) > misfit(aside, 0.03) + 1.0);
    }

    #[test]
    fn a_ball_is_found_anywhere() {
        for at in [[0.1, -0.05], [0.12, -0.05], [0.3, 0.1], [0.1, -0.5]] {
            let middle = Point3::new(at[0], at[1], 0.016);
            let around = (0..180).flat_map(|turn| (0..90).map(move |tilt| [turn, tilt]));
            let hidden = behind(around.map(|angles| {
                let [turn, tilt] = angles.map(|angle| 2.0 * f64::from(angle).to_radians());
                let (up, out) = (tilt.cos(), tilt.sin());
                middle + Vector3::new(out * turn.cos(), out * turn.sin(), up) * 0.016
            }));
            let shadow = CameraShadow::from_hidden_points(&hidden, &EYE, 1e-6).unwrap();
            let (center, radius) = shadow.fit_hiding_ball().unwrap();
            assert!((radius - 0.016).abs() < 1e-4, "{radius} at {at:?}");
            let off = (center[0] + EYE.x - at[0]).hypot(center[1] + EYE.y - at[1]);
            assert!(off < 5e-4, "{off} at {at:?}");
        }
    }
}
