//! The servos of an arm, as far as LeRobot's units depend on them.

use enact_arm::ArmingFault;
use enact_arm::calibration::{Calibration, JointCalibration};
use enact_arm::driver::BusConfig;
use enact_arm::driver::bus_config::ServoConfig;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::servo::ServoModel;
use enact_robot::Robot;
use serde::{Deserialize, Serialize};

use crate::error::RecordingError;

/// Servos of the joints, and the zero of each joint. For a simulated arm they are plausible values
/// for an arm of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServoInfo {
    /// LeRobot's names for the robot type, newest first.
    pub lerobot: Vec<String>,
    /// Servo of each joint, in the robot's order.
    pub joints: Vec<JointServo>,
}

/// Servo of a joint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointServo {
    /// Name of the joint.
    pub joint: String,
    /// Model of the servo, such as `sts3215`.
    pub model: String,
    /// Calibration in LeRobot's format.
    pub calibration: JointCalibration,
}

impl ServoInfo {
    /// Collects the servos of a robot with their calibration.
    ///
    /// # Errors
    /// [`ArmingFault`] if a joint is not calibrated, or its calibration does not fit its servo.
    pub fn from_calibration(
        robot: &Robot,
        bus_config: &BusConfig,
        calibration: &Calibration,
    ) -> Result<Self, ArmingFault> {
        let joints = ServoJoint::joints_of_robot(robot, bus_config, calibration)?;
        let joint = |joint: ServoJoint| JointServo {
            joint: joint.name,
            model: joint.servo.model.name.to_owned(),
            calibration: joint.calibration,
        };
        Ok(Self {
            lerobot: bus_config.lerobot.clone(),
            joints: joints.into_iter().map(joint).collect(),
        })
    }

    /// Returns the conversion of these joints between radians and steps.
    ///
    /// # Errors
    /// [`RecordingError`] if they are not this robot's.
    pub fn radian_step_conversions(
        &self,
        robot: &Robot,
    ) -> Result<Vec<ServoJoint>, RecordingError> {
        let unfit = |what: String| RecordingError::NotOurs(format!("its servos: {what}").into());
        let servo = |joint: &JointServo| {
            let model = ServoModel::find_by_name(&joint.model);
            let model = model.ok_or_else(|| unfit(format!("`{}` is no known model", joint.model)));
            Ok(ServoConfig {
                id: joint.calibration.id,
                model: model?,
                output: 1.0,
            })
        };
        let servos: Vec<ServoConfig> = self
            .joints
            .iter()
            .map(servo)
            .collect::<Result<_, RecordingError>>()?;
        let first = servos.first().ok_or_else(|| unfit("none".to_owned()))?;
        if servos.len() != robot.joints().len() {
            return Err(unfit(format!(
                "{} for {} joints",
                servos.len(),
                robot.joints().len()
            )));
        }
        let bus_config = BusConfig {
            baud: 0,
            lerobot: self.lerobot.clone(),
            family: first.model.family,
            full_turn: Vec::new(),
            servos,
        };
        let named = self.joints.iter();
        let calibration = Calibration {
            joints: named.map(|it| (it.joint.clone(), it.calibration)).collect(),
        };
        ServoJoint::joints_of_robot(robot, &bus_config, &calibration)
            .map_err(|error| unfit(error.to_string()))
    }
}
