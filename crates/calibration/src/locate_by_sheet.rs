//! Where a camera stands, from a board whose place is known.

use nalgebra::{Isometry3, Matrix3x6, Matrix6, Point2, Vector3};

use crate::lens::Lens;
use crate::pose::{self, Corner};

/// Largest standard deviation of the camera's place, all three axes together, in meters.
///
/// It does not grow with distance or with the size of a pixel: what corners are off in pixels is turned into millimeters by where
/// they are seen from, so that a picture of twice as many pixels halves the deviation. Where a sheet tells both, errors of place and
/// direction go together: from 80 cm above, 2 mm of the camera's place are 0.2 mm on the table.
pub const MAX_PLACE_STD_M: f64 = 0.002;
/// Largest standard deviation of its direction, all three axes together, in degrees: twice as much is half a degree.
pub const MAX_DIRECTION_STD_DEG: f64 = 0.25;
/// Corners that a lens shows farther than this from where they are seen, in pixels, are the lens's or the sheet's fault rather than
/// that of how large they are seen.
const DOUBTFUL_RMS_PX: f64 = 0.5;
/// So many pictures average out what differs from picture to picture.
const ENOUGH_PICTURES: usize = 10;
/// Corners are never taken to be better than this in pixels, however many pictures there are: paper is not flat.
pub(crate) const MIN_CORNER_ERROR_PX: f64 = 0.1;
/// Fewer corners leave too little to judge by.
const MIN_CORNERS: usize = 8;
/// Corners farther than this from where the board has them, in pixels, are of something else.
const MAX_RMS_PX: f64 = 2.0;
/// The board's mirrored pose must fit so many times worse, or it may as well be the true one.
const MIRRORED_WORSE: f64 = 1.3;

/// Where a camera stands in the arm's base, with what speaks for it.
#[derive(Clone, Debug)]
pub struct CameraLocation {
    /// The camera in the arm's base.
    pub base_from_camera: Isometry3<f64>,
    /// RMS distance between where things are seen and where they should be, in meters.
    pub residual: f64,
    /// One standard deviation of the camera's place, in meters.
    pub place_std: f64,
    /// One standard deviation of the camera's direction, in radians.
    pub direction_std: f64,
}

/// Why it is not known where a camera stands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LocateRefusal {
    /// The board was not seen well enough.
    #[error("{corners} corners of the board were seen, at least {needed} are needed")]
    TooFewCorners {
        /// Corners in all pictures.
        corners: usize,
        /// Fewest that are taken.
        needed: usize,
    },
    /// The corners do not fit the board.
    #[error(
        "the board's corners are {rms_px:.1} px from where this lens shows a board like that: is it flat and of this size, is the \
         lens this camera's, and did the camera stand still?"
    )]
    Corners {
        /// RMS distance.
        rms_px: f64,
    },
    /// Two poses fit.
    #[error(
        "the board may lean forward as well as back: bring it closer, or look at it from farther to the side"
    )]
    Mirrored,
    /// The camera would be below the table.
    #[error(
        "the camera would stand {below_mm:.0} mm below the table: is the sheet the right way round?"
    )]
    BelowTable {
        /// How far below.
        below_mm: f64,
    },
    /// The views leave the answer open.
    #[error(
        "the camera's place is known to {place_mm:.1} mm and {direction_deg:.2}° only (1 σ), where {limit_mm:.1} mm and \
         {limit_deg}° are the limit: {remedy}",
        limit_mm = MAX_PLACE_STD_M * 1e3,
        limit_deg = MAX_DIRECTION_STD_DEG
    )]
    Uncertain {
        /// Standard deviation of the place.
        place_mm: f64,
        /// Standard deviation of the direction.
        direction_deg: f64,
        /// What helps.
        remedy: String,
    },
    /// Too few marks were touched.
    #[error("{marks} marks were touched, at least {needed} different ones are needed")]
    TooFewMarks {
        /// Different marks.
        marks: usize,
        /// Fewest that are taken.
        needed: usize,
    },
    /// The marks lie on a line.
    #[error("the touched marks lie within {mm:.0} mm of a line: touch marks of other rows, too")]
    MarksInLine {
        /// How far they are from it (RMS).
        mm: f64,
    },
    /// One touch contradicts the others.
    #[error(
        "mark {mark} was touched {mm:.0} mm from where the others have it, {times:.1} times what such joints explain: was it that \
         mark?"
    )]
    Touch {
        /// Number of the mark.
        mark: usize,
        /// How far it is off.
        mm: f64,
        /// How many times the expected distance.
        times: f64,
    },
    /// Arm and sheet contradict each other.
    #[error(
        "fingertip and marks disagree by {residual_mm:.1} mm, {times:.1} times what such joints explain: does the sheet lie flat on \
         the table, and is it the fingertip that touched?"
    )]
    Misfit {
        /// RMS distance.
        residual_mm: f64,
        /// How many times the expected one.
        times: f64,
    },
    /// No solution was found.
    #[error("no place of the camera explains what is seen")]
    NoFit,
}

/// A board before a camera that stands still.
#[derive(Clone, Debug)]
pub struct BoardView {
    /// The board as the camera sees it.
    pub camera_from_board: Isometry3<f64>,
    /// RMS distance of corners on the board from where they should be, in meters.
    pub residual: f64,
    /// RMS distance of corners in the picture from where they should be, in pixels.
    pub residual_px: f64,
    /// Covariance of the pose: a rotation vector and a translation in the camera frame.
    pub covariance: Matrix6<f64>,
}

