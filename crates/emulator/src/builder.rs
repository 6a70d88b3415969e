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
    pub fn free(self) -> Result<EmulatedTransport, ArmingFault> {
        let plant = FreeJoints::at(self.robot.home());
        self.with(Box::new(plant))
    }

    /// Builds the bus with these joints.
    ///
    /// # Errors
    /// [`ArmingFault`] if the calibration is not this robot's.
    pub fn with(self, plant: Box<dyn Plant>) -> Result<EmulatedTransport, ArmingFault> {
        self.emulated_bus(plant).map(EmulatedTransport::new)
    }

    /// Builds the servos themselves, for a transport or a pty.
    ///
    /// # Errors
    /// [`ArmingFault`] if the calibration is not this robot's.
    pub fn emulated_bus(self, plant: Box<dyn Plant>) -> Result<EmulatedBus, ArmingFault> {
        let joints = ServoJoint::all(self.robot, self.bus_config, self.calibration)?;
        let BusConfig { family, baud, .. } = *self.bus_config;
        let mut servos: Vec<EmulatedServo> = joints.iter().map(servo).collect();
        if let Some(index) = family.baud_rates().iter().position(|rate| *rate == baud) {
            for servo in &mut servos {
                servo.set(servo.model().map.baud, index as i64);
            }
        }
        Ok(EmulatedBus::new(family, servos, plant, baud, self.faults))
    }
}

impl EmulatedTransport {
    /// Returns a host's side of this bus.
    pub fn bus(&self, bus_config: &BusConfig) -> Bus {
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
    let zero = joint.steps(0.0) - model.facts().offset_sign as f64 * offset;
    let mut servo = EmulatedServo::new(model, joint.servo.id, zero, joint.direction());
    for (register, value) in joint.calibration.kept(model) {
        servo.set(register, value);
    }
    servo
}

/// Returns a plausible calibration of an arm of this kind: every joint reaches its limits, and each
/// servo is mounted a little differently.
pub fn nominal_calibration(robot: &Robot, bus_config: &BusConfig) -> Calibration {
    let joint = |(index, (joint, servo)): (
        usize,
        (
            &enact_robot::Joint,
            &enact_arm::driver::bus_config::ServoConfig,
        ),
    )| {
        let step = servo.model.step();
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
