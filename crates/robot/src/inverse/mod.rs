//! Inverse kinematics: joint positions that put the tool at a target.
//!
//! Solved in closed form if the arm has one and the target is a full pose (`wrist`, `plane`),
//! else by damped least squares (`descent`) from the seed and then from a fixed sequence of
//! starts that spreads from the seed over the whole joint range. The same query always has the same
//! result. Planners ask for joints a little inside their limits ([`Robot::inverse_with_limit_margin`]) and for
//! alternative postures at the same pose ([`Robot::inverse_all`]).

mod descent;
mod plane;
mod wrist;

use std::f64::consts::TAU;

use enact_types::{Point3, Pose, Refusal, Vector3};
use nalgebra::{Matrix3, Rotation3, Unit, UnitQuaternion};

use crate::description::{Limits, Robot};
use crate::halton::halton;
use descent::{DescentResult, DescentTarget, OrientationConstraint, descend};
pub use plane::PlanarArm;
pub use wrist::SphericalWristArm;

/// Target of the tool, in the base frame.
#[derive(Clone, Debug, PartialEq)]
pub enum IkTarget {
    /// Full pose of the tool frame.
    Pose(Pose),
    /// Origin of the tool frame and direction of the hand; the rest is free.
    Approach {
        /// Origin of the tool frame, meters.
        position: Point3,
        /// Direction of the hand's approach axis.
        approach: Unit<Vector3>,
        /// Line along which the fingers open, up to sign; its component along the approach is
        /// ignored.
        opening: Option<Unit<Vector3>>,
    },
}

/// Whether a refusal measures how far an unreachable target is. That takes most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Miss {
    Measured,
    Unmeasured,
}

/// Joint positions that put the tool at the target, within tolerance.
#[derive(Clone, Debug, PartialEq)]
pub struct IkSolution {
    /// Positions of the arm joints.
    pub joints: Vec<f64>,
    /// Distance of the tool from its target, meters.
    pub position_error: f64,
    /// Angle between the tool, or its approach axis, and the target, radians.
    pub rotation_error: f64,
}

/// Largest permitted [`IkSolution::position_error`], meters.
pub const POSITION_TOLERANCE_M: f64 = 1e-4;
/// Largest permitted [`IkSolution::rotation_error`] for a pose, radians.
pub const POSE_ROTATION_TOLERANCE_RAD: f64 = 1e-3;
/// Largest permitted [`IkSolution::rotation_error`] for an approach, radians: an arm of five joints
/// cannot lean out of its own plane, so a strictly vertical hand is often out of reach.
pub const APPROACH_ROTATION_TOLERANCE_RAD: f64 = 0.02;

/// Number of starts after the seed.
const RESTARTS: usize = 80;
/// Number of starts over which the widening sequence reaches the whole joint range.
const WIDENING: usize = 10;
/// Amount by which a closed-form start may exceed a limit, radians: a nearly straight elbow bends
/// this much within the position tolerance.
const OVER_THE_LIMIT: f64 = 0.2;
/// Solutions whose joints differ by less are the same: in closed form, by descent, and for a
/// redundant arm, which may be anywhere between two of its solutions.
const SAME: f64 = 1e-6;
const SAME_BY_DESCENT: f64 = 1e-2;
const SAME_IF_REDUNDANT: f64 = 0.3;
/// Number of joints that a pose requires.
const NEEDED: usize = 6;
/// Number of starts in the search for all solutions of a pose, and the number of solutions that
/// suffice.
const STARTS: usize = 60;
const ENOUGH_SOLUTIONS: usize = 12;
/// Largest share of its range by which a joint is kept inside its limits on each side.
const MAX_INSIDE_SHARE: f64 = 0.02;
/// Starts still made after the first success, in search of a solution nearer to the seed.
const SECOND_LOOKS: usize = 4;

