//! The projective map from a plane to a picture.

use nalgebra::{Matrix3, Point2, SMatrix, Vector3};

/// Returns the homography from the first to the second points of all pairs, at least four, by the normalized direct linear
/// transform; `None` where they do not determine one.
pub(crate) fn fit(pairs: &[(Point2<f64>, Point2<f64>)]) -> Option<Matrix3<f64>> {
    if pairs.len() < 4 {
        return None;
    }
    let from = normalization(pairs.iter().map(|p| p.0))?;
    let to = normalization(pairs.iter().map(|p| p.1))?;
    let mut normal = SMatrix::<f64, 9, 9>::zeros();
    for (a, b) in pairs {
        let (a, b) = (from * a.to_homogeneous(), to * b.to_homogeneous());
        for (row, sign) in [(0, b.x), (1, b.y)] {
            let mut equation = SMatrix::<f64, 9, 1>::zeros();
            equation.fixed_rows_mut::<3>(3 * row).copy_from(&a);
            equation.fixed_rows_mut::<3>(6).copy_from(&(-a * sign));
            normal += equation * equation.transpose();
        }
    }
    let eigen = normal.symmetric_eigen();
    let mut order: Vec<usize> = (0..9).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
    // Points on a line leave more than one homography.
    if eigen.eigenvalues[order[1]] < 1e-12 * eigen.eigenvalues[order[8]] {
        return None;
    }
    let h = eigen.eigenvectors.column(order[0]);
    let h = Matrix3::from_row_slice(h.as_slice());
    let h = to.try_inverse()? * h * from;
    let scale = h.norm();
    (scale.is_finite() && scale > 0.0).then(|| h / scale)
}

/// Returns where a homography takes a point.
pub(crate) fn apply(homography: &Matrix3<f64>, point: &Point2<f64>) -> Point2<f64> {
    let v: Vector3<f64> = homography * point.to_homogeneous();
    Point2::new(v.x / v.z, v.y / v.z)
}

fn normalization(points: impl Iterator<Item = Point2<f64>> + Clone) -> Option<Matrix3<f64>> {
    let n = points.clone().count() as f64;
    let mean = points
        .clone()
        .map(|p| p.coords)
        .sum::<nalgebra::Vector2<f64>>()
        / n;
    let spread = (points
        .map(|p| (p.coords - mean).norm_squared())
        .sum::<f64>()
        / n)
        .sqrt();
    let s = 2f64.sqrt() / spread;
    s.is_finite()
        .then(|| Matrix3::new(s, 0.0, -s * mean.x, 0.0, s, -s * mean.y, 0.0, 0.0, 1.0))
}
