//! The part of a calibration that the servos store too.

use std::fmt;

use super::JointCalibration;
use crate::bus::{Bus, BusError};
use crate::servo::{Register, ServoModel};

/// A servo register that differs from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterMismatch {
    /// Name of the joint.
    pub joint: String,
    /// Name of the register.
    pub register: &'static str,
    /// Value in the file.
    pub file: i64,
    /// Value in the servo.
    pub servo: i64,
}

impl fmt::Display for RegisterMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            joint,
            register,
            file,
            servo,
        } = self;
        write!(
            f,
            "`{joint}`: {register} is {servo} in the servo, {file} in the file"
        )
    }
}

impl JointCalibration {
    /// Returns the registers that store the calibration, with their expected values.
    pub fn registers(&self, model: &ServoModel) -> [(Register, i64); 3] {
        [
            (model.map.homing_offset, self.homing_offset),
            (model.map.min_position, self.range_min),
            (model.map.max_position, self.range_max),
        ]
    }

    /// Returns the register of the counting direction with its expected value, if the model has
    /// one. Calibrating does not change it.
    pub fn direction_register(&self, model: &ServoModel) -> Option<(Register, i64)> {
        let register = model.map.drive_mode?;
        Some((register, self.drive_mode.into()))
    }

    /// Returns all registers that store a part of the calibration, with their expected values.
    pub fn registers_with_direction(
        &self,
        model: &ServoModel,
    ) -> impl Iterator<Item = (Register, i64)> + use<> {
        let registers = self.registers(model).into_iter();
        registers.chain(self.direction_register(model))
    }

    /// Returns a description of a value that a servo of this model cannot store, if any.
    pub fn describe_unstorable_value(&self, model: &ServoModel) -> Option<String> {
        let Self {
            homing_offset,
            range_min,
            range_max,
            ..
        } = *self;
        let largest = model.largest_offset;
        if !(-largest..=largest).contains(&homing_offset) {
            return Some(format!(
                "homing_offset {homing_offset} is beyond ±{largest}"
            ));
        }
        let turn = model.steps_per_turn;
        let one_turn = model.family_facts().turns.is_none();
        if one_turn && !(0 <= range_min && range_max < turn) {
            return Some(format!(
                "range {range_min} to {range_max} is not within 0 to {}",
                turn - 1
            ));
        }
        None
    }

    /// Returns the registers of servo `id` that differ from this calibration.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply.
    pub fn find_mismatches(
        &self,
        joint: &str,
        model: &ServoModel,
        bus: &mut Bus,
    ) -> Result<Vec<RegisterMismatch>, BusError> {
        let mut differences = Vec::new();
        for (register, file) in self.registers_with_direction(model) {
            let servo = register.read(bus, self.id)?;
            if servo != file {
                differences.push(RegisterMismatch {
                    joint: joint.to_owned(),
                    register: register.name,
                    file,
                    servo,
                });
            }
        }
        Ok(differences)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servo::{sts, x_series};

    /// Fault 21.
    #[test]
    fn what_a_servo_cannot_keep_is_named() {
        let good = JointCalibration {
            id: 1,
            drive_mode: 0,
            homing_offset: 2047,
            range_min: 0,
            range_max: 4095,
        };
        assert_eq!(good.describe_unstorable_value(&sts::STS3215), None);
        let beyond = JointCalibration {
            homing_offset: 2048,
            ..good
        };
        assert_eq!(
            beyond.describe_unstorable_value(&sts::STS3215).unwrap(),
            "homing_offset 2048 is beyond ±2047"
        );
        assert_eq!(
            beyond.describe_unstorable_value(&x_series::XL330_M288),
            None
        );
        let wide = JointCalibration {
            range_max: 4096,
            ..good
        };
        assert_eq!(
            wide.describe_unstorable_value(&sts::STS3215).unwrap(),
            "range 0 to 4096 is not within 0 to 4095"
        );
    }
}
