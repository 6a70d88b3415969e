//! Fits a lens to views of a board, or says why it must not be trusted.

use nalgebra::{DMatrix, Isometry3, Point2, Vector3};

use crate::bundle::{self, Adjusted};
use crate::coverage::Coverage;
use crate::homography;
use crate::lens::{Lens, LensModel};
use crate::pose::{self, Corner};
use crate::refusal::Refusal;

/// Fewer views leave a lens open, or rest it on single pictures.
pub const MIN_VIEWS: usize = 3;
/// Corners are never taken to be better than this, in pixels: printed boards are not flat, and pictures not ideal.
const CORNER_ERROR: f64 = 0.1;
/// Boards that lean less differently show size and distance, not the focal length.
const MIN_TILT_SPREAD_DEG: f64 = 10.0;
/// Largest standard deviation of the focal lengths, as a ratio.
const MAX_FOCAL_STD: f64 = 0.015;
/// Largest standard deviation of the principal point, as a ratio of the picture's larger side.
const MAX_CENTER_STD: f64 = 0.01;
/// Smallest part of the picture that boards covered.
const MIN_COVERAGE: f64 = 0.2;
/// Largest error, as a ratio of the picture's larger side: beyond it lens model or board are wrong.
const MAX_RMS: f64 = 0.002;

/// A lens that may be trusted.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The lens.
    pub lens: Lens,
    /// One standard deviation of each parameter, in the order of [`Lens::parameters`].
    pub std: Vec<f64>,
    /// What speaks for it.
    pub evidence: Evidence,
    /// `camera_from_board` of each view.
    pub poses: Vec<Isometry3<f64>>,
}

/// What speaks for or against a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Root mean square distance of corners from where the fit has them, in pixels.
    pub rms_px: f64,
    /// The same for each view.
    pub view_rms_px: Vec<f64>,
    /// The largest angle between the boards of two views, in degrees.
    pub tilt_spread_deg: f64,
    /// RMS error in pixels of views that the lens was not fitted to; `None` where nothing is left to fit it to, or something else
    /// speaks against it already.
    pub held_out_px: Option<f64>,
    /// Where in the picture boards were seen.
    pub coverage: Coverage,
    /// Whether the distortion keeps the order of rays as far out as corners were seen.
    pub reaches_farthest_corner: bool,
    /// Whether it does so in the whole picture; if not, the lens means nothing near the picture's corners.
    pub reaches_picture_corners: bool,
}

/// Why there is no calibration.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The reasons, at least one.
    pub reasons: Vec<Refusal>,
    /// What the fit was like, where there was one.
    pub evidence: Option<Evidence>,
}

