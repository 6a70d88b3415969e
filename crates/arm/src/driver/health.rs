//! Conditions that forbid further motion.

use super::bus_config::ServoConfig;
use super::joint::ServoJoint;
use super::{FeedbackFilter, ServoArm};
use crate::ArmError;
use crate::bus::{Bus, BusError};
use crate::error::describe_alarms;
use crate::protocol::Alarm;
use crate::servo::ServoModel;

/// Degrees below its temperature limit at which a servo is rested.
const MARGIN: i64 = 5;
/// The supply sags when a motor starts; this many consecutive readings are more than a start.
const SAGGING: u32 = 20;

/// Limits that a servo reports, in register units.
#[derive(Clone, Copy, Debug)]
pub struct HealthLimits {
    /// Largest temperature.
    pub max_temperature: i64,
    /// Highest supply voltage.
    pub max_voltage: i64,
    /// Lowest supply voltage.
    pub min_voltage: i64,
    /// Number of consecutive readings with a voltage outside the limits.
    pub(super) off_voltage: u32,
}

impl HealthLimits {
    /// Reads the limits from a servo.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply.
    pub fn read_limits(bus: &mut Bus, id: u8, model: &ServoModel) -> Result<Self, BusError> {
        let map = model.map;
        Ok(Self {
            max_temperature: map.max_temperature.read(bus, id)?,
            max_voltage: map.max_voltage.read(bus, id)?,
            min_voltage: map.min_voltage.read(bus, id)?,
            off_voltage: 0,
        })
    }

    /// Returns whether a temperature is too close to the limit.
    pub fn is_hot(&self, temperature: i64) -> bool {
        temperature > self.max_temperature - MARGIN
    }

    /// Returns whether a supply voltage is within the limits.
    pub fn is_voltage_within_limits(&self, voltage: i64) -> bool {
        self.min_voltage <= voltage && voltage <= self.max_voltage
    }

    /// Returns the problem with the last reading, if any.
    fn complaint(&mut self, joint: &ServoJoint, track: &FeedbackFilter) -> Option<String> {
        let reading = track.reading;
        let map = joint.servo.model.map;
        if self.is_voltage_within_limits(reading.voltage) {
            self.off_voltage = 0;
        } else if track.fresh {
            self.off_voltage += 1;
        }
        if self.is_hot(reading.temperature) {
            let limit = self.max_temperature;
            return Some(format!(
                "{} °C is too hot; its limit is {limit} °C",
                reading.temperature
            ));
        }
        if self.off_voltage >= SAGGING {
            let volts = map.voltage.physical_value(reading.voltage);
            let (min, max) = (
                map.min_voltage.physical_value(self.min_voltage),
                map.max_voltage.physical_value(self.max_voltage),
            );
            return Some(format!("{volts:.1} V is outside [{min:.1}, {max:.1}] V"));
        }
        None
    }
}

/// Returns the alarms of a servo, from the error byte of a reply and, if that is not specific, from
/// its alarm register.
///
/// # Errors
/// [`BusError`] if the servo does not reply.
pub fn alarms(
    bus: &mut Bus,
    id: u8,
    model: &ServoModel,
    error: u8,
) -> Result<Vec<Alarm>, BusError> {
    if let Some(alarms) = bus.codec().alarms(error) {
        return Ok(alarms);
    }
    let bits = model.map.alarms.read(bus, id)? as u8;
    Ok((model.family_facts().alarms)(bits))
}

impl ServoArm {
    /// Examines the readings: the first problem is the arm's alarm while it lasts.
    pub(super) fn examine(&mut self) -> Result<(), ArmError> {
        let mut alarm = None;
        for (index, joint) in self.joints.iter().enumerate() {
            let track = &self.tracks[index];
            let mut complaint = self.limits[index].complaint(joint, track);
            if track.reading.error != 0 {
                let ServoConfig { id, model, .. } = joint.servo;
                let alarms = alarms(&mut self.bus, id, model, track.reading.error)?;
                complaint = complaint.or_else(|| alarms.first().map(|_| describe_alarms(&alarms)));
            }
            let named = complaint.map(|complaint| format!("joint `{}`: {complaint}", joint.name));
            alarm = alarm.or(named);
        }
        if alarm != self.alarm {
            match &alarm {
                Some(alarm) => tracing::warn!("{alarm}"),
                None => tracing::info!("the alarm has cleared"),
            }
            self.alarm = alarm;
        }
        Ok(())
    }
}
