//! The gate: the only constructor of motion.
//!
//! A [`Trajectory`] comes from [`Gate::admit`] or [`Gate::go_on`], or is derived from an admitted
//! one by [`Gate::stop`] and [`Gate::hold`]; a [`Command`] comes from a trajectory. Nothing
//! else makes either, so no number reaches a motor unchecked.

mod motion;
mod onward;
mod rates;
mod stop;

use std::time::Duration;

use enact_types::{JointVector, Quantity, Refusal};

use crate::description::{Joint, Limits, Robot};
pub use motion::{Command, Trajectory};
pub use onward::Onward;

/// How far the first command may be from the measurement where none was sent before, rad.
const START_TOLERANCE: f64 = 0.005;
/// The same for a joint that slides, metres.
const START_TOLERANCE_PRISMATIC: f64 = 0.001;
/// How far a motion may start from the last command: rounding only, rad or m.
const CONTINUATION_TOLERANCE: f64 = 1e-9;

/// Checks motion against one robot's limits.
#[derive(Clone, Debug)]
pub struct Gate {
    joints: Vec<Joint>,
    arm_joints: usize,
    period: Duration,
    following_error: f64,
}

/// Where the arm is when a motion begins; all joints.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// What the arm reports.
    pub measured: &'a JointVector,
    /// The last command that it was sent, if any.
    pub commanded: Option<&'a JointVector>,
}

impl Gate {
    /// The gate of a robot.
    pub fn new(robot: &Robot) -> Self {
        Self {
            joints: robot.joints().to_vec(),
            arm_joints: robot.arm_joints().len(),
            period: robot.control_period(),
            following_error: robot.following_error(),
        }
    }

    /// Admits samples of all joints, one per control period.
    ///
    /// They begin at the last command, or at the measurement where there is none. The
    /// arm rests before the first and after the last sample, and velocity, acceleration
    /// and jerk are the finite differences at the control period. A joint that starts
    /// outside its position limits may only move towards them, slowly.
    ///
    /// # Errors
    /// The first limit that is not kept.
    pub fn admit(&self, samples: Vec<JointVector>, start: &Start) -> Result<Trajectory, Refusal> {
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
        Ok(Trajectory::new(samples, self.period))
    }

    /// Whether the arm follows: each of its joints is near enough to the command. The
    /// gripper is exempt, since it holds objects by force.
    ///
    /// # Errors
    /// [`Refusal::FollowingError`], or [`Refusal::NotFinite`] for a broken measurement.
    pub fn following(&self, command: &Command, measured: &JointVector) -> Result<(), Refusal> {
        self.check_vector(measured, "the measured position")?;
        self.check_following(command.positions(), measured)
    }

    /// Stay at this command.
    pub fn hold(&self, command: &Command) -> Trajectory {
        Trajectory::new(vec![command.positions().clone()], self.period)
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

    fn check_start(&self, first: &JointVector, start: &Start) -> Result<(), Refusal> {
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
        self.check_following(first, start.measured)
    }

    fn check_following(
        &self,
        command: &JointVector,
        measured: &JointVector,
    ) -> Result<(), Refusal> {
        let limit = self.following_error;
        for (index, joint) in self.joints[..self.arm_joints].iter().enumerate() {
            let distance = (command[index] - measured[index]).abs();
            if distance <= limit {
                continue;
            }
            return Err(Refusal::FollowingError {
                joint: joint.name.clone(),
                distance,
                limit,
            });
        }
        Ok(())
    }
}

/// Each position is inside, or no farther outside than the one before it.
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

/// How far a position is outside the limits; zero inside.
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
