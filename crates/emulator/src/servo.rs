//! One servo: its registers and what writing them does.
//!
//! Behaviour is that of the makers' manuals and, where those are silent on Feetech's, of an
//! open firmware that was tested against the factory's.

use std::time::Duration;

use enact_arm::protocol::{Alarm, Status};
use enact_arm::servo::{Family, Model, Register};

use crate::plant::{Drive, Motion};

/// Bytes of a control table.
const MEMORY: usize = 256;
/// What the factory puts into an STS3215's registers, where not 0.
const STS_FACTORY: [(&str, i64); 24] = [
    ("firmware_major", 3),
    ("firmware_minor", 10),
    ("response_level", 1),
    ("max_position", 4095),
    ("max_temperature", 70),
    ("max_voltage", 80),
    ("min_voltage", 40),
    ("max_torque", 1000),
    ("phase", 12),
    ("unloading_condition", 44),
    ("led_condition", 47),
    ("position_p", 32),
    ("position_d", 32),
    ("min_start_force", 16),
    ("cw_dead_zone", 1),
    ("ccw_dead_zone", 1),
    ("protection_current", 500),
    ("angular_resolution", 1),
    ("protective_torque", 20),
    ("protection_time", 200),
    ("overload_torque", 80),
    ("velocity_p", 10),
    ("velocity_i", 10),
    ("max_acceleration", 100),
];
/// The same for the X series.
const X_FACTORY: [(&str, i64); 15] = [
    ("firmware", 46),
    ("baud_index", 3),
    ("return_delay", 250),
    ("operating_mode", 3),
    ("secondary_id", 255),
    ("protocol_type", 2),
    ("moving_threshold", 10),
    ("max_temperature", 72),
    ("max_voltage", 140),
    ("min_voltage", 60),
    ("pwm_limit", 885),
    ("velocity_limit", 265),
    ("max_position", 4095),
    ("shutdown", 52),
    ("status_return_level", 2),
];
/// Room temperature that a servo has warmed up to.
const WARM: i64 = 35;

/// Error numbers of Dynamixel's status packets.
const RANGE: u8 = 4;
const LENGTH: u8 = 5;
const LIMIT: u8 = 6;
const ACCESS: u8 = 7;
/// Bit of them that says: an alarm.
const ALERT: u8 = 0x80;
/// A tripped watchdog's register.
const TRIPPED: i64 = -1;
/// Unit of a watchdog's time-out.
const WATCHDOG_UNIT: Duration = Duration::from_millis(20);

/// A servo.
#[derive(Clone, Debug)]
pub struct Servo {
    model: &'static Model,
    memory: [u8; MEMORY],
    /// What a power cycle brings back.
    kept: [u8; MEMORY],
    staged: Option<(u16, Vec<u8>)>,
    /// Steps that the sensor shows at the joint's zero, and steps per radian with their sign.
    mounting: (f64, f64),
    alarms: Vec<Alarm>,
    last_heard: Duration,
    temperature: i64,
    voltage: i64,
}

impl Servo {
    /// A servo as the factory made it, with this id. Its sensor shows `zero` steps at the
    /// joint's zero and counts `direction` (1 or -1) with the joint.
    pub fn new(model: &'static Model, id: u8, zero: f64, direction: f64) -> Self {
        let mut servo = Self {
            model,
            memory: [0; MEMORY],
            kept: [0; MEMORY],
            staged: None,
            mounting: (zero, direction / model.step()),
            alarms: Vec::new(),
            last_heard: Duration::ZERO,
            temperature: WARM,
            voltage: 0,
        };
        let factory: &[(&str, i64)] = match model.family {
            Family::Sts => &STS_FACTORY,
            Family::X => &X_FACTORY,
        };
        for (name, value) in factory {
            let register = model
                .register(name)
                .expect("the factory knows its registers");
            servo.set(*register, *value);
        }
        servo.set(model.roles.model_number, model.number.into());
        servo.set(model.roles.id, id.into());
        servo.calm();
        servo.kept = servo.memory;
        servo.power_up();
        servo
    }

    /// The model.
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// The bus id.
    pub fn id(&self) -> u8 {
        self.get(self.model.roles.id) as u8
    }

    /// A register's number.
    pub fn get(&self, register: Register) -> i64 {
        register
            .within(0, &self.memory)
            .expect("registers lie in memory")
    }

    /// Sets a register as if it had always been so, also a read-only one. Numbers that do not
    /// fit are cut off at the register's ends, as a sensor's are.
    pub fn set(&mut self, register: Register, number: i64) {
        let (min, max) = register.range();
        let bytes = register
            .encode(number.clamp(min, max))
            .expect("it was made to fit");
        let from = usize::from(register.address);
        self.memory[from..from + bytes.len()].copy_from_slice(&bytes);
        self.kept[from..from + bytes.len()].copy_from_slice(&bytes);
    }

    /// Raises an alarm until the servo is started anew; a Dynamixel switches its motor off.
    pub fn alarm(&mut self, alarm: Alarm) {
        if !self.alarms.contains(&alarm) {
            self.alarms.push(alarm);
        }
        if self.model.family == Family::X {
            self.write_memory(self.model.roles.torque_enable, 0);
        }
    }

