//! Facts about a servo model that a driver needs.

use super::{Register, sts, x_series};
use crate::protocol::{Alarm, Codec};

/// Servos that use the same protocol and behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Feetech's STS series.
    Sts,
    /// Dynamixel's X series.
    X,
}

impl Family {
    /// All known families.
    pub const ALL_FAMILIES: [Self; 2] = [Self::Sts, Self::X];

    /// Returns the facts that its servos share.
    pub fn shared_facts(self) -> &'static FamilyFacts {
        match self {
            Self::Sts => &sts::FAMILY_FACTS,
            Self::X => &x_series::FAMILY_FACTS,
        }
    }

    /// Returns the protocol.
    pub fn codec(self) -> &'static dyn Codec {
        self.shared_facts().codec
    }

    /// Returns the bit rates, bits per second, indexed by the value of the baud register.
    pub fn baud_rates(self) -> &'static [u32] {
        self.shared_facts().baud_rates
    }
}

/// Properties that all servos of a family share.
#[derive(Debug)]
pub struct FamilyFacts {
    /// Name of the maker on the command line.
    pub maker: &'static str,
    /// The protocol.
    pub codec: &'static dyn Codec,
    /// Bit rates, bits per second, indexed by the value of the baud register.
    pub baud_rates: &'static [u32],
    /// Decodes the bits of the alarm register.
    pub alarms: fn(u8) -> Vec<Alarm>,
    /// Sign with which the homing offset is added to the sensor position: 1 or -1.
    pub offset_sign: i64,
    /// Multi-turn positions; `None` if positions always stay within one turn.
    pub turns: Option<MultiTurnSupport>,
    /// True if the drive mode of a servo can reverse its count; else the driver reverses it
    /// according to the calibration.
    pub reverses_count: bool,
    /// True if the settings can be written only with torque off.
    pub settings_need_torque_off: bool,
    /// Condition for the unit of the speed limit, if there is one.
    pub fine_speed: Option<FineSpeedBit>,
    /// Procedure that clears alarms once their cause is gone.
    pub restart: AlarmReset,
}

/// Multi-turn positions.
#[derive(Clone, Copy, Debug)]
pub struct MultiTurnSupport {
    /// Operating mode in which positions stay within one turn; in the others they are multi-turn.
    pub one_turn_mode: i64,
    /// Largest homing offset that is applied in that mode; a larger one is ignored.
    pub largest_offset: i64,
}

/// A bit that selects the unit of the speed limit: that of the register if 1, a coarser one if 0.
#[derive(Clone, Copy, Debug)]
pub struct FineSpeedBit {
    /// Register that contains the bit.
    pub register: Register,
    /// Mask of the bit.
    pub bit: i64,
    /// The coarser unit as a multiple of the register's.
    pub coarse: f64,
}

/// Procedure that clears a servo's alarms once their cause is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmReset {
    /// Power-cycle the servo: the reboot instruction starts a boot loader.
    Power,
    /// Send the reboot instruction.
    Reboot,
}

/// A servo model: its registers and their meaning.
#[derive(Debug)]
pub struct ServoModel {
    /// Name in `bus.toml`.
    pub name: &'static str,
    /// Value of its model number register.
    pub number: u16,
    /// Family of the model.
    pub family: Family,
    /// All known registers, by ascending address.
    pub registers: &'static [Register],
    /// Registers by meaning.
    pub map: &'static RegisterMap,
    /// Steps of the position sensor per turn.
    pub steps_per_turn: i64,
    /// Largest speed under its own power, rad/s.
    pub top_speed: f64,
    /// Value of the load register at the largest torque.
    pub full_load: f64,
    /// Operating modes in which it holds positions.
    pub position_modes: &'static [i64],
    /// Largest homing offset that it accepts, steps.
    pub largest_offset: i64,
}