/// Fits a lens to corners seen in pictures of `size` (width, height), one list of corners a view.
///
/// # Errors
/// Says why the views do not determine the lens: a small residual alone proves nothing. Boards that only slid on a table fit
/// any focal length.
pub fn calibrate(
    views: &[&[Corner]],
    size: (u32, u32),
    model: LensModel,
) -> Result<Calibration, Refused> {
    let early = |reason| Refused {
        reasons: vec![reason],
        evidence: None,
    };
    if views.len() < MIN_VIEWS {
        return Err(early(Refusal::TooFewViews {
            views: views.len(),
            needed: MIN_VIEWS,
        }));
    }
    let fitted = fit(views, size, model).ok_or_else(|| early(Refusal::NoFit))?;
    let points = views.iter().map(|v| v.len()).sum::<usize>() as f64;
    let unknowns = (fitted.lens.parameters().len() + 6 * views.len()) as f64;
    let freedom = 2.0 * points - unknowns;
    if freedom < unknowns {
        return Err(early(Refusal::TooFewCorners {
            corners: points as usize,
        }));
    }
    let corner_std = (fitted.cost / freedom).sqrt().max(CORNER_ERROR);
    let reach = fitted.lens.max_valid_radius();
    let mut evidence = Evidence {
        rms_px: (fitted.cost / points).sqrt(),
        view_rms_px: views
            .iter()
            .zip(&fitted.poses)
            .map(|(v, p)| pose::rms_reprojection_error(&fitted.lens, v, p))
            .collect(),
        tilt_spread_deg: tilt_spread(&fitted.poses).to_degrees(),
        held_out_px: None,
        coverage: Coverage::new(views, size),
        reaches_farthest_corner: views
            .iter()
            .flat_map(|v| v.iter())
            .all(|c| fitted.lens.normalized_radius(&c.pixel) <= reach),
        reaches_picture_corners: picture_corners(size)
            .iter()
            .all(|p| fitted.lens.normalized_radius(p) <= reach),
    };
    let std = fitted
        .covariance
        .as_ref()
        .map(|c: &DMatrix<f64>| -> Vec<f64> {
            c.diagonal().iter().map(|v| v.sqrt() * corner_std).collect()
        });
    let mut reasons = objections(&fitted.lens, std.as_deref(), &evidence, size);
    if reasons.is_empty() {
        evidence.held_out_px = held_out(views, &fitted);
        reasons = objections(&fitted.lens, std.as_deref(), &evidence, size);
    }
    match std {
        Some(std) if reasons.is_empty() => Ok(Calibration {
            lens: fitted.lens,
            std,
            evidence,
            poses: fitted.poses,
        }),
        _ => Err(Refused {
            reasons,
            evidence: Some(evidence),
        }),
    }
}

/// Returns everything that speaks against a fit. What is not known to be within its limit is beyond it, so that NaN fails.
fn objections(
    lens: &Lens,
    std: Option<&[f64]>,
    evidence: &Evidence,
    size: (u32, u32),
) -> Vec<Refusal> {
    let larger = f64::from(size.0.max(size.1));
    let mut out = Vec::new();
    let mut demand = |holds: bool, or: Refusal| {
        if !holds {
            out.push(or);
        }
    };
    let deg = evidence.tilt_spread_deg;
    demand(
        deg >= MIN_TILT_SPREAD_DEG,
        Refusal::TiltSpread {
            deg,
            needed_deg: MIN_TILT_SPREAD_DEG,
        },
    );
    match std {
        None => demand(false, Refusal::Undetermined),
        Some(std) => {
            let ratio = (std[0] / lens.fx).max(std[1] / lens.fy);
            demand(
                ratio <= MAX_FOCAL_STD,
                Refusal::FocalLength {
                    ratio,
                    max: MAX_FOCAL_STD,
                },
            );
            let (std_px, max_px) = (std[2].max(std[3]), MAX_CENTER_STD * larger);
            demand(std_px <= max_px, Refusal::PrincipalPoint { std_px, max_px });
        }
    }
    let Coverage { share, missing } = &evidence.coverage;
    let too_little = Refusal::Coverage {
        share: *share,
        needed: MIN_COVERAGE,
        missing: missing.clone(),
    };
    demand(*share >= MIN_COVERAGE, too_little);
    let (rms_px, max_px) = (evidence.rms_px, MAX_RMS * larger);
    demand(rms_px <= max_px, Refusal::Residual { rms_px, max_px });
    if let Some(held_out_px) = evidence.held_out_px {
        let max_px = 3.0 * rms_px.max(2.0 * CORNER_ERROR);
        demand(
            held_out_px <= max_px,
            Refusal::HeldOut {
                held_out_px,
                max_px,
            },
        );
    }
    demand(evidence.reaches_farthest_corner, Refusal::Fold);
    out
}

