//! Factory defaults of a servo's registers, where not 0.

use enact_arm::servo::ServoModel;

use super::family_behavior::FamilyBehavior;

/// Defaults of an STS3215 for 7.4 V.
pub const STS3215_DEFAULTS: [(&str, i64); 24] = [
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

/// Defaults of an XL430-W250, except for the bit rate, which is set to that of an arm.
pub const XL430_DEFAULTS: [(&str, i64); 15] = [
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

/// Differences of an XL330-M288, which runs on 5 V and senses current.
const XL330: [(&str, i64); 5] = [
    ("max_temperature", 70),
    ("max_voltage", 70),
    ("min_voltage", 35),
    ("current_limit", 1750),
    ("velocity_limit", 445),
];

/// Returns names and values of the registers that are not 0.
pub fn nonzero_defaults(model: &ServoModel) -> impl Iterator<Item = &'static (&'static str, i64)> {
    let all = FamilyBehavior::for_family(model.family).factory;
    let own: &[_] = match model.number {
        1200 => &XL330,
        _ => &[],
    };
    all.iter().chain(own)
}
