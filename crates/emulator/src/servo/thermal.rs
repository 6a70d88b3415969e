//! Temperature and overload of a servo.

use enact_arm::protocol::Alarm;

use super::EmulatedServo;
use super::family_behavior::OverloadCondition;
use crate::plant::JointMeasurement;

/// Room temperature, °C.
const ROOM_TEMPERATURE_C: f64 = 28.0;
/// Temperature of a servo that has worked for a while, °C.
const WARM: f64 = 35.0;
/// Steady-state temperature rise at full output, K.
const HEATING: f64 = 55.0;
/// Time constant of the temperature, s.
const THERMAL_TIME: f64 = 240.0;
/// Speed below which a driven servo is stalled, rad/s.
const STALLED: f64 = 0.05;
/// Bits of the registers that select which alarms switch the motor off.
const SPARE_HOT: i64 = 1 << 2;
const SPARE_OVERLOADED: i64 = 1 << 5;

/// Thermal and overload state of a servo.
#[derive(Clone, Copy, Debug)]
pub struct ThermalModel {
    /// Simulated temperature, °C.
    temperature: f64,
    /// Time for which it has been stalled, s.
    stalled: f64,
    /// Direction in which it pushed when it was overloaded; 0 if it was not.
    overloaded: f64,
    /// Injected temperature reading, °C.
    heat: Option<i64>,
    /// Injected voltage reading, 0.1 V.
    supply: Option<i64>,
}

impl Default for ThermalModel {
    fn default() -> Self {
        Self {
            temperature: WARM,
            stalled: 0.0,
            overloaded: 0.0,
            heat: None,
            supply: None,
        }
    }
}

impl ThermalModel {
    /// Resets the overload after a while without power; the temperature stays.
    pub(super) fn reset_overload(&mut self) {
        (self.stalled, self.overloaded) = (0.0, 0.0);
    }
}

impl EmulatedServo {
    /// Raises an alarm until the servo is restarted; some servos switch their motor off.
    pub fn raise_alarm(&mut self, alarm: Alarm) {
        if !self.alarms.contains(&alarm) {
            self.alarms.push(alarm);
        }
        if self.family.alarms_shut_down {
            self.write_memory(self.model.map.torque_enable, 0);
        }
    }

    /// Ends injected conditions. Alarms are cleared, except those that switched the motor off.
    pub fn clear_injected_conditions(&mut self) {
        (self.thermal.heat, self.thermal.supply) = (None, None);
        if !self.family.alarms_shut_down {
            self.alarms.clear();
        }
    }

    /// Injects a temperature reading until [`clear_injected_conditions`](Self::clear_injected_conditions), °C.
    pub fn inject_temperature(&mut self, celsius: i64) {
        self.thermal.heat = Some(celsius);
    }

    /// Injects a voltage reading until [`clear_injected_conditions`](Self::clear_injected_conditions), 0.1 V.
    pub fn inject_voltage(&mut self, decivolts: i64) {
        self.thermal.supply = Some(decivolts);
    }

    /// Updates temperature and overload after a time step; the servo is `error` steps from its
    /// goal.
    pub(super) fn update_temperature_and_overload(
        &mut self,
        motion: &JointMeasurement,
        error: i64,
        elapsed: f64,
    ) {
        let map = self.model.map;
        let thermal = &mut self.thermal;
        let settles_at = ROOM_TEMPERATURE_C + HEATING * motion.effort * motion.effort;
        let share = (elapsed / THERMAL_TIME).min(1.0);
        thermal.temperature += (settles_at - thermal.temperature) * share;
        let celsius = thermal.heat.unwrap_or(thermal.temperature.round() as i64);
        let middle =
            (self.register_value(map.max_voltage) + self.register_value(map.min_voltage)) / 2;
        self.write_memory(map.temperature, celsius);
        self.write_memory(map.voltage, self.thermal.supply.unwrap_or(middle));
        if self.is_hot() && self.family.alarms_shut_down {
            self.raise_alarm(Alarm::Temperature);
        }
        self.notice_overload(motion, error, elapsed);
        self.write_memory(map.alarms, self.alarm_bits());
    }