fn fit(views: &[&[Corner]], size: (u32, u32), model: LensModel) -> Option<Adjusted> {
    let larger = f64::from(size.0.max(size.1));
    let from_focal = |focal: f64| {
        let lens = Lens::without_distortion(model, focal, size);
        let poses = views
            .iter()
            .map(|v| pose::board_pose(&lens, v))
            .collect::<Option<Vec<_>>>()?;
        bundle::adjust(lens, poses, views)
    };
    let points = views.iter().map(|v| v.len()).sum::<usize>() as f64;
    let good = |a: &Adjusted| (a.cost / points).sqrt() < 0.5 * MAX_RMS * larger;
    let guess = focal_guess(views, size).filter(|f| (0.1..=20.0).contains(&(f / larger)));
    let first = guess.and_then(from_focal);
    if first.as_ref().is_some_and(good) {
        return first;
    }
    let others = [0.3, 0.6, 1.0, 2.0, 4.0]
        .into_iter()
        .filter_map(|f| from_focal(f * larger));
    first
        .into_iter()
        .chain(others)
        .min_by(|a, b| a.cost.total_cmp(&b.cost))
}

/// Returns the focal length of a lens without distortion, its principal point in the middle, by the orthogonality of the board's
/// axes.
fn focal_guess(views: &[&[Corner]], size: (u32, u32)) -> Option<f64> {
    let middle = Lens::without_distortion(LensModel::BrownConrady, 1.0, size);
    let (mut left, mut right) = (0.0, 0.0);
    for view in views {
        let pairs: Vec<_> = view
            .iter()
            .map(|c| {
                (
                    c.on_board,
                    c.pixel - nalgebra::Vector2::new(middle.cx, middle.cy),
                )
            })
            .collect();
        let h = homography::fit(&pairs)?;
        let (a, b): (Vector3<f64>, Vector3<f64>) = (h.column(0).into(), h.column(1).into());
        let unit = a.norm() * b.norm();
        for (p, q) in [(a, b), (a + b, a - b)] {
            let (flat, deep) = ((p.x * q.x + p.y * q.y) / unit, p.z * q.z / unit);
            left += flat * flat;
            right -= flat * deep;
        }
    }
    // flat / f² + deep = 0 for each pair of directions.
    let inverse = right / left;
    (inverse > 0.0).then(|| inverse.sqrt().recip())
}

fn picture_corners((width, height): (u32, u32)) -> [Point2<f64>; 4] {
    let (right, bottom) = (f64::from(width) - 1.0, f64::from(height) - 1.0);
    [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)].map(|(x, y)| Point2::new(x, y))
}

fn tilt_spread(poses: &[Isometry3<f64>]) -> f64 {
    let normals: Vec<Vector3<f64>> = poses.iter().map(|p| p.rotation * Vector3::z()).collect();
    let pairs = normals
        .iter()
        .enumerate()
        .flat_map(|(i, a)| normals[i + 1..].iter().map(move |b| a.angle(b)));
    pairs.fold(0.0, f64::max)
}

/// Fits the lens without each view in turn, at most twelve times, and returns the error of the views left out.
fn held_out(views: &[&[Corner]], fitted: &Adjusted) -> Option<f64> {
    if views.len() <= MIN_VIEWS {
        return None;
    }
    let step = views.len().div_ceil(12);
    let (mut squares, mut corners) = (0.0, 0usize);
    for out in (0..views.len()).step_by(step) {
        let others: Vec<&[Corner]> = without(views, out);
        let Some(lens) = bundle::adjust(fitted.lens.clone(), without(&fitted.poses, out), &others)
            .map(|a| a.lens)
        else {
            return Some(f64::INFINITY);
        };
        let Some(pose) = pose::refined(&lens, views[out], fitted.poses[out]) else {
            return Some(f64::INFINITY);
        };
        squares += pose::sum_squared_errors(&lens, views[out], &pose);
        corners += views[out].len();
    }
    Some((squares / corners as f64).sqrt())
}

fn without<T: Clone>(all: &[T], out: usize) -> Vec<T> {
    all.iter()
        .enumerate()
        .filter(|(i, _)| *i != out)
        .map(|(_, t)| t.clone())
        .collect()
}