impl Robot {
    /// Returns arm joint positions that reach `target`, near `seed` if possible. The seed may be
    /// longer than the arm.
    ///
    /// # Errors
    /// [`Refusal::Unreachable`] with the smallest distance found; [`Refusal::Malformed`]
    /// and [`Refusal::NotFinite`] for a question that makes no sense.
    ///
    /// # Examples
    /// ```
    /// # use std::path::Path;
    /// use enact_robot::{IkTarget, Robot};
    /// use enact_types::{Point3, Vector3};
    ///
    /// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    /// let robot = Robot::load(Path::new(folder))?;
    /// // 5 cm above the table, with the hand pointing down.
    /// let position = Point3::new(0.2, 0.0, 0.05);
    /// let target = IkTarget::Approach {
    ///     position,
    ///     approach: -Vector3::z_axis(),
    ///     opening: None,
    /// };
    /// let solution = robot.inverse(&target, robot.home())?;
    /// let tool = robot.forward(&solution.joints).translation.vector;
    /// assert!((tool - position.coords).norm() < 1e-3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inverse(&self, target: &IkTarget, seed: &[f64]) -> Result<IkSolution, Refusal> {
        self.inverse_with_limit_margin(target, seed, 0.0)
    }

    /// Solves as [`inverse`](Self::inverse) does, with each joint at least `inside` (rad or m)
    /// within its limits, but by no more than a small share of its range. Paths planned through
    /// such postures have room to bend between them.
    ///
    /// # Errors
    /// As [`inverse`](Self::inverse).
    pub fn inverse_with_limit_margin(
        &self,
        target: &IkTarget,
        seed: &[f64],
        inside: f64,
    ) -> Result<IkSolution, Refusal> {
        self.solve(target, seed, inside, Miss::Measured)
    }

    /// Solves as [`inverse_with_limit_margin`](Self::inverse_with_limit_margin) does, but does not find out how far an
    /// unreachable target is: the refusal's distance is infinite.
    ///
    /// # Errors
    /// As [`inverse`](Self::inverse).
    pub fn inverse_without_miss_distance(
        &self,
        target: &IkTarget,
        seed: &[f64],
        inside: f64,
    ) -> Result<IkSolution, Refusal> {
        self.solve(target, seed, inside, Miss::Unmeasured)
    }

    fn solve(
        &self,
        target: &IkTarget,
        seed: &[f64],
        inside: f64,
        miss: Miss,
    ) -> Result<IkSolution, Refusal> {
        let goals = self.goals(target)?;
        let finite = seed.iter().all(|value| value.is_finite());
        if seed.len() < self.arm_joints || !finite {
            return Err(Refusal::Malformed(format!(
                "a seed needs {} finite joints",
                self.arm_joints
            )));
        }
        let goals_in_full = goals.iter().filter_map(DescentTarget::pose);
        let exact = goals_in_full.flat_map(|pose| self.closed_form(&pose, seed, inside));
        if let Some(nearest) = exact.min_by(|a, b| far(a, seed).total_cmp(&far(b, seed))) {
            return Ok(self.solution(nearest, &goals));
        }
        match self.arm_joints {
            4 => self.search::<4>(&goals, seed, inside, miss),
            5 => self.planar(target, &goals, seed, inside, miss),
            6 => self.search::<6>(&goals, seed, inside, miss),
            7 => self.search::<7>(&goals, seed, inside, miss),
            joints => Err(Refusal::NotApplicable(format!(
                "no inverse kinematics for {joints} joints"
            ))),
        }
    }

    /// Returns solutions that put the tool at a pose, nearest to `seed` first, each joint at least
    /// `inside` within its limits as in [`inverse_with_limit_margin`](Self::inverse_with_limit_margin). The result has
    /// all solutions, up to eight, if the arm has a spherical wrist; those found by a search for
    /// another arm; and some of them if the arm is redundant or singular at the pose. It is empty
    /// out of reach.
    ///
    /// # Panics
    /// If the seed is shorter than the arm.
    pub fn inverse_all(&self, base_from_tool: &Pose, seed: &[f64], inside: f64) -> Vec<IkSolution> {
        let goal = DescentTarget {
            position: base_from_tool.translation.vector,
            orientation: OrientationConstraint::Pose(base_from_tool.rotation),
        };
        if self.wrist.is_none() {
            return match (self.arm_joints, &self.plane) {
                (5, Some(plane)) => {
                    let starts = plane.descent_starts(base_from_tool);
                    self.every(&goal, seed, inside, starts.joints)
                }
                (4, _) => self.every::<4>(&goal, seed, inside, Vec::new()),
                (5, _) => self.every::<5>(&goal, seed, inside, Vec::new()),
                (6, _) => self.every::<6>(&goal, seed, inside, Vec::new()),
                (7, _) => self.every::<7>(&goal, seed, inside, Vec::new()),
                _ => Vec::new(),
            };
        }
        let all = self.closed_form(base_from_tool, seed, inside);
        let goals = [goal];
        distinct(all, seed, SAME)
            .into_iter()
            .map(|joints| self.solution(joints, &goals))
            .collect()
    }

    /// Returns the results of descents from these starts, or from many others if there are none.
    fn every<const N: usize>(
        &self,
        goal: &DescentTarget,
        seed: &[f64],
        inside: f64,
        mut starts: Vec<[f64; N]>,
    ) -> Vec<IkSolution> {
        let limits = self.arm_limits::<N>(inside);
        let seed = clamped(seed, &limits);
        for joints in &mut starts {
            self.unwind(joints, &seed, &limits);
            *joints = clamped(joints, &limits);
        }
        if starts.is_empty() {
            starts.extend((0..STARTS).map(|round| spread(&limits, &seed, round)));
        }
        let same = if N > NEEDED {
            SAME_IF_REDUNDANT
        } else {
            SAME_BY_DESCENT
        };
        let mut found: Vec<DescentResult<N>> = Vec::new();
        for start in starts {
            let mut attempt = descend(&self.chain, &limits, goal, start);
            self.unwind(&mut attempt.joints, &seed, &limits);
            let is_known = |known: &DescentResult<N>| far(&known.joints, &attempt.joints) < same;
            if attempt.meets(goal) && !found.iter().any(is_known) {
                found.push(attempt);
            }
            if found.len() == ENOUGH_SOLUTIONS {
                break;
            }
        }
        found.sort_by(|a, b| far(&a.joints, &seed).total_cmp(&far(&b.joints, &seed)));
        found.iter().map(DescentResult::to_ik_solution).collect()
    }

    /// Returns the closed-form solutions within the limits, shifted by whole turns towards the
    /// seed.
    fn closed_form(&self, base_from_tool: &Pose, seed: &[f64], inside: f64) -> Vec<[f64; 6]> {
        let Some(wrist) = &self.wrist else {
            return Vec::new();
        };
        let limits = self.arm_limits::<6>(inside);
        let seed = std::array::from_fn(|joint| seed[joint]);
        let mut found = wrist.solutions(base_from_tool, &seed);
        for joints in &mut found {
            self.unwind(joints, &seed, &limits);
        }
        found.retain(|joints| {
            let mut each = joints.iter().zip(&limits);
            each.all(|(at, (min, max))| min <= at && at <= max)
        });
        found
    }

    /// Returns the joints as a solution, with the error to the goal that they are nearest to.
    fn solution(&self, joints: [f64; 6], goals: &[DescentTarget]) -> IkSolution {
        let tool = self.chain.forward(&joints);
        let errors = goals
            .iter()
            .map(|goal| goal.position_and_rotation_distance(&tool));
        let (position_error, rotation_error) = errors
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .expect("there is a goal");
        IkSolution {
            joints: joints.to_vec(),
            position_error,
            rotation_error,
        }
    }

    /// Solves for five joints: from the starts of the closed form, and by search if these are
    /// incomplete.
    fn planar(
        &self,
        target: &IkTarget,
        goals: &[DescentTarget],
        seed: &[f64],
        inside: f64,
        miss: Miss,
    ) -> Result<IkSolution, Refusal> {
        let (IkTarget::Pose(pose), Some(plane)) = (target, &self.plane) else {
            return self.search::<5>(goals, seed, inside, miss);
        };
        let starts = plane.descent_starts(pose);
        let limits = self.arm_limits(inside);
        // Where the starts are complete, others only tell how far the pose is.
        let others = match miss {
            Miss::Unmeasured if starts.complete => 0,
            _ => WIDENING,
        };
        match self.polish(&goals[0], seed, starts.joints, others, &limits) {
            Ok(solution) => Ok(solution),
            Err(nearest) if starts.complete => {
                let distance = nearest.map_or(f64::INFINITY, |nearest| nearest.position_error);
                Err(self.unreachable::<5>(&goals[0], seed, distance, miss))
            }
            Err(_) => self.search::<5>(goals, seed, inside, miss),
        }
    }

    /// Returns the arm's limits, each end moved inwards by `inside`.
    fn arm_limits<const N: usize>(&self, inside: f64) -> [(f64, f64); N] {
        std::array::from_fn(|joint| {
            let Limits { min, max, .. } = self.joints[joint].limits;
            let inside = inside.min(MAX_INSIDE_SHARE * (max - min));
            (min + inside, max - inside)
        })
    }

    /// Returns the solution nearest to `seed` among those that `starts` lead to, else the best
    /// attempt of these and a number of others, if there is any.
    fn polish<const N: usize>(
        &self,
        goal: &DescentTarget,
        seed: &[f64],
        mut starts: Vec<[f64; N]>,
        others: usize,
        limits: &[(f64, f64); N],
    ) -> Result<IkSolution, Option<DescentResult<N>>> {
        let seed = clamped(seed, limits);
        for joints in &mut starts {
            self.unwind(joints, &seed, limits);
        }
        starts.retain(|joints| far(joints, &clamped(joints, limits)) < OVER_THE_LIMIT);
        starts.sort_by(|a, b| far(a, &seed).total_cmp(&far(b, &seed)));
        let starts = starts.iter().map(|joints| clamped(joints, limits));
        let others = (0..others).map(|round| spread(limits, &seed, round));
        let mut nearest: Option<DescentResult<N>> = None;
        for start in starts.chain(others) {
            let attempt = descend(&self.chain, limits, goal, start);
            if attempt.meets(goal) {
                return Ok(attempt.to_ik_solution());
            }
            if nearest.as_ref().is_none_or(|best| attempt.cost < best.cost) {
                nearest = Some(attempt);
            }
        }
        Err(nearest)
    }

    fn search<const N: usize>(
        &self,
        goals: &[DescentTarget],
        seed: &[f64],
        inside: f64,
        miss: Miss,
    ) -> Result<IkSolution, Refusal> {
        let limits = self.arm_limits(inside);
        let seed = clamped(seed, &limits);
        let run = |goal: &DescentTarget, start: [f64; N]| {
            let mut attempt = descend(&self.chain, &limits, goal, start);
            self.unwind(&mut attempt.joints, &seed, &limits);
            attempt
        };
        let far = |attempt: &DescentResult<N>| far(&attempt.joints, &seed);
        let (mut found, mut failed): (Option<DescentResult<N>>, Option<DescentResult<N>>) =
            (None, None);
        let mut looks = SECOND_LOOKS;
        for round in 0..=RESTARTS {
            for goal in goals {
                let attempt = run(goal, spread(&limits, &seed, round));
                if !attempt.meets(goal) {
                    if failed.as_ref().is_none_or(|best| attempt.cost < best.cost) {
                        failed = Some(attempt);
                    }
                } else if found.as_ref().is_none_or(|best| far(&attempt) < far(best)) {
                    found = Some(attempt);
                }
            }
            if found.is_some() {
                looks -= 1;
                if round == 0 || looks == 0 {
                    break;
                }
            }
        }
        match (found, failed) {
            (Some(attempt), _) => Ok(attempt.to_ik_solution()),
            (None, failed) => {
                let distance = failed.map_or(f64::INFINITY, |attempt| attempt.position_error);
                Err(self.unreachable::<N>(&goals[0], &seed, distance, miss))
            }
        }
    }

    /// Returns the refusal, which distinguishes a position that is out of reach from an orientation
    /// that cannot be reached there, unless it is not measured.
    fn unreachable<const N: usize>(
        &self,
        goal: &DescentTarget,
        seed: &[f64],
        distance: f64,
        miss: Miss,
    ) -> Refusal {
        let position = goal.position;
        let refusal = |what: &str, distance: f64| Refusal::Unreachable {
            what: what.to_owned(),
            x: position.x,
            y: position.y,
            z: position.z,
            distance,
        };
        if miss == Miss::Unmeasured {
            return refusal("a pose", f64::INFINITY);
        }
        let limits = self.arm_limits(0.0);
        let seed: [f64; N] = clamped(seed, &limits);
        let place = DescentTarget {
            orientation: OrientationConstraint::Free,
            ..goal.clone()
        };
        let mut errors = (0..WIDENING).map(|round| {
            descend(&self.chain, &limits, &place, spread(&limits, &seed, round)).position_error
        });
        let nearest = errors.try_fold(f64::INFINITY, |nearest, error| {
            (error > POSITION_TOLERANCE_M).then_some(error.min(nearest))
        });
        match nearest {
            Some(nearest) => refusal("a place", nearest),
            None => refusal("that orientation of the hand", distance),
        }
    }

    /// Removes whole turns from joints that have them: first to be least outside the limits, then
    /// nearest to the seed.
    fn unwind<const N: usize>(
        &self,
        joints: &mut [f64; N],
        seed: &[f64; N],
        limits: &[(f64, f64); N],
    ) {
        for (index, position) in joints.iter_mut().enumerate() {
            if self.joints[index].prismatic {
                continue;
            }
            let (min, max) = limits[index];
            let nearest = *position - ((*position - seed[index]) / TAU).round() * TAU;
            let outside = |turned: f64| {
                let inside = turned.clamp(min, max);
                (turned - inside).abs()
            };
            *position = nearest;
            for turned in [nearest - TAU, nearest + TAU] {
                if outside(turned) < outside(*position) {
                    *position = turned;
                }
            }
        }
    }

    /// Returns the target as one goal, or two if the fingers may be either way round.
    fn goals(&self, target: &IkTarget) -> Result<Vec<DescentTarget>, Refusal> {
        let goal = |position: Vector3, orientation: OrientationConstraint| DescentTarget {
            position,
            orientation,
        };
        let goals = match target {
            IkTarget::Pose(pose) => {
                vec![goal(
                    pose.translation.vector,
                    OrientationConstraint::Pose(pose.rotation),
                )]
            }
            IkTarget::Approach {
                position,
                approach,
                opening: None,
            } => {
                let tool = self.approach_axis().into_inner();
                vec![goal(
                    position.coords,
                    OrientationConstraint::Axis {
                        tool,
                        base: approach.into_inner(),
                    },
                )]
            }
            IkTarget::Approach {
                position,
                approach,
                opening: Some(opening),
            } => {
                let tool_from_hand = hand(&self.approach_axis(), &self.opening_axis());
                let orientation = |opening: Unit<Vector3>| {
                    let base_from_hand = hand(approach, &opening)?;
                    Some(OrientationConstraint::Hand(
                        base_from_hand * tool_from_hand?.inverse(),
                    ))
                };
                let both: Option<Vec<OrientationConstraint>> =
                    [*opening, -*opening].into_iter().map(orientation).collect();
                let both = both.ok_or_else(|| {
                    Refusal::Malformed("the fingers cannot open along the approach".to_owned())
                })?;
                both.into_iter()
                    .map(|side| goal(position.coords, side))
                    .collect()
            }
        };
        if goals.iter().all(DescentTarget::is_finite) {
            Ok(goals)
        } else {
            Err(Refusal::NotFinite {
                what: "the target of the tool".to_owned(),
                value: "NaN or infinite".to_owned(),
            })
        }
    }

    fn approach_axis(&self) -> Unit<Vector3> {
        self.gripper
            .as_ref()
            .map_or_else(Vector3::z_axis, |gripper| gripper.approach_axis)
    }

    fn opening_axis(&self) -> Unit<Vector3> {
        self.gripper
            .as_ref()
            .map_or_else(Vector3::x_axis, |gripper| gripper.opening_axis)
    }
}

