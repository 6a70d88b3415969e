//! Bundle adjustment of a lens and the poses of a board in several pictures.

use nalgebra::{DMatrix, DVector, Isometry3, Matrix6, Vector6};

use crate::lens::Lens;
use crate::pose::{self, Corner};

/// What fits best.
pub(crate) struct Adjusted {
    pub(crate) lens: Lens,
    /// `camera_from_board` of each view.
    pub(crate) poses: Vec<Isometry3<f64>>,
    /// Sum of squared distances in pixels.
    pub(crate) cost: f64,
    /// Covariance of the lens's parameters for corners that are off by one pixel (1 σ, in `x` and in `y`), whatever the
    /// poses are; `None` where the views do not determine all of them.
    pub(crate) covariance: Option<DMatrix<f64>>,
}

struct Normal {
    lens: DMatrix<f64>,
    lens_gradient: DVector<f64>,
    views: Vec<(Matrix6<f64>, Vector6<f64>, DMatrix<f64>)>,
}

struct Reduced {
    schur: DMatrix<f64>,
    gradient: DVector<f64>,
    inverses: Vec<Matrix6<f64>>,
}

impl Normal {
    fn new(lens: &Lens, poses: &[Isometry3<f64>], views: &[&[Corner]]) -> Option<Self> {
        let n = lens.parameters().len();
        let mut all = Self {
            lens: DMatrix::zeros(n, n),
            lens_gradient: DVector::zeros(n),
            views: Vec::new(),
        };
        for (corners, pose) in views.iter().zip(poses) {
            let (mut own, mut gradient, mut mixed) =
                (Matrix6::zeros(), Vector6::zeros(), DMatrix::zeros(n, 6));
            for c in *corners {
                let turned = pose.rotation * c.board_point().coords;
                let at = lens.project_with_derivatives(&(turned + pose.translation.vector))?;
                let by_pose = at.by_point * pose::motion_jacobian(&turned);
                let error = c.pixel.coords - at.pixel;
                own += by_pose.transpose() * by_pose;
                gradient += by_pose.transpose() * error;
                all.lens += at.by_parameters.transpose() * &at.by_parameters;
                all.lens_gradient += at.by_parameters.transpose() * error;
                mixed += at.by_parameters.transpose() * by_pose;
            }
            all.views.push((own, gradient, mixed));
        }
        Some(all)
    }

    /// Returns the lens's part alone, poses eliminated (Schur complement).
    fn reduced(&self, damping: f64) -> Option<Reduced> {
        let mut schur = &self.lens + DMatrix::from_diagonal(&self.lens.diagonal()) * damping;
        let mut gradient = self.lens_gradient.clone();
        let mut inverses = Vec::new();
        for (own, own_gradient, mixed) in &self.views {
            let damped = own + Matrix6::from_diagonal(&own.diagonal()) * damping;
            let inverse = damped.cholesky()?.inverse();
            schur -= mixed * inverse * mixed.transpose();
            gradient -= mixed * inverse * own_gradient;
            inverses.push(inverse);
        }
        Some(Reduced {
            schur,
            gradient,
            inverses,
        })
    }

    fn step(&self, damping: f64) -> Option<(DVector<f64>, Vec<Vector6<f64>>)> {
        let Reduced {
            schur,
            gradient,
            inverses,
        } = self.reduced(damping)?;
        let by = scaled_inverse(&schur)? * gradient;
        let moves = self
            .views
            .iter()
            .zip(inverses)
            .map(|((_, gradient, mixed), inverse)| {
                inverse
                    * (gradient - Vector6::from_iterator((mixed.transpose() * &by).iter().copied()))
            })
            .collect();
        Some((by, moves))
    }
}

/// Inverts a positive definite matrix whose rows have very different units.
fn scaled_inverse(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let scale = matrix.diagonal().map(|d| 1.0 / d.sqrt());
    if !scale.iter().all(|s| s.is_finite()) {
        return None;
    }
    let scale = DMatrix::from_diagonal(&scale);
    let inverse = (&scale * matrix * &scale).cholesky()?.inverse();
    Some(&scale * inverse * scale)
}

pub(crate) fn cost(lens: &Lens, poses: &[Isometry3<f64>], views: &[&[Corner]]) -> f64 {
    views
        .iter()
        .zip(poses)
        .map(|(corners, pose)| pose::sum_squared_errors(lens, corners, pose))
        .sum()
}

/// Returns lens and poses near the given ones with the least squared error in pixels, by Levenberg–Marquardt.
pub(crate) fn adjust(
    mut lens: Lens,
    mut poses: Vec<Isometry3<f64>>,
    views: &[&[Corner]],
) -> Option<Adjusted> {
    let mut cost_now = cost(&lens, &poses, views);
    let mut damping = 1e-3;
    let mut quiet = 0;
    for _ in 0..300 {
        let normal = Normal::new(&lens, &poses, views)?;
        let next = normal.step(damping).map(|(by, moves)| {
            let lens = lens.with_parameters_changed_by(by.as_slice());
            let poses: Vec<_> = poses
                .iter()
                .zip(&moves)
                .map(|(p, by)| pose::moved(p, by))
                .collect();
            let cost = if lens.fx > 1.0 && lens.fy > 1.0 {
                cost(&lens, &poses, views)
            } else {
                f64::INFINITY
            };
            (lens, poses, cost)
        });
        match next {
            Some((next_lens, next_poses, next_cost)) if next_cost < cost_now => {
                // A valley is followed slowly: one small gain is not yet the bottom.
                quiet = if cost_now - next_cost < 1e-10 * cost_now {
                    quiet + 1
                } else {
                    0
                };
                (lens, poses, cost_now) = (next_lens, next_poses, next_cost);
                damping = (damping * 0.2f64).max(1e-12);
                if quiet == 3 {
                    break;
                }
            }
            _ if damping > 1e8 => break,
            _ => damping *= 5.0,
        }
    }
    let covariance = Normal::new(&lens, &poses, views)?
        .reduced(0.0)
        .and_then(|r| scaled_inverse(&r.schur));
    cost_now.is_finite().then_some(Adjusted {
        lens,
        poses,
        cost: cost_now,
        covariance,
    })
}
