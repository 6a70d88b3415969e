//! Joint states of a robot in the order of the robot description.

use enact_robot::Robot;
use enact_types::JointVector;

use crate::messages::sensor::JointState;

/// Positions, velocities and efforts of all joints; efforts as shares of their limits.
#[derive(Clone, Debug, PartialEq)]
pub struct JointReading {
    /// Positions, rad or m.
    pub position: JointVector,
    /// Velocities, rad/s or m/s; zero where they are not told.
    pub velocity: JointVector,
    /// Torque or force as a share of the joint's limit; zero where it is not told.
    pub effort: JointVector,
}

/// What is known of each joint; messages may tell of some joints at a time.
#[derive(Clone, Debug)]
pub struct JointStateCollector {
    joints: Vec<(String, f64)>,
    known: Vec<Option<[f64; 3]>>,
}

impl JointStateCollector {
    /// Creates a map of a robot of which nothing is known.
    pub fn new(robot: &Robot) -> Self {
        let joint = |joint: &enact_robot::Joint| (joint.name.clone(), joint.limits.effort);
        let joints: Vec<_> = robot.joints().iter().map(joint).collect();
        Self {
            known: vec![None; joints.len()],
            joints,
        }
    }

    /// Takes what a message tells; returns whether it told of any of the joints.
    pub fn update_from(&mut self, message: &JointState) -> bool {
        let mut is_told = false;
        for ((name, limit), known) in self.joints.iter().zip(&mut self.known) {
            let Some(at) = message.name.iter().position(|other| other == name) else {
                continue;
            };
            let Some(position) = message.position.get(at).filter(|value| value.is_finite()) else {
                continue;
            };
            let told = |list: &[f64]| list.get(at).copied().filter(|value| value.is_finite());
            let effort = told(&message.effort).unwrap_or(0.0) / limit;
            *known = Some([
                *position,
                told(&message.velocity).unwrap_or(0.0),
                if effort.is_finite() {
                    effort.clamp(-1.0, 1.0)
                } else {
                    0.0
                },
            ]);
            is_told = true;
        }
        is_told
    }

    /// Returns the reading.
    ///
    /// # Errors
    /// Names of the joints of which nothing is known.
    pub fn complete_reading(&self) -> Result<JointReading, Vec<String>> {
        let missing = self.joints.iter().zip(&self.known);
        let missing: Vec<String> = missing
            .filter(|(_, known)| known.is_none())
            .map(|((name, _), _)| name.clone())
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let column = |at: usize| self.known.iter().flatten().map(|row| row[at]).collect();
        Ok(JointReading {
            position: column(0),
            velocity: column(1),
            effort: column(2),
        })
    }
}
