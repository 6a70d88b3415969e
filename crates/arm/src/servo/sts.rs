//! Feetech's STS series.
//!
//! Addresses, sizes and units are those of the vendor's memory table, checked against LeRobot's
//! tables. Registers below address 40 are stored at power-off only if they are written while the
//! lock is 0.

use super::model::{AlarmReset, Family, FamilyFacts, FineSpeedBit, RegisterMap, ServoModel};
use super::register::{Register, Unit};
use crate::protocol::{Feetech, feetech};

const TWO_MICROSECONDS: Unit = Unit::new(2.0, "µs");
const TEN_MILLISECONDS: Unit = Unit::new(10.0, "ms");
const PERCENT: Unit = Unit::new(1.0, "%");
const STEP_PER_SECOND: Unit = Unit::new(std::f64::consts::TAU / 4096.0, "rad/s");
const HUNDRED_STEPS_PER_SECOND: Unit = Unit::new(std::f64::consts::TAU / 40.96, "rad/s²");
const CURRENT: Unit = Unit::new(6.5, "mA");

const FIRMWARE_MAJOR: Register = Register::new_read_only("firmware_major", 0, 1, Unit::UNITLESS);
const FIRMWARE_MINOR: Register = Register::new_read_only("firmware_minor", 1, 1, Unit::UNITLESS);
const MODEL_NUMBER: Register = Register::new_read_only("model_number", 3, 2, Unit::UNITLESS);
const ID: Register = Register::new_writable("id", 5, 1, Unit::UNITLESS);
const BAUD_INDEX: Register = Register::new_writable("baud_index", 6, 1, Unit::UNITLESS);
const RETURN_DELAY: Register = Register::new_writable("return_delay", 7, 1, TWO_MICROSECONDS);
const MIN_POSITION: Register = Register::new_writable("min_position", 9, 2, Unit::ENCODER_STEP);
const MAX_POSITION: Register = Register::new_writable("max_position", 11, 2, Unit::ENCODER_STEP);
const MAX_TEMPERATURE: Register = Register::new_writable("max_temperature", 13, 1, Unit::CELSIUS);
const MAX_VOLTAGE: Register = Register::new_writable("max_voltage", 14, 1, Unit::DECIVOLT);
const MIN_VOLTAGE: Register = Register::new_writable("min_voltage", 15, 1, Unit::DECIVOLT);
/// The register that Feetech calls “phase”: bits that switch behavior; see [`FINE_SPEED_BIT`].
pub const PHASE_REGISTER: Register = Register::new_writable("phase", 18, 1, Unit::UNITLESS);
const HOMING_OFFSET: Register =
    Register::new_writable("homing_offset", 31, 2, Unit::ENCODER_STEP).with_sign_bit(11);
const OPERATING_MODE: Register = Register::new_writable("operating_mode", 33, 1, Unit::UNITLESS);
const TORQUE_ENABLE: Register = Register::new_writable("torque_enable", 40, 1, Unit::UNITLESS);
/// Acceleration towards a goal's speed; 0 for the largest possible.
pub const ACCELERATION_REGISTER: Register =
    Register::new_writable("acceleration", 41, 1, HUNDRED_STEPS_PER_SECOND);
const GOAL_POSITION: Register =
    Register::new_writable("goal_position", 42, 2, Unit::ENCODER_STEP).with_sign_bit(15);
/// Speed on the way to a goal; with the factory setting of the phase, 0 means as fast as possible.
pub const GOAL_VELOCITY_REGISTER: Register =
    Register::new_writable("goal_velocity", 46, 2, STEP_PER_SECOND).with_sign_bit(15);
const MAX_TORQUE: Register = Register::new_writable("max_torque", 16, 2, Unit::PER_MILLE);
const TORQUE_LIMIT: Register = Register::new_writable("torque_limit", 48, 2, Unit::PER_MILLE);
const LOCK: Register = Register::new_writable("lock", 55, 1, Unit::UNITLESS);
const PRESENT_POSITION: Register =
    Register::new_read_only("present_position", 56, 2, Unit::ENCODER_STEP).with_sign_bit(15);
const PRESENT_VELOCITY: Register =
    Register::new_read_only("present_velocity", 58, 2, STEP_PER_SECOND).with_sign_bit(15);
const PRESENT_LOAD: Register =
    Register::new_read_only("present_load", 60, 2, Unit::PER_MILLE).with_sign_bit(10);
const PRESENT_VOLTAGE: Register = Register::new_read_only("present_voltage", 62, 1, Unit::DECIVOLT);
const PRESENT_TEMPERATURE: Register =
    Register::new_read_only("present_temperature", 63, 1, Unit::CELSIUS);
const STATUS: Register = Register::new_read_only("status", 65, 1, Unit::UNITLESS);
/// Limits `acceleration`. One byte: a longer write would overwrite its neighbor.
pub const MAX_ACCELERATION_REGISTER: Register =
    Register::new_writable("max_acceleration", 85, 1, HUNDRED_STEPS_PER_SECOND);