    /// Cools it down and gives it good power. Alarms are gone, but those that switched a
    /// Dynamixel's motor off.
    pub fn calm(&mut self) {
        let roles = self.model.roles;
        self.temperature = WARM;
        self.voltage = (self.get(roles.max_voltage) + self.get(roles.min_voltage)) / 2;
        if self.model.family == Family::Sts {
            self.alarms.clear();
        }
    }

    /// What its thermometer says, °C.
    pub fn heat(&mut self, celsius: i64) {
        self.temperature = celsius;
    }

    /// What its voltmeter says, 0.1 V.
    pub fn supply(&mut self, decivolts: i64) {
        self.voltage = decivolts;
    }

    /// What it does to its joint.
    pub fn drive(&self) -> Drive {
        let roles = self.model.roles;
        let on = self.get(roles.torque_enable) == 1;
        let output = self.get(roles.output_limit) as f64 / roles.output_unlimited as f64;
        let speed = roles.speed_limit.value(self.get(roles.speed_limit));
        // 0 means: as fast as can be.
        let speed = if speed == 0.0 {
            self.model.top_speed
        } else {
            speed
        };
        Drive {
            goal: on.then(|| self.joint_at(self.internal_goal())),
            speed: speed.min(self.model.top_speed),
            output,
        }
    }

    /// Takes what the sensors say, and what follows from it.
    pub fn sense(&mut self, motion: &Motion, now: Duration) {
        let roles = self.model.roles;
        let (zero, per_radian) = self.mounting;
        let raw = (zero + motion.position * per_radian).round() as i64;
        let offset = self.get(roles.homing_offset);
        let turn = self.model.steps_per_turn;
        let position = match self.model.family {
            Family::Sts => (raw - offset).rem_euclid(turn),
            Family::X => raw.rem_euclid(turn) + offset,
        };
        let direction = per_radian.signum();
        let velocity = direction * motion.velocity / roles.velocity.unit.scale;
        let load = direction * motion.effort * self.model.full_load;
        self.write_memory(roles.position, position);
        self.write_memory(roles.velocity, velocity.round() as i64);
        self.write_memory(roles.load, load.round() as i64);
        self.write_memory(roles.voltage, self.voltage);
        self.write_memory(roles.temperature, self.temperature);
        let bits = self.alarm_bits();
        self.write_memory(roles.alarms, bits);
        if self.get(roles.torque_enable) == 0 {
            // Without torque the goal follows, so that bare torque holds in place.
            let goal = roles.goal_position;
            if self.model.family == Family::Sts {
                self.write_memory(goal, position);
            }
        }
        self.watch(now);
    }

    /// A packet for this servo came.
    pub fn heard(&mut self, now: Duration) {
        self.last_heard = now;
    }

    /// Answers a read.
    pub fn read(&self, address: u16, count: u16) -> Option<Status> {
        let end = self.end_of_table();
        if address >= end {
            return (self.model.family == Family::X).then(|| self.status(RANGE, &[]));
        }
        let to = usize::from(address.saturating_add(count).min(end));
        Some(self.status(0, &self.memory[usize::from(address)..to]))
    }

    /// Does a write; the answer tells how it went.
    pub fn write(&mut self, address: u16, data: &[u8]) -> Option<Status> {
        let end = usize::from(address) + data.len();
        // A servo that is given another id answers with the old one.
        let id = self.id();
        let refusal = match self.model.family {
            Family::Sts if address >= self.end_of_table() => return None,
            Family::Sts => 0,
            Family::X => self.refuses(address, data),
        };
        if refusal == 0 && end <= MEMORY {
            self.memory[usize::from(address)..end].copy_from_slice(data);
            self.follow_up(address, end);
        }
        Some(Status {
            id,
            ..self.status(refusal, &[])
        })
    }

    /// Keeps a write for later.
    pub fn stage(&mut self, address: u16, data: &[u8]) -> Status {
        self.staged = Some((address, data.to_vec()));
        self.status(0, &[])
    }

    /// Does what was staged.
    pub fn act(&mut self) {
        if let Some((address, data)) = self.staged.take() {
            self.write(address, &data);
        }
    }

    /// Answers a ping.
    pub fn pinged(&self) -> Status {
        let [low, high] = self.model.number.to_le_bytes();
        let firmware = self.get(self.model.roles.firmware) as u8;
        match self.model.family {
            Family::Sts => self.status(0, &[]),
            Family::X => self.status(0, &[low, high, firmware]),
        }
    }

    /// Starts anew: alarms are gone, settings that were not kept too.
    pub fn power_up(&mut self) {
        self.memory = self.kept;
        self.alarms.clear();
        self.staged = None;
        let roles = self.model.roles;
        self.write_memory(roles.torque_enable, 0);
        self.write_memory(roles.speed_limit, 0);
        self.write_memory(roles.acceleration, 0);
        self.write_memory(roles.output_limit, self.get(roles.output_ceiling));
        if let Some(lock) = roles.lock {
            self.write_memory(lock, 1);
        }
        if let Some(watchdog) = roles.watchdog {
            self.write_memory(watchdog, 0);
        }
    }

