//! Where a camera stands in the arm's base, from a board in the gripper that was moved before it (eye to hand), or where it is
//! on the gripper, from a board on the table (eye in hand).

use nalgebra::{
    DMatrix, DVector, Isometry3, Matrix3, Matrix6, Rotation3, Translation3, UnitQuaternion,
    Vector3, Vector6,
};

use crate::lens::Lens;
use crate::locate_by_sheet::{MAX_DIRECTION_STD_DEG, MAX_PLACE_STD_M, MIN_CORNER_ERROR_PX};
use crate::pose::{self, Corner};

/// Fewer views leave too little to judge by.
pub const MIN_VIEWS: usize = 12;
/// Smallest turn of the gripper about the second of its axes, in degrees.
const MIN_TURN_DEG: f64 = 10.0;
/// How far servos are mounted off before they are calibrated (1 σ), in radians.
const OFFSET_STD: f64 = 0.05;
/// Residuals in standard deviations beyond which arm, board or lens are not as described…
const MAX_MISFIT: f64 = 2.0;
/// …beyond which a single view counts less…
const DOUBTFUL: f64 = 2.0;
/// …and beyond which it does not count at all: something slipped.
const SLIPPED: f64 = 4.0;
/// Largest part of the views that may have slipped.
const MAX_SLIPPED: f64 = 0.2;

/// The board in one posture of the arm.
#[derive(Clone, Debug)]
pub struct PostureView {
    /// What the arm says of its joints, in radians.
    pub joints: Vec<f64>,
    /// What the camera sees of the board.
    pub corners: Vec<Corner>,
}

/// Where the camera stands, with what speaks for it.
#[derive(Clone, Debug)]
pub struct HandEye {
    /// The camera in what it is mounted on: the arm's base, as its first joint reports it, or the gripper.
    pub mount_from_camera: Isometry3<f64>,
    /// The board in the other of the two.
    pub other_from_board: Isometry3<f64>,
    /// What to add to each joint's reading, in radians. An offset of the first joint is a turn of what is in the base about it, and
    /// one of the last a turn of what is on the gripper: these two are 0.
    pub joint_offsets: Vec<f64>,
    /// One standard deviation of each offset, in radians.
    pub offset_std: Vec<f64>,
    /// Numbers of the views, from 0, that contradict the others and were left out.
    pub slipped: Vec<usize>,
    /// RMS distance of the board from where arm and camera have it, in meters.
    pub residual: f64,
    /// One standard deviation of the camera's place, in meters.
    pub place_std: f64,
    /// One standard deviation of the camera's direction, in radians.
    pub direction_std: f64,
}

/// Why it is not known where the camera stands.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HandEyeRefusal {
    /// Too few postures.
    #[error("the board was seen in {views} postures, at least {needed} are needed")]
    TooFewViews {
        /// Postures in which it was seen.
        views: usize,
        /// Fewest that are taken.
        needed: usize,
    },
    /// The gripper turned too little.
    #[error(
        "the gripper turned by {deg:.0}° about its second axis, at least {needed_deg:.0}° are needed: tilt it in two directions"
    )]
    Turns {
        /// The turn about the second of its axes.
        deg: f64,
        /// The smallest that is taken.
        needed_deg: f64,
    },
    /// The views leave the answer open.
    #[error(
        "the camera's place is known to {place_mm:.1} mm and {direction_deg:.2}° only (1 σ), where {limit_mm:.1} mm and \
         {limit_deg}° are the limit: take more postures, turned more and closer to the camera",
        limit_mm = MAX_PLACE_STD_M * 1e3,
        limit_deg = MAX_DIRECTION_STD_DEG
    )]
    Uncertain {
        /// Standard deviation of the place.
        place_mm: f64,
        /// Standard deviation of the direction.
        direction_deg: f64,
    },
    /// Arm and camera contradict each other.
    #[error(
        "arm and camera disagree by {residual_mm:.1} mm, {times:.1} times what such joints explain: is the board firm in the \
         gripper, its size as described, and did the camera stand still?"
    )]
    Misfit {
        /// RMS distance.
        residual_mm: f64,
        /// How many times the expected one.
        times: f64,
    },
    /// No solution was found.
    #[error("no place of the camera explains these views")]
    NoFit,
}

