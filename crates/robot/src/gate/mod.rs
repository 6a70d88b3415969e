//! The gate: the only constructor of motion.
//!
//! A [`Trajectory`] comes from [`Gate::admit`] or [`Gate::admit_splice`], or is derived from an admitted
//! one by [`Gate::stopping_trajectory`]; a [`Command`] comes from a trajectory. Nothing
//! else makes either, so no number reaches a motor unchecked.

mod following;
mod motion;
mod rates;
mod splice;
mod stop;
mod tool_speed;

use std::sync::Arc;
use std::time::Duration;

use enact_types::{JointVector, Quantity, Refusal};

use crate::collision::{Collider, CollisionWorld};
use crate::description::{Joint, Limits, Robot};
pub use motion::{Command, Trajectory};
pub use rates::RETURN_SPEED_RATIO;
pub use splice::Splice;
use tool_speed::ToolSpeedCheck;

/// Largest distance of the first command from the measurement if no command was sent before, rad.
const START_TOLERANCE: f64 = 0.005;
/// Largest distance for a prismatic joint, meters.
const START_TOLERANCE_PRISMATIC: f64 = 0.001;
/// Largest distance of the start of a motion from the last command, which allows for rounding only,
/// rad or m.
const CONTINUATION_TOLERANCE: f64 = 1e-9;

/// Checks motion against the limits of one robot.
///
/// # Examples
/// ```
/// # use std::path::Path;
/// use enact_robot::{Gate, Robot, StartState};
/// use enact_types::JointVector;
///
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
/// let robot = Robot::load(Path::new(folder))?;
/// // The first joint by 0.4 rad, in 200 control periods.
/// let sample = |step: u32| -> JointVector {
///     let t = f64::from(step) / 200.0;
///     let mut joints = robot.home().clone();
///     joints[0] += 0.4 * t.powi(3) * (10.0 - 15.0 * t + 6.0 * t * t);
///     joints
/// };
/// let samples: Vec<JointVector> = (0..=200).map(sample).collect();
/// let start = StartState { measured: robot.home(), commanded: None };
/// let gate = Gate::new(&robot);
/// let trajectory = gate.admit(samples.clone(), &start)?;
/// assert_eq!(trajectory.duration(), 200 * robot.control_period());
///
/// // Ten times as fast is too fast.
/// let hasty = samples.into_iter().step_by(10).collect();
/// assert!(gate.admit(hasty, &start).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    joints: Vec<Joint>,
    arm_joints: usize,
    period: Duration,
    following_error: f64,
    collider: Arc<Collider>,
    tool: ToolSpeedCheck,
    /// The world that a spliced motion must stay clear of.
    table: CollisionWorld,
}

/// State of the arm at the start of a motion; all joints.
#[derive(Clone, Copy, Debug)]
pub struct StartState<'a> {
    /// Measured positions.
    pub measured: &'a JointVector,
    /// The last command that was sent, if any.
    pub commanded: Option<&'a JointVector>,
}

impl Gate {
    /// Creates the gate of a robot.
    pub fn new(robot: &Robot) -> Self {
        Self {
            joints: robot.joints().to_vec(),
            arm_joints: robot.arm_joints().len(),
            period: robot.control_period(),
            following_error: robot.max_following_error(),
            collider: Arc::clone(robot.collider()),
            tool: ToolSpeedCheck::new(robot),
            table: CollisionWorld::with_table_only(robot),
        }
    }

    /// Admits a motion in free space: [`admit_among_obstacles`](Self::admit_among_obstacles) with nothing to collide
    /// with but the robot itself.
    ///
    /// # Errors
    /// A [`Refusal`] for the first limit that is violated.
    pub fn admit(
        &self,
        samples: Vec<JointVector>,
        start: &StartState,
    ) -> Result<Trajectory, Refusal> {
        self.admit_among_obstacles(samples, start, &CollisionWorld::default())
    }

    /// Admits samples of all joints, one per control period.
    ///
    /// They begin at the last command, or at the measurement if there is none. The arm is at rest
    /// before the first and after the last sample; velocity, acceleration and jerk are finite
    /// differences at the control period. A joint that starts outside its position limits may only
    /// move towards them, slowly. No two bodies come closer than their margin, see
    /// [`Collider::check_path`]. The tool is slow near the table, walls and people, see
    /// [`ToolSpeed`](crate::ToolSpeed).
    ///
    /// Between samples the motion is the cubic B-spline with the samples as control points. Its
    /// positions are convex combinations of samples, and its derivatives are convex combinations of
    /// their differences (de Boor, "A Practical Guide to Splines", 1978, ch. X). Bounds on the
    /// samples and differences therefore hold everywhere, and position, velocity and acceleration
    /// are continuous.
    ///
    /// # Errors
    /// A [`Refusal`] for the first limit that is violated.
    pub fn admit_among_obstacles(
        &self,
        samples: Vec<JointVector>,
        start: &StartState,
        around: &CollisionWorld,
    ) -> Result<Trajectory, Refusal> {
        let first = samples
            .first()
            .ok_or_else(|| Refusal::Malformed("it has no samples".to_owned()))?;
        self.check_vector(start.measured, "the measured position")?;
        if let Some(commanded) = start.commanded {
            self.check_vector(commanded, "the last command")?;
        }
        for sample in &samples {
            self.check_vector(sample, "a sample")?;
        }
        self.check_start(first, start)?;
        let from = start.commanded.unwrap_or(start.measured);
        let last = samples.len() as isize - 1;
        for (index, joint) in self.joints.iter().enumerate() {
            check_positions(
                joint,
                from[index],
                samples.iter().map(|sample| sample[index]),
            )?;
            let path = |at: isize| samples[at.clamp(0, last) as usize][index];
            rates::check(joint, self.period, &path, 1..=last + 3, 1.0)?;
        }
        self.tool.check(&samples, self.period, around)?;
        self.collider.check_path(&samples, around)?;
        Ok(Trajectory::new(samples, self.period))
    }

