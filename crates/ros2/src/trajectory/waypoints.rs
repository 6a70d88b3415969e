//! Points of a goal in the robot's order, or what is wrong with them.

use crate::messages::trajectory::{JointTrajectory, JointTrajectoryPoint};

use super::GoalFault;

/// Longest motion, seconds.
const MAX_DURATION_S: f64 = 300.0;
/// Most points.
const MAX_POINTS: usize = 20_000;

/// Points of the controller's joints, in its order.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoints {
    /// The points, at increasing times; at least one.
    pub points: Vec<Waypoint>,
}

/// A point of all joints of the controller.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoint {
    /// When, seconds after the start.
    pub time: f64,
    /// Positions, rad or m.
    pub positions: Vec<f64>,
    /// Velocities, rad/s or m/s; all points have them, or none.
    pub velocities: Option<Vec<f64>>,
    /// Accelerations, rad/s² or m/s²; all points have them, or none.
    pub accelerations: Option<Vec<f64>>,
}

impl Waypoints {
    /// Reads a trajectory for a controller of `joints`: all of them, in any order, and no other.
    ///
    /// # Errors
    /// A [`GoalFault`] for the first thing that is wrong, with joint, point and value.
    pub fn read(trajectory: &JointTrajectory, joints: &[String]) -> Result<Self, GoalFault> {
        let places = places(&trajectory.joint_names, joints)?;
        if trajectory.points.is_empty() {
            return Err(GoalFault::invalid_goal("the trajectory has no points"));
        }
        let count = trajectory.points.len();
        if count > MAX_POINTS {
            return Err(GoalFault::invalid_goal(format!(
                "the trajectory has {count} points, and at most {MAX_POINTS} are taken"
            )));
        }
        let mut points = Vec::with_capacity(count);
        let mut before: Option<f64> = None;
        for (index, point) in trajectory.points.iter().enumerate() {
            let time = time(index, point, before)?;
            before = Some(time);
            let row = |what, values: &[f64]| in_order(index, what, values, joints, &places);
            points.push(Waypoint {
                time,
                positions: row("positions", &point.positions)?.ok_or_else(|| {
                    GoalFault::invalid_goal(format!(
                        "point {index} has no positions, which are needed"
                    ))
                })?,
                velocities: row("velocities", &point.velocities)?,
                accelerations: row("accelerations", &point.accelerations)?,
            });
        }
        let waypoints = Self { points };
        waypoints.check_derivatives(joints)?;
        Ok(waypoints)
    }

    /// Returns when the last point is reached, seconds after the start.
    pub fn duration(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.time)
    }

    /// Checks that all points have the same derivatives, and that the last one is at rest.
    fn check_derivatives(&self, joints: &[String]) -> Result<(), GoalFault> {
        let first = &self.points[0];
        for (index, point) in self.points.iter().enumerate() {
            if point.velocities.is_some() != first.velocities.is_some()
                || point.accelerations.is_some() != first.accelerations.is_some()
            {
                return Err(GoalFault::invalid_goal(format!(
                    "point {index} has other derivatives than point 0: give velocities and accelerations for all points or for none"
                )));
            }
        }
        if first.accelerations.is_some() && first.velocities.is_none() {
            return Err(GoalFault::invalid_goal(
                "the points have accelerations but no velocities",
            ));
        }
        let last = self.points.last().and_then(|last| last.velocities.as_ref());
        let moving = last.and_then(|last| last.iter().position(|rate| rate.abs() > 1e-6));
        match (last, moving) {
            (Some(rates), Some(at)) => Err(GoalFault::invalid_goal(format!(
                "joint `{}`: the last point has velocity {}, and the arm must be at rest there",
                joints[at], rates[at]
            ))),
            _ => Ok(()),
        }
    }
}

/// Returns where each joint of the controller is in the names of a goal.
fn places(given: &[String], joints: &[String]) -> Result<Vec<usize>, GoalFault> {
    let known = || format!("the controller's joints are {}", joints.join(", "));
    if let Some(other) = given.iter().find(|name| !joints.contains(name)) {
        return Err(GoalFault::invalid_joints(format!(
            "there is no joint `{other}`; {}",
            known()
        )));
    }
    let mut places = Vec::with_capacity(joints.len());
    for joint in joints {
        let mut found = (0..given.len()).filter(|at| given[*at] == *joint);
        match (found.next(), found.next()) {
            (Some(at), None) => places.push(at),
            (Some(_), Some(_)) => {
                return Err(GoalFault::invalid_joints(format!(
                    "joint `{joint}` is named more than once"
                )));
            }
            (None, _) => {
                return Err(GoalFault::invalid_joints(format!(
                    "joint `{joint}` is missing; {}",
                    known()
                )));
            }
        }
    }
    Ok(places)
}

fn time(index: usize, point: &JointTrajectoryPoint, before: Option<f64>) -> Result<f64, GoalFault> {
    let time = point.time_from_start_s();
    let increases = before.is_none_or(|before| before < time);
    if !(0.0 <= time && increases) {
        let before = before.map_or(String::new(), |before| {
            format!(", and point {} is at {before} s", index - 1)
        });
        return Err(GoalFault::invalid_goal(format!(
            "point {index} is at {time} s{before}: times begin at 0 and increase"
        )));
    }
    if time > MAX_DURATION_S {
        return Err(GoalFault::invalid_goal(format!(
            "point {index} is at {time} s, and a motion lasts at most {MAX_DURATION_S} s"
        )));
    }
    Ok(time)
}

/// Returns numbers in the controller's order; `None` if there are none.
fn in_order(
    index: usize,
    what: &str,
    values: &[f64],
    joints: &[String],
    places: &[usize],
) -> Result<Option<Vec<f64>>, GoalFault> {
    if values.is_empty() {
        return Ok(None);
    }
    if values.len() != joints.len() {
        return Err(GoalFault::invalid_goal(format!(
            "point {index} has {} {what} for {} joints",
            values.len(),
            joints.len()
        )));
    }
    let sorted: Vec<f64> = places.iter().map(|at| values[*at]).collect();
    match sorted.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(GoalFault::invalid_goal(format!(
            "joint `{}`: point {index} has {} among its {what}, which is no finite number",
            joints[at], sorted[at]
        ))),
        None => Ok(Some(sorted)),
    }
}
