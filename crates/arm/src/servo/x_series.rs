//! Dynamixel's X series.
//!
//! Addresses, sizes and units are those of the maker's control tables. Registers below address 64
//! can be written only with torque off.

use super::model::{AlarmReset, Family, FamilyFacts, MultiTurnSupport, RegisterMap, ServoModel};
use super::register::{Register, Unit};
use crate::protocol::{Dynamixel, dynamixel};

const TWO_MICROSECONDS: Unit = Unit::new(2.0, "µs");
const MILLISECOND: Unit = Unit::new(1.0, "ms");
const TWENTY_MILLISECONDS: Unit = Unit::new(20.0, "ms");
const PWM: Unit = Unit::new(0.113, "%");
const SPEED: Unit = Unit::new(0.023_980_8, "rad/s");
const ACCELERATION: Unit = Unit::new(0.3745, "rad/s²");

const MODEL_NUMBER: Register = Register::new_read_only("model_number", 0, 2, Unit::UNITLESS);
const FIRMWARE: Register = Register::new_read_only("firmware", 6, 1, Unit::UNITLESS);
const ID: Register = Register::new_writable("id", 7, 1, Unit::UNITLESS);
const BAUD_INDEX: Register = Register::new_writable("baud_index", 8, 1, Unit::UNITLESS);
const RETURN_DELAY: Register = Register::new_writable("return_delay", 9, 1, TWO_MICROSECONDS);
const DRIVE_MODE: Register = Register::new_writable("drive_mode", 10, 1, Unit::UNITLESS);
const OPERATING_MODE: Register = Register::new_writable("operating_mode", 11, 1, Unit::UNITLESS);
const HOMING_OFFSET: Register =
    Register::new_writable("homing_offset", 20, 4, Unit::ENCODER_STEP).with_twos_complement();
const MAX_TEMPERATURE: Register = Register::new_writable("max_temperature", 31, 1, Unit::CELSIUS);
const MAX_VOLTAGE: Register = Register::new_writable("max_voltage", 32, 2, Unit::DECIVOLT);
const MIN_VOLTAGE: Register = Register::new_writable("min_voltage", 34, 2, Unit::DECIVOLT);
const MAX_POSITION: Register = Register::new_writable("max_position", 48, 4, Unit::ENCODER_STEP);
const MIN_POSITION: Register = Register::new_writable("min_position", 52, 4, Unit::ENCODER_STEP);
const TORQUE_ENABLE: Register = Register::new_writable("torque_enable", 64, 1, Unit::UNITLESS);
const HARDWARE_ERROR: Register = Register::new_read_only("hardware_error", 70, 1, Unit::UNITLESS);
const BUS_WATCHDOG: Register =
    Register::new_writable("bus_watchdog", 98, 1, TWENTY_MILLISECONDS).with_twos_complement();
const PWM_LIMIT: Register = Register::new_writable("pwm_limit", 36, 2, PWM);
const GOAL_PWM: Register = Register::new_writable("goal_pwm", 100, 2, PWM).with_twos_complement();
const PROFILE_ACCELERATION: Register =
    Register::new_writable("profile_acceleration", 108, 4, ACCELERATION);
const PROFILE_VELOCITY: Register = Register::new_writable("profile_velocity", 112, 4, SPEED);
const GOAL_POSITION: Register =
    Register::new_writable("goal_position", 116, 4, Unit::ENCODER_STEP).with_twos_complement();
const PRESENT_LOAD: Register =
    Register::new_read_only("present_load", 126, 2, Unit::UNITLESS).with_twos_complement();
const PRESENT_VELOCITY: Register =
    Register::new_read_only("present_velocity", 128, 4, SPEED).with_twos_complement();
const PRESENT_POSITION: Register =
    Register::new_read_only("present_position", 132, 4, Unit::ENCODER_STEP).with_twos_complement();
const PRESENT_VOLTAGE: Register =
    Register::new_read_only("present_voltage", 144, 2, Unit::DECIVOLT);
const PRESENT_TEMPERATURE: Register =
    Register::new_read_only("present_temperature", 146, 1, Unit::CELSIUS);

