//! Builds the servos of a robot, wired and calibrated.

use enact_arm::ArmingFault;
use enact_arm::bus::Bus;
use enact_arm::calibration::{Calibration, JointCalibration};
use enact_arm::driver::BusConfig;
use enact_arm::driver::joint::ServoJoint;
use enact_robot::Robot;

use crate::emulated_bus::EmulatedBus;
use crate::fault::Faults;
use crate::plant::{FreeJoints, Plant};
use crate::servo::EmulatedServo;
use crate::transport::EmulatedTransport;

/// Parts of an emulated bus.
///
/// # Examples
/// ```
/// use std::path::Path;
/// use std::time::Duration;
///
/// use enact_arm::driver::BusConfig;
/// use enact_emulator::{BusBuilder, Faults, make_plausible_calibration};
/// use enact_robot::Robot;
///
/// let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101"));
/// let robot = Robot::load(folder)?;
/// let bus_config = BusConfig::load(&folder.join("bus.toml"), &robot)?;
/// let calibration = make_plausible_calibration(&robot, &bus_config);
/// let builder = BusBuilder {
///     robot: &robot,
///     bus_config: &bus_config,
///     calibration: &calibration,
///     faults: Faults::new(Vec::new(), 0),
/// };
/// let mut bus = builder.build_transport_with_free_joints()?.host_side_bus(&bus_config);
/// bus.ping(1)?;
/// // The first joint is at home, in the middle of its range.
/// let position = bus_config.servos[0].model.map.position;
/// assert!((2046..=2049).contains(&position.read(&mut bus, 1)?));
/// // The bytes took their time on a clock that only the bus has.
/// assert!(bus.now() > Duration::ZERO);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BusBuilder<'a> {
    /// Robot whose joints move.
    pub robot: &'a Robot,
    /// Servos of the robot.
    pub bus_config: &'a BusConfig,
    /// Calibration of the servos.
    pub calibration: &'a Calibration,
    /// Injected faults.
    pub faults: Faults,
}

impl BusBuilder<'_> {
    /// Builds the bus with the robot at home and joints that do not interact.
    ///
    /// # Errors
    /// [`ArmingFault`] if the calibration is not this robot's.
    pub fn build_transport_with_free_joints(self) -> Result<EmulatedTransport, ArmingFault> {
        let plant = FreeJoints::from_positions(self.robot.home());
        self.build_transport(Box::new(plant))
    }

    /// Builds the bus with these joints.
    ///
    /// # Errors
    /// [`ArmingFault`] if the calibration is not this robot's.
    pub fn build_transport(self, plant: Box<dyn Plant>) -> Result<EmulatedTransport, ArmingFault> {
        self.build_bus(plant).map(EmulatedTransport::new)
    }

    /// Builds the servos themselves, for a transport or a pty.
    ///
    /// # Errors
    /// [`ArmingFault`] if the calibration is not this robot's.
    pub fn build_bus(self, plant: Box<dyn Plant>) -> Result<EmulatedBus, ArmingFault> {
        let joints = ServoJoint::joints_of_robot(self.robot, self.bus_config, self.calibration)?;
        let BusConfig { family, baud, .. } = *self.bus_config;
        let mut servos: Vec<EmulatedServo> = joints.iter().map(servo).collect();
        if let Some(index) = family.baud_rates().iter().position(|rate| *rate == baud) {
            for servo in &mut servos {
                servo.set_register(servo.model().map.baud, index as i64);
            }
        }
        Ok(EmulatedBus::new(family, servos, plant, baud, self.faults))
    }
}

impl EmulatedTransport {
    /// Returns a host's side of this bus.
    pub fn host_side_bus(&self, bus_config: &BusConfig) -> Bus {
        Bus::new(
            Box::new(self.clone()),
            bus_config.family.codec(),
            bus_config.baud,
        )
    }
}

/// Returns a servo that stores its joint's calibration.
fn servo(joint: &ServoJoint) -> EmulatedServo {
    let model = joint.servo.model;
    let offset = joint.calibration.homing_offset as f64;
    let zero = joint.steps_from_position(0.0) - model.family_facts().offset_sign as f64 * offset;
    let mut servo = EmulatedServo::new(model, joint.servo.id, zero, joint.direction_sign());
    for (register, value) in joint.calibration.registers_with_direction(model) {
        servo.set_register(register, value);
    }
    servo
}

/// Returns a plausible calibration of an arm of this kind: every joint reaches its limits, and each
/// servo is mounted a little differently.
pub fn make_plausible_calibration(robot: &Robot, bus_config: &BusConfig) -> Calibration {
    let joint = |(index, (joint, servo)): (
        usize,
        (
            &enact_robot::Joint,
            &enact_arm::driver::bus_config::ServoConfig,
        ),
    )| {
        let step = servo.model.step_size_rad();
        let limits = joint.limits;
        let gripper = robot
            .gripper()
            .is_some_and(|gripper| gripper.joint == index);
        let half = if gripper {
            (limits.max - limits.min) / 2.0
        } else {
            limits.max.max(-limits.min)
        };
        let middle = (servo.model.steps_per_turn - 1) / 2;
        let reach = ((half / step).ceil() as i64 + 1).min(middle);
        let calibration = JointCalibration {
            id: servo.id,
            drive_mode: 0,
            // Offsets of both signs, without round numbers.
            homing_offset: (index as i64 * 173) % 800 - 391,
            range_min: middle - reach,
            range_max: middle + reach + 1,
        };
        (joint.name.clone(), calibration)
    };
    let joints = robot.joints().iter().zip(&bus_config.servos).enumerate();
    Calibration {
        joints: joints.map(joint).collect(),
    }
}
