//! The calibration procedure: writes to and reads from the servos while a person moves the joints.
//!
//! A servo that stops replying is asked again, so that a plug that is loose for a moment does not
//! ruin the work. Everything written is read back.

use std::time::Duration;

use super::{Calibration, JointCalibration};
use crate::bus::{Bus, BusError};
use crate::driver::bus_config::ServoConfig;
use crate::servo::Register;
use crate::{ArmError, ArmingFault};

/// Time for which a silent servo is retried.
const RETRY_TIME: Duration = Duration::from_secs(10);
/// Time for which a silent servo is retried while restoring.
const LAST_PATIENCE: Duration = Duration::from_secs(3);
/// Pause between retries.
const PAUSE: Duration = Duration::from_millis(100);

/// Called when a joint's servo does not reply and is about to be retried; returns `false` to give
/// up.
pub type RetryPrompt<'a> = Box<dyn FnMut(&str, &BusError) -> bool + 'a>;

/// Servos being calibrated, with torque off, and what they stored before.
pub struct CalibrationServos<'a> {
    bus: Bus,
    joints: Vec<(String, ServoConfig)>,
    before: Vec<(usize, Register, i64)>,
    notice: RetryPrompt<'a>,
}

impl<'a> CalibrationServos<'a> {
    /// Switches off the motors of `all` joints and remembers what the servos at the indices
    /// `chosen` store.
    ///
    /// # Errors
    /// [`ArmError`] if a servo does not reply, or its torque stays on.
    pub fn begin(
        bus: Bus,
        all: Vec<(String, ServoConfig)>,
        chosen: &[usize],
        notice: RetryPrompt<'a>,
    ) -> Result<Self, ArmError> {
        let mut session = Self {
            bus,
            joints: all,
            before: Vec::new(),
            notice,
        };
        for index in 0..session.joints.len() {
            let torque = session.servo(index).model.map.torque_enable;
            session.set(index, torque, 0)?;
        }
        session.joints = chosen
            .iter()
            .map(|index| session.joints[*index].clone())
            .collect();
        for index in 0..session.joints.len() {
            let map = session.servo(index).model.map;
            for register in [map.homing_offset, map.min_position, map.max_position] {
                let value = session.get(index, register)?;
                session.before.push((index, register, value));
            }
        }
        Ok(session)
    }

    /// Returns the joints being calibrated.
    pub fn joints(&self) -> &[(String, ServoConfig)] {
        &self.joints
    }

    /// Returns the time on the bus clock.
    pub fn now(&self) -> Duration {
        self.bus.now()
    }

    /// Sets the homing offsets so that the current positions read as half a turn; returns the
    /// offsets.
    ///
    /// # Errors
    /// [`ArmError`] if a servo does not reply, or does not store the value written.
    pub fn set_middles(&mut self) -> Result<Vec<i64>, ArmError> {
        let mut offsets = Vec::new();
        for index in 0..self.joints.len() {
            let model = self.servo(index).model;
            let map = model.map;
            self.keep_register(index, map.homing_offset, 0)?;
            self.keep_register(index, map.min_position, 0)?;
            self.keep_register(index, map.max_position, model.steps_per_turn - 1)?;
            let raw = self.get(index, map.position)?;
            let middle = (model.steps_per_turn - 1) / 2;
            let offset = model.family_facts().offset_sign * (middle - raw);
            let offset = offset.clamp(-model.largest_offset, model.largest_offset);
            self.keep_register(index, map.homing_offset, offset)?;
            offsets.push(offset);
        }
        Ok(offsets)
    }

    /// Returns the positions in steps; `None` for a servo that does not reply now.
    ///
    /// # Errors
    /// [`ArmError`] if the port is lost.
    pub fn positions(&mut self) -> Result<Vec<Option<i64>>, ArmError> {
        let mut positions = Vec::new();
        for (_, servo) in &self.joints {
            let register = servo.model.map.position;
            positions.push(match register.read(&mut self.bus, servo.id) {
                Ok(steps) => Some(steps),
                Err(error) if passes(&error) => None,
                Err(error) => return Err(error.into()),
            });
        }
        Ok(positions)
    }

    /// Returns the counting direction of a servo as in a calibration, if its model has a register
    /// for it.
    ///
    /// # Errors
    /// [`ArmError`] if the servo does not reply.
    pub fn drive_mode(&mut self, joint: usize) -> Result<Option<u8>, ArmError> {
        let Some(register) = self.servo(joint).model.map.drive_mode else {
            return Ok(None);
        };
        Ok(u8::try_from(self.get(joint, register)?).ok())
    }

