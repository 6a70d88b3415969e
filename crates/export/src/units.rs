//! Units of joint values: LeRobot's, or this project's.
//!
//! LeRobot reads a servo's steps, which its calibration converts to degrees from the middle of the
//! joint's range, or to a share of the range. The formulas are those of `_normalize` in
//! `lerobot/motors/motors_bus.py` (0.4.4 to 0.6.1).

use std::fmt;

use enact_arm::driver::joint::ServoJoint;
use enact_recording::ServoInfo;
use enact_robot::Robot;

use crate::error::ExportError;

/// LeRobot's robot types whose joints are shares of their range unless configured otherwise
/// (`use_degrees = False`); joints of other types are in degrees.
const NORMALIZED: [&str; 2] = ["koch_follower", "omx_follower"];

/// Units of joint values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Degrees from the middle of the calibrated range; a gripper 0 to 100.
    Degrees,
    /// −100 to 100 over the calibrated range; a gripper 0 to 100.
    Normalized,
    /// Radians or meters, as in the robot's description.
    Radians,
}

impl Units {
    /// Returns the units in which LeRobot reads an arm of these servos, unless configured
    /// otherwise.
    pub fn default_for_servos(servos: &ServoInfo) -> Self {
        match servos.lerobot.first() {
            Some(kind) if NORMALIZED.contains(&kind.as_str()) => Self::Normalized,
            _ => Self::Degrees,
        }
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Degrees => "degrees, gripper 0 to 100",
            Self::Normalized => "-100 to 100 of the range, gripper 0 to 100",
            Self::Radians => "radians",
        })
    }
}

/// Meaning of each number of a state or an action.
#[derive(Clone, Debug)]
pub struct JointColumns {
    /// LeRobot's robot type; the robot's name in this project's units.
    pub robot_type: String,
    /// Units of the values.
    pub units: Units,
    /// Name of each column.
    pub names: Vec<String>,
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
struct Column {
    /// Index of the joint in the robot's order.
    joint: usize,
    scale: Scale,
}

#[derive(Clone, Debug)]
enum Scale {
    Own,
    Degrees(ServoJoint),
    /// A share from `low` to `high` of the calibrated range.
    Share {
        joint: ServoJoint,
        low: f64,
        high: f64,
    },
}

impl JointColumns {
    /// Returns the joints of `robot` in this project's units: `NAME.rad`, or `NAME.m` for a
    /// prismatic joint.
    pub fn in_radians_and_meters(robot: &Robot) -> Self {
        let unit = |prismatic| if prismatic { "m" } else { "rad" };
        let joints = robot.joints().iter();
        Self {
            robot_type: robot.name().to_owned(),
            units: Units::Radians,
            names: joints
                .map(|joint| format!("{}.{}", joint.name, unit(joint.prismatic)))
                .collect(),
            columns: (0..robot.joints().len())
                .map(|joint| Column {
                    joint,
                    scale: Scale::Own,
                })
                .collect(),
        }
    }

    /// Returns the columns of LeRobot's class for an arm of these servos: `NAME.pos` in the order
    /// of their ids.
    ///
    /// # Errors
    /// If the servos are not this robot's, or LeRobot has no class for them.
    pub fn for_lerobot(
        robot: &Robot,
        servos: &ServoInfo,
        units: Units,
    ) -> Result<Self, ExportError> {
        let kind = servos.lerobot.first().ok_or_else(|| {
            let text = "LeRobot has no class for such an arm; try --units rad";
            ExportError::Unfit(text.to_owned())
        })?;
        let gripper = robot.gripper().map(|gripper| gripper.joint);
        let joints = servos.radian_step_conversions(robot)?;
        let mut columns: Vec<(ServoJoint, usize)> = joints.into_iter().zip(0..).collect();
        columns.sort_by_key(|(joint, _)| joint.servo.id);
        Ok(Self {
            robot_type: kind.clone(),
            units,
            names: columns
                .iter()
                .map(|(joint, _)| format!("{}.pos", joint.name))
                .collect(),
            columns: columns
                .into_iter()
                .map(|(joint, index)| Column {
                    joint: index,
                    scale: match units {
                        Units::Radians => Scale::Own,
                        _ if gripper == Some(index) => Scale::share(joint, 0.0, 100.0),
                        Units::Normalized => Scale::share(joint, -100.0, 100.0),
                        Units::Degrees => Scale::Degrees(joint),
                    },
                })
                .collect(),
        })
    }

    /// Converts joint positions, rad or m in the robot's order, to the numbers of a row.
    pub fn convert_to_row<'a>(&'a self, positions: &'a [f64]) -> impl Iterator<Item = f32> + 'a {
        let value = move |column: &Column| column.scale.of(positions[column.joint]) as f32;
        self.columns.iter().map(value)
    }
}

impl Scale {
    /// Creates the conversion to a share. LeRobot reverses the range of a servo that counts the
    /// other way, unless the servo reverses its own count.
    fn share(joint: ServoJoint, low: f64, high: f64) -> Self {
        let facts = joint.servo.model.family_facts();
        let turned = joint.calibration.drive_mode != 0 && !facts.reverses_count;
        let (low, high) = if turned { (high, low) } else { (low, high) };
        Self::Share { joint, low, high }
    }