/// Finds a camera that stands in the arm's base and sees a board in the gripper, and the offsets of the arm's joints. The lens is
/// known.
///
/// `base_from_gripper` is the arm's forward kinematics; `joint_std` is how exactly a joint goes where it says (1 σ), in radians.
///
/// # Errors
/// Says why the views do not tell it.
pub fn solve_eye_to_hand(
    lens: &Lens,
    views: &[PostureView],
    joint_std: f64,
    base_from_gripper: impl Fn(&[f64]) -> Isometry3<f64>,
) -> Result<HandEye, HandEyeRefusal> {
    solve(lens, views, joint_std, base_from_gripper)
}

/// Finds a camera on the gripper that sees a board on the table, and the offsets of the arm's joints; otherwise as
/// [`solve_eye_to_hand`].
///
/// # Errors
/// Says why the views do not tell it.
pub fn solve_eye_in_hand(
    lens: &Lens,
    views: &[PostureView],
    joint_std: f64,
    base_from_gripper: impl Fn(&[f64]) -> Isometry3<f64>,
) -> Result<HandEye, HandEyeRefusal> {
    // Seen from the gripper, it is the base that moves, with the board.
    solve(lens, views, joint_std, |joints| {
        base_from_gripper(joints).inverse()
    })
}

/// Solves for a camera in a frame from which the arm leads to the board's frame.
fn solve(
    lens: &Lens,
    views: &[PostureView],
    joint_std: f64,
    base_from_gripper: impl Fn(&[f64]) -> Isometry3<f64>,
) -> Result<HandEye, HandEyeRefusal> {
    let mut seen: Vec<Seen> = views
        .iter()
        .enumerate()
        .filter_map(|(number, v)| Seen::new(lens, number, v, joint_std, &base_from_gripper))
        .collect();
    if seen.len() < MIN_VIEWS {
        return Err(HandEyeRefusal::TooFewViews {
            views: seen.len(),
            needed: MIN_VIEWS,
        });
    }
    let deg = second_turn(&seen).to_degrees();
    // What is not known to be enough is too little, so that NaN fails.
    let turns_enough = deg >= MIN_TURN_DEG;
    if !turns_enough {
        return Err(HandEyeRefusal::Turns {
            deg,
            needed_deg: MIN_TURN_DEG,
        });
    }
    let first = linear(&seen).ok_or(HandEyeRefusal::NoFit)?;
    let (mut found, mut covariance) =
        refined(&mut seen, first, &base_from_gripper).ok_or(HandEyeRefusal::NoFit)?;
    let has_slipped = |s: &Seen| s.times(&found.error(s, &base_from_gripper)) > SLIPPED;
    let slipped: Vec<usize> = seen
        .iter()
        .filter(|s| has_slipped(s))
        .map(|s| s.number)
        .collect();
    let few = MAX_SLIPPED * seen.len() as f64;
    if !slipped.is_empty() && slipped.len() as f64 <= few && seen.len() - slipped.len() >= MIN_VIEWS
    {
        seen.retain(|s| !slipped.contains(&s.number));
        (found, covariance) =
            refined(&mut seen, found, &base_from_gripper).ok_or(HandEyeRefusal::NoFit)?;
    }
    let errors: Vec<Vector6<f64>> = seen
        .iter()
        .map(|s| found.error(s, &base_from_gripper))
        .collect();
    let freedom = (6 * seen.len()) as f64 - (12 + found.offsets.len()) as f64;
    let misfit = seen
        .iter()
        .zip(&errors)
        .map(|(s, e)| e.dot(&(s.weight * e)))
        .sum::<f64>()
        / freedom;
    let residual = (errors
        .iter()
        .map(|e| e.fixed_rows::<3>(3).norm_squared())
        .sum::<f64>()
        / seen.len() as f64)
        .sqrt();
    let scale = misfit.max(1.0).sqrt();
    let std = |first: usize| {
        scale
            * (first..first + 3)
                .map(|i| covariance[(i, i)])
                .sum::<f64>()
                .sqrt()
    };
    let (direction_std, place_std) = (std(0), std(3));
    let is_certain =
        place_std <= MAX_PLACE_STD_M && direction_std <= MAX_DIRECTION_STD_DEG.to_radians();
    if !is_certain {
        let (place_mm, direction_deg) = (place_std * 1e3, direction_std.to_degrees());
        return Err(HandEyeRefusal::Uncertain {
            place_mm,
            direction_deg,
        });
    }
    if scale > MAX_MISFIT {
        return Err(HandEyeRefusal::Misfit {
            residual_mm: residual * 1e3,
            times: scale,
        });
    }
    let last = found.offsets.len().saturating_sub(1);
    let offset_std = (0..found.offsets.len()).map(|joint| {
        let is_inner = (1..last).contains(&joint);
        let parameter = if is_inner { 11 + joint } else { 0 };
        f64::from(u8::from(is_inner)) * scale * covariance[(parameter, parameter)].sqrt()
    });
    Ok(HandEye {
        mount_from_camera: found.base_from_camera,
        other_from_board: found.gripper_from_board,
        offset_std: offset_std.collect(),
        joint_offsets: found.offsets,
        slipped,
        residual,
        place_std,
        direction_std,
    })
}