/// All registers, by ascending address.
pub static REGISTERS: &[Register] = &[
    MODEL_NUMBER,
    FIRMWARE,
    ID,
    BAUD_INDEX,
    RETURN_DELAY,
    DRIVE_MODE,
    OPERATING_MODE,
    Register::new_writable("secondary_id", 12, 1, Unit::UNITLESS),
    Register::new_writable("protocol_type", 13, 1, Unit::UNITLESS),
    HOMING_OFFSET,
    Register::new_writable("moving_threshold", 24, 4, SPEED),
    MAX_TEMPERATURE,
    MAX_VOLTAGE,
    MIN_VOLTAGE,
    PWM_LIMIT,
    Register::new_writable("current_limit", 38, 2, Unit::UNITLESS),
    Register::new_writable("velocity_limit", 44, 4, SPEED),
    MAX_POSITION,
    MIN_POSITION,
    Register::new_writable("startup_configuration", 60, 1, Unit::UNITLESS),
    Register::new_writable("shutdown", 63, 1, Unit::UNITLESS),
    TORQUE_ENABLE,
    Register::new_writable("led", 65, 1, Unit::UNITLESS),
    Register::new_writable("status_return_level", 68, 1, Unit::UNITLESS),
    Register::new_read_only("registered_instruction", 69, 1, Unit::UNITLESS),
    HARDWARE_ERROR,
    Register::new_writable("velocity_i", 76, 2, Unit::UNITLESS),
    Register::new_writable("velocity_p", 78, 2, Unit::UNITLESS),
    Register::new_writable("position_d", 80, 2, Unit::UNITLESS),
    Register::new_writable("position_i", 82, 2, Unit::UNITLESS),
    Register::new_writable("position_p", 84, 2, Unit::UNITLESS),
    BUS_WATCHDOG,
    GOAL_PWM,
    Register::new_writable("goal_current", 102, 2, Unit::UNITLESS).with_twos_complement(),
    Register::new_writable("goal_velocity", 104, 4, SPEED).with_twos_complement(),
    PROFILE_ACCELERATION,
    PROFILE_VELOCITY,
    GOAL_POSITION,
    Register::new_read_only("realtime_tick", 120, 2, MILLISECOND),
    Register::new_read_only("moving", 122, 1, Unit::UNITLESS),
    Register::new_read_only("moving_status", 123, 1, Unit::UNITLESS),
    Register::new_read_only("present_pwm", 124, 2, PWM).with_twos_complement(),
    PRESENT_LOAD,
    PRESENT_VELOCITY,
    PRESENT_POSITION,
    Register::new_read_only("velocity_trajectory", 136, 4, SPEED).with_twos_complement(),
    Register::new_read_only("position_trajectory", 140, 4, Unit::ENCODER_STEP)
        .with_twos_complement(),
    PRESENT_VOLTAGE,
    PRESENT_TEMPERATURE,
];

static ROLES: RegisterMap = RegisterMap {
    model_number: MODEL_NUMBER,
    firmware: &[FIRMWARE],
    id: ID,
    baud: BAUD_INDEX,
    return_delay: RETURN_DELAY,
    min_position: MIN_POSITION,
    max_position: MAX_POSITION,
    homing_offset: HOMING_OFFSET,
    max_temperature: MAX_TEMPERATURE,
    max_voltage: MAX_VOLTAGE,
    min_voltage: MIN_VOLTAGE,
    drive_mode: Some(DRIVE_MODE),
    operating_mode: OPERATING_MODE,
    torque_enable: TORQUE_ENABLE,
    goal_position: GOAL_POSITION,
    speed_limit: PROFILE_VELOCITY,
    acceleration: PROFILE_ACCELERATION,
    output_limit: GOAL_PWM,
    output_unlimited: 885,
    output_ceiling: PWM_LIMIT,
    feedback: PRESENT_LOAD.address,
    // Load or current, velocity, position, two trajectories, voltage, temperature.
    feedback_length: 21,
    position: PRESENT_POSITION,
    velocity: PRESENT_VELOCITY,
    load: PRESENT_LOAD,
    voltage: PRESENT_VOLTAGE,
    temperature: PRESENT_TEMPERATURE,
    alarms: HARDWARE_ERROR,
    lock: None,
    watchdog: Some(BUS_WATCHDOG),
};

/// Bit of the drive mode that reverses the count. The other bits make the speed limit a duration,
/// couple servos, or let a goal switch torque on.
pub const DRIVE_MODE_REVERSE_BIT: i64 = 1;

/// Operating mode in which positions stay within one turn. In the other position modes they are
/// multi-turn.
pub const ONE_TURN_MODE: i64 = 3;

/// Largest homing offset that is applied in that mode; a larger one is ignored.
pub const MAX_ONE_TURN_OFFSET: i64 = 1024;

/// Rejections come in every reply and alarms in a register, positions are the sensor position plus
/// the homing offset, and a watchdog stops a servo when the bus is quiet.
pub static FAMILY_FACTS: FamilyFacts = FamilyFacts {
    maker: "dynamixel",
    codec: &Dynamixel,
    baud_rates: &BAUD_RATES,
    alarms: dynamixel::alarms_from_bits,
    offset_sign: 1,
    turns: Some(MultiTurnSupport {
        one_turn_mode: ONE_TURN_MODE,
        largest_offset: MAX_ONE_TURN_OFFSET,
    }),
    reverses_count: true,
    settings_need_torque_off: true,
    fine_speed: None,
    restart: AlarmReset::Reboot,
};

/// Creates a model from what the models differ in. The speed is the factory setting of the velocity
/// limit; the load register is in per mille if the model has no current sensor.
const fn model(name: &'static str, number: u16, top_speed: f64, full_load: f64) -> ServoModel {
    ServoModel {
        name,
        number,
        family: Family::X,
        registers: REGISTERS,
        map: &ROLES,
        steps_per_turn: 4096,
        top_speed,
        full_load,
        // Position, extended position, current-based position.
        position_modes: &[ONE_TURN_MODE, 4, 5],
        largest_offset: 1_044_479,
    }
}

/// Shoulder of the Koch v1.1.
pub static XL430_W250: ServoModel = model("xl430-w250", 1060, 6.4, 1000.0);
/// Elbow, wrist and gripper of the Koch v1.1.
pub static XL330_M288: ServoModel = model("xl330-m288", 1200, 10.7, 1750.0);
/// The servo of many WidowX joints.
pub static XM430_W350: ServoModel = model("xm430-w350", 1020, 8.4, 1193.0);

/// Bit rates by the value of the baud register.
pub const BAUD_RATES: [u32; 8] = [
    9_600, 57_600, 115_200, 1_000_000, 2_000_000, 3_000_000, 4_000_000, 4_500_000,
];