/// Finds a board before a camera of a known lens, from pictures between which neither moved.
///
/// # Errors
/// Says why the pictures do not tell it.
pub fn locate_board(lens: &Lens, pictures: &[Vec<Corner>]) -> Result<BoardView, LocateRefusal> {
    let all: Vec<Corner> = pictures.iter().flatten().copied().collect();
    let mut different: Vec<usize> = all.iter().map(|c| c.id).collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < MIN_CORNERS {
        return Err(LocateRefusal::TooFewCorners {
            corners: different.len(),
            needed: MIN_CORNERS,
        });
    }
    let pose = pose::board_pose(lens, &all).ok_or(LocateRefusal::NoFit)?;
    let rms_px = pose::rms_reprojection_error(lens, &all, &pose);
    let fits = rms_px <= MAX_RMS_PX;
    if !fits {
        return Err(LocateRefusal::Corners { rms_px });
    }
    let mirrored = pose::refined(lens, &all, pose::mirrored(&pose));
    let is_other = |other: &Isometry3<f64>| pose.rotation.angle_to(&other.rotation) > 0.05;
    if let Some(other) = mirrored.filter(is_other)
        && pose::rms_reprojection_error(lens, &all, &other)
            < MIRRORED_WORSE * rms_px.max(MIN_CORNER_ERROR_PX)
    {
        return Err(LocateRefusal::Mirrored);
    }
    let inverse = pose::normal_matrix(lens, &all, &pose)
        .and_then(|normal| normal.try_inverse())
        .ok_or(LocateRefusal::NoFit)?;
    // Noise differs from picture to picture, the paper's waves do not.
    let freedom = (2 * all.len()) as f64 - 6.0;
    let noise = rms_px * rms_px * all.len() as f64 / freedom;
    let waves = MIN_CORNER_ERROR_PX * MIN_CORNER_ERROR_PX * pictures.len() as f64;
    Ok(BoardView {
        camera_from_board: pose,
        residual: residual(lens, &all, &pose),
        residual_px: rms_px,
        covariance: inverse * (noise + waves),
    })
}

/// Returns the RMS distance on the board between where corners are seen and where they are.
fn residual(lens: &Lens, corners: &[Corner], camera_from_board: &Isometry3<f64>) -> f64 {
    let board_from_camera = camera_from_board.inverse();
    let eye = board_from_camera.translation.vector;
    let squares = corners.iter().filter_map(|c| {
        let ray = board_from_camera.rotation * lens.unproject(&c.pixel)?;
        let at = eye - ray * (eye.z / ray.z);
        Some((Point2::new(at.x, at.y) - c.on_board).norm_squared())
    });
    (squares.sum::<f64>() / corners.len() as f64).sqrt()
}

impl BoardView {
    /// Returns the covariances of the camera's place and of its direction, both in the board's frame.
    pub(crate) fn camera_covariance(&self) -> (nalgebra::Matrix3<f64>, nalgebra::Matrix3<f64>) {
        let turn = self
            .camera_from_board
            .rotation
            .inverse()
            .to_rotation_matrix()
            .into_inner();
        let place = self.camera_from_board.translation.vector;
        let mut by_motion = Matrix3x6::zeros();
        by_motion
            .fixed_columns_mut::<3>(0)
            .copy_from(&(-turn * place.cross_matrix()));
        by_motion.fixed_columns_mut::<3>(3).copy_from(&-turn);
        let turns = self.covariance.fixed_view::<3, 3>(0, 0);
        (
            by_motion * self.covariance * by_motion.transpose(),
            turn * turns * turn.transpose(),
        )
    }
}

/// Finds a camera of a known lens that sees a board lying at a known place.
///
/// # Errors
/// Says why the pictures do not tell it.
pub fn locate_camera_by_sheet(
    lens: &Lens,
    pictures: &[Vec<Corner>],
    base_from_board: &Isometry3<f64>,
) -> Result<CameraLocation, LocateRefusal> {
    let view = locate_board(lens, pictures)?;
    let (place, direction) = view.camera_covariance();
    CameraLocation {
        base_from_camera: base_from_board * view.camera_from_board.inverse(),
        residual: view.residual,
        place_std: place.trace().sqrt(),
        direction_std: direction.trace().sqrt(),
    }
    .check_certainty(&remedy(view.residual_px, pictures.len()))
}

/// Returns what would tell the camera's place better, where corners are seen `rms_px` from where the lens shows them.
fn remedy(rms_px: f64, pictures: usize) -> String {
    if rms_px > DOUBTFUL_RMS_PX {
        return format!(
            "the sheet's corners are {rms_px:.1} px from where this lens shows them, so calibrate the lens better, and see that \
             the sheet lies flat"
        );
    }
    let more = if pictures < ENOUGH_PICTURES {
        ", or more of them"
    } else {
        ""
    };
    format!(
        "the sheet's corners are seen to {rms_px:.2} px, so bring the camera closer, lay a larger sheet, or take larger \
         pictures{more}"
    )
}

impl CameraLocation {
    /// Returns this if it is certain enough, and above the table. What is not known to be within its limit is beyond it.
    pub(crate) fn check_certainty(self, remedy: &str) -> Result<Self, LocateRefusal> {
        let is_certain = self.place_std <= MAX_PLACE_STD_M
            && self.direction_std <= MAX_DIRECTION_STD_DEG.to_radians();
        if !is_certain {
            return Err(LocateRefusal::Uncertain {
                place_mm: self.place_std * 1e3,
                direction_deg: self.direction_std.to_degrees(),
                remedy: remedy.to_owned(),
            });
        }
        let eye: Vector3<f64> = self.base_from_camera.translation.vector;
        if eye.z <= 0.0 {
            return Err(LocateRefusal::BelowTable {
                below_mm: -eye.z * 1e3,
            });
        }
        Ok(self)
    }
}
