//! Where a camera stands, from a sheet whose marks the fingertip was led to.

use nalgebra::{
    DMatrix, DVector, Isometry3, Matrix3, Point2, Point3, Rotation3, Translation3, UnitQuaternion,
    Vector3, Vector6,
};

use crate::lens::Lens;
use crate::locate_by_sheet::{BoardView, CameraLocation, LocateRefusal, locate_board};
use crate::pose::{self, Corner};

/// Fewer marks leave too little to judge by.
pub const MIN_MARKS: usize = 4;
/// How exactly a fingertip is led to a mark (1 σ), in meters.
const AIM: f64 = 3e-4;
/// How flat the sheet lies (1 σ), in radians…
const TILT: f64 = 0.002;
/// …and how exactly on the table that the base stands on, in meters.
const HEIGHT: f64 = 0.002;
/// Smallest RMS distance of the marks from a line, in meters.
const MIN_BREADTH: f64 = 0.012;
/// How many times farther than expected a single touch may be.
const MAX_TOUCH: f64 = 4.0;
/// Residuals in standard deviations beyond which arm and sheet are not as described.
const MAX_MISFIT: f64 = 3.0;

/// The fingertip at a mark.
#[derive(Clone, Debug)]
pub struct Touch {
    /// Number of the mark, from 1.
    pub number: usize,
    /// Where the mark is on the sheet, in meters.
    pub on_board: Point2<f64>,
    /// What the arm says of its joints, in radians.
    pub joints: Vec<f64>,
}

/// How exact an arm's joints are (1 σ), in radians.
#[derive(Clone, Copy, Debug)]
pub struct JointUncertainty {
    /// By how much a reading differs from the next at the same place.
    pub noise: f64,
    /// By how much all readings of a joint are off.
    pub offset: f64,
}

/// Where camera and sheet are, with what speaks for it.
#[derive(Clone, Debug)]
pub struct TouchCalibration {
    /// The camera.
    pub located: CameraLocation,
    /// The sheet in the arm's base.
    pub base_from_board: Isometry3<f64>,
    /// What to add to each joint's reading, in radians. The first joint's is 0: it would be a turn of the whole table.
    pub joint_offsets: Vec<f64>,
}