/// A view with the board's pose by the camera, and how exactly arm and camera tell it.
struct Seen<'a> {
    number: usize,
    joints: &'a [f64],
    base_from_gripper: Isometry3<f64>,
    camera_from_board: Isometry3<f64>,
    /// Inverse covariance of the difference between the two.
    weight: Matrix6<f64>,
    covariance: Matrix6<f64>,
    joint_std: f64,
}

impl<'a> Seen<'a> {
    fn new(
        lens: &Lens,
        number: usize,
        view: &'a PostureView,
        joint_std: f64,
        forward: &impl Fn(&[f64]) -> Isometry3<f64>,
    ) -> Option<Self> {
        let camera_from_board = pose::board_pose(lens, &view.corners)?;
        let error = pose::rms_reprojection_error(lens, &view.corners, &camera_from_board)
            .max(MIN_CORNER_ERROR_PX);
        let covariance = pose::normal_matrix(lens, &view.corners, &camera_from_board)?
            .try_inverse()?
            * (error * error / 2.0);
        Some(Self {
            number,
            joints: &view.joints,
            base_from_gripper: forward(&view.joints),
            camera_from_board,
            weight: covariance.try_inverse()?,
            covariance,
            joint_std,
        })
    }

    /// Returns a difference in standard deviations (RMS).
    fn times(&self, error: &Vector6<f64>) -> f64 {
        (error.dot(&(self.weight * error)) / 6.0).sqrt()
    }

    /// Takes into account what the joints' errors do to the difference.
    fn weigh(&mut self, by_joints: &DMatrix<f64>) {
        let arm = by_joints * by_joints.transpose() * (self.joint_std * self.joint_std);
        let total = self.covariance + Matrix6::from_iterator(arm.iter().copied());
        self.weight = total.try_inverse().unwrap_or(self.weight);
    }
}

#[derive(Clone)]
struct Guess {
    base_from_camera: Isometry3<f64>,
    gripper_from_board: Isometry3<f64>,
    offsets: Vec<f64>,
}

impl Guess {
    /// Returns how far the board is from where the arm has it: a rotation vector and a translation in the camera frame.
    fn error(&self, seen: &Seen, forward: &impl Fn(&[f64]) -> Isometry3<f64>) -> Vector6<f64> {
        let joints: Vec<f64> = seen
            .joints
            .iter()
            .zip(&self.offsets)
            .map(|(q, d)| q + d)
            .collect();
        self.error_at(seen, &forward(&joints))
    }

    fn error_at(&self, seen: &Seen, base_from_gripper: &Isometry3<f64>) -> Vector6<f64> {
        let predicted =
            self.base_from_camera.inverse() * base_from_gripper * self.gripper_from_board;
        let turn = (predicted.rotation * seen.camera_from_board.rotation.inverse()).scaled_axis();
        let shift = predicted.translation.vector - seen.camera_from_board.translation.vector;
        Vector6::new(turn.x, turn.y, turn.z, shift.x, shift.y, shift.z)
    }

    /// Moves camera, board and the offsets of all joints but the first and the last.
    fn moved(&self, by: &DVector<f64>) -> Self {
        let mut offsets = self.offsets.clone();
        let last = offsets.len().saturating_sub(1);
        for (offset, by) in offsets
            .iter_mut()
            .take(last)
            .skip(1)
            .zip(by.iter().skip(12))
        {
            *offset += by;
        }
        Self {
            base_from_camera: pose::moved(
                &self.base_from_camera,
                &by.fixed_rows::<6>(0).into_owned(),
            ),
            gripper_from_board: pose::moved(
                &self.gripper_from_board,
                &by.fixed_rows::<6>(6).into_owned(),
            ),
            offsets,
        }
    }
}

/// Returns the rotations of gripper and board from each view to each later one.
fn turns(seen: &[Seen]) -> Vec<(Isometry3<f64>, Isometry3<f64>)> {
    let later = seen
        .iter()
        .enumerate()
        .flat_map(|(i, a)| seen[i + 1..].iter().map(move |b| (a, b)));
    later
        .map(|(a, b)| {
            let gripper = b.base_from_gripper.inverse() * a.base_from_gripper;
            let board = b.camera_from_board.inverse() * a.camera_from_board;
            (gripper, board)
        })
        .collect()
}

