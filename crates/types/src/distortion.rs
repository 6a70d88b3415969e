//! How a lens bends rays.

use nalgebra::{Matrix2, Vector2};
use serde::{Deserialize, Serialize};

/// Distortion of a lens, with the coefficients of OpenCV in their order.
///
/// It maps places on the plane one focal length before the camera: where a ray would meet it
/// without a lens, and where the lens shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distortion {
    /// None at all.
    #[default]
    None,
    /// Brown–Conrady: `k1`, `k2`, `p1`, `p2`, `k3`.
    BrownConrady([f64; 5]),
    /// Kannala–Brandt for fisheye lenses: `k1` to `k4` over the angle from the optical axis.
    Fisheye([f64; 4]),
}

/// Steps at which the slope of a radial polynomial is looked at.
const STEPS: u32 = 24;
/// Newton's method converges within a few steps where it does at all.
const ITERATIONS: u32 = 30;
/// Accuracy of inversion, in focal lengths: a millionth of a pixel.
const TOLERANCE: f64 = 1e-10;

impl Distortion {
    /// Returns whether there is none.
    #[inline]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Returns where a lens shows what would be at `ideal` without it; `None` beyond the radius at
    /// which the polynomial folds back, where it means nothing.
    pub fn distort(&self, ideal: &Vector2<f64>) -> Option<Vector2<f64>> {
        match self {
            Self::None => Some(*ideal),
            Self::BrownConrady(k) => {
                rises(ideal.norm_squared(), |r2| brown_slope(k, r2)).then(|| brown(k, ideal).0)
            }
            Self::Fisheye(k) => {
                let angle = ideal.norm().atan();
                rises(angle * angle, |a2| fisheye_slope(k, a2)).then(|| {
                    let ratio = if angle > 1e-9 {
                        fisheye(k, angle) / ideal.norm()
                    } else {
                        1.0
                    };
                    ideal * ratio
                })
            }
        }
    }

    /// Returns what a lens shows at `bent`, as it would be seen without it; `None` where nothing in
    /// front of the camera leads there.
    #[inline]
    pub fn undistort(&self, bent: &Vector2<f64>) -> Option<Vector2<f64>> {
        if self.is_none() {
            return Some(*bent);
        }
        self.unbend(bent)
    }

    fn unbend(&self, bent: &Vector2<f64>) -> Option<Vector2<f64>> {
        match self {
            Self::None => Some(*bent),
            Self::BrownConrady(k) => {
                let mut ideal = *bent;
                for _ in 0..ITERATIONS {
                    let (at, slope) = brown(k, &ideal);
                    let error = bent - at;
                    if error.norm_squared() < TOLERANCE * TOLERANCE {
                        let is_first = rises(ideal.norm_squared(), |r2| brown_slope(k, r2));
                        return is_first.then_some(ideal);
                    }
                    let step = slope.try_inverse()? * error;
                    // Far out the polynomial may send a whole step anywhere.
                    ideal += step * (0.5 / step.norm()).min(1.0);
                }
                None
            }
            Self::Fisheye(k) => {
                let radius = bent.norm();
                let mut angle = radius.min(1.5);
                for _ in 0..ITERATIONS {
                    let error = radius - fisheye(k, angle);
                    if error.abs() < TOLERANCE {
                        let is_seen = angle < std::f64::consts::FRAC_PI_2
                            && rises(angle * angle, |a2| fisheye_slope(k, a2));
                        let ratio = if radius > 1e-9 {
                            angle.tan() / radius
                        } else {
                            1.0
                        };
                        return is_seen.then(|| bent * ratio);
                    }
                    angle += (error / fisheye_slope(k, angle * angle)).clamp(-0.5, 0.5);
                }
                None
            }
        }
    }
}

/// Returns whether a slope is positive from the middle to the square `u` of a radius.
fn rises(u: f64, slope: impl Fn(f64) -> f64) -> bool {
    (1..=STEPS).all(|step| slope(u * f64::from(step) / f64::from(STEPS)) > 0.0)
}

/// Returns how the bent radius grows with the ideal one.
fn brown_slope(k: &[f64; 5], r2: f64) -> f64 {
    1.0 + r2 * (3.0 * k[0] + r2 * (5.0 * k[1] + r2 * 7.0 * k[4]))
}

/// Returns the bent place and its derivative.
fn brown(&[k1, k2, p1, p2, k3]: &[f64; 5], at: &Vector2<f64>) -> (Vector2<f64>, Matrix2<f64>) {
    let (x, y, r2) = (at.x, at.y, at.norm_squared());
    let radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3));
    let slope = k1 + r2 * (2.0 * k2 + r2 * 3.0 * k3);
    let bent = Vector2::new(
        x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x),
        y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y,
    );
    let mixed = 2.0 * x * y * slope + 2.0 * p1 * x + 2.0 * p2 * y;
    let derivative = Matrix2::new(
        radial + 2.0 * x * x * slope + 2.0 * p1 * y + 6.0 * p2 * x,
        mixed,
        mixed,
        radial + 2.0 * y * y * slope + 6.0 * p1 * y + 2.0 * p2 * x,
    );
    (bent, derivative)
}

/// Returns the bent angle.
fn fisheye(k: &[f64; 4], angle: f64) -> f64 {
    let a2 = angle * angle;
    angle * (1.0 + a2 * (k[0] + a2 * (k[1] + a2 * (k[2] + a2 * k[3]))))
}

/// Returns how the bent angle grows with the ideal one.
fn fisheye_slope(k: &[f64; 4], a2: f64) -> f64 {
    1.0 + a2 * (3.0 * k[0] + a2 * (5.0 * k[1] + a2 * (7.0 * k[2] + a2 * 9.0 * k[3])))
}
