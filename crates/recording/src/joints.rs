//! Readings of all joints: Foxglove's message with additional fields.

use enact_arm::ArmState;
use enact_robot::Joint;
use enact_types::JointVector;
use serde::{Deserialize, Serialize};

use crate::foxglove::Time;

/// A reading of all joints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "JointStatesMessage", into = "JointStatesMessage")]
pub struct JointStates {
    /// Time on the arm's clock.
    pub timestamp: Time,
    /// Names of the joints in the robot's order.
    pub name: Vec<String>,
    /// Positions, rad or m; `None` for a non-finite number.
    pub position: Vec<Option<f64>>,
    /// Velocities, rad/s or m/s.
    pub velocity: Vec<Option<f64>>,
    /// Efforts as fractions of the limits.
    pub effort: Vec<Option<f64>>,
    /// Command that the reading responds to.
    pub commanded: Option<Vec<Option<f64>>>,
    /// Condition that forbids further motion.
    pub alarm: Option<String>,
    /// Torques, N·m, or forces, N: `effort` for viewers. Empty in recordings without them.
    torque: Vec<Option<f64>>,
}

impl JointStates {
    pub(crate) fn of(state: &ArmState, joints: &[Joint]) -> Self {
        let number = |value: f64| value.is_finite().then_some(value);
        let numbers = |vector: &JointVector| vector.iter().copied().map(number).collect();
        let torques = state.effort.iter().zip(joints);
        Self {
            timestamp: state.stamp.into(),
            name: joints.iter().map(|joint| joint.name.clone()).collect(),
            position: numbers(&state.position),
            velocity: numbers(&state.velocity),
            effort: numbers(&state.effort),
            commanded: state.commanded.as_ref().map(numbers),
            alarm: state.alarm.clone(),
            torque: torques
                .map(|(effort, joint)| number(effort * joint.limits.effort))
                .collect(),
        }
    }

    /// Returns the reading as the arm reported it.
    pub fn to_arm_state(&self) -> ArmState {
        let vector = |numbers: &[Option<f64>]| -> JointVector {
            numbers
                .iter()
                .map(|number| number.unwrap_or(f64::NAN))
                .collect()
        };
        ArmState {
            stamp: self.timestamp.into(),
            position: vector(&self.position),
            velocity: vector(&self.velocity),
            effort: vector(&self.effort),
            commanded: self.commanded.as_deref().map(vector),
            alarm: self.alarm.clone(),
        }
    }

    /// Returns whether two messages have the same reading of the arm, bit for bit, ignoring what is
    /// only for viewers.
    pub(crate) fn is_same_reading(&self, other: &Self) -> bool {
        let bare = |states: &Self| Self {
            torque: Vec::new(),
            ..states.clone()
        };
        bare(self) == bare(other)
    }
}

/// `foxglove.JointStates`; an empty `joints` means the older format without it.
#[derive(Serialize, Deserialize)]
struct JointStatesMessage {
    timestamp: Time,
    #[serde(default)]
    joints: Vec<JointState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alarm: Option<String>,
    #[serde(default, skip_serializing)]
    name: Vec<String>,
    #[serde(default, skip_serializing)]
    position: Vec<Option<f64>>,
    #[serde(default, skip_serializing)]
    velocity: Vec<Option<f64>>,
    #[serde(default, skip_serializing)]
    effort: Vec<Option<f64>>,
    #[serde(default, skip_serializing)]
    commanded: Option<Vec<Option<f64>>>,
}

/// `foxglove.JointState` with two more numbers.
#[derive(Serialize, Deserialize)]
struct JointState {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    velocity: Option<f64>,
    /// Torque or force, N·m or N.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effort: Option<f64>,
    /// Effort as a fraction of the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    load: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commanded: Option<f64>,
}

impl From<JointStates> for JointStatesMessage {
    fn from(states: JointStates) -> Self {
        let at = |numbers: &[Option<f64>], joint: usize| numbers.get(joint).copied().flatten();
        let commanded = states.commanded.unwrap_or_default();
        let joints = states.name.into_iter().enumerate();
        let joints = joints.map(|(joint, name)| JointState {
            name,
            position: at(&states.position, joint),
            velocity: at(&states.velocity, joint),
            effort: at(&states.torque, joint),
            load: at(&states.effort, joint),
            commanded: at(&commanded, joint),
        });
        Self {
            timestamp: states.timestamp,
            joints: joints.collect(),
            alarm: states.alarm,
            name: Vec::new(),
            position: Vec::new(),
            velocity: Vec::new(),
            effort: Vec::new(),
            commanded: None,
        }
    }
}

impl From<JointStatesMessage> for JointStates {
    fn from(message: JointStatesMessage) -> Self {
        let joints = message.joints;
        if joints.is_empty() {
            return Self {
                timestamp: message.timestamp,
                name: message.name,
                position: message.position,
                velocity: message.velocity,
                effort: message.effort,
                commanded: message.commanded,
                alarm: message.alarm,
                torque: Vec::new(),
            };
        }
        let all = |of: fn(&JointState) -> Option<f64>| joints.iter().map(of).collect::<Vec<_>>();
        let commanded = all(|joint| joint.commanded);
        Self {
            timestamp: message.timestamp,
            position: all(|joint| joint.position),
            velocity: all(|joint| joint.velocity),
            effort: all(|joint| joint.load),
            torque: all(|joint| joint.effort),
            commanded: commanded.iter().any(Option::is_some).then_some(commanded),
            alarm: message.alarm,
            name: joints.into_iter().map(|joint| joint.name).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> JointStates {
        simd_json::serde::from_slice(&mut json.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_reading_survives_bit_for_bit() {
        for commanded in [None, Some(vec![Some(0.1 + 0.2), None])] {
            let states = JointStates {
                timestamp: Time { sec: 1, nsec: 2 },
                name: vec!["a".to_owned(), "b".to_owned()],
                position: vec![Some(1.0 / 3.0), None],
                velocity: vec![Some(-0.0), Some(5e-324)],
                effort: vec![None, Some(0.7)],
                commanded,
                alarm: Some("hot".to_owned()),
                torque: vec![None, Some(2.1)],
            };
            let json = serde_json::to_string(&states).unwrap();
            assert!(!json.contains("null"), "{json}");
            assert_eq!(read(&json), states);
        }
    }

    #[test]
    fn a_reading_as_it_was_kept_before_is_the_same_reading() {
        let before = read(
            r#"{"timestamp":{"sec":1,"nsec":2},"name":["a","b"],"position":[0.5,null],"velocity":[0,1],"effort":[null,0.7],"commanded":[0.25,1.5]}"#,
        );
        let now = read(
            r#"{"timestamp":{"sec":1,"nsec":2},"joints":[{"name":"a","position":0.5,"velocity":0.0,"commanded":0.25},{"name":"b","velocity":1.0,"effort":2.1,"load":0.7,"commanded":1.5}]}"#,
        );
        assert!(before.is_same_reading(&now));
        assert!(before.to_arm_state().position[1].is_nan());
        assert_eq!(now.to_arm_state().commanded.unwrap()[..], [0.25, 1.5]);
        let other = JointStates {
            position: vec![Some(0.5), Some(0.0)],
            ..now
        };
        assert!(!before.is_same_reading(&other));
    }
}