/// Returns the distinct solutions, nearest to `seed` first.
fn distinct<const N: usize>(mut all: Vec<[f64; N]>, seed: &[f64], same: f64) -> Vec<[f64; N]> {
    all.sort_by(|a, b| far(a, seed).total_cmp(&far(b, seed)));
    let mut found: Vec<[f64; N]> = Vec::new();
    for joints in all {
        if found.iter().all(|known| far(known, &joints) > same) {
            found.push(joints);
        }
    }
    found
}

fn clamped<const N: usize>(joints: &[f64], limits: &[(f64, f64); N]) -> [f64; N] {
    std::array::from_fn(|joint| joints[joint].clamp(limits[joint].0, limits[joint].1))
}

/// Returns the largest displacement of one joint.
fn far(joints: &[f64], seed: &[f64]) -> f64 {
    let ways = joints.iter().zip(seed).map(|(a, b)| (a - b).abs());
    ways.fold(0.0, f64::max)
}

/// Returns the frame of a hand that approaches along `z` and opens along `x`.
fn hand(approach: &Unit<Vector3>, opening: &Unit<Vector3>) -> Option<UnitQuaternion<f64>> {
    let across = Unit::try_new(approach.cross(opening), 1e-6)?;
    let along = across.cross(approach);
    let matrix = Matrix3::from_columns(&[along, across.into_inner(), approach.into_inner()]);
    Some(UnitQuaternion::from_rotation_matrix(
        &Rotation3::from_matrix_unchecked(matrix),
    ))
}

/// Returns the start of a round: the seed first, then points of a Halton sequence that spread from
/// it over the joint range.
fn spread<const N: usize>(limits: &[(f64, f64); N], seed: &[f64; N], round: usize) -> [f64; N] {
    let width = (round as f64 / WIDENING as f64).min(1.0);
    std::array::from_fn(|joint| {
        let (min, max) = limits[joint];
        // Ranges beyond a whole turn add nothing.
        let (min, max) = (min.max(-TAU / 2.0), max.min(TAU / 2.0));
        let point = min + halton(round + 1, joint) * (max - min);
        seed[joint] + width * (point - seed[joint])
    })
}

#[cfg(test)]
mod tests;