/// The registers that a driver uses, by meaning.
#[derive(Debug)]
pub struct RegisterMap {
    /// Model number.
    pub model_number: Register,
    /// Parts of the firmware version, from left to right.
    pub firmware: &'static [Register],
    /// Bus id.
    pub id: Register,
    /// Index of the bit rate.
    pub baud: Register,
    /// Delay before each reply, in 2 µs.
    pub return_delay: Register,
    /// Lowest goal that it accepts.
    pub min_position: Register,
    /// Highest goal that it accepts.
    pub max_position: Register,
    /// Offset added to or subtracted from the sensor position.
    pub homing_offset: Register,
    /// Temperature limit.
    pub max_temperature: Register,
    /// Highest supply voltage.
    pub max_voltage: Register,
    /// Lowest supply voltage.
    pub min_voltage: Register,
    /// Counting direction and meaning of the speed limit; not in every family.
    pub drive_mode: Option<Register>,
    /// Operating mode: the meaning of goals.
    pub operating_mode: Register,
    /// 1 while the motor is on.
    pub torque_enable: Register,
    /// Goal position.
    pub goal_position: Register,
    /// Speed limit on the way to a goal.
    pub speed_limit: Register,
    /// Acceleration limit on the way to a goal; 0 for no limit.
    pub acceleration: Register,
    /// Output limit of the motor while it holds a position.
    pub output_limit: Register,
    /// Value of `output_limit` that means no limit.
    pub output_unlimited: i64,
    /// Largest value that `output_limit` accepts.
    pub output_ceiling: Register,
    /// First register of the feedback block.
    pub feedback: u16,
    /// Number of bytes in that block.
    pub feedback_length: u16,
    /// Current position.
    pub position: Register,
    /// Current velocity.
    pub velocity: Register,
    /// Current load of the motor.
    pub load: Register,
    /// Supply voltage.
    pub voltage: Register,
    /// Temperature.
    pub temperature: Register,
    /// Alarm bits; inside the feedback block or not.
    pub alarms: Register,
    /// Must be 0 for the settings to be stored at power-off.
    pub lock: Option<Register>,
    /// Bus watchdog: stops the servo when the bus is quiet, in 20 ms.
    pub watchdog: Option<Register>,
}

impl ServoModel {
    /// All known models.
    pub const ALL_MODELS: [&'static Self; 4] = [
        &sts::STS3215,
        &x_series::XL430_W250,
        &x_series::XL330_M288,
        &x_series::XM430_W350,
    ];

    /// Returns the model of this name.
    pub fn find_by_name(name: &str) -> Option<&'static Self> {
        Self::ALL_MODELS
            .into_iter()
            .find(|model| model.name == name)
    }

    /// Returns the model of this family with this number.
    pub fn find_by_number(family: Family, number: u16) -> Option<&'static Self> {
        let mut models = Self::ALL_MODELS.into_iter();
        models.find(|model| model.family == family && model.number == number)
    }

    /// Returns the size of a step, radians.
    pub fn step_size_rad(&self) -> f64 {
        std::f64::consts::TAU / self.steps_per_turn as f64
    }

    /// Returns the facts of its family.
    pub fn family_facts(&self) -> &'static FamilyFacts {
        self.family.shared_facts()
    }

    /// Returns the register of this name.
    pub fn register_by_name(&self, name: &str) -> Option<&'static Register> {
        self.registers.iter().find(|register| register.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_rise_without_overlap() {
        for model in ServoModel::ALL_MODELS {
            for pair in model.registers.windows(2) {
                let end = pair[0].address + u16::from(pair[0].width);
                assert!(end <= pair[1].address, "{}: {pair:?}", model.name);
            }
        }
    }

    #[test]
    fn every_role_is_a_register_of_the_model() {
        for model in ServoModel::ALL_MODELS {
            let r = model.map;
            let always = [
                r.model_number,
                r.id,
                r.baud,
                r.return_delay,
                r.min_position,
                r.max_position,
                r.homing_offset,
                r.max_temperature,
                r.max_voltage,
                r.min_voltage,
                r.operating_mode,
                r.torque_enable,
                r.goal_position,
                r.speed_limit,
                r.acceleration,
                r.output_limit,
                r.output_ceiling,
                r.position,
                r.velocity,
                r.load,
                r.voltage,
                r.temperature,
                r.alarms,
            ];
            let sometimes = [r.drive_mode, r.lock, r.watchdog];
            let firmware = r.firmware.iter();
            for role in always
                .iter()
                .chain(sometimes.iter().flatten())
                .chain(firmware)
            {
                assert!(
                    model.registers.contains(role),
                    "{}: {}",
                    model.name,
                    role.name
                );
            }
        }
    }

    #[test]
    fn the_feedback_block_holds_the_state() {
        for model in ServoModel::ALL_MODELS {
            let map = model.map;
            let block = vec![0; map.feedback_length.into()];
            for role in [
                &map.position,
                &map.velocity,
                &map.load,
                &map.voltage,
                &map.temperature,
            ] {
                assert_eq!(
                    role.decode_from_block(map.feedback, &block),
                    Some(0),
                    "{}",
                    role.name
                );
            }
        }
    }

    #[test]
    fn names_and_numbers_tell_models_apart() {
        for model in ServoModel::ALL_MODELS {
            assert!(std::ptr::eq(
                ServoModel::find_by_name(model.name).unwrap(),
                model
            ));
            assert!(std::ptr::eq(
                ServoModel::find_by_number(model.family, model.number).unwrap(),
                model
            ));
        }
        assert!(ServoModel::find_by_name("mg996r").is_none());
    }
}
