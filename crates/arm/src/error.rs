//! What keeps an arm from working.

use thiserror::Error;

use crate::bus::BusError;
use crate::calibration::RegisterMismatch;
use crate::protocol::Alarm;

/// Broken communication with an arm, or an arm that must not be driven.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ArmError {
    /// The arm does not answer, or answers nonsense.
    #[error("the arm does not answer: {0}")]
    Silent(String),
    /// The thread that drives the arm has ended.
    #[error("the thread that drives the arm has ended")]
    Gone,
    /// The bus does not work.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The arm is not fit to be driven; its motors were not switched on, or off again.
    #[error("the arm must not be driven: {0}")]
    Unfit(ArmingFault),
    /// A servo stopped by itself because the bus was quiet.
    #[error("joint `{0}`: its servo stopped because no command came; arm it again")]
    WatchdogTripped(String),
    /// Commands came too late in mid-move: going on would jump from standstill to full speed.
    #[error(
        "the next command came {0} ms late in mid-move, as after a pause of the program; it does not go on: arm it again"
    )]
    Stale(u128),
    /// A goal that was sent again and again is not in the servo.
    #[error(
        "joint `{0}`: its servo does not take goals; switch the arm off and on, then arm it again"
    )]
    GoalNotTaken(String),
}

/// It is told in the error's own words, so it is not the error's source as well.
impl From<ArmingFault> for ArmError {
    fn from(unfit: ArmingFault) -> Self {
        Self::Unfit(unfit)
    }
}

/// Why an arm must not be driven.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ArmingFault {
    /// A servo is not there.
    #[error(
        "joint `{joint}`: no servo {id} answers; is it plugged in and powered, and its id right?"
    )]
    Missing {
        /// The joint.
        joint: String,
        /// The id of its servo.
        id: u8,
    },
    /// A servo is of another model.
    #[error(
        "joint `{joint}`: servo {id} is of model {found}, not {expected}; is this the right arm?"
    )]
    OtherModel {
        /// The joint.
        joint: String,
        /// The id of its servo.
        id: u8,
        /// Its model number.
        found: i64,
        /// The model number that it should have.
        expected: u16,
    },
    /// Two servos have one id.
    #[error("joint `{joint}`: two servos have id {id}; connect one alone and give it another id")]
    SharedId {
        /// The joint.
        joint: String,
        /// The id.
        id: u8,
    },
    /// A joint's calibration cannot be its own.
    #[error("joint `{joint}`: bad calibration: {what}")]
    BadCalibration {
        /// The joint.
        joint: String,
        /// Why.
        what: String,
    },
    /// The servos keep another calibration than the file.
    #[error("the calibration is not this arm's; choose its own, or calibrate it again:\n  {}", lines(.0))]
    OtherCalibration(Vec<RegisterMismatch>),
    /// A servo is not in a mode in which it holds positions.
    #[error(
        "joint `{joint}`: its servo is in operating mode {mode}, which does not hold positions; set it to position mode"
    )]
    Mode {
        /// The joint.
        joint: String,
        /// The mode.
        mode: i64,
    },
    /// A servo's drive mode changes what it is told in a way that is not provided for.
    #[error(
        "joint `{joint}`: its servo's drive mode (register 10) is {drive_mode}; set it to 0, or to 1 if the joint counts the other way"
    )]
    DriveMode {
        /// The joint.
        joint: String,
        /// What the register says.
        drive_mode: i64,
    },
    /// A servo ignores its homing offset in the mode that it is in.
    #[error(
        "joint `{joint}`: in position mode its servo ignores a homing offset beyond ±{heeded}, and its is {offset}; set it to extended position mode (register 11 to 4)"
    )]
    Offset {
        /// The joint.
        joint: String,
        /// The offset, in steps.
        offset: i64,
        /// The largest that it heeds, in steps.
        heeded: i64,
    },
    /// A servo suffers from something.
    #[error(
        "joint `{joint}`: {}; free it, let it cool, look after its supply, then switch the arm off and on",
        names(alarms)
    )]
    Alarm {
        /// The joint.
        joint: String,
        /// From what.
        alarms: Vec<Alarm>,
    },
    /// A servo is too hot to begin.
    #[error(
        "joint `{joint}`: {celsius} °C is too hot to begin, its limit is {limit} °C; let it cool"
    )]
    Hot {
        /// The joint.
        joint: String,
        /// Its temperature.
        celsius: i64,
        /// The temperature at which it gives up.
        limit: i64,
    },
    /// A servo's supply voltage is wrong.
    #[error(
        "joint `{joint}`: {volts:.1} V is outside [{min:.1}, {max:.1}] V; is it the right power supply?"
    )]
    Voltage {
        /// The joint.
        joint: String,
        /// Its supply voltage.
        volts: f64,
        /// Lowest that it works with.
        min: f64,
        /// Highest that it works with.
        max: f64,
    },
    /// A joint stands where its servo would jump.
    #[error(
        "joint `{joint}` stands at step {steps}, outside its calibrated range [{min}, {max}]; move it inside by hand"
    )]
    OutsideRange {
        /// The joint.
        joint: String,
        /// Where it stands.
        steps: i64,
        /// Lowest step.
        min: i64,
        /// Highest step.
        max: i64,
    },
    /// A joint moves while it should stand.
    #[error("joint `{0}` moves; hold the arm still and try again")]
    Moves(String),
    /// A servo does not keep what was written.
    #[error(
        "joint `{joint}`: {register} stays {found} though {written} was written; close other programs that use the arm, or switch it off and on"
    )]
    NotKept {
        /// The joint.
        joint: String,
        /// The register.
        register: &'static str,
        /// What was written.
        written: i64,
        /// What it says.
        found: i64,
    },
}

fn lines(differences: &[RegisterMismatch]) -> String {
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    lines.join("\n  ")
}

/// Alarms in words.
pub(crate) fn names(alarms: &[Alarm]) -> String {
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