/// Finds a camera that sees a sheet, from where the fingertip touched the sheet's marks.
///
/// `tip` is where the fingertip is in the arm's base, by the arm's kinematics. The sheet lies on the plane `z = 0`, more or less.
///
/// # Errors
/// Says why touches and pictures do not tell it.
pub fn locate_camera_by_touch(
    lens: &Lens,
    pictures: &[Vec<Corner>],
    touches: &[Touch],
    error: JointUncertainty,
    tip: impl Fn(&[f64]) -> Point3<f64>,
) -> Result<TouchCalibration, LocateRefusal> {
    let mut numbers: Vec<usize> = touches.iter().map(|t| t.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() < MIN_MARKS {
        return Err(LocateRefusal::TooFewMarks {
            marks: numbers.len(),
            needed: MIN_MARKS,
        });
    }
    let breadth = breadth(touches);
    let is_broad = breadth >= MIN_BREADTH;
    if !is_broad {
        return Err(LocateRefusal::MarksInLine { mm: breadth * 1e3 });
    }
    let view = locate_board(lens, pictures)?;
    let problem = Problem {
        touches,
        error,
        tip: &tip,
    };
    let first = problem.first().ok_or(LocateRefusal::NoFit)?;
    let (sheet, covariance) = problem.refined(first).ok_or(LocateRefusal::NoFit)?;
    let scale = problem.judge(&sheet)?;
    let residual = problem.residual(&sheet);
    located(&view, &sheet, &(covariance * (scale * scale)), residual).map(|located| {
        TouchCalibration {
            located,
            base_from_board: sheet.base_from_board,
            joint_offsets: sheet.offsets,
        }
    })
}

/// Puts together what the arm tells of the sheet and what the camera does.
fn located(
    view: &BoardView,
    sheet: &Guess,
    covariance: &DMatrix<f64>,
    residual: f64,
) -> Result<CameraLocation, LocateRefusal> {
    let base_from_camera = sheet.base_from_board * view.camera_from_board.inverse();
    let (place, direction) = view.camera_covariance();
    // A turn of the sheet about its origin takes the camera along.
    let arm = base_from_camera.translation.vector - sheet.base_from_board.translation.vector;
    let mut by_sheet = nalgebra::Matrix3x6::zeros();
    by_sheet
        .fixed_columns_mut::<3>(0)
        .copy_from(&-arm.cross_matrix());
    by_sheet
        .fixed_columns_mut::<3>(3)
        .copy_from(&Matrix3::identity());
    let of_sheet = covariance.fixed_view::<6, 6>(0, 0);
    let by_touch = by_sheet * of_sheet * by_sheet.transpose();
    let turns = of_sheet.fixed_view::<3, 3>(0, 0).trace();
    CameraLocation {
        base_from_camera,
        residual,
        place_std: (place.trace() + by_touch.trace()).sqrt(),
        direction_std: (direction.trace() + turns).sqrt(),
    }
    .check_certainty(
        "touch more marks, each several times and with the arm bent differently, and farther apart",
    )
}

/// Returns the RMS distance of the marks from the line that fits them best.
fn breadth(touches: &[Touch]) -> f64 {
    let n = touches.len() as f64;
    let mean = touches
        .iter()
        .map(|t| t.on_board.coords)
        .sum::<nalgebra::Vector2<f64>>()
        / n;
    let spread = touches
        .iter()
        .map(|t| (t.on_board.coords - mean) * (t.on_board.coords - mean).transpose())
        .sum::<nalgebra::Matrix2<f64>>()
        / n;
    spread.symmetric_eigenvalues().min().max(0.0).sqrt()
}

/// Where the sheet may lie, and how far joints are off.
#[derive(Clone, Debug)]
struct Guess {
    base_from_board: Isometry3<f64>,
    offsets: Vec<f64>,
}

impl Guess {
    /// Moves the sheet and the offsets of all joints but the first.
    fn moved(&self, by: &DVector<f64>) -> Self {
        let motion: Vector6<f64> = by.fixed_rows::<6>(0).into_owned();
        let mut offsets = self.offsets.clone();
        for (offset, by) in offsets.iter_mut().skip(1).zip(by.iter().skip(6)) {
            *offset += by;
        }
        Self {
            base_from_board: pose::moved(&self.base_from_board, &motion),
            offsets,
        }
    }

    /// Returns how the sheet leans in two directions, and how high it lies.
    fn lie(&self) -> Vector3<f64> {
        let down = self.base_from_board.rotation * Vector3::z();
        Vector3::new(down.x, down.y, self.base_from_board.translation.z)
    }
}

struct Problem<'a, F> {
    touches: &'a [Touch],
    error: JointUncertainty,
    tip: &'a F,
}

