//! Errors of an arm.

use thiserror::Error;

use crate::bus::BusError;
use crate::calibration::RegisterMismatch;
use crate::protocol::Alarm;

/// Broken communication with an arm, or an arm that must not be driven.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ArmError {
    /// The arm does not reply, or sends nonsense.
    #[error("the arm does not answer: {0}")]
    Silent(String),
    /// The thread that drives the arm has ended.
    #[error("the thread that drives the arm has ended")]
    Gone,
    /// The arm is on another machine, which reports this, or is not heard of.
    #[error("{0}")]
    Remote(String),
    /// The bus does not work.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The arm is not fit to be driven; its motors were not switched on, or were switched off
    /// again.
    #[error("the arm must not be driven: {0}")]
    Unfit(ArmingFault),
    /// A servo stopped by itself because the bus was quiet.
    #[error("joint `{0}`: its servo stopped because no command came; arm it again")]
    WatchdogTripped(String),
    /// Commands were too late in mid-motion: continuing would jump from standstill to full speed.
    #[error(
        "the next command came {0} ms late in mid-move, as after a pause of the program; it does not go on: arm it again"
    )]
    Stale(u128),
    /// A goal that was sent repeatedly did not arrive in the servo.
    #[error(
        "joint `{0}`: its servo does not take goals; switch the arm off and on, then arm it again"
    )]
    GoalNotTaken(String),
}

/// The message already contains that of the fault, which is therefore not its source as well.
impl From<ArmingFault> for ArmError {
    fn from(unfit: ArmingFault) -> Self {
        Self::Unfit(unfit)
    }
}

/// Reason that an arm must not be driven.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ArmingFault {
    /// A servo is missing.
    #[error(
        "joint `{joint}`: no servo {id} answers; is it plugged in and powered, and its id right?"
    )]
    Missing {
        /// Name of the joint.
        joint: String,
        /// Id of its servo.
        id: u8,
    },
    /// A servo is of another model.
    #[error(
        "joint `{joint}`: servo {id} is of model {found}, not {expected}; is this the right arm?"
    )]
    OtherModel {
        /// Name of the joint.
        joint: String,
        /// Id of its servo.
        id: u8,
        /// Model number found.
        found: i64,
        /// Expected model number.
        expected: u16,
    },
    /// Two servos share an id.
    #[error("joint `{joint}`: two servos have id {id}; connect one alone and give it another id")]
    SharedId {
        /// Name of the joint.
        joint: String,
        /// The shared id.
        id: u8,
    },
    /// The calibration of a joint is impossible.
    #[error("joint `{joint}`: bad calibration: {what}")]
    BadCalibration {
        /// Name of the joint.
        joint: String,
        /// Reason.
        what: String,
    },
    /// The calibration stored in the servos differs from the file.
    #[error("the calibration is not this arm's; choose its own, or calibrate it again:\n  {}", lines(.0))]
    OtherCalibration(Vec<RegisterMismatch>),
    /// A servo is not in a position mode.
    #[error(
        "joint `{joint}`: its servo is in operating mode {mode}, which does not hold positions; set it to position mode"
    )]
    Mode {
        /// Name of the joint.
        joint: String,
        /// Operating mode of the servo.
        mode: i64,
    },
    /// A servo's drive mode changes the meaning of commands in an unsupported way.
    #[error(
        "joint `{joint}`: its servo's drive mode (register 10) is {drive_mode}; set it to 0, or to 1 if the joint counts the other way"
    )]
    DriveMode {
        /// Name of the joint.
        joint: String,
        /// Value of the drive mode register.
        drive_mode: i64,
    },
    /// A servo ignores its homing offset in its current mode.
    #[error(
        "joint `{joint}`: in position mode its servo ignores a homing offset beyond ±{heeded}, and its is {offset}; set it to extended position mode (register 11 to 4)"
    )]
    Offset {
        /// Name of the joint.
        joint: String,
        /// Homing offset, steps.
        offset: i64,
        /// Largest homing offset that is applied, steps.
        heeded: i64,
    },
    /// A servo reports alarms.
    #[error(
        "joint `{joint}`: {}; free it, let it cool, check its supply, then switch the arm off and on",
        describe_alarms(alarms)
    )]
    Alarm {
        /// Name of the joint.
        joint: String,
        /// The alarms.
        alarms: Vec<Alarm>,
    },
    /// A servo is too hot to start.
    #[error(
        "joint `{joint}`: {celsius} °C is too hot to begin, its limit is {limit} °C; let it cool"
    )]
    Hot {
        /// Name of the joint.
        joint: String,
        /// Temperature of the servo, °C.
        celsius: i64,
        /// Temperature at which the servo shuts off, °C.
        limit: i64,
    },
    /// The supply voltage of a servo is wrong.
    #[error(
        "joint `{joint}`: {volts:.1} V is outside [{min:.1}, {max:.1}] V; is it the right power supply?"
    )]
    Voltage {
        /// Name of the joint.
        joint: String,
        /// Supply voltage, V.
        volts: f64,
        /// Lowest permitted voltage, V.
        min: f64,
        /// Highest permitted voltage, V.
        max: f64,
    },
    /// A joint is at a position where its servo would jump.
    #[error(
        "joint `{joint}` stands at step {steps}, outside its calibrated range [{min}, {max}]; move it inside by hand"
    )]
    OutsideRange {
        /// Name of the joint.
        joint: String,
        /// Current position, steps.
        steps: i64,
        /// Lowest position, steps.
        min: i64,
        /// Highest position, steps.
        max: i64,
    },
    /// A joint moves while it should be at rest.
    #[error("joint `{0}` moves; hold the arm still and try again")]
    Moves(String),
    /// A servo does not keep a written value.
    #[error(
        "joint `{joint}`: {register} stays {found} though {written} was written; close other programs that use the arm, or switch it off and on"
    )]
    NotKept {
        /// Name of the joint.
        joint: String,
        /// Name of the register.
        register: &'static str,
        /// Value written.
        written: i64,
        /// Value read back.
        found: i64,
    },
}

fn lines(differences: &[RegisterMismatch]) -> String {
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    lines.join("\n  ")
}

/// Returns the alarms in words.
pub(crate) fn describe_alarms(alarms: &[Alarm]) -> String {
    let names: Vec<String> = alarms.iter().map(ToString::to_string).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forbids_driving_says_what_to_do() {
        let joint = || "elbow_flex".to_owned();
        let difference = RegisterMismatch {
            joint: joint(),
            register: "homing_offset",
            file: 1,
            servo: 2,
        };
        let unfit = [
            ArmingFault::Alarm {
                joint: joint(),
                alarms: vec![Alarm::Overload],
            },
            ArmingFault::Hot {
                joint: joint(),
                celsius: 68,
                limit: 70,
            },
            ArmingFault::Mode {
                joint: joint(),
                mode: 1,
            },
            ArmingFault::NotKept {
                joint: joint(),
                register: "torque_enable",
                written: 1,
                found: 0,
            },
            ArmingFault::OtherCalibration(vec![difference]),
        ];
        let mut texts: Vec<String> = unfit.iter().map(ToString::to_string).collect();
        texts.push(ArmError::GoalNotTaken(joint()).to_string());
        for (text, advice) in texts.iter().zip([
            "switch the arm off and on",
            "let it cool",
            "set it to position mode",
            "close other programs",
            "calibrate it again",
            "arm it again",
        ]) {
            assert!(text.contains("elbow_flex"), "{text}");
            assert!(text.contains(advice), "{text}");
        }
    }
}