    /// Stores the servos' part of a calibration in their non-volatile memory.
    ///
    /// # Errors
    /// [`ArmError`] if a servo does not reply, or does not store the value written.
    pub fn write_calibration(&mut self, calibration: &Calibration) -> Result<(), ArmError> {
        for index in 0..self.joints.len() {
            let (name, servo) = &self.joints[index];
            let known = calibration.joint(name).copied();
            let registers = known.map(|joint: JointCalibration| joint.registers(servo.model));
            for (register, value) in registers.into_iter().flatten() {
                self.keep_register(index, register, value)?;
            }
            self.lock(index, 1)?;
        }
        Ok(())
    }

    /// Restores what the servos stored before; returns descriptions of what could not be restored.
    pub fn restore_servos(mut self) -> Vec<String> {
        let mut complaints = Vec::new();
        for index in 0..self.joints.len() {
            if let Err(error) = self.restore_one(index) {
                let (name, servo) = &self.joints[index];
                complaints.push(format!(
                    "joint `{name}`, servo {}: its old settings are not put back: {error}",
                    servo.id
                ));
            }
        }
        complaints
    }

    fn restore_one(&mut self, index: usize) -> Result<(), ArmError> {
        let end = self.bus.now() + LAST_PATIENCE;
        self.notice = Box::new(|_, _| true);
        let before = self.before.clone();
        let own = before.into_iter().filter(|(joint, ..)| *joint == index);
        for (_, register, value) in own {
            self.unlock(index, end)?;
            self.set_until(index, register, value, end)?;
        }
        if let Some(lock) = self.servo(index).model.map.lock {
            self.set_until(index, lock, 1, end)?;
        }
        Ok(())
    }

    fn servo(&self, joint: usize) -> ServoConfig {
        self.joints[joint].1
    }

    /// Sets a register that is stored at power-off only while the servo is unlocked; a servo that
    /// briefly lost power is locked again.
    fn keep_register(
        &mut self,
        joint: usize,
        register: Register,
        value: i64,
    ) -> Result<(), ArmError> {
        let end = self.bus.now() + RETRY_TIME;
        self.unlock(joint, end)?;
        self.set_until(joint, register, value, end)
    }

    fn unlock(&mut self, joint: usize, end: Duration) -> Result<(), ArmError> {
        match self.servo(joint).model.map.lock {
            Some(lock) => self.set_until(joint, lock, 0, end),
            None => Ok(()),
        }
    }

    fn lock(&mut self, joint: usize, value: i64) -> Result<(), ArmError> {
        match self.servo(joint).model.map.lock {
            Some(lock) => self.set(joint, lock, value),
            None => Ok(()),
        }
    }

    fn set(&mut self, joint: usize, register: Register, value: i64) -> Result<(), ArmError> {
        let end = self.bus.now() + RETRY_TIME;
        self.set_until(joint, register, value, end)
    }

    /// Writes a register and reads it back, with retries.
    fn set_until(
        &mut self,
        joint: usize,
        register: Register,
        value: i64,
        end: Duration,
    ) -> Result<(), ArmError> {
        let found = self.persist(joint, end, |bus, id| {
            register.write(bus, id, value)?;
            register.read(bus, id)
        })?;
        if found == value {
            return Ok(());
        }
        Err(ArmingFault::NotKept {
            joint: self.joints[joint].0.clone(),
            register: register.name,
            written: value,
            found,
        }
        .into())
    }

    fn get(&mut self, joint: usize, register: Register) -> Result<i64, ArmError> {
        let end = self.bus.now() + RETRY_TIME;
        Ok(self.persist(joint, end, |bus, id| register.read(bus, id))?)
    }

    /// Retries while the servo is silent, until `end`.
    fn persist<T>(
        &mut self,
        joint: usize,
        end: Duration,
        act: impl Fn(&mut Bus, u8) -> Result<T, BusError>,
    ) -> Result<T, BusError> {
        let (name, servo) = &self.joints[joint];
        loop {
            match act(&mut self.bus, servo.id) {
                Err(error) if passes(&error) && self.bus.now() < end => {
                    if !(self.notice)(name, &error) {
                        return Err(error);
                    }
                    self.bus.sleep_until(self.bus.now() + PAUSE);
                }
                other => return other,
            }
        }
    }
}

/// Returns whether a retry may help.
fn passes(error: &BusError) -> bool {
    matches!(error, BusError::Silent { .. } | BusError::Garbled { .. })
}
