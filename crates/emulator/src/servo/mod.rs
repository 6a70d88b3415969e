//! One servo: its registers and the effects of writing them.
//!
//! The behavior is that of the makers' manuals and, where those are silent on Feetech's, of an open
//! firmware that was tested against the factory's.
//!
//! | module | idea |
//! |---|---|
//! | [`replies`] | replies, and effects of writes |
//! | [`mechanics`] | drive command to the joint, and measurements of the sensors |
//! | [`thermal`] | temperature and overload |
//! | `watchdog` | stops a servo whose bus is silent |
//! | `family_behavior` | differences in the behavior of families |
//! | `factory_defaults` | factory defaults of the registers |

mod factory_defaults;
mod family_behavior;
pub mod mechanics;
pub mod replies;
pub mod thermal;
mod watchdog;

use std::time::Duration;

use enact_arm::protocol::Alarm;
use enact_arm::servo::{Register, ServoModel};

use family_behavior::FamilyBehavior;
use thermal::ThermalModel;

/// Size of a control table, bytes.
const MEMORY: usize = 256;

/// An emulated servo.
#[derive(Clone, Debug)]
pub struct EmulatedServo {
    model: &'static ServoModel,
    family: &'static FamilyBehavior,
    memory: [u8; MEMORY],
    /// Registers restored by a power cycle.
    kept: [u8; MEMORY],
    staged: Option<(u16, Vec<u8>)>,
    /// Sensor steps at the joint's zero, and signed steps per radian.
    mounting: (f64, f64),
    /// Sensor steps before the homing offset.
    raw: i64,
    alarms: Vec<Alarm>,
    thermal: ThermalModel,
    last_heard: Duration,
    last_sensed: Duration,
}

impl EmulatedServo {
    /// Creates a servo with factory defaults and this id. Its sensor reports `zero` steps at the
    /// joint's zero and counts in `direction` (1 or -1) with the joint.
    pub fn new(model: &'static ServoModel, id: u8, zero: f64, direction: f64) -> Self {
        let mut servo = Self {
            model,
            family: FamilyBehavior::for_family(model.family),
            memory: [0; MEMORY],
            kept: [0; MEMORY],
            staged: None,
            mounting: (zero, direction / model.step_size_rad()),
            raw: 0,
            alarms: Vec::new(),
            thermal: ThermalModel::default(),
            last_heard: Duration::ZERO,
            last_sensed: Duration::ZERO,
        };
        for (name, value) in factory_defaults::nonzero_defaults(model) {
            let register = model
                .register_by_name(name)
                .expect("the factory knows its registers");
            servo.set_register(*register, *value);
        }
        servo.set_register(model.map.model_number, model.number.into());
        servo.set_register(model.map.id, id.into());
        servo.kept = servo.memory;
        servo.power_cycle();
        servo
    }

    /// Returns the model.
    pub fn model(&self) -> &'static ServoModel {
        self.model
    }

    /// Returns the bus id.
    pub fn id(&self) -> u8 {
        self.register_value(self.model.map.id) as u8
    }

    /// Returns its bit rate, bits per second; `None` for a setting that no model has.
    pub fn baud(&self) -> Option<u32> {
        let index = self.register_value(self.model.map.baud);
        self.model.family.baud_rates().get(index as usize).copied()
    }

    /// Returns the value of a register.
    pub fn register_value(&self, register: Register) -> i64 {
        register
            .decode_from_block(0, &self.memory)
            .expect("registers lie in memory")
    }

    /// Returns the value of the register of this name, if the model has one.
    fn named(&self, name: &str) -> Option<i64> {
        self.model
            .register_by_name(name)
            .map(|register| self.register_value(*register))
    }

    /// Sets a register as if it had always had this value, including read-only ones. Values that do
    /// not fit are clamped, as those of a sensor are.
    pub fn set_register(&mut self, register: Register, number: i64) {
        let (min, max) = register.range();
        let bytes = register
            .encode(number.clamp(min, max))
            .expect("it was made to fit");
        let from = usize::from(register.address);
        self.memory[from..from + bytes.len()].copy_from_slice(&bytes);
        self.kept[from..from + bytes.len()].copy_from_slice(&bytes);
    }

    /// Power-cycles the servo, which clears alarms and settings that were not stored.
    pub fn power_cycle(&mut self) {
        self.memory = self.kept;
        self.alarms.clear();
        self.thermal.reset_overload();
        self.staged = None;
        let map = self.model.map;
        self.write_memory(map.torque_enable, 0);
        self.write_memory(map.speed_limit, 0);
        self.write_memory(map.acceleration, 0);
        self.write_memory(map.output_limit, self.register_value(map.output_ceiling));
        if let Some(lock) = map.lock {
            self.write_memory(lock, 1);
        }
        if let Some(watchdog) = map.watchdog {
            self.write_memory(watchdog, 0);
        }
    }

    /// Changes a register in memory only, as the servo itself does.
    fn write_memory(&mut self, register: Register, number: i64) {
        let kept = self.kept;
        self.set_register(register, number);
        self.kept = kept;
    }

    /// Changes the register of this name in memory, if the model has one.
    fn report(&mut self, name: &str, number: i64) {
        if let Some(register) = self.model.register_by_name(name) {
            self.write_memory(*register, number);
        }
    }
}
