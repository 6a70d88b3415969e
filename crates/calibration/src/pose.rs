//! Where a board is, seen from the camera.

use nalgebra::{
    Isometry3, Matrix3, Matrix6, Point2, Rotation3, Translation3, UnitQuaternion, Vector3, Vector6,
};

use crate::homography;
use crate::lens::Lens;

/// A corner of a board, where it lies and where it is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// Number of the corner on its board.
    pub id: usize,
    /// Place on the board in meters.
    pub on_board: Point2<f64>,
    /// Pixel, centers at integers.
    pub pixel: Point2<f64>,
}

impl Corner {
    pub(crate) fn board_point(&self) -> nalgebra::Point3<f64> {
        nalgebra::Point3::new(self.on_board.x, self.on_board.y, 0.0)
    }
}

/// Moves a pose by a rotation vector and a translation in the camera frame.
pub(crate) fn moved(pose: &Isometry3<f64>, by: &Vector6<f64>) -> Isometry3<f64> {
    let turn = UnitQuaternion::from_scaled_axis(by.fixed_rows::<3>(0).into_owned());
    let translation = pose.translation.vector + by.fixed_rows::<3>(3);
    Isometry3::from_parts(Translation3::from(translation), turn * pose.rotation)
}

/// Returns how a point of a posed board changes in the camera frame by [`moved`].
pub(crate) fn motion_jacobian(turned: &Vector3<f64>) -> nalgebra::Matrix3x6<f64> {
    let mut out = nalgebra::Matrix3x6::identity();
    out.fixed_columns_mut::<3>(0)
        .copy_from(&-turned.cross_matrix());
    out.fixed_columns_mut::<3>(3)
        .copy_from(&Matrix3::identity());
    out
}

/// Returns `camera_from_board` by the homography of rays on the plane `z = 1`, and of a flat board's two possible poses the one
/// that fits; `None` where the corners do not determine it.
///
/// The camera's lens is taken as known. The pose minimizes the distances in pixels.
pub fn board_pose(lens: &Lens, corners: &[Corner]) -> Option<Isometry3<f64>> {
    let rays: Vec<_> = corners
        .iter()
        .filter_map(|c| {
            let ray = lens.unproject(&c.pixel)?;
            (ray.z > 0.05).then(|| (c.on_board, Point2::new(ray.x / ray.z, ray.y / ray.z)))
        })
        .collect();
    let first = from_homography(&homography::fit(&rays)?)?;
    let best = refined(lens, corners, first)?;
    // Far away, a board that leans forward looks like one that leans back: try the mirrored pose as well.
    let mirrored = refined(lens, corners, mirrored(&best));
    let candidates = std::iter::once(best).chain(mirrored);
    candidates.min_by(|a, b| {
        rms_reprojection_error(lens, corners, a)
            .total_cmp(&rms_reprojection_error(lens, corners, b))
    })
}

/// Returns the pose whose board has its normal mirrored about the line of sight.
pub(crate) fn mirrored(pose: &Isometry3<f64>) -> Isometry3<f64> {
    let sight = pose.translation.vector.normalize();
    let normal = pose.rotation * Vector3::z();
    let other = sight * (2.0 * normal.dot(&sight)) - normal;
    let turn = UnitQuaternion::rotation_between(&normal, &other).unwrap_or_default();
    Isometry3::from_parts(pose.translation, turn * pose.rotation)
}

pub(crate) fn from_homography(h: &Matrix3<f64>) -> Option<Isometry3<f64>> {
    let scale = 2.0 / (h.column(0).norm() + h.column(1).norm());
    let h = h * (if h[(2, 2)] < 0.0 { -scale } else { scale });
    let (x, y): (Vector3<f64>, Vector3<f64>) = (h.column(0).into(), h.column(1).into());
    let svd = Matrix3::from_columns(&[x, y, x.cross(&y)]).svd(true, true);
    let rotation = svd.u? * svd.v_t?;
    if rotation.determinant() < 0.0 || !rotation.iter().all(|v| v.is_finite()) {
        return None;
    }
    let rotation =
        UnitQuaternion::from_rotation_matrix(&Rotation3::from_matrix_unchecked(rotation));
    Some(Isometry3::from_parts(
        Translation3::from(Vector3::from(h.column(2))),
        rotation,
    ))
}

/// Returns the root mean square distance in pixels; infinite where a corner cannot be seen.
pub(crate) fn rms_reprojection_error(
    lens: &Lens,
    corners: &[Corner],
    pose: &Isometry3<f64>,
) -> f64 {
    (sum_squared_errors(lens, corners, pose) / corners.len() as f64).sqrt()
}

pub(crate) fn sum_squared_errors(lens: &Lens, corners: &[Corner], pose: &Isometry3<f64>) -> f64 {
    corners
        .iter()
        .map(|c| {
            let seen = lens.project(&(pose * c.board_point()).coords);
            seen.map_or(f64::INFINITY, |seen| (seen - c.pixel).norm_squared())
        })
        .sum()
}

/// Returns the inverse covariance of a pose, by [`moved`], for corners that are off by one pixel (1 σ, in `x` and in `y`).
pub(crate) fn normal_matrix(
    lens: &Lens,
    corners: &[Corner],
    pose: &Isometry3<f64>,
) -> Option<Matrix6<f64>> {
    corners.iter().try_fold(Matrix6::zeros(), |sum, c| {
        let turned = pose.rotation * c.board_point().coords;
        let at = lens.project_with_derivatives(&(turned + pose.translation.vector))?;
        let jacobian = at.by_point * motion_jacobian(&turned);
        Some(sum + jacobian.transpose() * jacobian)
    })
}

/// Returns the nearby pose with the least error in pixels, by Levenberg–Marquardt.
pub(crate) fn refined(
    lens: &Lens,
    corners: &[Corner],
    mut pose: Isometry3<f64>,
) -> Option<Isometry3<f64>> {
    let mut cost = sum_squared_errors(lens, corners, &pose);
    let mut damping = 1e-4;
    for _ in 0..60 {
        let (mut normal, mut gradient) = (Matrix6::zeros(), Vector6::zeros());
        for c in corners {
            let turned = pose.rotation * c.board_point().coords;
            let at = lens.project_with_derivatives(&(turned + pose.translation.vector))?;
            let jacobian = at.by_point * motion_jacobian(&turned);
            normal += jacobian.transpose() * jacobian;
            gradient += jacobian.transpose() * (c.pixel.coords - at.pixel);
        }
        let damped = normal + Matrix6::from_diagonal(&normal.diagonal()) * damping;
        let step = damped.cholesky()?.solve(&gradient);
        let next = moved(&pose, &step);
        let next_cost = sum_squared_errors(lens, corners, &next);
        if next_cost < cost {
            let done = cost - next_cost < 1e-12 * cost;
            (pose, cost, damping) = (next, next_cost, damping * 0.1);
            if done {
                break;
            }
        } else {
            damping *= 10.0;
            if damping > 1e10 {
                break;
            }
        }
    }
    cost.is_finite().then_some(pose)
}
