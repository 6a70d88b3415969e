//! The zero position of each joint, in LeRobot's own file format.
//!
//! | module | idea |
//! |---|---|
//! | [`file`](mod@file) | reads and writes a calibration file |
//! | [`folder`] | the folders in which LeRobot keeps them |
//! | [`registers`] | the part of a calibration that the servos store too |
//! | [`servos`] | the calibration procedure, as far as the servos are concerned |

pub mod file;
pub mod folder;
pub mod registers;
pub mod servos;

use serde::{Deserialize, Serialize};

pub use file::CalibrationError;
pub use registers::RegisterMismatch;
pub use servos::CalibrationServos;

/// Calibration of every joint, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// Name and calibration of each joint.
    pub joints: Vec<(String, JointCalibration)>,
}

/// Calibration of one joint, with LeRobot's field names. Positions are in steps, as the servo
/// reports them with its homing offset applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointCalibration {
    /// Bus id.
    pub id: u8,
    /// For a Dynamixel, the value of its drive mode register: 1 if it counts in reverse. For a
    /// Feetech servo, 1 if the gripper closes towards `range_max`; other joints ignore it.
    pub drive_mode: u8,
    /// Homing offset of the servo, steps.
    pub homing_offset: i64,
    /// Lowest position, steps.
    pub range_min: i64,
    /// Highest position, steps.
    pub range_max: i64,
}

impl Calibration {
    /// Returns the calibration of a joint.
    pub fn joint(&self, name: &str) -> Option<&JointCalibration> {
        let mut joints = self.joints.iter();
        joints.find_map(|(joint, calibration)| (joint == name).then_some(calibration))
    }
}
