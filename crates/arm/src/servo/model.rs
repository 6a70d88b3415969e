//! What a driver must know of a servo model.

use super::{Register, sts, x_series};
use crate::protocol::{Alarm, Codec};

/// Servos that speak one protocol and behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Feetech's STS series.
    Sts,
    /// Dynamixel's X series.
    X,
}

impl Family {
    /// Every family that is known.
    pub const ALL: [Self; 2] = [Self::Sts, Self::X];

    /// What is known of its servos.
    pub fn facts(self) -> &'static Facts {
        match self {
            Self::Sts => &sts::FACTS,
            Self::X => &x_series::FACTS,
        }
    }

    /// The protocol they speak.
    pub fn codec(self) -> &'static dyn Codec {
        self.facts().codec
    }

    /// Bits per second, by the number in the baud register.
    pub fn baud_rates(self) -> &'static [u32] {
        self.facts().baud_rates
    }
}

/// What all servos of a family have in common and other families may not.
#[derive(Debug)]
pub struct Facts {
    /// The maker, as the command line has it.
    pub maker: &'static str,
    /// The protocol.
    pub codec: &'static dyn Codec,
    /// Bits per second, by the number in the baud register.
    pub baud_rates: &'static [u32],
    /// Reads the bits of the alarm register.
    pub alarms: fn(u8) -> Vec<Alarm>,
    /// Position less what the sensor says, for each step of the homing offset: 1 or -1.
    pub offset_sign: i64,
    /// How positions count turns; `None` if they always stay within one.
    pub turns: Option<Turns>,
    /// Whether a servo turns its own count round where its drive mode says so; else the driver
    /// does where the calibration says so.
    pub reverses_count: bool,
    /// Whether the settings can be written only with torque off.
    pub settings_need_torque_off: bool,
    /// What the unit of the speed limit depends on, if on anything.
    pub fine_speed: Option<FineSpeed>,
    /// How alarms are ended once their cause is gone.
    pub restart: Restart,
}

/// How positions count turns.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// The operating mode in which positions stay within one turn; in the others they count on.
    pub one_turn_mode: i64,
    /// The largest homing offset that is heeded in that mode; one beyond is ignored.
    pub largest_offset: i64,
}

/// A bit that makes the speed limit count in its register's unit, and in a coarser one while it
/// is 0.
#[derive(Clone, Copy, Debug)]
pub struct FineSpeed {
    /// Where the bit is.
    pub register: Register,
    /// The bit.
    pub bit: i64,
    /// The coarser unit in the register's.
    pub coarse: f64,
}

/// How a servo's alarms are ended once their cause is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// By switching its power off and on: the instruction to reboot starts a boot loader.
    Power,
    /// By the instruction to reboot.
    Reboot,
}

/// A servo model: its registers, and which of them mean what.
#[derive(Debug)]
pub struct ServoModel {
    /// Name as in `bus.toml`.
    pub name: &'static str,
    /// What its model number register says.
    pub number: u16,
    /// What it is like.
    pub family: Family,
    /// Every register that is known, by rising address.
    pub registers: &'static [Register],
    /// Which of them mean what.
    pub map: &'static RegisterMap,
    /// Steps of the position sensor in a turn.
    pub steps_per_turn: i64,
    /// Faster than this it never turns by itself, rad/s.
    pub top_speed: f64,
    /// Number in the load register at its largest torque.
    pub full_load: f64,
    /// What its operating mode register says when it holds positions within one turn.
    pub position_modes: &'static [i64],
    /// The largest homing offset that it takes, in steps.
    pub largest_offset: i64,
}

