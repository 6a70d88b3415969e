//! How a camera maps directions to pixels.

use nalgebra::{Matrix2x3, Matrix2xX, Point2, Vector2, Vector3};

/// Which distortion a lens is fitted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensModel {
    /// Brown–Conrady: `k1`, `k2`, `p1`, `p2`, `k3` in OpenCV's order.
    BrownConrady,
    /// Kannala–Brandt for fisheye lenses: `k1` to `k4` over the angle from the optical axis.
    Fisheye,
}

impl LensModel {
    /// Returns the names of a lens's parameters, in the order of [`Lens::parameters`].
    pub fn parameter_names(self) -> &'static [&'static str] {
        match self {
            Self::BrownConrady => &["fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"],
            Self::Fisheye => &["fx", "fy", "cx", "cy", "k1", "k2", "k3", "k4"],
        }
    }
}

/// Intrinsics with distortion, in pixels.
///
/// **Pixel centers are at integers**, as OpenCV and ROS have it; half a pixel more is a convention in which the picture spans
/// `0..width`. The camera frame is the optical one: `x` right, `y` down, `z` forward.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    /// The kind of distortion.
    pub model: LensModel,
    /// Focal length along `x` in pixels.
    pub fx: f64,
    /// Focal length along `y` in pixels.
    pub fy: f64,
    /// Principal point along `x` in pixels, 0 in the middle of the first pixel.
    pub cx: f64,
    /// Principal point along `y` in pixels, 0 in the middle of the first pixel.
    pub cy: f64,
    /// Coefficients of distortion, in the order of [`LensModel`].
    pub distortion: Vec<f64>,
}

/// A projected point with its derivatives.
pub(crate) struct Projected {
    pub(crate) pixel: Vector2<f64>,
    /// By the point in the camera frame.
    pub(crate) by_point: Matrix2x3<f64>,
    /// By the parameters.
    pub(crate) by_parameters: Matrix2xX<f64>,
}

impl Lens {
    /// Returns a lens without distortion, its principal point in the middle of a picture of `width` × `height`.
    pub fn without_distortion(model: LensModel, focal: f64, (width, height): (u32, u32)) -> Self {
        Self {
            model,
            fx: focal,
            fy: focal,
            cx: (f64::from(width) - 1.0) / 2.0,
            cy: (f64::from(height) - 1.0) / 2.0,
            distortion: vec![0.0; model.parameter_names().len() - 4],
        }
    }

    /// Returns `fx`, `fy`, `cx`, `cy` and the coefficients of distortion.
    pub fn parameters(&self) -> Vec<f64> {
        [self.fx, self.fy, self.cx, self.cy]
            .into_iter()
            .chain(self.distortion.iter().copied())
            .collect()
    }

    pub(crate) fn with_parameters_changed_by(&self, by: &[f64]) -> Self {
        Self {
            model: self.model,
            fx: self.fx + by[0],
            fy: self.fy + by[1],
            cx: self.cx + by[2],
            cy: self.cy + by[3],
            distortion: self
                .distortion
                .iter()
                .zip(&by[4..])
                .map(|(d, by)| d + by)
                .collect(),
        }
    }

    /// Returns the pixel of a point in the camera frame; `None` where the lens does not see it.
    pub fn project(&self, point: &Vector3<f64>) -> Option<Point2<f64>> {
        Some(Point2::from(self.project_with_derivatives(point)?.pixel))
    }

    pub(crate) fn project_with_derivatives(&self, point: &Vector3<f64>) -> Option<Projected> {
        let (plane, by_point, by_distortion) = match self.model {
            LensModel::BrownConrady => brown_conrady(&self.distortion, point)?,
            LensModel::Fisheye => fisheye(&self.distortion, point)?,
        };
        let focal = Vector2::new(self.fx, self.fy);
        let mut by_parameters = Matrix2xX::zeros(4 + self.distortion.len());
        by_parameters[(0, 0)] = plane.x;
        by_parameters[(1, 1)] = plane.y;
        by_parameters[(0, 2)] = 1.0;
        by_parameters[(1, 3)] = 1.0;
        for (column, by) in by_distortion.iter().enumerate() {
            by_parameters.set_column(4 + column, &by.component_mul(&focal));
        }
        Some(Projected {
            pixel: plane.component_mul(&focal) + Vector2::new(self.cx, self.cy),
            by_point: Matrix2x3::from_rows(&[by_point.row(0) * self.fx, by_point.row(1) * self.fy]),
            by_parameters,
        })
    }