    fn of(&self, position: f64) -> f64 {
        match self {
            Self::Own => position,
            Self::Degrees(joint) => {
                let own = joint.calibration;
                let middle = (own.range_min + own.range_max) as f64 / 2.0;
                // LeRobot divides by the highest step, not by the steps of a turn.
                let highest = (joint.servo.model.steps_per_turn - 1) as f64;
                (joint.steps_from_position(position) - middle) * 360.0 / highest
            }
            Self::Share { joint, low, high } => {
                let own = joint.calibration;
                let (min, max) = (own.range_min as f64, own.range_max as f64);
                let share =
                    (joint.steps_from_position(position).clamp(min, max) - min) / (max - min);
                low + share * (high - low)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use enact_arm::calibration::JointCalibration;
    use enact_recording::{JointServo, RobotInfo};

    use super::*;

    fn robot() -> Robot {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
        let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
        let info = RobotInfo {
            name: "so101".to_owned(),
            urdf: read("robot.urdf"),
            toml: Some(read("robot.toml")),
            meshes: Vec::new(),
        };
        info.load_robot().unwrap()
    }

    fn servos(robot: &Robot, kind: &str, model: &str, drive_mode: u8) -> ServoInfo {
        let joint = |(index, joint): (usize, &enact_robot::Joint)| JointServo {
            joint: joint.name.clone(),
            model: model.to_owned(),
            calibration: JointCalibration {
                id: joint.servo.unwrap(),
                drive_mode,
                homing_offset: 7,
                range_min: 700 + 10 * index as i64,
                range_max: 3301,
            },
        };
        ServoInfo {
            lerobot: vec![kind.to_owned()],
            joints: robot.joints().iter().enumerate().map(joint).collect(),
        }
    }

    /// Returns what `_normalize` of LeRobot computes from steps.
    fn normalize(units: Units, gripper: bool, turned: bool, own: JointCalibration, s: f64) -> f64 {
        let (min, max) = (own.range_min as f64, own.range_max as f64);
        let bounded = max.min(min.max(s));
        match (units, gripper) {
            (_, true) => {
                let norm = (bounded - min) / (max - min) * 100.0;
                if turned { 100.0 - norm } else { norm }
            }
            (Units::Normalized, _) => {
                let norm = (bounded - min) / (max - min) * 200.0 - 100.0;
                if turned { -norm } else { norm }
            }
            _ => (s - (min + max) / 2.0) * 360.0 / 4095.0,
        }
    }

    #[test]
    fn numbers_are_those_that_lerobot_reads_from_the_same_steps() {
        let robot = robot();
        let gripper = robot.gripper().unwrap().joint;
        for (model, drive_mode) in [("sts3215", 0), ("sts3215", 1), ("xl330-m288", 1)] {
            let info = servos(&robot, "so_follower", model, drive_mode);
            let joints = info.radian_step_conversions(&robot).unwrap();
            for units in [Units::Degrees, Units::Normalized] {
                let columns = JointColumns::for_lerobot(&robot, &info, units).unwrap();
                for steps in [600_i64, 705, 1234, 2000, 2048, 3300, 3400] {
                    let at: Vec<f64> = joints
                        .iter()
                        .map(|it| it.position_from_steps(steps))
                        .collect();
                    let row: Vec<f32> = columns.convert_to_row(&at).collect();
                    for (index, joint) in joints.iter().enumerate() {
                        let turned = drive_mode == 1 && model == "sts3215";
                        let own = joint.calibration;
                        let said = normalize(units, index == gripper, turned, own, steps as f64);
                        let off = (f64::from(row[index]) - said).abs();
                        assert!(off < 1e-4, "{units}, {}: {} {said}", joint.name, row[index]);
                    }
                }
            }
        }
    }

    #[test]
    fn names_say_the_units() {
        let robot = robot();
        let own = JointColumns::in_radians_and_meters(&robot);
        assert_eq!(own.names[0], "shoulder_pan.rad");
        assert_eq!(own.robot_type, "so101");
        let at: Vec<f64> = (0..robot.joints().len()).map(|i| i as f64 / 7.0).collect();
        let row: Vec<f32> = own.convert_to_row(&at).collect();
        assert_eq!(row, at.iter().map(|v| *v as f32).collect::<Vec<_>>());
        let info = servos(&robot, "so_follower", "sts3215", 0);
        let columns =
            JointColumns::for_lerobot(&robot, &info, Units::default_for_servos(&info)).unwrap();
        assert_eq!(columns.robot_type, "so_follower");
        assert_eq!(columns.units, Units::Degrees);
        assert_eq!(columns.names[5], "gripper.pos");
        let koch = servos(&robot, "koch_follower", "xl330-m288", 0);
        assert_eq!(Units::default_for_servos(&koch), Units::Normalized);
    }
}