    fn notice_overload(&mut self, motion: &JointMeasurement, error: i64, elapsed: f64) {
        let (bears, response_timeout) = match self.family.overload {
            OverloadCondition::AsSet => (
                self.named("overload_torque").unwrap_or(100) as f64 / 100.0,
                self.named("protection_time").unwrap_or(0) as f64 / 100.0,
            ),
            OverloadCondition::After { output, seconds } => (output, seconds),
        };
        let in_vain = motion.effort.abs() > bears && motion.velocity.abs() < STALLED;
        self.thermal.stalled = if in_vain {
            self.thermal.stalled + elapsed
        } else {
            0.0
        };
        if self.thermal.stalled > response_timeout {
            self.thermal.overloaded = error.signum() as f64;
            if self.family.alarms_shut_down {
                self.raise_alarm(Alarm::Overload);
            }
        }
        let on = self.register_value(self.model.map.torque_enable) == 1;
        let relieved = error as f64 * self.thermal.overloaded <= 0.0;
        if !on || relieved {
            self.thermal.overloaded = 0.0;
        }
    }

    fn is_hot(&self) -> bool {
        self.register_value(self.model.map.temperature)
            > self.register_value(self.model.map.max_temperature)
    }

    /// Returns the share of its output that the servo permits itself in its state.
    pub(super) fn permitted_output_ratio(&self) -> f64 {
        if self.family.alarms_shut_down {
            return 1.0;
        }
        let spares = self.named("unloading_condition").unwrap_or(0);
        if self.is_hot() && spares & SPARE_HOT != 0 {
            0.0
        } else if self.thermal.overloaded != 0.0 && spares & SPARE_OVERLOADED != 0 {
            self.named("protective_torque").unwrap_or(100) as f64 / 100.0
        } else {
            1.0
        }
    }

    /// Returns the alarms as bits of the alarm register.
    pub(super) fn alarm_bits(&self) -> i64 {
        let bit = |alarm: &Alarm| match alarm {
            Alarm::Voltage => 0x01,
            Alarm::Encoder => self.family.encoder_alarm,
            Alarm::Current => 0x08,
            Alarm::Temperature => 0x04,
            Alarm::Shock => 0x10,
            Alarm::Overload => 0x20,
        };
        let mut alarms = self.alarms.clone();
        if !self.family.alarms_shut_down {
            alarms.extend(self.is_hot().then_some(Alarm::Temperature));
            alarms.extend((self.thermal.overloaded != 0.0).then_some(Alarm::Overload));
        }
        alarms.iter().map(bit).fold(0, |bits, bit| bits | bit)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use enact_arm::servo::ServoModel;

    use super::*;

    /// Returns a servo that has pushed against a wall for `seconds`, simulated step by step.
    fn pushing(model: &str, seconds: f64) -> EmulatedServo {
        let mut servo =
            EmulatedServo::new(ServoModel::find_by_name(model).unwrap(), 1, 2048.0, 1.0);
        let map = servo.model.map;
        servo.write_memory(map.torque_enable, 1);
        servo.write_memory(map.goal_position, 2500);
        let wall = JointMeasurement {
            effort: 1.0,
            ..JointMeasurement::default()
        };
        for step in 1..=(seconds * 100.0) as u64 {
            servo.update_sensor_registers(&wall, Duration::from_millis(10 * step));
        }
        servo
    }

    #[test]
    fn a_feetech_servo_that_pushes_in_vain_spares_itself_until_it_may_go_back() {
        let mut servo = pushing("sts3215", 1.9);
        assert_eq!((servo.alarm_bits(), servo.drive_command().output), (0, 1.0));
        servo = pushing("sts3215", 2.2);
        assert_eq!(
            (servo.alarm_bits(), servo.drive_command().output),
            (0x20, 0.2)
        );
        servo.write_memory(servo.model.map.goal_position, 2000);
        servo.update_sensor_registers(&JointMeasurement::default(), Duration::from_millis(2300));
        assert_eq!((servo.alarm_bits(), servo.drive_command().output), (0, 1.0));
    }

    #[test]
    fn a_dynamixel_that_pushes_in_vain_shuts_down_until_it_is_started_anew() {
        let mut servo = pushing("xl430-w250", 1.5);
        assert_eq!(servo.alarm_bits(), 0x20);
        assert_eq!(servo.drive_command().goal, None);
        servo.power_cycle();
        assert_eq!(servo.alarm_bits(), 0);
    }

    #[test]
    fn work_warms_a_servo_up_until_it_gives_up() {
        let warm = pushing("sts3215", 10.0);
        let celsius = warm.register_value(warm.model.map.temperature);
        assert!((36..40).contains(&celsius), "{celsius}");
        let hot = pushing("sts3215", 600.0);
        assert_eq!(hot.alarm_bits() & 0x04, 0x04);
        assert_eq!(hot.drive_command().output, 0.0, "it rests");
    }
}