/// Returns the RMS turn about the second of the gripper's axes.
fn second_turn(seen: &[Seen]) -> f64 {
    let turns = turns(seen);
    let spread: Matrix3<f64> = turns
        .iter()
        .map(|(gripper, _)| gripper.rotation.scaled_axis())
        .map(|axis| axis * axis.transpose())
        .sum::<Matrix3<f64>>()
        / turns.len() as f64;
    let mut values: Vec<f64> = spread.symmetric_eigenvalues().iter().copied().collect();
    values.sort_by(f64::total_cmp);
    values[1].max(0.0).sqrt()
}

/// Solves for rotation, then translation, by the arm's and the board's relative motions (Park and Martin).
fn linear(seen: &[Seen]) -> Option<Guess> {
    let turns = turns(seen);
    let mut correlation = Matrix3::zeros();
    for (gripper, board) in &turns {
        correlation += gripper.rotation.scaled_axis() * board.rotation.scaled_axis().transpose();
    }
    let svd = correlation.svd(true, true);
    let (u, v_t) = (svd.u?, svd.v_t?);
    let sign = Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, (u * v_t).determinant().signum()));
    let rotation = Rotation3::from_matrix_unchecked(u * sign * v_t);
    let (mut normal, mut right) = (Matrix3::zeros(), Vector3::zeros());
    for (gripper, board) in &turns {
        let left = gripper.rotation.to_rotation_matrix().matrix() - Matrix3::identity();
        normal += left.transpose() * left;
        right +=
            left.transpose() * (rotation * board.translation.vector - gripper.translation.vector);
    }
    let translation = Translation3::from(normal.try_inverse()? * right);
    let gripper_from_board =
        Isometry3::from_parts(translation, UnitQuaternion::from_rotation_matrix(&rotation));
    let first = seen.first()?;
    Some(Guess {
        base_from_camera: first.base_from_gripper
            * gripper_from_board
            * first.camera_from_board.inverse(),
        gripper_from_board,
        offsets: vec![0.0; first.joints.len()],
    })
}

/// Returns the most likely guess near another one, and the covariance of its parameters; views are weighted by what joints and corners
/// do to them there.
fn refined(
    seen: &mut [Seen],
    mut guess: Guess,
    forward: &impl Fn(&[f64]) -> Isometry3<f64>,
) -> Option<(Guess, DMatrix<f64>)> {
    const STEP: f64 = 1e-6;
    let inner = guess.offsets.len().saturating_sub(2);
    let n = 12 + inner;
    let mut covariance = None;
    for _ in 0..50 {
        let mut normal = DMatrix::zeros(n, n);
        let mut gradient = DVector::zeros(n);
        for s in &mut *seen {
            let joints: Vec<f64> = s
                .joints
                .iter()
                .zip(&guess.offsets)
                .map(|(q, d)| q + d)
                .collect();
            let mut by_joints = DMatrix::zeros(6, joints.len());
            for joint in 0..joints.len() {
                let mut ends = [joints.clone(), joints.clone()];
                ends[0][joint] -= STEP;
                ends[1][joint] += STEP;
                let [less, more] = ends.map(|q| guess.error_at(s, &forward(&q)));
                by_joints.set_column(joint, &((more - less) / (2.0 * STEP)));
            }
            let mut jacobian = DMatrix::zeros(6, n);
            for parameter in 0..n {
                let mut by = DVector::zeros(n);
                by[parameter] = STEP;
                let more = guess.moved(&by).error(s, forward);
                by[parameter] = -STEP;
                let less = guess.moved(&by).error(s, forward);
                jacobian.set_column(parameter, &((more - less) / (2.0 * STEP)));
            }
            s.weigh(&by_joints);
            let error = guess.error(s, forward);
            // What is doubtful pulls no harder than it would at the limit (Huber).
            let trust = (DOUBTFUL / s.times(&error)).min(1.0);
            let weighted = jacobian.transpose() * s.weight * trust;
            normal += &weighted * &jacobian;
            gradient -= weighted * error;
        }
        for joint in 0..inner {
            normal[(12 + joint, 12 + joint)] += OFFSET_STD.powi(-2);
            gradient[12 + joint] -= guess.offsets[joint + 1] * OFFSET_STD.powi(-2);
        }
        let inverse = normal.cholesky()?.inverse();
        let step = &inverse * gradient;
        guess = guess.moved(&step);
        covariance = Some(inverse);
        if step.norm() < 1e-9 {
            break;
        }
    }
    Some((guess, covariance?))
}
