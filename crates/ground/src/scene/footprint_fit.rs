//! Balls, discs and rectangles through measured points.

use enact_types::Point3;
use nalgebra::{DMatrix, DVector, Matrix4, Vector4};

use super::extreme_points::outermost_in_any_direction;

/// Distance at which the influence of a point on a fit saturates, so that outliers do not steer it,
/// meters.
const STRAY: f64 = 0.003;
/// Step of the coarse search for a rectangle's yaw, radians.
const YAW_STEP: f64 = std::f64::consts::PI / 180.0;
/// Number of refinement steps on each side of the best.
const REFINEMENT: i32 = 10;

/// A fitted outline or ball, with the distance of the points from it.
pub struct Fitted<T> {
    /// The fitted shape.
    pub shape: T,
    /// Mean distance of the points, meters.
    pub residual: f64,
}

/// A ball.
pub struct Ball {
    /// Its middle.
    pub center: Point3,
    /// Its radius in meters.
    pub radius: f64,
}

/// A circle in the plane.
pub struct Circle {
    /// Its middle.
    pub center: [f64; 2],
    /// Its radius in meters.
    pub radius: f64,
}

/// A rectangle in the plane, given by its four sides.
pub struct Rectangle {
    /// Direction of its first axis, radians in `0..π/2`.
    pub yaw: f64,
    /// Lowest coordinate along each axis.
    pub low: [f64; 2],
    /// Highest coordinate along each axis.
    pub high: [f64; 2],
}

impl Rectangle {
    /// Returns its center in the plane.
    pub fn center(&self) -> [f64; 2] {
        let [u, v] = [0, 1].map(|axis| (self.low[axis] + self.high[axis]) / 2.0);
        let (sin, cos) = self.yaw.sin_cos();
        [cos * u - sin * v, sin * u + cos * v]
    }

    /// Returns half its extents.
    pub fn half_extents(&self) -> [f64; 2] {
        [0, 1].map(|axis| (self.high[axis] - self.low[axis]) / 2.0)
    }

    /// Returns its corners in the plane.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let (sin, cos) = self.yaw.sin_cos();
        let [low, high] = [self.low, self.high];
        [low, [high[0], low[1]], high, [low[0], high[1]]]
            .map(|[u, v]| [cos * u - sin * v, sin * u + cos * v])
    }

    /// Returns the distance of a point, in its axes, to the nearest side.
    fn distance_to_sides(&self, local: [f64; 2]) -> f64 {
        [0, 1]
            .map(|axis| {
                let low = (local[axis] - self.low[axis]).abs();
                low.min((local[axis] - self.high[axis]).abs())
            })
            .into_iter()
            .fold(STRAY, f64::min)
    }
}

/// Returns the points in axes at `yaw`.
pub fn rotate_into_axes(points: &[[f64; 2]], yaw: f64) -> impl Iterator<Item = [f64; 2]> {
    let (sin, cos) = yaw.sin_cos();
    points
        .iter()
        .map(move |[x, y]| [cos * x + sin * y, cos * y - sin * x])
}

/// Fits a ball to the points in the algebraic least-squares sense; `None` if they are too few or
/// coplanar.
pub fn fit_ball(points: &[Point3]) -> Option<Fitted<Ball>> {
    let origin = mean(points)?;
    let (mut normal, mut right) = (Matrix4::zeros(), Vector4::zeros());
    for point in points {
        let local = point - origin;
        let row = Vector4::new(2.0 * local.x, 2.0 * local.y, 2.0 * local.z, 1.0);
        normal += row * row.transpose();
        right += row * local.norm_squared();
    }
    let solution = normal.lu().solve(&right)?;
    let center = solution.xyz();
    let radius = (solution.w + center.norm_squared()).sqrt();
    let center = origin + center;
    let sum: f64 = points
        .iter()
        .map(|point| ((point - center).norm() - radius).abs())
        .sum();
    let residual = sum / points.len() as f64;
    (radius.is_finite() && residual.is_finite()).then_some(Fitted {
        shape: Ball { center, radius },
        residual,
    })
}

/// Fits a circle to the points, by Kåsa's linear fit and Gauss–Newton; `None` if they are too few
/// or collinear.
pub fn fit_circle(points: &[[f64; 2]]) -> Option<Fitted<Circle>> {
    let count = points.len();
    if count < 6 {
        return None;
    }
    let origin = [0, 1].map(|axis| points.iter().map(|p| p[axis]).sum::<f64>() / count as f64);
    let local = |index: usize| [0, 1].map(|axis| points[index][axis] - origin[axis]);
    let design = DMatrix::from_fn(count, 3, |row, column| match column {
        2 => 1.0,
        axis => 2.0 * local(row)[axis],
    });
    let squares = DVector::from_fn(count, |row, _| {
        let [x, y] = local(row);
        x * x + y * y
    });
    let solution = design.svd(true, true).solve(&squares, 1e-12).ok()?;
    let mut center = [solution[0], solution[1]];
    let mut radius = (solution[2] + center[0].powi(2) + center[1].powi(2)).sqrt();
    for _ in 0..5 {
        let away = |index: usize| {
            let [x, y] = local(index);
            [x - center[0], y - center[1]]
        };
        let jacobian = DMatrix::from_fn(count, 3, |row, column| {
            let [x, y] = away(row);
            let distance = x.hypot(y).max(1e-9);
            match column {
                0 => -x / distance,
                1 => -y / distance,
                _ => -1.0,
            }
        });
        let error = DVector::from_fn(count, |row, _| {
            let [x, y] = away(row);
            x.hypot(y) - radius
        });
        let step = jacobian.svd(true, true).solve(&error, 1e-12).ok()?;
        center = [center[0] - step[0], center[1] - step[1]];
        radius -= step[2];
    }
    let sum: f64 = (0..count)
        .map(|index| {
            let [x, y] = local(index);
            ((x - center[0]).hypot(y - center[1]) - radius)
                .abs()
                .min(STRAY)
        })
        .sum();
    let center = [center[0] + origin[0], center[1] + origin[1]];
    let residual = sum / count as f64;
    (radius.is_finite() && residual.is_finite()).then_some(Fitted {
        shape: Circle { center, radius },
        residual,
    })
}

