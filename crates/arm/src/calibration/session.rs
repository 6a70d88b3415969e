//! Calibrating: what is written into servos and read from them while a person moves the joints.
//!
//! A servo that falls silent is asked again: a plug that is loose for a moment costs nobody his
//! work. What was written is read back.

use std::time::Duration;

use super::{Calibration, JointCalibration};
use crate::bus::{Bus, BusError};
use crate::driver::bus_config::ServoConfig;
use crate::servo::Register;
use crate::{ArmError, ArmingFault};

/// For so long a silent servo is asked again.
const PATIENCE: Duration = Duration::from_secs(10);
/// For so long when everything is to be put back.
const LAST_PATIENCE: Duration = Duration::from_secs(3);
/// Pause before it is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Hears that a joint's servo does not answer and is asked again, unless this says `false`.
pub type RetryPrompt<'a> = Box<dyn FnMut(&str, &BusError) -> bool + 'a>;

/// Servos without torque that are being calibrated, and what they kept before.
pub struct CalibrationSession<'a> {
    bus: Bus,
    joints: Vec<(String, ServoConfig)>,
    before: Vec<(usize, Register, i64)>,
    notice: RetryPrompt<'a>,
}

impl<'a> CalibrationSession<'a> {
    /// Switches off the motors of `all` joints and remembers what the servos at the indices
    /// `chosen` keep.
    ///
    /// # Errors
    /// If a servo does not answer, or keeps its torque.
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

    /// The joints in hand.
    pub fn joints(&self) -> &[(String, ServoConfig)] {
        &self.joints
    }

    /// Time on the bus's clock.
    pub fn now(&self) -> Duration {
        self.bus.now()
    }

    /// Makes where the joints are read as half a turn; the offsets that do.
    ///
    /// # Errors
    /// If a servo does not answer, or keeps something else than it is told.
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
            let offset = model.facts().offset_sign * (middle - raw);
            let offset = offset.clamp(-model.largest_offset, model.largest_offset);
            self.keep_register(index, map.homing_offset, offset)?;
            offsets.push(offset);
        }
        Ok(offsets)
    }

    /// Where the joints are, in steps; `None` for a servo that does not answer now.
    ///
    /// # Errors
    /// If the line is lost.
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

    /// Which way a servo counts, as a calibration has it, where its model says so itself.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn drive_mode(&mut self, joint: usize) -> Result<Option<u8>, ArmError> {
        let Some(register) = self.servo(joint).model.map.drive_mode else {
            return Ok(None);
        };
        Ok(u8::try_from(self.get(joint, register)?).ok())
    }

    /// Lets the servos keep their part of a calibration, also when they are switched off.
    ///
    /// # Errors
    /// If one does not answer, or keeps something else than it is told.
    pub fn keep(&mut self, calibration: &Calibration) -> Result<(), ArmError> {
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

    /// Puts back what the servos kept before; what could not be, in words.
    pub fn restore(mut self) -> Vec<String> {
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

    /// Sets a register that the servo keeps without power only while it is not locked; a servo
    /// whose power was gone for a moment is locked again.
    fn keep_register(
        &mut self,
        joint: usize,
        register: Register,
        value: i64,
    ) -> Result<(), ArmError> {
        let end = self.bus.now() + PATIENCE;
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
        let end = self.bus.now() + PATIENCE;
        self.set_until(joint, register, value, end)
    }

    /// Writes a register and reads it back.
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
        let end = self.bus.now() + PATIENCE;
        Ok(self.persist(joint, end, |bus, id| register.read(bus, id))?)
    }

    /// Asks again while the servo is silent, until `end`.
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

/// Whether asking again may help.
fn passes(error: &BusError) -> bool {
    matches!(error, BusError::Silent { .. } | BusError::Garbled { .. })
}