/// All registers, by ascending address.
pub static REGISTERS: &[Register] = &[
    FIRMWARE_MAJOR,
    FIRMWARE_MINOR,
    Register::new_read_only("byte_order", 2, 1, Unit::UNITLESS),
    MODEL_NUMBER,
    ID,
    BAUD_INDEX,
    RETURN_DELAY,
    Register::new_writable("response_level", 8, 1, Unit::UNITLESS),
    MIN_POSITION,
    MAX_POSITION,
    MAX_TEMPERATURE,
    MAX_VOLTAGE,
    MIN_VOLTAGE,
    MAX_TORQUE,
    PHASE_REGISTER,
    Register::new_writable("unloading_condition", 19, 1, Unit::UNITLESS),
    Register::new_writable("led_condition", 20, 1, Unit::UNITLESS),
    Register::new_writable("position_p", 21, 1, Unit::UNITLESS),
    Register::new_writable("position_d", 22, 1, Unit::UNITLESS),
    Register::new_writable("position_i", 23, 1, Unit::UNITLESS),
    Register::new_writable("min_start_force", 24, 2, Unit::PER_MILLE),
    Register::new_writable("cw_dead_zone", 26, 1, Unit::ENCODER_STEP),
    Register::new_writable("ccw_dead_zone", 27, 1, Unit::ENCODER_STEP),
    Register::new_writable("protection_current", 28, 2, CURRENT),
    Register::new_writable("angular_resolution", 30, 1, Unit::UNITLESS),
    HOMING_OFFSET,
    OPERATING_MODE,
    Register::new_writable("protective_torque", 34, 1, PERCENT),
    Register::new_writable("protection_time", 35, 1, TEN_MILLISECONDS),
    Register::new_writable("overload_torque", 36, 1, PERCENT),
    Register::new_writable("velocity_p", 37, 1, Unit::UNITLESS),
    Register::new_writable("over_current_time", 38, 1, TEN_MILLISECONDS),
    Register::new_writable("velocity_i", 39, 1, Unit::UNITLESS),
    TORQUE_ENABLE,
    ACCELERATION_REGISTER,
    GOAL_POSITION,
    Register::new_writable("goal_time", 44, 2, Unit::UNITLESS),
    GOAL_VELOCITY_REGISTER,
    TORQUE_LIMIT,
    LOCK,
    PRESENT_POSITION,
    PRESENT_VELOCITY,
    PRESENT_LOAD,
    PRESENT_VOLTAGE,
    PRESENT_TEMPERATURE,
    Register::new_read_only("write_pending", 64, 1, Unit::UNITLESS),
    STATUS,
    Register::new_read_only("moving", 66, 1, Unit::UNITLESS),
    Register::new_read_only("internal_goal", 67, 2, Unit::ENCODER_STEP).with_sign_bit(15),
    Register::new_read_only("present_current", 69, 2, CURRENT).with_sign_bit(15),
    MAX_ACCELERATION_REGISTER,
];

/// Bit of the phase register that changes the unit of goal velocities from 50 steps/s to 1 step/s.
pub const FINE_SPEED_BIT: i64 = 1 << 2;

static ROLES: RegisterMap = RegisterMap {
    model_number: MODEL_NUMBER,
    firmware: &[FIRMWARE_MAJOR, FIRMWARE_MINOR],
    id: ID,
    baud: BAUD_INDEX,
    return_delay: RETURN_DELAY,
    min_position: MIN_POSITION,
    max_position: MAX_POSITION,
    homing_offset: HOMING_OFFSET,
    max_temperature: MAX_TEMPERATURE,
    max_voltage: MAX_VOLTAGE,
    min_voltage: MIN_VOLTAGE,
    drive_mode: None,
    operating_mode: OPERATING_MODE,
    torque_enable: TORQUE_ENABLE,
    goal_position: GOAL_POSITION,
    speed_limit: GOAL_VELOCITY_REGISTER,
    acceleration: ACCELERATION_REGISTER,
    output_limit: TORQUE_LIMIT,
    output_unlimited: 1000,
    output_ceiling: MAX_TORQUE,
    feedback: PRESENT_POSITION.address,
    // Position, velocity, load, voltage, temperature, pending, status, moving, goal, current.
    feedback_length: 15,
    position: PRESENT_POSITION,
    velocity: PRESENT_VELOCITY,
    load: PRESENT_LOAD,
    voltage: PRESENT_VOLTAGE,
    temperature: PRESENT_TEMPERATURE,
    alarms: STATUS,
    lock: Some(LOCK),
    watchdog: None,
};

/// Alarms come in every reply and rejections in none, positions are the sensor position minus the
/// homing offset, and a goal switches torque on.
pub static FAMILY_FACTS: FamilyFacts = FamilyFacts {
    maker: "feetech",
    codec: &Feetech,
    baud_rates: &BAUD_RATES,
    alarms: feetech::alarms_from_bits,
    offset_sign: -1,
    turns: None,
    reverses_count: false,
    settings_need_torque_off: false,
    fine_speed: Some(FineSpeedBit {
        register: PHASE_REGISTER,
        bit: FINE_SPEED_BIT,
        coarse: 50.0,
    }),
    restart: AlarmReset::Power,
};

/// The servo of the SO-100 and SO-101.
pub static STS3215: ServoModel = ServoModel {
    name: "sts3215",
    number: 777,
    family: Family::Sts,
    registers: REGISTERS,
    map: &ROLES,
    steps_per_turn: 4096,
    // The vendor's samples request 3400 steps/s; no servo turns faster.
    top_speed: 5.3,
    full_load: 1000.0,
    position_modes: &[0],
    largest_offset: 2047,
};

/// Bit rates by the value of the baud register. From 5 on sources disagree.
pub const BAUD_RATES: [u32; 5] = [1_000_000, 500_000, 250_000, 128_000, 115_200];
