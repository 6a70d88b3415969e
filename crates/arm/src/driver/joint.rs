//! Conversion between a joint's radians and its servo's steps.

use enact_robot::Robot;

use super::bus_config::{BusConfig, ServoConfig};
use crate::bus::{Bus, BusError};
use crate::calibration::{Calibration, JointCalibration, RegisterMismatch};
use crate::error::ArmingFault;

/// A joint with its servo.
#[derive(Clone, Debug)]
pub struct ServoJoint {
    /// The joint's name.
    pub name: String,
    /// Servo that moves the joint.
    pub servo: ServoConfig,
    /// Calibration of the joint.
    pub calibration: JointCalibration,
    /// Largest speed of commands, rad/s.
    pub velocity: f64,
    /// Position at `anchor`, rad.
    origin: f64,
    /// Steps at `origin`.
    anchor: f64,
    /// Radians per step; negative if steps count in reverse.
    scale: f64,
}

impl ServoJoint {
    /// Returns the servo registers that differ from the joints' calibrations.
    ///
    /// # Errors
    /// [`BusError`] if a servo does not reply.
    pub fn find_mismatches(
        joints: &[Self],
        bus: &mut Bus,
    ) -> Result<Vec<RegisterMismatch>, BusError> {
        let mut differences = Vec::new();
        for joint in joints {
            let own = joint.calibration;
            differences.extend(own.find_mismatches(&joint.name, joint.servo.model, bus)?);
        }
        Ok(differences)
    }

    /// Returns all joints of a robot.
    ///
    /// # Errors
    /// [`ArmingFault`] if a joint is not calibrated, or its calibration does not fit its servo.
    pub fn joints_of_robot(
        robot: &Robot,
        bus_config: &BusConfig,
        calibration: &Calibration,
    ) -> Result<Vec<Self>, ArmingFault> {
        let joints = robot.joints().iter().zip(&bus_config.servos).enumerate();
        joints
            .map(|(index, (joint, servo))| {
                let name = &joint.name;
                let bad = |what| ArmingFault::BadCalibration {
                    joint: name.clone(),
                    what,
                };
                let own = calibration
                    .joint(name)
                    .ok_or_else(|| bad("it is not in the file".to_owned()))?;
                if own.id != servo.id {
                    return Err(bad(format!("it is of servo {}, not {}", own.id, servo.id)));
                }
                if let Some(what) = own.describe_unstorable_value(servo.model) {
                    return Err(bad(what));
                }
                let gripper = robot.gripper().filter(|gripper| gripper.joint == index);
                let shut = gripper.map(|gripper| (gripper.closed, gripper.open));
                Ok(Self::new(
                    name.clone(),
                    *servo,
                    *own,
                    joint.limits.velocity,
                    shut,
                ))
            })
            .collect()
    }

    /// Creates a joint whose zero is in the middle of its calibrated range, LeRobot's convention,
    /// or a gripper, which is closed at one end of it; `(closed, open)` are its joint positions.
    fn new(
        name: String,
        servo: ServoConfig,
        calibration: JointCalibration,
        velocity: f64,
        gripper: Option<(f64, f64)>,
    ) -> Self {
        let JointCalibration {
            drive_mode,
            range_min,
            range_max,
            ..
        } = calibration;
        let step = servo.model.step_size_rad();
        let (origin, anchor, scale) = match gripper {
            None => (0.0, (range_min + range_max) as f64 / 2.0, step),
            Some((closed, open)) => {
                let opening = if closed <= open { step } else { -step };
                if drive_mode != 0 && !servo.model.family_facts().reverses_count {
                    (closed, range_max as f64, -opening)
                } else {
                    (closed, range_min as f64, opening)
                }
            }
        };
        Self {
            name,
            servo,
            calibration,
            velocity,
            origin,
            anchor,
            scale,
        }
    }

    /// Returns the joint position for servo steps, rad.
    pub fn position_from_steps(&self, steps: i64) -> f64 {
        self.origin + (steps as f64 - self.anchor) * self.scale
    }

    /// Returns the steps at a position, fractional and also outside the range.
    pub fn steps_from_position(&self, position: f64) -> f64 {
        self.anchor + (position - self.origin) / self.scale
    }