    fn status(&self, refusal: u8, data: &[u8]) -> Status {
        let error = match self.model.family {
            Family::Sts => self.alarm_bits() as u8,
            Family::X if self.alarms.is_empty() => refusal,
            Family::X => refusal | ALERT,
        };
        Status {
            id: self.id(),
            error,
            data: data.to_vec(),
        }
    }

    /// Why a Dynamixel does not take a write; 0 if it does.
    fn refuses(&self, address: u16, data: &[u8]) -> u8 {
        let registers = self.model.registers;
        let Some(first) = registers
            .iter()
            .find(|register| register.address == address)
        else {
            return ACCESS;
        };
        let settings = address < self.model.roles.torque_enable.address;
        let torque = self.get(self.model.roles.torque_enable) != 0;
        if !first.writable || settings && torque {
            return ACCESS;
        }
        if data.len() < first.width.into() {
            return LENGTH;
        }
        let Some(value) = first.decode(&data[..first.width.into()]) else {
            return LENGTH;
        };
        self.refuses_value(first, value)
    }

    fn refuses_value(&self, register: &Register, value: i64) -> u8 {
        let roles = self.model.roles;
        let is_goal = register.name.starts_with("goal_");
        if is_goal && self.has_tripped() {
            return RANGE;
        }
        if *register == roles.goal_position {
            let (min, max) = (self.get(roles.min_position), self.get(roles.max_position));
            let one_turn = self.get(roles.operating_mode) == 3;
            if one_turn && !(min <= value && value <= max) {
                return LIMIT;
            }
        }
        if *register == roles.output_limit && value.abs() > self.get(roles.output_ceiling) {
            return LIMIT;
        }
        0
    }

    /// What writing the registers from `address` to `end` brings about.
    fn follow_up(&mut self, address: u16, end: usize) {
        let roles = self.model.roles;
        let touched = |register: Register| {
            let from = usize::from(register.address);
            from < end && from + usize::from(register.width) > address.into()
        };
        let unlocked = roles.lock.is_none_or(|lock| self.get(lock) == 0);
        let settings = usize::from(roles.torque_enable.address);
        if unlocked {
            let to = end.min(settings);
            if usize::from(address) < to {
                self.kept[address.into()..to].copy_from_slice(&self.memory[address.into()..to]);
            }
        }
        if self.model.family == Family::Sts && touched(roles.goal_position) {
            self.write_memory(roles.torque_enable, 1);
        }
    }

    /// Where the servo goes: its goal, no farther than its limits.
    fn internal_goal(&self) -> i64 {
        let roles = self.model.roles;
        let goal = self.get(roles.goal_position);
        let (min, max) = (self.get(roles.min_position), self.get(roles.max_position));
        if min < max {
            goal.clamp(min, max)
        } else {
            goal
        }
    }

    /// The joint's position where the servo reports `steps`.
    fn joint_at(&self, steps: i64) -> f64 {
        let offset = self.get(self.model.roles.homing_offset);
        let raw = match self.model.family {
            Family::Sts => steps + offset,
            Family::X => steps - offset,
        };
        let (zero, per_radian) = self.mounting;
        let turn = self.model.steps_per_turn as f64;
        // Of all turns the one that is nearest to the joint's zero.
        let from_zero = (raw as f64 - zero + turn / 2.0).rem_euclid(turn) - turn / 2.0;
        from_zero / per_radian
    }

    fn watch(&mut self, now: Duration) {
        let Some(watchdog) = self.model.roles.watchdog else {
            return;
        };
        let units = self.get(watchdog);
        let torque = self.get(self.model.roles.torque_enable) == 1;
        if units > 0 && torque && now > self.last_heard + WATCHDOG_UNIT * units as u32 {
            self.write_memory(watchdog, TRIPPED);
            // It stays where it is, whatever it is told.
            let roles = self.model.roles;
            self.write_memory(roles.goal_position, self.get(roles.position));
        }
    }

    fn has_tripped(&self) -> bool {
        let watchdog = self.model.roles.watchdog;
        watchdog.is_some_and(|watchdog| self.get(watchdog) == TRIPPED)
    }

    fn alarm_bits(&self) -> i64 {
        let bit = |alarm: &Alarm| match (alarm, self.model.family) {
            (Alarm::Voltage, _) => 0x01,
            (Alarm::Encoder, Family::Sts) => 0x02,
            (Alarm::Encoder, Family::X) | (Alarm::Current, _) => 0x08,
            (Alarm::Temperature, _) => 0x04,
            (Alarm::Shock, _) => 0x10,
            (Alarm::Overload, _) => 0x20,
        };
        self.alarms.iter().map(bit).fold(0, |bits, bit| bits | bit)
    }

    /// First address that no request may begin at.
    fn end_of_table(&self) -> u16 {
        match self.model.family {
            Family::Sts => 87,
            Family::X => 147,
        }
    }

    /// Changes a register in memory only, as the servo itself does.
    fn write_memory(&mut self, register: Register, number: i64) {
        let kept = self.kept;
        self.set(register, number);
        self.kept = kept;
    }
}