/// The registers that a driver uses, by what they mean.
#[derive(Debug)]
pub struct RegisterMap {
    /// The model's number.
    pub model_number: Register,
    /// Firmware version, its parts from left to right.
    pub firmware: &'static [Register],
    /// Bus id.
    pub id: Register,
    /// Index of the baud rate.
    pub baud: Register,
    /// Pause before each answer, in 2 µs.
    pub return_delay: Register,
    /// Lowest goal that it takes.
    pub min_position: Register,
    /// Highest goal that it takes.
    pub max_position: Register,
    /// Added to or taken from what the sensor says.
    pub homing_offset: Register,
    /// Too hot above.
    pub max_temperature: Register,
    /// Supply voltage, highest.
    pub max_voltage: Register,
    /// Supply voltage, lowest.
    pub min_voltage: Register,
    /// Which way positions count, and what the speed limit means; not every family has it.
    pub drive_mode: Option<Register>,
    /// What goals mean.
    pub operating_mode: Register,
    /// 1 while the motor works.
    pub torque_enable: Register,
    /// Where to go.
    pub goal_position: Register,
    /// Bounds the speed on the way to a goal.
    pub speed_limit: Register,
    /// Bounds the acceleration on the way to a goal; 0 bounds nothing.
    pub acceleration: Register,
    /// Bounds the motor's output while it holds a position.
    pub output_limit: Register,
    /// Number in `output_limit` that bounds nothing.
    pub output_unlimited: i64,
    /// Largest number that `output_limit` takes.
    pub output_ceiling: Register,
    /// First register of the block that tells the state.
    pub feedback: u16,
    /// Bytes of that block.
    pub feedback_length: u16,
    /// Where it is.
    pub position: Register,
    /// How fast it turns.
    pub velocity: Register,
    /// How hard the motor works.
    pub load: Register,
    /// Supply voltage.
    pub voltage: Register,
    /// Temperature.
    pub temperature: Register,
    /// Alarms, as bits; inside the feedback block or not.
    pub alarms: Register,
    /// Must be 0 for the settings area to be kept at power-off.
    pub lock: Option<Register>,
    /// Stops the servo when the bus is quiet, in 20 ms.
    pub watchdog: Option<Register>,
}

impl ServoModel {
    /// Every model that is known.
    pub const ALL: [&'static Self; 4] = [
        &sts::STS3215,
        &x_series::XL430_W250,
        &x_series::XL330_M288,
        &x_series::XM430_W350,
    ];

    /// The model of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|model| model.name == name)
    }

    /// The model of this family that says this number.
    pub fn numbered(family: Family, number: u16) -> Option<&'static Self> {
        let mut models = Self::ALL.into_iter();
        models.find(|model| model.family == family && model.number == number)
    }

    /// One step in radians.
    pub fn step(&self) -> f64 {
        std::f64::consts::TAU / self.steps_per_turn as f64
    }

    /// What it has in common with its family.
    pub fn facts(&self) -> &'static Facts {
        self.family.facts()
    }

    /// The register of this name.
    pub fn register(&self, name: &str) -> Option<&'static Register> {
        self.registers.iter().find(|register| register.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_rise_without_overlap() {
        for model in ServoModel::ALL {
            for pair in model.registers.windows(2) {
                let end = pair[0].address + u16::from(pair[0].width);
                assert!(end <= pair[1].address, "{}: {pair:?}", model.name);
            }
        }
    }

    #[test]
    fn every_role_is_a_register_of_the_model() {
        for model in ServoModel::ALL {
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
        for model in ServoModel::ALL {
            let map = model.map;
            let block = vec![0; map.feedback_length.into()];
            for role in [
                &map.position,
                &map.velocity,
                &map.load,
                &map.voltage,
                &map.temperature,
            ] {
                assert_eq!(role.within(map.feedback, &block), Some(0), "{}", role.name);
            }
        }
    }

    #[test]
    fn names_and_numbers_tell_models_apart() {
        for model in ServoModel::ALL {
            assert!(std::ptr::eq(ServoModel::named(model.name).unwrap(), model));
            assert!(std::ptr::eq(
                ServoModel::numbered(model.family, model.number).unwrap(),
                model
            ));
        }
        assert!(ServoModel::named("mg996r").is_none());
    }
}