/// Fits a rectangle around `all` points whose sides are nearest to the `boundary` points.
pub fn fit_rectangle(all: &[[f64; 2]], boundary: &[[f64; 2]]) -> Option<Fitted<Rectangle>> {
    let coarse = (0..90).map(|step| f64::from(step) * YAW_STEP);
    let best = best_rectangle(all, boundary, coarse)?;
    let yaw = best.shape.yaw;
    let fine = (-REFINEMENT..=REFINEMENT)
        .map(|step| yaw + f64::from(step) * YAW_STEP / f64::from(REFINEMENT));
    best_rectangle(all, boundary, fine)
}

fn best_rectangle(
    all: &[[f64; 2]],
    boundary: &[[f64; 2]],
    yaws: impl Iterator<Item = f64>,
) -> Option<Fitted<Rectangle>> {
    if all.len() < 6 || boundary.is_empty() {
        return None;
    }
    let trim = all.len() / 100;
    let outer = outermost_in_any_direction(all, trim);
    yaws.map(|yaw| {
        let shape = around(&outer, trim, yaw);
        let sum: f64 = rotate_into_axes(boundary, yaw)
            .map(|point| shape.distance_to_sides(point))
            .sum();
        Fitted {
            shape,
            residual: sum / boundary.len() as f64,
        }
    })
    .min_by(|a, b| a.residual.total_cmp(&b.residual))
}

/// Returns the tightest rectangle at `yaw`, without `trim` of the points on each side.
fn around(points: &[[f64; 2]], trim: usize, yaw: f64) -> Rectangle {
    let last = points.len() - 1 - trim;
    let extremes = [0, 1].map(|axis| {
        let mut along: Vec<f64> = rotate_into_axes(points, yaw)
            .map(|point| point[axis])
            .collect();
        let (_, low, above) = along.select_nth_unstable_by(trim, f64::total_cmp);
        let low = *low;
        let high = match last - trim {
            0 => low,
            rank => *above.select_nth_unstable_by(rank - 1, f64::total_cmp).1,
        };
        (low, high)
    });
    Rectangle {
        yaw,
        low: extremes.map(|(low, _)| low),
        high: extremes.map(|(_, high)| high),
    }
}

fn mean(points: &[Point3]) -> Option<Point3> {
    let sum = points
        .iter()
        .fold(nalgebra::Vector3::zeros(), |sum, point| sum + point.coords);
    (points.len() >= 8).then(|| Point3::from(sum / points.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn half_a_circle_is_enough(x in -0.3..0.3_f64, y in -0.3..0.3_f64, radius in 0.01..0.1_f64) {
            let points: Vec<[f64; 2]> = (0..40)
                .map(|i| f64::from(i) * std::f64::consts::PI / 40.0)
                .map(|angle| [x + radius * angle.cos(), y + radius * angle.sin()])
                .collect();
            let found = fit_circle(&points).unwrap();
            prop_assert!((found.shape.center[0] - x).abs() < 1e-9);
            prop_assert!((found.shape.radius - radius).abs() < 1e-9);
        }

        #[test]
        fn two_sides_give_the_yaw(yaw in 0.0..1.57_f64) {
            let (sin, cos) = f64::sin_cos(yaw);
            let side: Vec<[f64; 2]> = (0..=30)
                .flat_map(|i| [[f64::from(i) * 1e-3, 0.0], [0.0, f64::from(i) * 1e-3]])
                .collect();
            let inside = (0..=30).flat_map(|i| (0..=30).map(move |j| [f64::from(i) * 1e-3, f64::from(j) * 1e-3]));
            let out = |[u, v]: [f64; 2]| [cos * u - sin * v, sin * u + cos * v];
            let boundary: Vec<[f64; 2]> = side.into_iter().map(out).collect();
            let all: Vec<[f64; 2]> = inside.map(out).chain(boundary.clone()).collect();
            let found = fit_rectangle(&all, &boundary).unwrap().shape;
            let quarter = std::f64::consts::FRAC_PI_2;
            let error = (found.yaw - yaw).rem_euclid(quarter);
            prop_assert!(error.min(quarter - error) < 0.01, "{} for {yaw}", found.yaw);
        }
    }
}
