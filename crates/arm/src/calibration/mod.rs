//! Where each joint's zero is, in LeRobot's own files.
//!
//! | module | idea |
//! |---|---|
//! | [`file`] | reading and writing such a file |
//! | [`folder`] | where LeRobot keeps them |
//! | [`registers`] | the part of a calibration that the servos keep too |
//! | [`session`] | calibrating, as far as the servos are concerned |

pub mod file;
pub mod folder;
pub mod registers;
pub mod session;

use serde::{Deserialize, Serialize};

pub use file::CalibrationError;
pub use registers::RegisterMismatch;
pub use session::CalibrationSession;

/// Every joint's calibration, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// Name and calibration of each joint.
    pub joints: Vec<(String, JointCalibration)>,
}

/// One joint's calibration, as LeRobot names its parts. Positions are in steps, as the servo
/// reports them once it knows its homing offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointCalibration {
    /// Bus id.
    pub id: u8,
    /// Of a Dynamixel what its own register says: 1 if it counts the other way. Of a Feetech
    /// servo 1 if the gripper shuts towards `range_max`; the other joints ignore it.
    pub drive_mode: u8,
    /// The servo's own offset.
    pub homing_offset: i64,
    /// Lowest position.
    pub range_min: i64,
    /// Highest position.
    pub range_max: i64,
}

impl Calibration {
    /// The calibration of a joint.
    pub fn joint(&self, name: &str) -> Option<&JointCalibration> {
        let mut joints = self.joints.iter();
        joints.find_map(|(joint, calibration)| (joint == name).then_some(calibration))
    }
}
