//! Verified writes.

use super::ServoArm;
use super::joint::ServoJoint;
use crate::bus::{Bus, BusError};
use crate::protocol::StatusError;
use crate::servo::Register;
use crate::{ArmError, ArmingFault};

/// Number of times that goals which did not arrive are sent again.
const RESENDS: usize = 3;

/// Writes a register and reads it back.
pub(super) fn write_verified(
    bus: &mut Bus,
    joint: &ServoJoint,
    register: Register,
    value: i64,
) -> Result<(), ArmError> {
    let id = joint.servo.id;
    register.write(bus, id, value)?;
    let found = register.read(bus, id)?;
    if found == value {
        return Ok(());
    }
    Err(ArmingFault::NotKept {
        joint: joint.name.clone(),
        register: register.name,
        written: value,
        found,
    }
    .into())
}

impl ServoArm {
    /// Reads the goals back from the servos, and sends them again while any differs.
    pub(super) fn verify_and_resend_goals(&mut self) -> Result<(), ArmError> {
        let goal = self.joints[0].servo.model.map.goal_position;
        for attempt in 0..=RESENDS {
            if self.goals_verified {
                return Ok(());
            }
            if attempt > 0 {
                self.timing.resent += 1;
                self.queue_goals()?;
            }
            self.goals_verified = true;
            let answers = self
                .bus
                .sync_read(&self.ids, goal.address, goal.width.into())?;
            for (answer, expected) in answers.iter().zip(&self.goals) {
                let found = answer.as_ref().and_then(|status| goal.decode(&status.data));
                self.goals_verified &= found == Some(*expected);
            }
        }
        if self.goals_verified {
            return Ok(());
        }
        self.blame()
    }

    /// Finds the servo that does not accept its goal, and the reason, by a write that is
    /// acknowledged.
    fn blame(&mut self) -> Result<(), ArmError> {
        for (joint, steps) in self.joints.iter().zip(&self.goals) {
            let goal = joint.servo.model.map.goal_position;
            match write_verified(&mut self.bus, joint, goal, *steps) {
                Ok(()) => {}
                Err(ArmError::Bus(BusError::Refused {
                    why: StatusError::Range,
                    ..
                })) => {
                    return Err(self.tripped(joint.clone())?);
                }
                Err(ArmError::Unfit(_)) => return Err(ArmError::GoalNotTaken(joint.name.clone())),
                Err(error) => return Err(error),
            }
        }
        self.goals_verified = true;
        Ok(())
    }

    /// Returns the error of a servo that rejects goals as out of range, which may mean that its
    /// watchdog tripped.
    fn tripped(&mut self, joint: ServoJoint) -> Result<ArmError, ArmError> {
        let watchdog = joint.servo.model.map.watchdog;
        let tripped = match watchdog {
            Some(watchdog) => watchdog.read(&mut self.bus, joint.servo.id)? < 0,
            None => false,
        };
        Ok(if tripped {
            ArmError::WatchdogTripped(joint.name)
        } else {
            ArmError::GoalNotTaken(joint.name)
        })
    }
}