    /// Returns the direction, of unit length, that a pixel shows; `None` where no direction leads to it.
    pub fn unproject(&self, pixel: &Point2<f64>) -> Option<Vector3<f64>> {
        let plane = Vector2::new((pixel.x - self.cx) / self.fx, (pixel.y - self.cy) / self.fy);
        let mut direction = match self.model {
            LensModel::BrownConrady => plane.push(1.0),
            LensModel::Fisheye => {
                let angle = plane.norm().min(3.0);
                (plane * (angle.sin() / angle.max(1e-12))).push(angle.cos())
            }
        };
        // Newton's method on the two directions across the ray: it ends where the projection is the pixel, or never.
        for _ in 0..50 {
            direction.normalize_mut();
            let at = self.project_with_derivatives(&direction)?;
            let error = pixel.coords - at.pixel;
            if error.norm() < 1e-9 * self.fx {
                return Some(direction);
            }
            let side = direction
                .cross(&if direction.x.abs() < 0.9 {
                    Vector3::x()
                } else {
                    Vector3::y()
                })
                .normalize();
            let other = direction.cross(&side);
            let jacobian = at.by_point * nalgebra::Matrix3x2::from_columns(&[side, other]);
            let step = jacobian.try_inverse()? * error;
            let step = step * (0.3 / step.norm()).min(1.0);
            direction += side * step.x + other * step.y;
        }
        None
    }

    /// Returns how far a pixel is from the principal point, in focal lengths.
    pub fn normalized_radius(&self, pixel: &Point2<f64>) -> f64 {
        ((pixel.x - self.cx) / self.fx).hypot((pixel.y - self.cy) / self.fy)
    }

    /// Returns the radius beyond which the polynomial of the distortion folds back, so that the lens means nothing there.
    pub fn max_valid_radius(&self) -> f64 {
        let mut last = 0.0;
        for step in 1..=4000 {
            let angle = f64::from(step) * 1.55 / 4000.0;
            let r = match self.model {
                LensModel::BrownConrady => {
                    let r = angle.tan();
                    let (k, r2) = (&self.distortion, r * r);
                    r * (1.0 + r2 * (k[0] + r2 * (k[1] + r2 * k[4])))
                }
                LensModel::Fisheye => bent(&self.distortion, 2.0 * angle).0,
            };
            if r <= last {
                break;
            }
            last = r;
        }
        last
    }
}

type Distorted = (Vector2<f64>, Matrix2x3<f64>, Vec<Vector2<f64>>);

fn brown_conrady(k: &[f64], point: &Vector3<f64>) -> Option<Distorted> {
    if point.z <= 1e-9 {
        return None;
    }
    let (x, y, inverse) = (point.x / point.z, point.y / point.z, 1.0 / point.z);
    let (k1, k2, p1, p2, k3) = (k[0], k[1], k[2], k[3], k[4]);
    let r2 = x * x + y * y;
    let radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
    let slope = k1 + r2 * (2.0 * k2 + r2 * 3.0 * k3);
    let plane = Vector2::new(
        x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x),
        y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y,
    );
    let xx = radial + 2.0 * x * x * slope + 2.0 * p1 * y + 6.0 * p2 * x;
    let xy = 2.0 * x * y * slope + 2.0 * p1 * x + 2.0 * p2 * y;
    let yy = radial + 2.0 * y * y * slope + 6.0 * p1 * y + 2.0 * p2 * x;
    let by_point = Matrix2x3::new(
        xx * inverse,
        xy * inverse,
        -(xx * x + xy * y) * inverse,
        xy * inverse,
        yy * inverse,
        -(xy * x + yy * y) * inverse,
    );
    let by_distortion = vec![
        Vector2::new(x, y) * r2,
        Vector2::new(x, y) * (r2 * r2),
        Vector2::new(2.0 * x * y, r2 + 2.0 * y * y),
        Vector2::new(r2 + 2.0 * x * x, 2.0 * x * y),
        Vector2::new(x, y) * (r2 * r2 * r2),
    ];
    Some((plane, by_point, by_distortion))
}

/// Returns the distorted angle and its derivative.
fn bent(k: &[f64], angle: f64) -> (f64, f64) {
    let a2 = angle * angle;
    (
        angle * (1.0 + a2 * (k[0] + a2 * (k[1] + a2 * (k[2] + a2 * k[3])))),
        1.0 + a2 * (3.0 * k[0] + a2 * (5.0 * k[1] + a2 * (7.0 * k[2] + a2 * 9.0 * k[3]))),
    )
}