    /// Checks a command that is about to be sent: every position is finite and within its limits,
    /// or no farther outside than the previous one, and no joint moves farther from the previous
    /// command than its speed limit permits in one control period.
    ///
    /// # Errors
    /// A [`Refusal`] for the first limit that is violated.
    pub fn check_command(&self, command: &Command, previous: &JointVector) -> Result<(), Refusal> {
        let positions = command.positions();
        self.check_vector(positions, "the command")?;
        let period = self.period.as_secs_f64();
        for (index, joint) in self.joints.iter().enumerate() {
            let (from, to) = (previous[index], positions[index]);
            check_positions(joint, from, std::iter::once(to))?;
            let (speed, limit) = ((to - from) / period, joint.limits.velocity);
            if !(-limit <= speed && speed <= limit) {
                let range = (-limit, limit);
                return Err(limit_refusal(joint, Quantity::Velocity, speed, range));
            }
        }
        Ok(())
    }

    fn check_vector(&self, vector: &JointVector, what: &str) -> Result<(), Refusal> {
        if vector.len() != self.joints.len() {
            let (given, needed) = (vector.len(), self.joints.len());
            return Err(Refusal::Malformed(format!(
                "{what} has {given} joints, the robot {needed}"
            )));
        }
        let broken = self
            .joints
            .iter()
            .zip(vector.iter())
            .find(|(_, value)| !value.is_finite());
        match broken {
            Some((joint, value)) => Err(Refusal::NotFinite {
                what: format!("{what} of joint `{}`", joint.name),
                value: value.to_string(),
            }),
            None => Ok(()),
        }
    }

    fn check_start(&self, first: &JointVector, start: &StartState) -> Result<(), Refusal> {
        let reference = start.commanded.unwrap_or(start.measured);
        for (index, joint) in self.joints.iter().enumerate() {
            let limit = match (start.commanded, joint.prismatic) {
                (Some(_), _) => CONTINUATION_TOLERANCE,
                (None, true) => START_TOLERANCE_PRISMATIC,
                (None, false) => START_TOLERANCE,
            };
            let distance = (first[index] - reference[index]).abs();
            if distance <= limit {
                continue;
            }
            let joint = joint.name.clone();
            return Err(if start.commanded.is_none() {
                Refusal::StartsElsewhere {
                    joint,
                    distance,
                    limit,
                }
            } else {
                Refusal::Malformed(format!(
                    "joint `{joint}` starts {distance} from its last command"
                ))
            });
        }
        self.check_distances(first, start.measured)
    }
}

impl Robot {
    /// Checks that no sample of any joint leaves its position limits or, if the first sample is
    /// outside, moves farther away from them. Planners use it to apply the same rule as
    /// [`Gate::admit`].
    ///
    /// # Errors
    /// A [`Refusal`] for the first limit that is violated.
    pub fn check_positions(&self, samples: &[JointVector]) -> Result<(), Refusal> {
        let Some(first) = samples.first() else {
            return Ok(());
        };
        self.joints()
            .iter()
            .enumerate()
            .try_for_each(|(index, joint)| {
                let positions = samples.iter().map(|sample| sample[index]);
                check_positions(joint, first[index], positions)
            })
    }
}

/// Checks that each position is inside, or no farther outside than the previous one.
fn check_positions(
    joint: &Joint,
    from: f64,
    positions: impl Iterator<Item = f64>,
) -> Result<(), Refusal> {
    let mut allowed = beyond(&joint.limits, from);
    for value in positions {
        let excess = beyond(&joint.limits, value);
        if excess <= allowed {
            allowed = excess;
            continue;
        }
        let range = (joint.limits.min, joint.limits.max);
        return Err(limit_refusal(joint, Quantity::Position, value, range));
    }
    Ok(())
}

/// Returns how far a position is outside the limits; zero inside.
fn beyond(limits: &Limits, position: f64) -> f64 {
    if limits.min <= position && position <= limits.max {
        0.0
    } else if position < limits.min {
        limits.min - position
    } else {
        position - limits.max
    }
}

fn limit_refusal(joint: &Joint, quantity: Quantity, value: f64, (min, max): (f64, f64)) -> Refusal {
    Refusal::JointLimit {
        joint: joint.name.clone(),
        quantity,
        value,
        min,
        max,
        prismatic: joint.prismatic,
    }
}

#[cfg(test)]
mod tests;