    /// Returns the steps nearest to a position; `None` outside the calibrated range.
    pub fn goal_steps_if_in_range(&self, position: f64) -> Option<i64> {
        let steps = self.steps_from_position(position).round();
        let JointCalibration {
            range_min,
            range_max,
            ..
        } = self.calibration;
        (range_min as f64 <= steps && steps <= range_max as f64).then_some(steps as i64)
    }

    /// Returns the nearest steps in the calibrated range.
    pub fn clamp_steps(&self, steps: i64) -> i64 {
        steps.clamp(self.calibration.range_min, self.calibration.range_max)
    }

    /// Returns 1 if steps increase with the joint position, else -1.
    pub fn direction_sign(&self) -> f64 {
        self.scale.signum()
    }

    /// Returns the lowest and highest position of the calibrated range, rad.
    pub fn range(&self) -> (f64, f64) {
        let ends = [self.calibration.range_min, self.calibration.range_max];
        let [a, b] = ends.map(|end| self.position_from_steps(end));
        (a.min(b), a.max(b))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::servo::ServoModel;
    use crate::servo::sts::STS3215;
    use crate::servo::x_series::XL330_M288;

    fn joint(drive_mode: u8, range: (i64, i64), gripper: Option<(f64, f64)>) -> ServoJoint {
        joint_of(&STS3215, drive_mode, range, gripper)
    }

    fn joint_of(
        model: &'static ServoModel,
        drive_mode: u8,
        range: (i64, i64),
        gripper: Option<(f64, f64)>,
    ) -> ServoJoint {
        let calibration = JointCalibration {
            id: 1,
            drive_mode,
            homing_offset: 0,
            range_min: range.0,
            range_max: range.1,
        };
        let servo = ServoConfig {
            id: 1,
            model,
            output: 1.0,
        };
        ServoJoint::new("any".to_owned(), servo, calibration, 2.5, gripper)
    }

    #[test]
    fn zero_is_the_middle_of_the_range() {
        let joint = joint(0, (1000, 3000), None);
        assert_eq!(joint.goal_steps_if_in_range(0.0), Some(2000));
        assert_eq!(
            joint.goal_steps_if_in_range(-std::f64::consts::FRAC_PI_4),
            Some(1488)
        );
        assert_eq!(
            joint.goal_steps_if_in_range(std::f64::consts::FRAC_PI_2),
            None
        );
    }

    #[test]
    fn a_gripper_is_shut_at_the_end_that_its_drive_mode_says() {
        let shut = Some((-0.17, 1.7));
        assert_eq!(
            joint(0, (2000, 3200), shut).position_from_steps(2000),
            -0.17
        );
        assert!(joint(0, (2000, 3200), shut).position_from_steps(2100) > -0.17);
        let reversed = joint(1, (2000, 3200), shut);
        assert_eq!(reversed.position_from_steps(3200), -0.17);
        assert!(reversed.position_from_steps(3100) > -0.17);
        assert_eq!(reversed.direction_sign(), -1.0);
    }

    #[test]
    fn a_dynamixel_gripper_is_shut_at_its_low_end_whichever_way_it_counts() {
        let shut = Some((-0.17, 1.7));
        for drive_mode in [0, 1] {
            let joint = joint_of(&XL330_M288, drive_mode, (2000, 3200), shut);
            assert_eq!(joint.position_from_steps(2000), -0.17);
            assert_eq!(joint.direction_sign(), 1.0);
        }
    }

    proptest! {
        #[test]
        fn steps_and_positions_are_one(
            drive_mode in 0u8..2,
            min in 0i64..2000,
            length in 1i64..2000,
            gripper in proptest::option::of((-1.0..1.0, -1.0..1.0)),
            steps in 0i64..4096,
        ) {
            let joint = joint(drive_mode, (min, min + length), gripper);
            let position = joint.position_from_steps(steps);
            let (low, high) = joint.range();
            let inside = low - 1e-9 <= position && position <= high + 1e-9;
            prop_assert_eq!(joint.goal_steps_if_in_range(position), inside.then_some(steps));
        }

        #[test]
        fn every_goal_is_in_the_range(position: f64) {
            let goal = joint(0, (1000, 3000), None).goal_steps_if_in_range(position);
            prop_assert!(goal.is_none_or(|goal| (1000..=3000).contains(&goal)));
        }
    }

    #[test]
    fn what_is_no_number_is_no_goal() {
        for position in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(
                joint(0, (0, 4095), None).goal_steps_if_in_range(position),
                None
            );
        }
    }
}