impl<F: Fn(&[f64]) -> Point3<f64>> Problem<'_, F> {
    /// Returns the sheet's place by the marks alone (Kabsch).
    fn first(&self) -> Option<Guess> {
        let n = self.touches.len() as f64;
        let pairs: Vec<(Vector3<f64>, Vector3<f64>)> = self
            .touches
            .iter()
            .map(|t| (t.on_board.coords.push(0.0), (self.tip)(&t.joints).coords))
            .collect();
        let mean = pairs
            .iter()
            .fold((Vector3::zeros(), Vector3::zeros()), |sum, pair| {
                (sum.0 + pair.0 / n, sum.1 + pair.1 / n)
            });
        let correlation = pairs
            .iter()
            .map(|(mark, tip)| (tip - mean.1) * (mark - mean.0).transpose())
            .sum::<Matrix3<f64>>();
        let svd = correlation.svd(true, true);
        let (u, v_t) = (svd.u?, svd.v_t?);
        let sign =
            Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, (u * v_t).determinant().signum()));
        let turn = Rotation3::from_matrix_unchecked(u * sign * v_t);
        let rotation = UnitQuaternion::from_rotation_matrix(&turn);
        let translation = Translation3::from(mean.1 - rotation * mean.0);
        Some(Guess {
            base_from_board: Isometry3::from_parts(translation, rotation),
            offsets: vec![0.0; self.touches.first()?.joints.len()],
        })
    }

    /// Returns where the mark is, seen from the fingertip.
    fn miss(&self, guess: &Guess, touch: &Touch) -> Vector3<f64> {
        let joints: Vec<f64> = touch
            .joints
            .iter()
            .zip(&guess.offsets)
            .map(|(q, d)| q + d)
            .collect();
        let mark = Point3::new(touch.on_board.x, touch.on_board.y, 0.0);
        guess.base_from_board * mark - (self.tip)(&joints)
    }

    /// Returns the covariance of a touch: what joints and aim do to it.
    fn covariance(&self, guess: &Guess, touch: &Touch) -> Matrix3<f64> {
        const STEP: f64 = 1e-6;
        let mut out = Matrix3::identity() * (AIM * AIM);
        for joint in 0..touch.joints.len() {
            let mut ends = [touch.clone(), touch.clone()];
            ends[0].joints[joint] -= STEP;
            ends[1].joints[joint] += STEP;
            let [less, more] = ends.map(|t| self.miss(guess, &t));
            let by = (more - less) / (2.0 * STEP) * self.error.noise;
            out += by * by.transpose();
        }
        out
    }

    /// Returns the most likely guess near another one, and the covariance of its parameters.
    fn refined(&self, mut guess: Guess) -> Option<(Guess, DMatrix<f64>)> {
        const STEP: f64 = 1e-6;
        let n = 6 + guess.offsets.len().saturating_sub(1);
        let flat = Vector3::new(TILT, TILT, HEIGHT).map(|std| std.powi(-2));
        let derivative = |guess: &Guess, of: &dyn Fn(&Guess) -> Vector3<f64>| {
            let mut out = DMatrix::zeros(3, n);
            for parameter in 0..n {
                let mut by = DVector::zeros(n);
                by[parameter] = STEP;
                let more = of(&guess.moved(&by));
                by[parameter] = -STEP;
                out.set_column(parameter, &((more - of(&guess.moved(&by))) / (2.0 * STEP)));
            }
            out
        };
        let mut covariance = None;
        for _ in 0..50 {
            let mut normal = DMatrix::zeros(n, n);
            let mut gradient = DVector::zeros(n);
            let mut add = |jacobian: &DMatrix<f64>, weight: &Matrix3<f64>, error: &Vector3<f64>| {
                let weighted = jacobian.transpose() * weight;
                normal += &weighted * jacobian;
                gradient -= weighted * error;
            };
            for touch in self.touches {
                let jacobian = derivative(&guess, &|g| self.miss(g, touch));
                let weight = self.covariance(&guess, touch).try_inverse()?;
                add(&jacobian, &weight, &self.miss(&guess, touch));
            }
            let lean = derivative(&guess, &Guess::lie);
            add(&lean, &Matrix3::from_diagonal(&flat), &guess.lie());
            let known = self.error.offset.powi(-2);
            for joint in 6..n {
                normal[(joint, joint)] += known;
                gradient[joint] -= guess.offsets[joint - 5] * known;
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

    /// Returns by how much uncertainty is to be scaled, or what contradicts.
    fn judge(&self, guess: &Guess) -> Result<f64, LocateRefusal> {
        let mut sum = 0.0;
        let mut worst = (0.0, None);
        for touch in self.touches {
            let miss = self.miss(guess, touch);
            let weight = self
                .covariance(guess, touch)
                .try_inverse()
                .ok_or(LocateRefusal::NoFit)?;
            let square = miss.dot(&(weight * miss));
            sum += square;
            if square >= worst.0 {
                worst = (square, Some((touch.number, miss.norm())));
            }
        }
        if let (square, Some((mark, distance))) = worst {
            // The distance of a place in space is 1.7 standard deviations at the root mean square.
            let times = (square / 3.0).sqrt();
            let is_close = times <= MAX_TOUCH;
            if !is_close {
                return Err(LocateRefusal::Touch {
                    mark,
                    mm: distance * 1e3,
                    times,
                });
            }
        }
        // The sheet's place takes three, for its height and lean are known beforehand; offsets take one each, partly.
        let freedom = (3 * self.touches.len()) as f64 - 3.0 - (guess.offsets.len() - 1) as f64;
        let times = (sum / freedom.max(1.0)).sqrt();
        let fits = times <= MAX_MISFIT;
        if !fits {
            return Err(LocateRefusal::Misfit {
                residual_mm: self.residual(guess) * 1e3,
                times,
            });
        }
        Ok(times.max(1.0))
    }

    fn residual(&self, guess: &Guess) -> f64 {
        let squares = self
            .touches
            .iter()
            .map(|t| self.miss(guess, t).norm_squared());
        (squares.sum::<f64>() / self.touches.len() as f64).sqrt()
    }
}
