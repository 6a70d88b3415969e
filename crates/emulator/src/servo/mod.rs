//! One servo: its registers and what writing them does.
//!
//! Behavior is that of the makers' manuals and, where those are silent on Feetech's, of an
//! open firmware that was tested against the factory's.
//!
//! | module | idea |
//! |---|---|
//! | [`replies`] | what it answers, and what writes bring about |
//! | [`mechanics`] | what it does to its joint, and what its sensors say |
//! | [`thermal`] | how it warms up, and what too much does to it |
//! | `manner` | in what the families behave differently |
//! | `factory_defaults` | what its registers say when it is new |

mod factory_defaults;
mod manner;
pub mod mechanics;
pub mod replies;
pub mod thermal;

use std::time::Duration;

use enact_arm::protocol::Alarm;
use enact_arm::servo::{Register, ServoModel};

use manner::Manner;
use thermal::ThermalModel;

/// Bytes of a control table.
const MEMORY: usize = 256;

/// A servo.
#[derive(Clone, Debug)]
pub struct EmulatedServo {
    model: &'static ServoModel,
    manner: &'static Manner,
    memory: [u8; MEMORY],
    /// What a power cycle brings back.
    kept: [u8; MEMORY],
    staged: Option<(u16, Vec<u8>)>,
    /// Steps that the sensor shows at the joint's zero, and steps per radian with their sign.
    mounting: (f64, f64),
    /// Steps that the sensor shows, before the homing offset.
    raw: i64,
    alarms: Vec<Alarm>,
    thermal: ThermalModel,
    last_heard: Duration,
    last_sensed: Duration,
}

impl EmulatedServo {
    /// A servo as the factory made it, with this id. Its sensor shows `zero` steps at the
    /// joint's zero and counts `direction` (1 or -1) with the joint.
    pub fn new(model: &'static ServoModel, id: u8, zero: f64, direction: f64) -> Self {
        let mut servo = Self {
            model,
            manner: Manner::of(model.family),
            memory: [0; MEMORY],
            kept: [0; MEMORY],
            staged: None,
            mounting: (zero, direction / model.step()),
            raw: 0,
            alarms: Vec::new(),
            thermal: ThermalModel::default(),
            last_heard: Duration::ZERO,
            last_sensed: Duration::ZERO,
        };
        for (name, value) in factory_defaults::settings(model) {
            let register = model
                .register(name)
                .expect("the factory knows its registers");
            servo.set(*register, *value);
        }
        servo.set(model.map.model_number, model.number.into());
        servo.set(model.map.id, id.into());
        servo.kept = servo.memory;
        servo.power_up();
        servo
    }

    /// The model.
    pub fn model(&self) -> &'static ServoModel {
        self.model
    }

    /// The bus id.
    pub fn id(&self) -> u8 {
        self.get(self.model.map.id) as u8
    }

    /// Bits per second that it listens to; `None` for a setting that no model has.
    pub fn baud(&self) -> Option<u32> {
        let index = self.get(self.model.map.baud);
        self.model.family.baud_rates().get(index as usize).copied()
    }

    /// A register's number.
    pub fn get(&self, register: Register) -> i64 {
        register
            .within(0, &self.memory)
            .expect("registers lie in memory")
    }

    /// The number of the register of this name, where the model has one.
    fn named(&self, name: &str) -> Option<i64> {
        self.model
            .register(name)
            .map(|register| self.get(*register))
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

    /// Starts anew: alarms are gone, settings that were not kept too.
    pub fn power_up(&mut self) {
        self.memory = self.kept;
        self.alarms.clear();
        self.thermal.rest();
        self.staged = None;
        let map = self.model.map;
        self.write_memory(map.torque_enable, 0);
        self.write_memory(map.speed_limit, 0);
        self.write_memory(map.acceleration, 0);
        self.write_memory(map.output_limit, self.get(map.output_ceiling));
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
        self.set(register, number);
        self.kept = kept;
    }

    /// The same for the register of this name, where the model has one.
    fn report(&mut self, name: &str, number: i64) {
        if let Some(register) = self.model.register(name) {
            self.write_memory(*register, number);
        }
    }
}