fn fisheye(k: &[f64], point: &Vector3<f64>) -> Option<Distorted> {
    let flat = Vector2::new(point.x, point.y);
    let (radius, length2) = (flat.norm(), point.norm_squared());
    if radius < 1e-9 * length2.sqrt() {
        let inverse = 1.0 / point.z;
        let by_point = Matrix2x3::new(inverse, 0.0, 0.0, 0.0, inverse, 0.0);
        return (point.z > 0.0).then(|| (flat * inverse, by_point, vec![Vector2::zeros(); 4]));
    }
    let angle = radius.atan2(point.z);
    let (bent, slope) = bent(k, angle);
    let unit = flat / radius;
    // The plane's point is the unit vector times the bent angle.
    let angle_by_point = Vector3::new(unit.x * point.z, unit.y * point.z, -radius) / length2;
    let turn = bent / radius;
    let mut by_point = unit * angle_by_point.transpose() * slope;
    by_point[(0, 0)] += turn * unit.y * unit.y;
    by_point[(0, 1)] -= turn * unit.x * unit.y;
    by_point[(1, 0)] -= turn * unit.x * unit.y;
    by_point[(1, 1)] += turn * unit.x * unit.x;
    let by_distortion = [3, 5, 7, 9].map(|power| unit * angle.powi(power)).to_vec();
    Some((unit * bent, by_point, by_distortion))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lenses() -> [Lens; 2] {
        let brown = Lens {
            fx: 530.0,
            fy: 536.0,
            cx: 317.0,
            cy: 245.0,
            distortion: vec![-0.28, 0.09, 0.001, -0.002, -0.01],
            ..Lens::without_distortion(LensModel::BrownConrady, 1.0, (640, 480))
        };
        let fisheye = Lens {
            model: LensModel::Fisheye,
            distortion: vec![0.03, -0.01, 0.002, -0.001],
            fx: 280.0,
            fy: 282.0,
            ..brown.clone()
        };
        [brown, fisheye]
    }

    #[test]
    fn derivatives_are_those_of_the_projection() {
        for lens in lenses() {
            let point = Vector3::new(0.11, -0.23, 0.7);
            let at = lens.project_with_derivatives(&point).unwrap();
            for axis in 0..3 {
                let mut step = Vector3::zeros();
                step[axis] = 1e-6;
                let numeric = (lens.project(&(point + step)).unwrap()
                    - lens.project(&(point - step)).unwrap())
                    / 2e-6;
                assert!(
                    (numeric - at.by_point.column(axis)).norm() < 1e-4,
                    "{lens:?} {axis}"
                );
            }
            for parameter in 0..lens.parameters().len() {
                let mut by = vec![0.0; lens.parameters().len()];
                by[parameter] = 1e-6;
                let more = lens
                    .with_parameters_changed_by(&by)
                    .project(&point)
                    .unwrap();
                by[parameter] = -1e-6;
                let numeric = (more
                    - lens
                        .with_parameters_changed_by(&by)
                        .project(&point)
                        .unwrap())
                    / 2e-6;
                assert!(
                    (numeric - at.by_parameters.column(parameter)).norm() < 1e-4,
                    "{lens:?} {parameter}"
                );
            }
        }
    }

    #[test]
    fn a_pixel_shows_the_direction_that_is_seen_there() {
        for lens in lenses() {
            for (x, y) in [(0.0, 0.0), (639.0, 479.0), (317.0, 245.0), (20.0, 400.0)] {
                let pixel = Point2::new(x, y);
                let direction = lens.unproject(&pixel).unwrap();
                assert!(
                    (lens.project(&direction).unwrap() - pixel).norm() < 1e-5,
                    "{lens:?} {pixel}"
                );
            }
        }
    }

    #[test]
    fn a_lens_that_folds_within_the_picture_is_told() {
        let [brown, _] = lenses();
        assert!(brown.max_valid_radius() > brown.normalized_radius(&Point2::new(0.0, 0.0)));
        let folding = Lens {
            distortion: vec![-0.9, 0.0, 0.0, 0.0, 0.0],
            ..brown
        };
        assert!(folding.max_valid_radius() < folding.normalized_radius(&Point2::new(0.0, 0.0)));
    }
}
